/* The source of bytes: one 64 KB buffer over a file descriptor, or a window on memory. */
#define _GNU_SOURCE
#include "base/source.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_SIZE = 64 << 10 };

struct np_source {
	int fd; /* -1 for memory */
	bool owns_fd, seekable;
	int64_t file_size;  /* of a regular file or of the memory */
	int64_t buffer_pos; /* offset in the source of data[0] */
	const unsigned char *data;
	size_t size, next; /* bytes in data, next byte to hand out */
	unsigned char *buffer;
	char path[256];
};

static np_source *create(const char *path)
{
	np_source *source = calloc(1, sizeof *source);
	if (source)
		strncpy(source->path, path, sizeof source->path - 1);
	return source;
}

static np_status inspect_descriptor(np_source *source, np_error *err)
{
	struct stat info;
	if (fstat(source->fd, &info) != 0)
		return np_fail(err, NP_ERR_IO, "cannot open: %s", strerror(errno));
	if (S_ISDIR(info.st_mode))
		return np_fail(err, NP_ERR_IO, "is a directory, a file was expected");
	source->seekable = S_ISREG(info.st_mode) && lseek(source->fd, 0, SEEK_CUR) == 0;
	source->file_size = source->seekable ? (int64_t)info.st_size : -1;
	return NP_OK;
}

static np_status open_descriptor(np_source *source, const char *path, np_error *err)
{
	source->owns_fd = strcmp(path, "-") != 0;
	source->fd = source->owns_fd ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (source->fd < 0)
		return np_fail(err, NP_ERR_IO, "cannot open: %s", strerror(errno));
	NP_TRY(inspect_descriptor(source, err));
	source->buffer = malloc(BUFFER_SIZE);
	if (!source->buffer)
		return np_fail_memory(err);
	source->data = source->buffer;
	return NP_OK;
}

np_status np_source_open(const char *path, np_source **source, np_error *err)
{
	*source = NULL;
	np_source *made = create(strcmp(path, "-") == 0 ? "standard input" : path);
	if (!made)
		return np_fail_memory(err);
	np_status status = open_descriptor(made, path, err);
	if (status != NP_OK) {
		np_error_set_path(err, made->path);
		np_source_close(made);
		return status;
	}
	*source = made;
	return NP_OK;
}

np_status np_source_open_memory(const void *data, size_t size, const char *name, np_source **source, np_error *err)
{
	*source = create(name);
	if (!*source)
		return np_fail_memory(err);
	(*source)->fd = -1;
	(*source)->data = data;
	(*source)->size = size;
	(*source)->file_size = (int64_t)size;
	return NP_OK;
}

void np_source_close(np_source *source)
{
	if (!source)
		return;
	if (source->owns_fd && source->fd >= 0)
		close(source->fd);
	free(source->buffer);
	free(source);
}

const char *np_source_path(const np_source *source)
{
	return source->path;
}

int64_t np_source_offset(const np_source *source)
{
	return source->buffer_pos + (int64_t)source->next;
}

int64_t np_source_left(const np_source *source)
{
	return source->file_size < 0 ? -1 : source->file_size - np_source_offset(source);
}

/* Moves what is left of the buffer to its front and reads until `wanted` bytes are there or the source ends. */
static np_status fill(np_source *source, size_t wanted, np_error *err)
{
	if (source->fd < 0 || source->size - source->next >= wanted)
		return NP_OK;
	size_t kept = source->size - source->next;
	memmove(source->buffer, source->buffer + source->next, kept);
	source->buffer_pos += (int64_t)source->next;
	source->next = 0;
	source->size = kept;
	while (source->size < wanted) {
		ssize_t got = read(source->fd, source->buffer + source->size, BUFFER_SIZE - source->size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			np_error_set_path(err, source->path);
			return np_fail_offset(err, NP_ERR_IO, np_source_offset(source), "cannot read: %s", strerror(errno));
		}
		if (got == 0)
			break;
		source->size += (size_t)got;
	}
	return NP_OK;
}

