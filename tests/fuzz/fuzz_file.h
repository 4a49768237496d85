/* For fuzz targets of readers that take a path: the bytes of the input as a file that only lies in memory. */
#ifndef NP_FUZZ_FILE_H
#define NP_FUZZ_FILE_H

#define _GNU_SOURCE
#include <neuralpower/neuralpower.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The invariant does not hold: report it as a crash. */
static inline void broken(const char *what, const np_error *err)
{
	char text[1024];
	fprintf(stderr, "broken: %s: %s\n", what, np_error_format(err, text, sizeof text));
	abort();
}

static inline void check_error(np_status status, const np_error *err)
{
	if (err->status != status || !err->message[0] || (!err->path[0] && status != NP_ERR_MEMORY))
		broken("a failure without an error", err);
}

/* A descriptor for `path`; close it afterwards. */
static inline int open_input(const uint8_t *data, size_t size, char *path, size_t path_size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, path_size, "/proc/self/fd/%d", fd);
	return fd;
}

#endif
