/* See flags.h. */
#include "dataset/flags.h"

#include <string.h>

static const struct {
	const char *name;
	bool drop;
} FLAGS[NP_FLAG_COUNT] = {
#define NP_FLAG_ROW(name, text, drop, help) [NP_FLAG_INDEX_##name] = {text, drop},
        NP_FLAG_MAP(NP_FLAG_ROW)
#undef NP_FLAG_ROW
};

bool np_flags_drop(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, ";");
		for (int i = 0; i < NP_FLAG_COUNT; i++)
			if (FLAGS[i].drop && strlen(FLAGS[i].name) == length && strncmp(text, FLAGS[i].name, length) == 0)
				return true;
		text += length + (text[length] == ';');
	}
	return false;
}

void np_flags_write(unsigned flags, np_text *text)
{
	bool first = true;
	for (int i = 0; i < NP_FLAG_COUNT; i++) {
		if (!(flags & 1u << i))
			continue;
		np_text_printf(text, "%s%s", first ? "" : ";", FLAGS[i].name);
		first = false;
	}
}
