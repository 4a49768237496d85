/* The table of kinds, as text. */
#include <neuralpower/network.h>

#include <string.h>

static const char *const KIND_NAMES[NP_KIND_COUNT] = {
#define NP_KIND_TEXT(name, text, help) [name] = text,
        NP_KIND_MAP(NP_KIND_TEXT)
#undef NP_KIND_TEXT
};

static const char *const KIND_HELP[NP_KIND_COUNT] = {
#define NP_KIND_HELP(name, text, help) [name] = help,
        NP_KIND_MAP(NP_KIND_HELP)
#undef NP_KIND_HELP
};

const char *np_kind_name(np_kind kind)
{
	return (unsigned)kind < NP_KIND_COUNT ? KIND_NAMES[kind] : "unknown";
}

const char *np_kind_help(np_kind kind)
{
	return (unsigned)kind < NP_KIND_COUNT ? KIND_HELP[kind] : "";
}

bool np_kind_find(const char *name, np_kind *kind)
{
	for (int i = 0; i < NP_KIND_COUNT; i++)
		if (KIND_NAMES[i][0] == name[0] && strcmp(KIND_NAMES[i], name) == 0) {
			*kind = (np_kind)i;
			return true;
		}
	return false;
}
