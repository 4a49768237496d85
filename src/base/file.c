/* Atomic replacement of a file. */
#define _GNU_SOURCE
#include "base/file.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static np_status fail_io(np_error *err, const char *what)
{
	return np_fail(err, NP_ERR_IO, "cannot %s: %s", what, strerror(errno));
}

static np_status write_all(int fd, const char *data, size_t size, np_error *err)
{
	while (size) {
		ssize_t done = write(fd, data, size);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return fail_io(err, "write");
		data += done;
		size -= (size_t)done;
	}
	return NP_OK;
}

static np_status write_and_sync(int fd, const char *data, size_t size, np_error *err)
{
	np_status status = write_all(fd, data, size, err);
	if (status == NP_OK && fsync(fd) != 0)
		status = fail_io(err, "sync");
	if (close(fd) != 0 && status == NP_OK)
		status = fail_io(err, "close");
	return status;
}

np_status np_file_replace(const char *path, const void *data, size_t size, np_error *err)
{
	size_t length = strlen(path) + sizeof ".4294967295.tmp";
	char *temporary = malloc(length);
	if (!temporary)
		return np_fail_memory(err);
	snprintf(temporary, length, "%s.%u.tmp", path, (unsigned)getpid());
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	np_status status = fd < 0 ? fail_io(err, "create a file beside it") : write_and_sync(fd, data, size, err);
	if (status == NP_OK && rename(temporary, path) != 0)
		status = fail_io(err, "rename");
	if (status != NP_OK && fd >= 0)
		unlink(temporary);
	free(temporary);
	if (status != NP_OK)
		np_error_set_path(err, path);
	return status;
}
