/* Layers of a drawing, and how they change the size of what flows. */
#include "spaces/drawing.h"

#include <stdio.h>

int np_draw_between(np_drawing *d, int least, int most)
{
	return least + np_random_below(&d->random, most - least + 1);
}

static const char *prefix(const np_drawn_layer *layer)
{
	switch (layer->kind) {
	case NP_CONV:
		return layer->groups > 1 ? "dw" : "conv";
	case NP_MAXPOOL:
		return "pool";
	case NP_GLOBALAVGPOOL:
		return "gap";
	case NP_ELTWISE:
		return "sum";
	default:
		return np_kind_name(layer->kind);
	}
}

static int add(np_drawing *d, np_drawn_layer layer)
{
	if (d->count == NP_DRAWN_LAYERS)
		return d->last;
	if (!layer.input_count) {
		layer.inputs[0] = d->last;
		layer.input_count = 1;
	}
	int number = layer.kind == NP_CONV && layer.groups > 1 ? ++d->numbers[NP_OTHER] : ++d->numbers[layer.kind];
	snprintf(layer.name, sizeof layer.name, "%.8s%d", prefix(&layer), number % 100000);
	d->layers[d->count] = layer;
	return d->last = d->count++;
}

int np_draw_input(np_drawing *d, int channels, int size)
{
	d->in_channels = d->channels = channels;
	d->in_size = d->size = size;
	return d->last = -1;
}

int np_draw_conv(np_drawing *d, int out, int kernel, int stride, int pad, int groups)
{
	d->size = (d->size + 2 * pad - kernel) / stride + 1;
	d->channels = out;
	return add(d, (np_drawn_layer){
	                      .kind = NP_CONV, .out = out, .kernel = kernel, .stride = stride, .pad = pad, .groups = groups});
}

int np_draw_pool(np_drawing *d, int kernel, int stride)
{
	d->size = (d->size - kernel) / stride + 1;
	return add(d, (np_drawn_layer){.kind = NP_MAXPOOL, .kernel = kernel, .stride = stride});
}

int np_draw_relu(np_drawing *d)
{
	return add(d, (np_drawn_layer){.kind = NP_RELU});
}

int np_draw_global_pool(np_drawing *d)
{
	d->size = 1;
	return add(d, (np_drawn_layer){.kind = NP_GLOBALAVGPOOL});
}

int np_draw_fc(np_drawing *d, int out)
{
	d->channels = out;
	d->size = 1;
	return add(d, (np_drawn_layer){.kind = NP_FC, .out = out});
}

int np_draw_sum(np_drawing *d, int other)
{
	return add(d, (np_drawn_layer){.kind = NP_ELTWISE, .inputs = {d->last, other}, .input_count = 2});
}
