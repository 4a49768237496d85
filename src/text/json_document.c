/* JSON as a whole document. */
#include "text/json_document.h"

#include "base/error.h"

/* What jansson keeps, a little more than it is: a container takes two bytes in a file, and hundreds once it is read. */
enum { CONTAINER_BYTES = 256, VALUE_BYTES = 96, MOST_BYTES = 512 << 20 };

static np_status check_memory(const char *text, size_t size, np_error *err)
{
	size_t bytes = 0;
	for (size_t i = 0; i < size; i++)
		bytes += text[i] == '{' || text[i] == '[' ? CONTAINER_BYTES : text[i] == ',' ? VALUE_BYTES : 0;
	if (bytes <= MOST_BYTES)
		return NP_OK;
	return np_fail(err, NP_ERR_LIMIT, "its objects and arrays would take more than %d MB once they are read",
	               MOST_BYTES >> 20);
}

np_status np_json_parse(const char *text, size_t size, size_t flags, const char *expected, json_t **root, np_error *err)
{
	json_error_t fault;
	*root = NULL;
	NP_TRY(check_memory(text, size, err));
	*root = json_loadb(text, size, flags, &fault);
	if (*root)
		return NP_OK;
	return np_fail_at(err, NP_ERR_SYNTAX, fault.line > 0 ? fault.line : 1, fault.column > 0 ? fault.column : 1,
	                  "%s, %s expected", fault.text, expected);
}
