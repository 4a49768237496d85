/* Which of the known words somebody may have meant. */
#include "cli.h"

#include <string.h>

enum { LONGEST = 64 };

/* How many characters must be inserted, removed or changed (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t row[LONGEST + 1], length = strlen(b);
	if (length > LONGEST || strlen(a) > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			size_t other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			row[j] = change < other ? change : other;
		}
	}
	return row[length];
}

void similar_try(similar *best, const char *word)
{
	size_t typed = strlen(best->typed);
	/* A beginning of the word, or few slips for its length. */
	size_t slips = typed > 2 && strncmp(word, best->typed, typed) == 0 ? 1 : distance(best->typed, word);
	if (slips > 2 || slips * 3 > strlen(word))
		return;
	if (!best->word || slips < best->slips) {
		best->word = word;
		best->slips = slips;
	}
}
