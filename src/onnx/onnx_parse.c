/* From the file's messages to the structures of onnx_model.h: one table of fields per message. */
#include "onnx/onnx_model.h"

#include "base/error.h"

#include <string.h>

enum { LONGEST_VALUE = 256 }; /* of an attribute's text */

/* ---- texts and numbers straight into a member ---- */

#define READ_TEXT(function, type, member)                                   \
	static np_status function(np_onnx_wire *wire, void *message)        \
	{                                                                   \
		return np_onnx_read_text(wire, &((type *)message)->member); \
	}
#define READ_INT(function, type, member)                                   \
	static np_status function(np_onnx_wire *wire, void *message)       \
	{                                                                  \
		return np_onnx_read_int(wire, &((type *)message)->member); \
	}
#define READ_TEXTS(function, type, member)                                                  \
	static np_status function(np_onnx_wire *wire, void *message)                        \
	{                                                                                   \
		const char **text = NP_ONNX_PUSH(wire->arena, ((type *)message)->member);   \
		return text ? np_onnx_read_text(wire, text) : np_onnx_fail_full(wire->err); \
	}

static np_status add_int(np_onnx_wire *wire, void *list, int64_t value)
{
	np_onnx_ints *ints = list;
	int64_t *place = NP_ONNX_PUSH(wire->arena, *ints);
	if (!place)
		return np_onnx_fail_full(wire->err);
	*place = value;
	return NP_OK;
}

static np_status add_float(np_onnx_wire *wire, void *list, double value)
{
	np_onnx_floats *floats = list;
	double *place = NP_ONNX_PUSH(wire->arena, *floats);
	if (!place)
		return np_onnx_fail_full(wire->err);
	*place = value;
	return NP_OK;
}

/* ---- shapes and types of values ---- */

static np_status read_dim_size(np_onnx_wire *wire, void *message)
{
	return np_onnx_read_int(wire, &((np_onnx_dim *)message)->size);
}
READ_TEXT(read_dim_name, np_onnx_dim, name)

static const np_onnx_field DIM_FIELDS[] = {{1, "dim_value", read_dim_size}, {2, "dim_param", read_dim_name}, {0}};
static const np_onnx_message DIM = {"a dimension", DIM_FIELDS};

static np_status read_dim(np_onnx_wire *wire, void *message)
{
	np_onnx_info *info = message;
	if (info->dims.count >= NP_MAX_RANK)
		return np_onnx_wire_fail(wire, NP_ERR_LIMIT, "a shape has more than %d dimensions", NP_MAX_RANK);
	np_onnx_dim *dim = NP_ONNX_PUSH(wire->arena, info->dims);
	if (!dim)
		return np_onnx_fail_full(wire->err);
	*dim = (np_onnx_dim){0};
	NP_TRY(np_onnx_read_nested(wire, &DIM, dim));
	if (dim->size < 0)
		dim->size = 0;
	if (dim->name && !dim->name[0])
		dim->name = NULL;
	return NP_OK;
}

static const np_onnx_field SHAPE_FIELDS[] = {{1, "dim", read_dim}, {0}};
static const np_onnx_message SHAPE = {"a shape", SHAPE_FIELDS};

static np_status read_shape(np_onnx_wire *wire, void *message)
{
	np_onnx_info *info = message;
	info->has_shape = true;
	info->dims.count = 0;
	return np_onnx_read_nested(wire, &SHAPE, info);
}

static np_status read_element_type(np_onnx_wire *wire, void *message)
{
	int64_t type;
	NP_TRY(np_onnx_read_int(wire, &type));
	if (type < 0 || type >= NP_ONNX_TYPE_END)
		return np_onnx_wire_fail(wire, NP_ERR_UNSUPPORTED, "element type %lld is not known", (long long)type);
	((np_onnx_info *)message)->type = (int)type;
	return NP_OK;
}

static const np_onnx_field TENSOR_TYPE_FIELDS[] = {{1, "elem_type", read_element_type}, {2, "shape", read_shape}, {0}};
static const np_onnx_message TENSOR_TYPE = {"a tensor type", TENSOR_TYPE_FIELDS};

