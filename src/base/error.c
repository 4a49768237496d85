/* Statuses and errors. Knows nothing of files or networks. */
#include "base/error.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *np_status_name(np_status status)
{
	switch (status) {
#define NP_STATUS_TEXT(name, number, text) \
	case name:                         \
		return text;
		NP_STATUS_MAP(NP_STATUS_TEXT)
#undef NP_STATUS_TEXT
	}
	return "unknown status";
}

void np_error_clear(np_error *err)
{
	if (err)
		*err = (np_error){0};
}

static bool claim(np_error *err, np_status status)
{
	if (!err || err->status != NP_OK)
		return false;
	*err = (np_error){.status = status};
	return true;
}

static void write_message(np_error *err, const char *format, va_list args)
{
	vsnprintf(err->message, sizeof err->message, format, args);
}

np_status np_fail(np_error *err, np_status status, const char *format, ...)
{
	if (claim(err, status)) {
		va_list args;
		va_start(args, format);
		write_message(err, format, args);
		va_end(args);
	}
	return status;
}

np_status np_fail_at(np_error *err, np_status status, int line, int column, const char *format, ...)
{
	if (claim(err, status)) {
		va_list args;
		va_start(args, format);
		write_message(err, format, args);
		va_end(args);
		np_error_set_place(err, line, column);
	}
	return status;
}

np_status np_fail_offset(np_error *err, np_status status, int64_t offset, const char *format, ...)
{
	if (claim(err, status)) {
		va_list args;
		va_start(args, format);
		write_message(err, format, args);
		va_end(args);
		np_error_set_offset(err, offset);
	}
	return status;
}

np_status np_fail_memory(np_error *err)
{
	return np_fail(err, NP_ERR_MEMORY, "out of memory");
}

void np_error_set_path(np_error *err, const char *path)
{
	if (err && !err->path[0] && path)
		snprintf(err->path, sizeof err->path, "%s", path);
}

void np_error_set_place(np_error *err, int line, int column)
{
	if (err && !err->line) {
		err->line = line;
		err->column = column;
	}
}

void np_error_set_offset(np_error *err, int64_t offset)
{
	if (err && !err->has_offset) {
		err->offset = offset;
		err->has_offset = true;
	}
}

const char *np_error_format(const np_error *err, char *text, size_t size)
{
	char place[64] = "";
	if (err->line)
		snprintf(place, sizeof place, ":%d:%d", err->line, err->column);
	else if (err->has_offset)
		snprintf(place, sizeof place, ": byte %" PRId64, err->offset);
	const char *path = err->path[0] ? err->path : (place[0] ? "input" : "");
	snprintf(text, size, "%s%s%s%s", path, place, path[0] ? ": " : "", err->message);
	return text;
}
