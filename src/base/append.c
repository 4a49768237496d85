/* Appending by single writes, with the file's end put right before and after failures. */
#define _GNU_SOURCE
#include "base/append.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct np_appender {
	int fd;
	int64_t size;
	char *path;
};

static np_status fail_io(const np_appender *appender, np_error *err, const char *what)
{
	np_status status = np_fail(err, NP_ERR_IO, "cannot %s: %s", what, strerror(errno));
	np_error_set_path(err, appender->path);
	return status;
}

/* Where the last whole line ends. */
static np_status find_end(np_appender *appender, int64_t size, np_error *err)
{
	char block[4096];
	for (int64_t end = size; end > 0;) {
		int64_t start = end > (int64_t)sizeof block ? end - (int64_t)sizeof block : 0;
		ssize_t got = pread(appender->fd, block, (size_t)(end - start), start);
		if (got != end - start)
			return fail_io(appender, err, "read");
		char *last = memrchr(block, '\n', (size_t)got);
		if (last) {
			appender->size = start + (last - block) + 1;
			return NP_OK;
		}
		end = start;
	}
	appender->size = 0;
	return NP_OK;
}

/* Less than the line is fine where it is all there is: the writer was killed in it. */
static np_status check_first_line(np_appender *appender, const char *line, int64_t size, np_error *err)
{
	size_t length = strlen(line), wanted = size < (int64_t)length ? (size_t)size : length;
	char *begin = malloc(length + 1);
	if (!begin)
		return np_fail_memory(err);
	ssize_t got = pread(appender->fd, begin, wanted, 0);
	bool ours = got == (ssize_t)wanted && memcmp(begin, line, wanted) == 0;
	free(begin);
	if (got < 0)
		return fail_io(appender, err, "read");
	if (ours)
		return NP_OK;
	np_fail_at(err, NP_ERR_DATA, 1, 1,
	           "this file cannot be continued: its first line is not the columns to be appended, '%.40s...'", line);
	np_error_set_path(err, appender->path);
	return NP_ERR_DATA;
}

static np_status prepare(np_appender *appender, const char *first_line, int64_t *cut, np_error *err)
{
	struct stat info;
	appender->fd = open(appender->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (appender->fd < 0 || fstat(appender->fd, &info) != 0)
		return fail_io(appender, err, "open for writing");
	if (!S_ISREG(info.st_mode)) {
		errno = EINVAL;
		return fail_io(appender, err, "append to what is not a regular file");
	}
	if (flock(appender->fd, LOCK_EX | LOCK_NB) != 0)
		return fail_io(appender, err, "lock (is another process writing it?)");
	/* Sized under the lock: another writer may just have finished. */
	if (fstat(appender->fd, &info) != 0)
		return fail_io(appender, err, "open for writing");
	NP_TRY(check_first_line(appender, first_line, (int64_t)info.st_size, err));
	NP_TRY(find_end(appender, (int64_t)info.st_size, err));
	if (appender->size < info.st_size && ftruncate(appender->fd, appender->size) != 0)
		return fail_io(appender, err, "take off an unfinished last line");
	*cut = (int64_t)info.st_size - appender->size;
	return NP_OK;
}

np_status np_append_open(const char *path, const char *first_line, np_appender **appender, bool *empty, int64_t *cut,
                         np_error *err)
{
	*appender = NULL;
	np_appender *made = calloc(1, sizeof *made);
	if (!made)
		return np_fail_memory(err);
	made->fd = -1;
	made->path = strdup(path);
	np_status status = made->path ? prepare(made, first_line, cut, err) : np_fail_memory(err);
	if (status != NP_OK) {
		np_append_close(made);
		return status;
	}
	*empty = made->size == 0;
	*appender = made;
	return NP_OK;
}

np_status np_append(np_appender *appender, const char *lines, size_t size, np_error *err)
{
	ssize_t done;
	do
		done = write(appender->fd, lines, size);
	while (done < 0 && errno == EINTR);
	if (done != (ssize_t)size) {
		if (done >= 0)
			errno = ENOSPC; /* what a short write to a regular file means; the next would say so */
		np_status status = fail_io(appender, err, "write");
		if (done > 0 && ftruncate(appender->fd, appender->size) != 0)
			return fail_io(appender, err, "take off an unfinished line");
		return status;
	}
	appender->size += (int64_t)size;
	return fdatasync(appender->fd) == 0 || errno == EINVAL ? NP_OK : fail_io(appender, err, "sync");
}

void np_append_close(np_appender *appender)
{
	if (!appender)
		return;
	if (appender->fd >= 0)
		close(appender->fd);
	free(appender->path);
	free(appender);
}