static np_status read_tensor_type(np_onnx_wire *wire, void *message)
{
	((np_onnx_info *)message)->is_tensor = true;
	return np_onnx_read_nested(wire, &TENSOR_TYPE, message);
}

/* Dense and sparse tensors have a shape; sequences, maps and optional values do not. */
static const np_onnx_field TYPE_FIELDS[] = {
        {1, "tensor_type", read_tensor_type},
        {8, "sparse_tensor_type", read_tensor_type},
        {0},
};
static const np_onnx_message TYPE = {"a type", TYPE_FIELDS};

static np_status read_type(np_onnx_wire *wire, void *message)
{
	return np_onnx_read_nested(wire, &TYPE, message);
}
READ_TEXT(read_info_name, np_onnx_info, name)

static const np_onnx_field INFO_FIELDS[] = {{1, "name", read_info_name}, {2, "type", read_type}, {0}};
static const np_onnx_message INFO = {"a value's description", INFO_FIELDS};

static np_status read_info(np_onnx_wire *wire, np_onnx_info *info)
{
	if (!info)
		return np_onnx_fail_full(wire->err);
	*info = (np_onnx_info){.name = "", .offset = wire->field_at};
	return np_onnx_read_nested(wire, &INFO, info);
}

/* ---- attributes ---- */

static const np_onnx_message GRAPH;

static np_status read_attribute_float(np_onnx_wire *wire, void *message)
{
	np_onnx_attribute *attribute = message;
	attribute->has_float = true;
	return np_onnx_read_float(wire, &attribute->f);
}

static np_status read_attribute_int(np_onnx_wire *wire, void *message)
{
	np_onnx_attribute *attribute = message;
	attribute->has_int = true;
	return np_onnx_read_int(wire, &attribute->i);
}

/* Bytes that may be no text: only short texts mean something to us. */
static np_status read_attribute_text(np_onnx_wire *wire, void *message)
{
	unsigned char *bytes;
	size_t size;
	NP_TRY(np_onnx_read_bytes(wire, LONGEST_VALUE, &bytes, &size));
	if (bytes && !memchr(bytes, 0, size))
		((np_onnx_attribute *)message)->s = (const char *)bytes;
	return NP_OK;
}

static np_status read_attribute_tensor(np_onnx_wire *wire, void *message)
{
	np_onnx_tensor *tensor = np_arena_alloc(wire->arena, sizeof *tensor);
	if (!tensor)
		return np_onnx_fail_full(wire->err);
	((np_onnx_attribute *)message)->tensor = tensor;
	return np_onnx_read_tensor(wire, tensor);
}

static np_status read_attribute_sparse(np_onnx_wire *wire, void *message)
{
	np_onnx_tensor *tensor = np_arena_alloc(wire->arena, sizeof *tensor);
	if (!tensor)
		return np_onnx_fail_full(wire->err);
	((np_onnx_attribute *)message)->tensor = tensor;
	return np_onnx_read_sparse_tensor(wire, tensor);
}

static np_status read_attribute_graph(np_onnx_wire *wire, void *message)
{
	np_onnx_graph *graph = np_arena_alloc(wire->arena, sizeof *graph);
	if (!graph)
		return np_onnx_fail_full(wire->err);
	((np_onnx_attribute *)message)->graph = graph;
	return np_onnx_read_nested(wire, &GRAPH, graph);
}

static np_status read_attribute_floats(np_onnx_wire *wire, void *message)
{
	bool passed_over;
	return np_onnx_read_floats(wire, 4, SIZE_MAX, add_float, &((np_onnx_attribute *)message)->floats, &passed_over);
}

static np_status read_attribute_ints(np_onnx_wire *wire, void *message)
{
	bool passed_over;
	return np_onnx_read_ints(wire, SIZE_MAX, add_int, &((np_onnx_attribute *)message)->ints, &passed_over);
}
READ_TEXT(read_attribute_name, np_onnx_attribute, name)
READ_TEXT(read_attribute_reference, np_onnx_attribute, reference)

