/*
 * Reading what the kernel tells in small files, under /sys and /proc or under another root where such a tree was recorded.
 * Paths in messages are those of the machine itself: what a person would type there.
 */
#ifndef NP_BACKENDS_SYSFILES_H
#define NP_BACKENDS_SYSFILES_H

#include <neuralpower/status.h>

/* Where "/sys" and "/proc" are looked for: the environment's NP_SYSFS_ROOT, or "" for the machine itself. */
const char *np_sys_root(void);

/* Opens for reading; the file descriptor, or -1 and errno. */
int np_sys_open(const char *root, const char *path);
/*
 * The beginning of a file, as much as `text` holds, terminated, blanks at the end cut off. 0, or why not: an errno.
 * np_sys_read takes the path as a printf format.
 */
int np_sys_read_fd(int fd, char *text, size_t size);
int np_sys_read(const char *root, char *text, size_t size, const char *format, ...) NP_PRINTF(4, 5);
/* All of a longer file, terminated, for the caller to free; NULL when it cannot be read. At most 16 MiB. */
char *np_sys_read_all(const char *root, const char *path);

/* A whole text as a number that is not negative; false when it is anything else. */
bool np_sys_number(const char *text, uint64_t *value);
/* The number a file holds; false when it holds none. */
bool np_sys_read_number(const char *root, uint64_t *value, const char *format, ...) NP_PRINTF(3, 4);
/* The numbers of a list like "0-3,8", at most `most` of them; how many. What is not such a list gives none. */
int np_sys_list(const char *text, int *numbers, int most);

#endif
