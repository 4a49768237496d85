/* A machine's /proc and /sys as a tree of files in a temporary directory: put there one by one, or from a record. */
#ifndef NP_TEST_MACHINE_TREE_H
#define NP_TEST_MACHINE_TREE_H

#include "test_support.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct machine_tree {
	char root[64];
} machine_tree;

static inline void tree_create(machine_tree *tree)
{
	snprintf(tree->root, sizeof tree->root, "/tmp/np-machine-XXXXXX");
	assert_non_null(mkdtemp(tree->root));
	assert_int_equal(chmod(tree->root, 0755), 0); /* for tests that read it as somebody else */
}

static inline int tree_remove_entry(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info;
	(void)type;
	(void)at;
	return remove(path);
}

static inline void tree_remove(machine_tree *tree)
{
	assert_int_equal(nftw(tree->root, tree_remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Where a path of the machine lies. */
static inline const char *tree_path(const machine_tree *tree, const char *path, char whole[512])
{
	snprintf(whole, 512, "%s%s", tree->root, path);
	return whole;
}

static inline void tree_make_directories(char *whole)
{
	for (char *slash = whole + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(whole, 0755);
		*slash = '/';
	}
}

/* Writes bytes into a file, in place when it is there: whoever has it open sees them. */
static inline void tree_put_bytes(const machine_tree *tree, const char *path, const void *data, size_t size)
{
	char whole[512];
	tree_path(tree, path, whole);
	tree_make_directories(whole);
	FILE *file = fopen(whole, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static inline void tree_put(const machine_tree *tree, const char *path, const char *text)
{
	tree_put_bytes(tree, path, text, strlen(text));
}

static inline void tree_drop(const machine_tree *tree, const char *path)
{
	char whole[512];
	assert_int_equal(remove(tree_path(tree, path, whole)), 0);
}

/* Lays out a record: "==> /path <==", then the file's lines, until a blank line before the next path. */
static inline void tree_lay_out(const machine_tree *tree, const char *name)
{
	char path[512], line[8192], at[256] = "", file_name[128];
	snprintf(file_name, sizeof file_name, "tests/data/machines/%s.txt", name);
	FILE *record = fopen(source_path(file_name, path, sizeof path), "r"), *file = NULL;
	assert_non_null(record);
	while (fgets(line, sizeof line, record)) {
		if (sscanf(line, "==> %255s <==", at) == 1) {
			if (file)
				fclose(file);
			tree_put(tree, at, "");
			file = fopen(tree_path(tree, at, path), "w");
			assert_non_null(file);
		} else {
			fputs(line, file);
		}
	}
	if (file)
		fclose(file);
	fclose(record);
}

#endif