static const np_onnx_field ATTRIBUTE_FIELDS[] = {
        {1, "name", read_attribute_name},
        {2, "f", read_attribute_float},
        {3, "i", read_attribute_int},
        {4, "s", read_attribute_text},
        {5, "t", read_attribute_tensor},
        {6, "g", read_attribute_graph},
        {7, "floats", read_attribute_floats},
        {8, "ints", read_attribute_ints},
        {21, "ref_attr_name", read_attribute_reference},
        {22, "sparse_tensor", read_attribute_sparse},
        {0},
};
static const np_onnx_message ATTRIBUTE = {"an attribute", ATTRIBUTE_FIELDS};

static np_status read_attribute(np_onnx_wire *wire, np_onnx_attribute *attribute)
{
	if (!attribute)
		return np_onnx_fail_full(wire->err);
	*attribute = (np_onnx_attribute){.name = ""};
	return np_onnx_read_nested(wire, &ATTRIBUTE, attribute);
}

/* ---- nodes ---- */

READ_TEXTS(read_node_input, np_onnx_node, inputs)
READ_TEXTS(read_node_output, np_onnx_node, outputs)
READ_TEXT(read_node_name, np_onnx_node, name)
READ_TEXT(read_node_op, np_onnx_node, op)
READ_TEXT(read_node_domain, np_onnx_node, domain)
READ_TEXT(read_node_overload, np_onnx_node, overload)

static np_status read_node_attribute(np_onnx_wire *wire, void *message)
{
	np_onnx_node *node = message;
	return read_attribute(wire, NP_ONNX_PUSH(wire->arena, node->attributes));
}

static const np_onnx_field NODE_FIELDS[] = {
        {1, "input", read_node_input},         {2, "output", read_node_output},
        {3, "name", read_node_name},           {4, "op_type", read_node_op},
        {5, "attribute", read_node_attribute}, {7, "domain", read_node_domain},
        {8, "overload", read_node_overload},   {0},
};
static const np_onnx_message NODE = {"a node", NODE_FIELDS};

/* ---- graphs ---- */

static np_status read_node(np_onnx_wire *wire, void *message)
{
	np_onnx_graph *graph = message;
	np_onnx_node *node = NP_ONNX_PUSH(wire->arena, graph->nodes);
	if (!node)
		return np_onnx_fail_full(wire->err);
	int64_t offset = wire->field_at;
	*node = (np_onnx_node){.name = "", .op = "", .domain = "", .overload = "", .offset = offset};
	NP_TRY(np_onnx_read_nested(wire, &NODE, node));
	if (node->op[0])
		return NP_OK;
	return np_fail_offset(wire->err, NP_ERR_SYNTAX, offset, "node '%s' has no operator", node->name);
}

static np_status read_initializer(np_onnx_wire *wire, void *message)
{
	np_onnx_graph *graph = message;
	np_onnx_tensor *tensor = NP_ONNX_PUSH(wire->arena, graph->initializers);
	if (!tensor)
		return np_onnx_fail_full(wire->err);
	*tensor = (np_onnx_tensor){0};
	return np_onnx_read_tensor(wire, tensor);
}

static np_status read_sparse_initializer(np_onnx_wire *wire, void *message)
{
	np_onnx_graph *graph = message;
	np_onnx_tensor *tensor = NP_ONNX_PUSH(wire->arena, graph->initializers);
	if (!tensor)
		return np_onnx_fail_full(wire->err);
	*tensor = (np_onnx_tensor){0};
	return np_onnx_read_sparse_tensor(wire, tensor);
}

static np_status read_input(np_onnx_wire *wire, void *message)
{
	np_onnx_graph *graph = message;
	return read_info(wire, NP_ONNX_PUSH(wire->arena, graph->inputs));
}

static np_status read_output(np_onnx_wire *wire, void *message)
{
	np_onnx_graph *graph = message;
	return read_info(wire, NP_ONNX_PUSH(wire->arena, graph->outputs));
}

static np_status read_value_info(np_onnx_wire *wire, void *message)
{
	np_onnx_graph *graph = message;
	return read_info(wire, NP_ONNX_PUSH(wire->arena, graph->infos));
}

static const np_onnx_field GRAPH_FIELDS[] = {
        {1, "node", read_node},
        {5, "initializer", read_initializer},
        {11, "input", read_input},
        {12, "output", read_output},
        {13, "value_info", read_value_info},
        {15, "sparse_initializer", read_sparse_initializer},
        {0},
};
static const np_onnx_message GRAPH = {"a graph", GRAPH_FIELDS};

