/* Says for each file named on standard input whether the text format's parser accepts it: a line "yes" or "no ...". */
#include "base/arena.h"
#include "caffe/prototext.h"

#include <neuralpower/neuralpower.h>

#include <stdio.h>
#include <string.h>

static void judge(const char *path)
{
	static char text[1 << 16];
	FILE *file = fopen(path, "rb");
	if (!file) {
		printf("no file %s\n", path);
		return;
	}
	size_t size = fread(text, 1, sizeof text, file);
	fclose(file);
	np_arena arena = {0};
	np_proto *root;
	np_error err = {0};
	if (np_proto_parse(text, size, &arena, &root, &err) == NP_OK)
		puts("yes");
	else
		printf("no %d:%d: %s\n", err.line, err.column, err.message);
	np_arena_free(&arena);
}

int main(void)
{
	char path[4096];
	while (fgets(path, sizeof path, stdin)) {
		path[strcspn(path, "\n")] = '\0';
		judge(path);
	}
	return 0;
}
