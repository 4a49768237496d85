/* Paleo JSON network definitions: the whole file. The graph is in paleo_graph.c, the layer types in paleo_layers.c. */
#include "paleo/paleo.h"

#include "base/error.h"
#include "network/network.h"
#include "paleo/paleo_graph.h"
#include "text/json_document.h"
#include "text/json_locate.h"

#include <stdlib.h>
#include <string.h>

/* Far beyond any network written down; together they bound what the parsed document takes. */
enum { LARGEST_FILE = 1 << 20, MOST_CONTAINERS = 100000, LARGEST_GRAPH = 48 << 20 };

/* A container takes hundreds of bytes once it is parsed, two in the file. */
static np_status check_containers(const char *text, size_t size, np_error *err)
{
	int count = 0;
	for (size_t i = 0; i < size; i++)
		count += text[i] == '{' || text[i] == '[';
	return count <= MOST_CONTAINERS
	               ? NP_OK
	               : np_fail(err, NP_ERR_LIMIT, "the file has more than %d objects and arrays", MOST_CONTAINERS);
}

static np_status parse(const char *text, size_t size, json_t **root, np_error *err)
{
	NP_TRY(check_containers(text, size, err));
	return np_json_parse(text, size, JSON_REJECT_DUPLICATES, "a network of Paleo in JSON was", root, err);
}

static np_status fail_root(const np_paleo_reader *reader, const char *key, const char *what)
{
	int line, column;
	np_json_locate(reader->text, reader->size, &key, 1, &line, &column);
	return np_fail_at(reader->err, NP_ERR_DATA, line, column, "%s", what);
}

static np_status read_root(np_paleo_reader *reader, const json_t *root)
{
	json_t *layers = json_object_get(root, "layers"), *name = json_object_get(root, "name");
	if (!json_is_object(layers))
		return fail_root(reader, "layers", "a Paleo network is an object with an object 'layers'");
	if (name && !json_is_string(name))
		return fail_root(reader, "name", "'name': a text was expected");
	if (name && *json_string_value(name))
		NP_TRY(np_network_set_name(reader->network, json_string_value(name), reader->err));
	NP_TRY(np_paleo_read_graph(reader, layers));
	for (int i = 0; i < reader->layer_count; i++)
		NP_TRY(np_paleo_add(reader, &reader->layers[reader->order[i]]));
	if (!np_network_layer_count(reader->network))
		return fail_root(reader, "layers", "the network has no layer");
	return NP_OK;
}

static np_status read_text(np_paleo_reader *reader)
{
	json_t *root;
	reader->names = json_object();
	if (!reader->names)
		return np_fail_memory(reader->err);
	NP_TRY(parse(reader->text, reader->size, &root, reader->err));
	np_status status = read_root(reader, root);
	json_decref(root);
	return status;
}

np_status np_paleo_read(np_source *source, const np_load_options *options, np_network *network, np_error *err)
{
	char *text;
	size_t size, mark = 0;
	NP_TRY(np_source_read_all(source, LARGEST_FILE, &text, &size, err));
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		mark = 3; /* the byte order mark some editors write */
	np_paleo_reader reader = {.network = network,
	                          .options = options,
	                          .err = err,
	                          .arena.limit = LARGEST_GRAPH,
	                          .text = text + mark,
	                          .size = size - mark};
	np_status status = read_text(&reader);
	if (status != NP_OK)
		np_error_set_place(err, 1, 1); /* what concerns the file as a whole */
	json_decref(reader.names);
	free(reader.layers);
	free(reader.blocks);
	np_arena_free(&reader.arena);
	free(text);
	return status;
}