static np_status fail_end(const np_source *source, np_error *err)
{
	np_status status = np_fail_offset(err, NP_ERR_SYNTAX, np_source_offset(source) + (int64_t)(source->size - source->next),
	                                  "the file ends in the middle of a value");
	np_error_set_path(err, source->path);
	return status;
}

np_status np_source_peek(np_source *source, size_t size, const unsigned char **data, size_t *got, np_error *err)
{
	if (size > NP_SOURCE_PEEK)
		size = NP_SOURCE_PEEK;
	NP_TRY(fill(source, size, err));
	size_t there = source->size - source->next;
	*data = source->data + source->next;
	*got = there < size ? there : size;
	return NP_OK;
}

np_status np_source_read(np_source *source, void *data, size_t size, np_error *err)
{
	unsigned char *out = data;
	while (size) {
		NP_TRY(fill(source, 1, err));
		size_t there = source->size - source->next;
		if (!there)
			return fail_end(source, err);
		size_t part = there < size ? there : size;
		memcpy(out, source->data + source->next, part);
		source->next += part;
		out += part;
		size -= part;
	}
	return NP_OK;
}

static np_status seek_forward(np_source *source, int64_t size, np_error *err)
{
	int64_t target = np_source_offset(source) + size;
	if (lseek(source->fd, (off_t)target, SEEK_SET) < 0)
		return np_fail_offset(err, NP_ERR_IO, target, "cannot seek: %s", strerror(errno));
	source->buffer_pos = target;
	source->size = source->next = 0;
	return NP_OK;
}

np_status np_source_skip(np_source *source, int64_t size, np_error *err)
{
	if (source->file_size >= 0 && size > np_source_left(source)) {
		source->next = source->size;
		source->buffer_pos = source->file_size - (int64_t)source->size;
		return fail_end(source, err);
	}
	while (size > 0) {
		size_t there = source->size - source->next;
		if (source->seekable && size > (int64_t)there)
			return seek_forward(source, size, err);
		NP_TRY(fill(source, 1, err));
		there = source->size - source->next;
		if (!there)
			return fail_end(source, err);
		size_t part = (int64_t)there < size ? there : (size_t)size;
		source->next += part;
		size -= (int64_t)part;
	}
	return NP_OK;
}

static np_status grow(char **data, size_t *capacity, size_t needed, np_error *err)
{
	if (needed <= *capacity)
		return NP_OK;
	size_t larger = *capacity ? *capacity * 2 : 16 << 10;
	while (larger < needed)
		larger *= 2;
	char *moved = realloc(*data, larger);
	if (!moved)
		return np_fail_memory(err);
	*data = moved;
	*capacity = larger;
	return NP_OK;
}

static np_status read_rest(np_source *source, size_t limit, char **data, size_t *size, np_error *err)
{
	size_t capacity = 0;
	for (;;) {
		NP_TRY(fill(source, 1, err));
		size_t there = source->size - source->next;
		if (there > limit - *size) {
			np_error_set_path(err, source->path);
			return np_fail(err, NP_ERR_LIMIT, "larger than %zu MB, the most that is read of such a file",
			               limit >> 20);
		}
		NP_TRY(grow(data, &capacity, *size + there + 1, err));
		if (there)
			memcpy(*data + *size, source->data + source->next, there);
		source->next += there;
		*size += there;
		if (!there)
			break;
	}
	(*data)[*size] = '\0';
	return NP_OK;
}

np_status np_source_read_all(np_source *source, size_t limit, char **data, size_t *size, np_error *err)
{
	*data = NULL;
	*size = 0;
	np_status status = read_rest(source, limit, data, size, err);
	if (status != NP_OK) {
		free(*data);
		*data = NULL;
		*size = 0;
		np_error_set_path(err, source->path);
	}
	return status;
}

np_status np_source_read_file(const char *path, size_t limit, char **data, size_t *size, np_error *err)
{
	np_source *source;
	NP_TRY(np_source_open(path, &source, err));
	np_status status = np_source_read_all(source, limit, data, size, err);
	np_source_close(source);
	return status;
}
