/*
 * Names with a number each: which tensor a blob is at this point of the file, which shared weights were seen. Looking up
 * takes the same time however many names there are. The names are borrowed: the caller keeps them.
 */
#ifndef NP_CAFFE_BLOBNAMES_H
#define NP_CAFFE_BLOBNAMES_H

#include <neuralpower/status.h>

typedef struct np_blob_names {
	struct np_blob_name *slots;
	size_t capacity, count;
} np_blob_names;

/* The number of a name, or -1. */
int np_blob_names_find(const np_blob_names *names, const char *name);
/* Sets or replaces the number of a name. */
np_status np_blob_names_set(np_blob_names *names, const char *name, int number, np_error *err) NP_MUST_CHECK;
void np_blob_names_free(np_blob_names *names);

#endif
