/* Drawings as texts: a Caffe prototxt file, a JSON line. Both say the same network. */
#include "spaces/drawing.h"

#include <inttypes.h>

static const char *name_of(const np_drawing *d, int layer)
{
	return layer < 0 ? "data" : d->layers[layer].name;
}

/* ---- prototxt ---- */

static const char *caffe_type(np_kind kind)
{
	switch (kind) {
	case NP_CONV:
		return "Convolution";
	case NP_FC:
		return "InnerProduct";
	case NP_RELU:
		return "ReLU";
	case NP_ELTWISE:
		return "Eltwise";
	default:
		return "Pooling";
	}
}

static void put_param(np_text *out, const np_drawn_layer *l)
{
	if (l->kind == NP_CONV) {
		np_text_printf(out, "\n  convolution_param { num_output: %d kernel_size: %d stride: %d pad: %d", l->out,
		               l->kernel, l->stride, l->pad);
		if (l->groups > 1)
			np_text_printf(out, " group: %d", l->groups);
		np_text_puts(out, " }\n}\n");
	} else if (l->kind == NP_MAXPOOL) {
		np_text_printf(out, "\n  pooling_param { pool: MAX kernel_size: %d stride: %d round_mode: FLOOR }\n}\n",
		               l->kernel, l->stride);
	} else if (l->kind == NP_GLOBALAVGPOOL) {
		np_text_puts(out, " pooling_param { pool: AVE global_pooling: true } }\n");
	} else if (l->kind == NP_FC) {
		np_text_printf(out, " inner_product_param { num_output: %d } }\n", l->out);
	} else {
		np_text_puts(out, " }\n");
	}
}

void np_drawing_prototxt(const np_drawing *d, np_text *out)
{
	np_text_printf(out, "name: \"%s\"\n", d->name);
	np_text_printf(out,
	               "layer { name: \"data\" type: \"Input\" top: \"data\"\n"
	               "  input_param { shape { dim: %" PRId64 " dim: %d dim: %d dim: %d } }\n}\n",
	               d->batch, d->in_channels, d->in_size, d->in_size);
	for (int i = 0; i < d->count; i++) {
		const np_drawn_layer *l = &d->layers[i];
		np_text_printf(out, "layer { name: \"%s\" type: \"%s\"", l->name, caffe_type(l->kind));
		for (int k = 0; k < l->input_count; k++)
			np_text_printf(out, " bottom: \"%s\"", name_of(d, l->inputs[k]));
		np_text_printf(out, " top: \"%s\"", l->name);
		put_param(out, l);
	}
}

/* ---- a JSON line ---- */

static void put_number(np_text *out, const char *key, int value, int standard)
{
	if (value != standard)
		np_text_printf(out, ",\"%s\":%d", key, value);
}

static void put_layer(np_text *out, const np_drawing *d, int index)
{
	const np_drawn_layer *l = &d->layers[index];
	np_text_printf(out, "%s{\"name\":\"%s\",\"type\":\"%s\"", index ? "," : "", l->name, np_kind_name(l->kind));
	if (l->input_count > 1)
		np_text_printf(out, ",\"input\":[\"%s\",\"%s\"]", name_of(d, l->inputs[0]), name_of(d, l->inputs[1]));
	else if (l->inputs[0] != index - 1)
		np_text_printf(out, ",\"input\":\"%s\"", name_of(d, l->inputs[0]));
	put_number(out, "out", l->out, 0);
	put_number(out, "kernel", l->kernel, 0);
	if (l->kernel)
		put_number(out, "stride", l->stride, 1);
	put_number(out, "pad", l->pad, 0);
	put_number(out, "groups", l->groups ? l->groups : 1, 1);
	np_text_puts(out, "}");
}

void np_drawing_line(const np_drawing *d, np_text *out)
{
	np_text_printf(out,
	               "{\"schema\":\"neuralpower/network/1\",\"name\":\"%s\",\"input\":[%" PRId64 ",%d,%d,%d],\"layers\":[",
	               d->name, d->batch, d->in_channels, d->in_size, d->in_size);
	for (int i = 0; i < d->count; i++)
		put_layer(out, d, i);
	np_text_puts(out, "]}\n");
}
