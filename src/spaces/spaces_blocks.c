/*
 * Networks of blocks with shortcuts: residual networks for small images (He et al. 2016), and mobile ones of inverted
 * bottlenecks with depthwise convolutions (Sandler et al. 2018). Normalisation is folded into the convolutions, as for
 * inference.
 */
#include "spaces/drawing.h"

/* ---- residual ---- */

typedef struct stage {
	int width, kernel, stride;
	bool bottleneck;
} stage;

static void draw_residual_block(np_drawing *d, const stage *s)
{
	int from = d->last, channels = d->channels, size = d->size, shortcut = from;
	if (s->bottleneck) {
		np_draw_conv(d, s->width / 4, 1, 1, 0, 1);
		np_draw_relu(d);
	}
	np_draw_conv(d, s->bottleneck ? s->width / 4 : s->width, s->kernel, s->stride, s->kernel / 2, 1);
	np_draw_relu(d);
	int end = s->bottleneck ? np_draw_conv(d, s->width, 1, 1, 0, 1)
	                        : np_draw_conv(d, s->width, s->kernel, 1, s->kernel / 2, 1);
	if (channels != s->width || s->stride > 1) {
		d->last = from;
		d->channels = channels;
		d->size = size;
		shortcut = np_draw_conv(d, s->width, 1, s->stride, 0, 1);
	}
	d->last = end;
	np_draw_sum(d, shortcut);
	np_draw_relu(d);
}

void np_draw_residual(np_drawing *d)
{
	np_draw_input(d, 3, 32);
	stage s = {.width = 16 * np_draw_between(d, 1, 4), .stride = 1};
	s.bottleneck = np_draw_between(d, 0, 1);
	int stages = np_draw_between(d, 2, 4);
	np_draw_conv(d, s.width, 3, 1, 1, 1);
	np_draw_relu(d);
	for (int i = 0; i < stages; i++) {
		int blocks = np_draw_between(d, 1, 4);
		s.kernel = np_draw_between(d, 0, 3) ? 3 : 5;
		if (i)
			s.width = s.width * np_draw_between(d, 3, 4) / 2 / 4 * 4;
		for (int k = 0; k < blocks; k++) {
			s.stride = i && !k ? 2 : 1;
			draw_residual_block(d, &s);
		}
	}
	np_draw_global_pool(d);
	np_draw_fc(d, 10);
}

/* ---- mobile ---- */

static void draw_inverted_block(np_drawing *d, int width, int kernel, int stride, int expansion)
{
	int from = d->last, channels = d->channels;
	if (expansion > 1) {
		np_draw_conv(d, channels * expansion, 1, 1, 0, 1);
		np_draw_relu(d);
	}
	np_draw_conv(d, d->channels, kernel, stride, kernel / 2, d->channels);
	np_draw_relu(d);
	np_draw_conv(d, width, 1, 1, 0, 1);
	if (stride == 1 && channels == width)
		np_draw_sum(d, from);
}

void np_draw_mobile(np_drawing *d)
{
	static const int WIDTHS[] = {16, 24, 40, 80, 112, 192}, STRIDES[] = {1, 2, 2, 2, 1, 2}, EXPANSIONS[] = {1, 3, 6};
	np_draw_input(d, 3, 32 * np_draw_between(d, 4, 7));
	np_draw_conv(d, 8 * np_draw_between(d, 2, 4), 3, 2, 1, 1);
	np_draw_relu(d);
	for (int i = 0; i < 6; i++) {
		int width = WIDTHS[i] * np_draw_between(d, 2, 6) / 4 / 8 * 8;
		int blocks = np_draw_between(d, 1, 4), kernel = 3 + 2 * np_draw_between(d, 0, 2);
		int expansion = i ? EXPANSIONS[np_draw_between(d, 0, 2)] : 1;
		for (int k = 0; k < blocks; k++)
			draw_inverted_block(d, width < 8 ? 8 : width, kernel, k ? 1 : STRIDES[i], expansion);
	}
	np_draw_conv(d, 320 * np_draw_between(d, 2, 4), 1, 1, 0, 1);
	np_draw_relu(d);
	np_draw_global_pool(d);
	np_draw_fc(d, 1000);
}
