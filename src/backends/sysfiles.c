/* Small files of /sys and /proc. The only place that reads NP_SYSFS_ROOT. */
#define _GNU_SOURCE
#include "backends/sysfiles.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_PATH = 512, MOST_FILE = 16 << 20, PIECE = 16384 };

const char *np_sys_root(void)
{
	const char *root = getenv("NP_SYSFS_ROOT");
	return root ? root : "";
}

int np_sys_open(const char *root, const char *path)
{
	char whole[2 * MOST_PATH];
	int length = snprintf(whole, sizeof whole, "%s%s", root, path);
	if (length < 0 || (size_t)length >= sizeof whole) {
		errno = ENAMETOOLONG;
		return -1;
	}
	/* A recorded tree may hold anything: never wait for a pipe to be written. */
	return open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static void cut_blanks(char *text, size_t length)
{
	while (length && strchr(" \t\r\n", text[length - 1]))
		length--;
	text[length] = '\0';
}

int np_sys_read_fd(int fd, char *text, size_t size)
{
	ssize_t got;
	do {
		got = pread(fd, text, size - 1, 0);
	} while (got < 0 && errno == EINTR);
	text[got < 0 ? 0 : got] = '\0';
	if (got < 0)
		return errno;
	cut_blanks(text, (size_t)got);
	return 0;
}

static int read_path(const char *root, char *text, size_t size, const char *format, va_list args)
{
	char path[MOST_PATH];
	vsnprintf(path, sizeof path, format, args);
	text[0] = '\0';
	int fd = np_sys_open(root, path);
	if (fd < 0)
		return errno;
	int status = np_sys_read_fd(fd, text, size);
	close(fd);
	return status;
}

int np_sys_read(const char *root, char *text, size_t size, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int status = read_path(root, text, size, format, args);
	va_end(args);
	return status;
}

char *np_sys_read_all(const char *root, const char *path)
{
	int fd = np_sys_open(root, path);
	if (fd < 0)
		return NULL;
	np_text text = {0};
	char piece[PIECE];
	ssize_t got;
	while ((got = read(fd, piece, sizeof piece)) > 0 && text.size < MOST_FILE)
		np_text_add(&text, piece, (size_t)got);
	close(fd);
	if (got < 0) {
		np_text_free(&text);
		return NULL;
	}
	return np_text_take(&text, NULL);
}

bool np_sys_number(const char *text, uint64_t *value)
{
	if (*text < '0' || *text > '9')
		return false;
	char *end;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	if (errno || *end)
		return false;
	*value = number;
	return true;
}

bool np_sys_read_number(const char *root, uint64_t *value, const char *format, ...)
{
	char text[64];
	va_list args;
	va_start(args, format);
	int status = read_path(root, text, sizeof text, format, args);
	va_end(args);
	return status == 0 && np_sys_number(text, value);
}

/* "3" or "0-3" at the start of `text`; where it ends, NULL when it is neither. */
static const char *read_span(const char *text, long *first, long *last)
{
	char *end;
	if (*text < '0' || *text > '9')
		return NULL;
	*first = *last = strtol(text, &end, 10);
	if (*end != '-')
		return end;
	text = end + 1;
	if (*text < '0' || *text > '9')
		return NULL;
	*last = strtol(text, &end, 10);
	return end;
}

int np_sys_list(const char *text, int *numbers, int most)
{
	int count = 0;
	long first, last;
	while ((text = read_span(text, &first, &last))) {
		if (last > INT32_MAX - 1)
			return 0;
		for (long i = first; i <= last && count < most; i++)
			numbers[count++] = (int)i;
		if (!*text)
			return count;
		if (*text++ != ',')
			return 0;
	}
	return 0;
}