/* ---- operator sets and functions ---- */

READ_TEXT(read_opset_domain, np_onnx_opset, domain)
READ_INT(read_opset_version, np_onnx_opset, version)

static const np_onnx_field OPSET_FIELDS[] = {{1, "domain", read_opset_domain}, {2, "version", read_opset_version}, {0}};
static const np_onnx_message OPSET = {"an operator set", OPSET_FIELDS};

static np_status read_opset(np_onnx_wire *wire, np_onnx_opset *opset)
{
	if (!opset)
		return np_onnx_fail_full(wire->err);
	*opset = (np_onnx_opset){.domain = ""};
	return np_onnx_read_nested(wire, &OPSET, opset);
}

READ_TEXT(read_function_name, np_onnx_function, name)
READ_TEXT(read_function_domain, np_onnx_function, domain)
READ_TEXT(read_function_overload, np_onnx_function, overload)
READ_TEXTS(read_function_input, np_onnx_function, inputs)
READ_TEXTS(read_function_output, np_onnx_function, outputs)

static np_status read_function_node(np_onnx_wire *wire, void *message)
{
	return read_node(wire, &((np_onnx_function *)message)->body);
}

static np_status read_function_info(np_onnx_wire *wire, void *message)
{
	return read_value_info(wire, &((np_onnx_function *)message)->body);
}

static np_status read_function_default(np_onnx_wire *wire, void *message)
{
	np_onnx_function *function = message;
	return read_attribute(wire, NP_ONNX_PUSH(wire->arena, function->defaults));
}

static np_status read_function_opset(np_onnx_wire *wire, void *message)
{
	np_onnx_function *function = message;
	return read_opset(wire, NP_ONNX_PUSH(wire->arena, function->opsets));
}

static const np_onnx_field FUNCTION_FIELDS[] = {
        {1, "name", read_function_name},
        {4, "input", read_function_input},
        {5, "output", read_function_output},
        {7, "node", read_function_node},
        {9, "opset_import", read_function_opset},
        {10, "domain", read_function_domain},
        {11, "attribute_proto", read_function_default},
        {12, "value_info", read_function_info},
        {13, "overload", read_function_overload},
        {0},
};
static const np_onnx_message FUNCTION = {"a function", FUNCTION_FIELDS};

/* ---- the model ---- */

READ_INT(read_ir_version, np_onnx_model, ir_version)

static np_status read_graph(np_onnx_wire *wire, void *message)
{
	np_onnx_model *model = message;
	model->has_graph = true;
	return np_onnx_read_nested(wire, &GRAPH, &model->graph);
}

static np_status read_model_opset(np_onnx_wire *wire, void *message)
{
	np_onnx_model *model = message;
	return read_opset(wire, NP_ONNX_PUSH(wire->arena, model->opsets));
}

static np_status read_function(np_onnx_wire *wire, void *message)
{
	np_onnx_model *model = message;
	np_onnx_function *function = NP_ONNX_PUSH(wire->arena, model->functions);
	if (!function)
		return np_onnx_fail_full(wire->err);
	*function = (np_onnx_function){.name = "", .domain = "", .overload = ""};
	return np_onnx_read_nested(wire, &FUNCTION, function);
}

static const np_onnx_field MODEL_FIELDS[] = {
        {1, "ir_version", read_ir_version},
        {7, "graph", read_graph},
        {8, "opset_import", read_model_opset},
        {25, "functions", read_function},
        {0},
};
static const np_onnx_message MODEL = {"the model", MODEL_FIELDS};

np_status np_onnx_parse(np_source *source, np_arena *arena, np_onnx_model *model, np_error *err)
{
	np_onnx_wire wire;
	np_onnx_wire_begin(&wire, source, arena, err);
	NP_TRY(np_onnx_read_message(&wire, &MODEL, model));
	if (model->has_graph)
		return NP_OK;
	return np_fail_offset(err, NP_ERR_SYNTAX, np_source_offset(source),
	                      "the file ends without a graph; an ONNX model was expected");
}
