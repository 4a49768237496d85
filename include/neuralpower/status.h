/* What every call of this library may answer: a status, and for humans an error that says where and why. */
#ifndef NEURALPOWER_STATUS_H
#define NEURALPOWER_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define NP_API __attribute__((visibility("default")))
#define NP_MUST_CHECK __attribute__((warn_unused_result))
#define NP_PRINTF(at, first) __attribute__((format(printf, at, first)))
#else
#define NP_API
#define NP_MUST_CHECK
#define NP_PRINTF(at, first)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* One row per status: enumerator, number, name. Numbers are frozen. */
#define NP_STATUS_MAP(X)                                  \
	X(NP_OK, 0, "ok")                                 \
	X(NP_ERR_ARGUMENT, 10, "invalid argument")        \
	X(NP_ERR_MEMORY, 11, "out of memory")             \
	X(NP_ERR_IO, 12, "cannot read or write")          \
	X(NP_ERR_SYNTAX, 20, "malformed input")           \
	X(NP_ERR_DATA, 21, "inconsistent input")          \
	X(NP_ERR_LIMIT, 22, "input exceeds a limit")      \
	X(NP_ERR_VERSION, 23, "unsupported version")      \
	X(NP_ERR_UNSUPPORTED, 30, "unsupported operator") \
	X(NP_ERR_UNAVAILABLE, 40, "not available here")

typedef enum np_status {
#define NP_STATUS_ENUM(name, number, text) name = number,
	NP_STATUS_MAP(NP_STATUS_ENUM)
#undef NP_STATUS_ENUM
} np_status;

/*
 * An error for humans. It lives on the caller's stack; the first error wins: a call that fails never overwrites an
 * error already set. Every fallible function takes one as its last parameter, and NULL is fine.
 */
typedef struct np_error {
	np_status status;
	char message[512]; /* what was wrong, and what was expected */
	char path[256];    /* the file, "" when there is none */
	int line;          /* 1-based, 0 = unknown */
	int column;        /* 1-based, 0 = unknown */
	int64_t offset;    /* byte offset of a binary file, valid when has_offset */
	bool has_offset;
} np_error;

/* The short name of a status ("malformed input"); never NULL. */
NP_API const char *np_status_name(np_status status);

/* Empties `err`, so that it can be used for another call. */
NP_API void np_error_clear(np_error *err);

/*
 * Writes "FILE:line:column: message" or "FILE: byte N: message" (as much as is known) into `text`, always terminated.
 * Returns `text`.
 */
NP_API const char *np_error_format(const np_error *err, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
