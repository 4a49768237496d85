/* Names of networks, which are written in many ways. */
#include <neuralpower/network.h>

#include <ctype.h>
#include <string.h>

/* "VGG-16", "vgg16", "networks/vgg_16.prototxt". */
bool np_network_called(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	path = slash ? slash + 1 : path;
	const char *end = strrchr(path, '.');
	if (!end || end == path)
		end = path + strlen(path);
	for (;; path++, name++) {
		while (path < end && strchr("-_ ", *path))
			path++;
		while (*name && strchr("-_ ", *name))
			name++;
		if (path == end || !*name)
			return path == end && !*name;
		if (tolower((unsigned char)*path) != tolower((unsigned char)*name))
			return false;
	}
}
