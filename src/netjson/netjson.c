/* The object of a network. Its layers are in netjson_layer.c. */
#include "netjson/netjson.h"

#include "base/error.h"
#include "network/network.h"
#include "network/options.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST_FILE = 16 << 20, VERSION = 1 };

/* ---- members ---- */

static np_status read_schema(np_netjson *reader)
{
	const char *at = reader->scan.at;
	char *schema, *end;
	size_t length, prefix = strlen(NP_NETJSON_SCHEMA);
	NP_TRY(np_scan_string(&reader->scan, &schema, &length));
	long version = strncmp(schema, NP_NETJSON_SCHEMA, prefix) == 0 ? strtol(schema + prefix, &end, 10) : 0;
	if (version < 1 || *end)
		return np_scan_fail(&reader->scan, at, NP_ERR_DATA, "the schema " NP_NETJSON_SCHEMA "%d was expected", VERSION);
	if (version > VERSION)
		return np_scan_fail(&reader->scan, at, NP_ERR_VERSION,
		                    "schema %.60s is newer than this program, which knows " NP_NETJSON_SCHEMA "%d", schema,
		                    VERSION);
	return NP_OK;
}

static np_status read_name(np_netjson *reader)
{
	char *name;
	size_t length;
	NP_TRY(np_scan_string(&reader->scan, &name, &length));
	return length ? np_network_set_name(reader->network, name, reader->scan.err) : NP_OK;
}

static np_status read_input(np_netjson *reader)
{
	static const char NAME[] = "data";
	np_scan *scan = &reader->scan;
	int64_t dims[NP_MAX_RANK];
	int rank = 0;
	bool more, first = true;
	np_scan_peek(scan);
	const char *begin = scan->at;
	NP_TRY(np_scan_byte(scan, '[', "an array with the shape of the input"));
	for (;; first = false) {
		NP_TRY(np_scan_element(scan, first, &more));
		if (!more)
			break;
		np_scan_peek(scan);
		const char *at = scan->at;
		if (rank == NP_MAX_RANK)
			return np_scan_fail(scan, at, NP_ERR_LIMIT, "at most %d dimensions were expected", NP_MAX_RANK);
		NP_TRY(np_scan_int(scan, &dims[rank]));
		if (dims[rank++] < 1)
			return np_scan_fail(scan, at, NP_ERR_DATA, "a dimension of at least 1 was expected");
	}
	if (!rank)
		return np_scan_fail(scan, begin, NP_ERR_DATA, "the input has no dimension");
	np_status status = np_options_settle(reader->options, reader->network, NAME, dims, rank, scan->err);
	if (status == NP_OK)
		status = np_network_add_input(reader->network, NAME, (np_shape){rank, dims}, 4, &reader->last, scan->err);
	if (status != NP_OK) {
		np_scan_place(scan, begin);
		return status;
	}
	return np_netjson_name_add(reader, NAME, strlen(NAME), reader->last, begin);
}

enum { SCHEMA, NAME, INPUT, LAYERS, MEMBERS };

static const struct {
	const char *key;
	np_status (*read)(np_netjson *reader);
} MEMBER[MEMBERS] = {
        [SCHEMA] = {"schema", read_schema},
        [NAME] = {"name", read_name},
        [INPUT] = {"input", read_input},
        [LAYERS] = {"layers", np_netjson_layers},
};

static int find_member(const char *key)
{
	int i = 0;
	while (i < MEMBERS && strcmp(MEMBER[i].key, key) != 0)
		i++;
	return i;
}

/* ---- the object ---- */

static np_status read_member(np_netjson *reader, int member, unsigned *seen)
{
	np_scan *scan = &reader->scan;
	np_scan_peek(scan);
	if (member == MEMBERS) /* whatever else a program has to say of its network: its error, where it came from */
		return np_scan_skip(scan);
	if (*seen & 1u << member)
		return np_scan_fail(scan, scan->at, NP_ERR_DATA, "'%s' stands there twice", MEMBER[member].key);
	*seen |= 1u << member;
	if (member == LAYERS && !(*seen & 1u << INPUT))
		return np_scan_fail(scan, scan->at, NP_ERR_DATA, "'input' was expected before 'layers'");
	return MEMBER[member].read(reader);
}

static np_status read_object(np_netjson *reader)
{
	np_scan *scan = &reader->scan;
	unsigned seen = 0;
	bool more, first = true;
	char *key;
	size_t length;
	np_scan_peek(scan);
	const char *begin = scan->at;
	NP_TRY(np_scan_byte(scan, '{', "a network, an object {...},"));
	for (;; first = false) {
		NP_TRY(np_scan_member(scan, first, &more, &key, &length));
		if (!more)
			break;
		NP_TRY(read_member(reader, find_member(key), &seen));
	}
	for (int i = 0; i < MEMBERS; i++)
		if (i != NAME && !(seen & 1u << i))
			return np_scan_fail(scan, begin, NP_ERR_DATA, "the network has no '%s'", MEMBER[i].key);
	if (!np_network_layer_count(reader->network))
		return np_scan_fail(scan, begin, NP_ERR_DATA, "the network has no layer");
	return np_scan_end(scan);
}

np_status np_netjson_parse(np_netjson *reader, np_scan scan, const np_load_options *options, np_network *network)
{
	reader->scan = scan;
	reader->network = network;
	reader->options = options;
	reader->name_count = 0;
	reader->last = -1;
	if (++reader->stamp == 0) { /* after 2^32 networks old entries would seem new */
		memset(reader->names, 0, reader->name_capacity * sizeof *reader->names);
		reader->stamp = 1;
	}
	return read_object(reader);
}

np_status np_netjson_next(np_netjson *reader, np_scan scan, const char *path, const np_load_options *options,
                          np_network *network)
{
	np_network_reset(network);
	NP_TRY(np_network_set_origin(network, path, "json", scan.err));
	NP_TRY(np_netjson_parse(reader, scan, options, network));
	np_status status = np_network_finish(network, scan.err);
	if (status != NP_OK)
		np_error_set_place(scan.err, scan.line, 1);
	return status;
}

np_status np_netjson_read(np_source *source, const np_load_options *options, np_network *network, np_error *err)
{
	char *text;
	size_t size, mark = 0;
	NP_TRY(np_source_read_all(source, LARGEST_FILE, &text, &size, err));
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		mark = 3;
	np_netjson reader = {0};
	char *spare = malloc(size + 1);
	np_status status = NP_OK;
	if (!spare)
		status = np_fail_memory(err);
	else
		status = np_netjson_parse(&reader, np_scan_on(text + mark, size - mark, spare, 1, err), options, network);
	np_netjson_free(&reader);
	free(spare);
	free(text);
	return status;
}
