/* JSON documents: faults with their place, and what would not fit into memory. */
#include "test_support.h"

#include "text/json_document.h"

#include <stdlib.h>
#include <string.h>

static void test_document(void **state)
{
	(void)state;
	static const char TEXT[] = "{\"a\": [1, 2.5]}";
	np_error err = {0};
	json_t *root;
	assert_int_equal(np_json_parse(TEXT, sizeof TEXT - 1, 0, "a thing in JSON was", &root, &err), NP_OK);
	assert_int_equal(json_array_size(json_object_get(root, "a")), 2);
	json_decref(root);
}

static void test_fault(void **state)
{
	(void)state;
	static const char TEXT[] = "{\"a\": 1,\n \"a\": 2}";
	np_error err = {0};
	json_t *root;
	assert_int_equal(np_json_parse(TEXT, sizeof TEXT - 1, 0, "a thing in JSON was", &root, &err), NP_OK);
	json_decref(root);
	assert_int_equal(np_json_parse(TEXT, sizeof TEXT - 1, JSON_REJECT_DUPLICATES, "a thing in JSON was", &root, &err),
	                 NP_ERR_SYNTAX);
	assert_null(root);
	assert_int_equal(err.line, 2);
	assert_non_null(strstr(err.message, "duplicate object key"));
	assert_non_null(strstr(err.message, ", a thing in JSON was expected"));
}

/* A text of `count` elements, each of which takes little here and much in memory. */
static np_status parse_many(const char *element, size_t count)
{
	np_error err = {0};
	json_t *root;
	size_t length = strlen(element);
	char *text = malloc(count * length + 2);
	assert_non_null(text);
	text[0] = '[';
	for (size_t i = 0; i < count; i++)
		memcpy(text + 1 + i * length, element, length);
	text[count * length] = ']'; /* in place of the last comma */
	np_status status = np_json_parse(text, count * length + 1, 0, "a thing in JSON was", &root, &err);
	if (status != NP_OK)
		assert_null(root);
	json_decref(root);
	free(text);
	return status;
}

static void test_memory(void **state)
{
	(void)state;
	assert_int_equal(parse_many("{},", 100000), NP_OK);
	assert_int_equal(parse_many("1,", 100000), NP_OK);
	assert_int_equal(parse_many("{},", 2000000), NP_ERR_LIMIT);
	assert_int_equal(parse_many("1,", 6000000), NP_ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_document),
	        cmocka_unit_test(test_fault),
	        cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
