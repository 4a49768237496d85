/* Caffe prototxt, current and V1: the whole file. Layers are read in caffe_layer.c, their types are in caffe_types.c. */
#include "caffe/caffe.h"

#include "base/error.h"
#include "caffe/caffe_layer.h"
#include "network/network.h"

#include <stdlib.h>

/* Far beyond any network written down; with the tree it keeps a hostile file within the memory promised. */
enum { LARGEST_FILE = 8 << 20, LARGEST_TREE = 32 << 20 };

static np_status check_is_network(const np_proto *root, np_error *err)
{
	static const char *const SOLVER[] = {"net", "train_net", "test_net"};
	if (np_proto_find(root, "layer") || np_proto_find(root, "layers"))
		return NP_OK;
	for (size_t i = 0; i < sizeof SOLVER / sizeof *SOLVER; i++) {
		const np_proto *net = np_proto_find(root, SOLVER[i]);
		if (net)
			return np_fail_at(err, NP_ERR_DATA, net->line, net->column,
			                  "this is a solver, not a network: read the file that its '%s' names", SOLVER[i]);
	}
	return np_fail_at(err, NP_ERR_DATA, 1, 1, "the file has no 'layer' (or V1 'layers'): it describes no network");
}

static np_status read_layers(np_caffe_reader *reader)
{
	for (const np_proto *field = reader->root->first; field; field = field->next) {
		bool included;
		if (!np_proto_named(field, "layer") && !np_proto_named(field, "layers"))
			continue;
		if (field->kind != NP_PROTO_MESSAGE)
			return np_fail_at(reader->err, NP_ERR_DATA, field->line, field->column,
			                  "'%.*s': a message in braces was expected", (int)field->name_length, field->name);
		NP_TRY(np_caffe_is_included(reader, field, &included));
		if (included)
			NP_TRY(np_caffe_read_layer(reader, field));
	}
	return NP_OK;
}

static np_status read_root(np_caffe_reader *reader)
{
	const char *name = NULL;
	NP_TRY(check_is_network(reader->root, reader->err));
	NP_TRY(np_proto_string(reader->root, "name", &name, reader->err));
	if (name && *name)
		NP_TRY(np_network_set_name(reader->network, name, reader->err));
	NP_TRY(np_caffe_read_state(reader));
	NP_TRY(np_caffe_read_inputs(reader));
	NP_TRY(read_layers(reader));
	if (!np_network_layer_count(reader->network))
		return np_fail_at(reader->err, NP_ERR_DATA, 1, 1, "no layer of the file takes part in the test phase");
	return NP_OK;
}

static np_status read_text(const char *text, size_t size, np_caffe_reader *reader)
{
	np_proto *root;
	NP_TRY(np_proto_parse(text, size, &reader->arena, &root, reader->err));
	reader->root = root;
	return read_root(reader);
}

np_status np_caffe_read(np_source *source, const np_load_options *options, np_network *network, np_error *err)
{
	char *text;
	size_t size;
	NP_TRY(np_source_read_all(source, LARGEST_FILE, &text, &size, err));
	np_caffe_reader reader = {.network = network, .options = options, .err = err, .arena.limit = LARGEST_TREE};
	np_status status = read_text(text, size, &reader);
	if (status != NP_OK)
		np_error_set_place(err, 1, 1); /* what concerns the file as a whole */
	np_blob_names_free(&reader.blobs);
	np_blob_names_free(&reader.shared);
	np_blob_names_free(&reader.stages);
	np_arena_free(&reader.arena);
	free(text);
	return status;
}
