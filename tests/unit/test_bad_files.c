/*
 * Files that must be refused: each with the place and the words of tests/data/bad/expected.txt. Then whole files cut off
 * at every byte, and files that are large for nothing.
 */
#include "test_support.h"

#include <dirent.h>
#include <sys/resource.h>
#include <time.h>

/* "FILE:line:column: message" with the file's bare name. */
static void expect_refusal(const char *expected)
{
	char name[256], file[300], path[1024], found[1024];
	np_error err = {0};
	np_network *network = NULL;
	snprintf(name, sizeof name, "%.*s", (int)strcspn(expected, ":"), expected);
	snprintf(file, sizeof file, "tests/data/bad/%s", name);
	np_status status = np_network_load(source_path(file, path, sizeof path), NULL, &network, &err);
	snprintf(err.path, sizeof err.path, "%s", name);
	np_error_format(&err, found, sizeof found);
	if (status == NP_OK || network || strcmp(found, expected) != 0)
		fail_msg("\nexpected: %s\nfound:    %s", expected, status == NP_OK ? "it loads" : found);
	assert_int_equal(err.status, status);
	assert_true(err.line > 0 && err.column > 0);
}

static int count_bad_files(void)
{
	char path[1024];
	int count = 0;
	DIR *directory = opendir(source_path("tests/data/bad", path, sizeof path));
	assert_non_null(directory);
	for (struct dirent *entry; (entry = readdir(directory));)
		count += strstr(entry->d_name, ".prototxt") || strstr(entry->d_name, ".json");
	closedir(directory);
	return count;
}

static void every_bad_file_is_refused_with_its_place(void **state)
{
	(void)state;
	char path[1024], line[1024];
	int count = 0;
	FILE *list = fopen(source_path("tests/data/bad/expected.txt", path, sizeof path), "r");
	assert_non_null(list);
	while (fgets(line, sizeof line, list)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		expect_refusal(line);
		count++;
	}
	fclose(list);
	assert_int_equal(count, count_bad_files());
}

/* ---- cut off ---- */

static char *read_file(const char *name, size_t *size)
{
	char path[1024];
	FILE *file = fopen(source_path(name, path, sizeof path), "rb");
	assert_non_null(file);
	char *data = malloc(1 << 20);
	assert_non_null(data);
	*size = fread(data, 1, 1 << 20, file);
	fclose(file);
	return data;
}

/* It loads, or it is refused with a place. The copy is as long as what is left, so that nothing can be read beyond. */
static void load_prefix(const char *name, const char *data, size_t size)
{
	np_error err = {0};
	np_network *network = NULL;
	char *copy = malloc(size + !size);
	assert_non_null(copy);
	memcpy(copy, data, size);
	np_status status = np_network_load_memory(copy, size, name, NULL, &network, &err);
	free(copy);
	if (status == NP_OK)
		assert_non_null(network);
	else if (network || err.status != status || !err.message[0] || !err.line || !err.column)
		fail_msg("%s cut to %zu bytes: %d:%d: %s", name, size, err.line, err.column, err.message);
	np_network_free(network);
}

static void cut_off_at_every_byte(void **state)
{
	(void)state;
	static const char *const FILES[] = {"networks/lenet.prototxt", "tests/fuzz/corpus/caffe/types.prototxt",
	                                    "tests/fuzz/corpus/paleo/plain.json", "tests/fuzz/corpus/paleo/blocks.json"};
	for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
		size_t size;
		char *data = read_file(FILES[i], &size);
		assert_true(size > 1000);
		for (size_t cut = 0; cut <= size; cut++)
			load_prefix(FILES[i], data, cut);
		free(data);
	}
}

/* ---- large ---- */

/* One piece again and again between a beginning and an end: as many bytes as `size`. */
static const struct {
	const char *name, *head, *piece, *tail;
	size_t size;
} LARGE[] = {
        {"fields.prototxt", "", "a:1 ", "", 8 << 20},
        {"deep.prototxt", "", "a{", "", 8 << 20},
        {"list.prototxt", "a:[", "1,", "1]", 8 << 20},
        {"strings.prototxt", "a:", "''", "", 8 << 20},
        {"escapes.prototxt", "a:'", "\\x41", "'", 8 << 20},
        {"comments.prototxt", "", "#\n", "", 8 << 20},
        {"layers.prototxt", "input:'d' input_shape{dim:1}", "layer{type:'ReLU' bottom:'d' top:'d'}", "", 8 << 20},
        {"tops.prototxt", "input:'d' input_shape{dim:1} layer{type:'Split'", "bottom:'d' top:'d'", "}", 2 << 20},
        {"bottoms.prototxt", "input:'d' input_shape{dim:1} layer{type:'Concat' top:'x' concat_param{axis:0}", "bottom:'d'", "}",
         3 << 20},
        {"rules.prototxt", "input:'d' input_shape{dim:1} layer{type:'ReLU' bottom:'d' top:'x'", "include{stage:'a'}", "}",
         8 << 20},
        {"unknown.prototxt", "input:'d' input_shape{dim:1}", "layer{type:'U' bottom:'d' top:'d'}", "", 2 << 20},
        {"deep.json", "", "[", "", 1 << 20},
        {"arrays.json", "[", "[],", "[]]", 1 << 20},
        {"numbers.json", "[", "1,", "1]", 1 << 20},
        {"parents.json",
         "{\"layers\":{\"d\":{\"type\":\"Input\",\"parents\":[],\"tensor\":[1,2]},\"x\":{\"type\":\"Elementwise\","
         "\"parents\":[",
         "\"d\",", "\"d\"]}}}", 1 << 20},
};

static char *repeat(const char *head, const char *piece, const char *tail, size_t size)
{
	char *text = malloc(size);
	assert_non_null(text);
	size_t used = strlen(head), step = strlen(piece), end = size - strlen(tail);
	memcpy(text, head, used);
	for (; used + step <= end; used += step)
		memcpy(text + used, piece, step);
	memset(text + used, ' ', end - used);
	memcpy(text + end, tail, strlen(tail));
	return text;
}

#if defined(__SANITIZE_ADDRESS__)
enum { SLOWED_DOWN = 6 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { SLOWED_DOWN = 6 };
#else
enum { SLOWED_DOWN = 1 };
#endif
#else
enum { SLOWED_DOWN = 1 };
#endif

static void large_files_take_little_time_and_memory(void **state)
{
	(void)state;
	struct rusage usage;
	for (size_t i = 0; i < sizeof LARGE / sizeof *LARGE; i++) {
		np_error err = {0};
		np_network *network;
		char *text = repeat(LARGE[i].head, LARGE[i].piece, LARGE[i].tail, LARGE[i].size);
		clock_t start = clock();
		np_status status = np_network_load_memory(text, LARGE[i].size, LARGE[i].name, NULL, &network, &err);
		double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
		if (status != NP_OK && !err.line)
			fail_msg("%s: %s", LARGE[i].name, err.message);
		if (seconds > SLOWED_DOWN)
			fail_msg("%s takes %.2f s", LARGE[i].name, seconds);
		np_network_free(network);
		free(text);
	}
	getrusage(RUSAGE_SELF, &usage);
	assert_true(usage.ru_maxrss < SLOWED_DOWN * (256 << 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_bad_file_is_refused_with_its_place),
	        cmocka_unit_test(cut_off_at_every_byte),
	        cmocka_unit_test(large_files_take_little_time_and_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
