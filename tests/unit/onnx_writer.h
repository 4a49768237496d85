/*
 * Writes small ONNX models for tests, byte by byte, so that tests may also write what no exporter would.
 * Node attributes are a text: "group=2;pads=[1,1,0,0];alpha=0.5;auto_pad=SAME_UPPER".
 */
#ifndef NP_TEST_ONNX_WRITER_H
#define NP_TEST_ONNX_WRITER_H

#include "test_support.h"

typedef struct message {
	unsigned char data[16384];
	size_t size;
} message;

static inline void put_byte(message *m, unsigned byte)
{
	assert_true(m->size < sizeof m->data);
	m->data[m->size++] = (unsigned char)byte;
}

static inline void put_varint(message *m, uint64_t value)
{
	for (; value >= 128; value >>= 7)
		put_byte(m, (unsigned)(value & 127) | 128);
	put_byte(m, (unsigned)value);
}

static inline void put_int(message *m, unsigned field, int64_t value)
{
	put_varint(m, field << 3);
	put_varint(m, (uint64_t)value);
}

static inline void put_bytes(message *m, unsigned field, const void *data, size_t size)
{
	put_varint(m, field << 3 | 2);
	put_varint(m, size);
	for (size_t i = 0; i < size; i++)
		put_byte(m, ((const unsigned char *)data)[i]);
}

static inline void put_text(message *m, unsigned field, const char *text)
{
	put_bytes(m, field, text, strlen(text));
}

static inline void put_message(message *m, unsigned field, const message *inner)
{
	put_bytes(m, field, inner->data, inner->size);
}

static inline void put_float(message *m, unsigned field, float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	put_varint(m, field << 3 | 5);
	for (int i = 0; i < 4; i++)
		put_byte(m, bits >> (8 * i) & 255);
}

/* "a,b,,c" as one text field each. */
static inline void put_names(message *m, unsigned field, const char *names)
{
	if (!*names)
		return;
	for (;;) {
		size_t length = strcspn(names, ",");
		put_bytes(m, field, names, length);
		if (!names[length])
			return;
		names += length + 1;
	}
}

/* "1x3xHxW": numbers are sizes, "?" is open, anything else a name. */
static inline void put_shape(message *type, const char *shape)
{
	message dims = {.size = 0};
	while (*shape) {
		message dim = {.size = 0};
		size_t length = strcspn(shape, "x");
		if (*shape >= '0' && *shape <= '9')
			put_int(&dim, 1, strtoll(shape, NULL, 10));
		else if (*shape != '?')
			put_bytes(&dim, 2, shape, length);
		put_message(&dims, 1, &dim);
		shape += length + (shape[length] == 'x');
	}
	put_message(type, 2, &dims);
}

/* A value's name, element type and shape; NULL leaves the shape out. */
static inline message value_info(const char *name, int type, const char *shape)
{
	message tensor = {.size = 0}, any = {.size = 0}, info = {.size = 0};
	put_int(&tensor, 1, type);
	if (shape)
		put_shape(&tensor, shape);
	put_message(&any, 1, &tensor);
	put_text(&info, 1, name);
	put_message(&info, 2, &any);
	return info;
}

static inline void put_attribute(message *node, const char *text, size_t length)
{
	message a = {.size = 0};
	char copy[256], *value, *end;
	assert_true(length < sizeof copy);
	memcpy(copy, text, length);
	copy[length] = '\0';
	value = strchr(copy, '=');
	assert_non_null(value);
	*value++ = '\0';
	put_text(&a, 1, copy);
	if (*value == '[') {
		for (value++; *value && *value != ']'; value = *end == ',' ? end + 1 : end)
			put_int(&a, 8, strtoll(value, &end, 10));
	} else if (*value == '@') {
		put_text(&a, 21, value + 1);
	} else if (strchr("-0123456789", *value) && strchr(value, '.')) {
		put_float(&a, 2, strtof(value, NULL));
	} else if (strchr("-0123456789", *value)) {
		put_int(&a, 3, strtoll(value, NULL, 10));
	} else {
		put_text(&a, 4, value);
	}
	put_message(node, 5, &a);
}

static inline message node_of(const char *domain, const char *op, const char *inputs, const char *outputs,
                              const char *attributes)
{
	message node = {.size = 0};
	put_names(&node, 1, inputs);
	put_names(&node, 2, outputs);
	put_text(&node, 4, op);
	if (*domain)
		put_text(&node, 7, domain);
	while (attributes && *attributes) {
		size_t length = strcspn(attributes, ";");
		put_attribute(&node, attributes, length);
		attributes += length + (attributes[length] == ';');
	}
	return node;
}

/* A tensor without values, as files without weights have it. "" is a scalar. */
static inline message tensor_of(const char *name, int type, const char *shape)
{
	message t = {.size = 0};
	while (*shape) {
		put_int(&t, 1, strtoll(shape, NULL, 10));
		size_t length = strcspn(shape, "x");
		shape += length + (shape[length] == 'x');
	}
	put_int(&t, 2, type);
	put_text(&t, 8, name);
	return t;
}

/* Integers as raw data. */
static inline message ints_of(const char *name, const char *shape, int count, const int64_t *values)
{
	message t = tensor_of(name, 7, shape);
	put_bytes(&t, 9, values, (size_t)count * sizeof *values);
	return t;
}

/* A model: whatever is put into `graph` becomes its graph. */
typedef struct model {
	message graph, functions;
	int opset;
} model;

static inline void add_input(model *m, const char *name, const char *shape)
{
	message info = value_info(name, 1, shape);
	put_message(&m->graph, 11, &info);
}

static inline void add_output(model *m, const char *name)
{
	message info = value_info(name, 1, NULL);
	put_message(&m->graph, 12, &info);
}

static inline void add_weight(model *m, const char *name, const char *shape)
{
	message t = tensor_of(name, 1, shape);
	put_message(&m->graph, 5, &t);
}

#define ADD_INTS(m, name, ...) add_ints(m, name, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__})

static inline void add_ints(model *m, const char *name, size_t count, const int64_t *values)
{
	char shape[16];
	snprintf(shape, sizeof shape, "%zu", count);
	message t = ints_of(name, shape, (int)count, values);
	put_message(&m->graph, 5, &t);
}

static inline void add_scalar(model *m, const char *name, int64_t value)
{
	message t = ints_of(name, "", 1, &value);
	put_message(&m->graph, 5, &t);
}

static inline void add_node(model *m, const char *op, const char *inputs, const char *outputs, const char *attributes)
{
	message node = node_of("", op, inputs, outputs, attributes);
	put_message(&m->graph, 1, &node);
}

static inline message model_bytes(const model *m)
{
	message file = {.size = 0}, opset = {.size = 0};
	put_int(&file, 1, 8);
	put_int(&opset, 2, m->opset ? m->opset : 17);
	put_message(&file, 8, &opset);
	put_message(&file, 7, &m->graph);
	memcpy(file.data + file.size, m->functions.data, m->functions.size);
	file.size += m->functions.size;
	return file;
}

#endif
