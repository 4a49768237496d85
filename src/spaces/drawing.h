/* A network that is being drawn: layers one after the other, as every writer needs them. */
#ifndef NP_SPACES_DRAWING_H
#define NP_SPACES_DRAWING_H

#include "base/random.h"
#include "base/text.h"

#include <neuralpower/network.h>
#include <neuralpower/space.h>

enum { NP_DRAWN_LAYERS = 512, NP_DRAWN_NAME = 16 };

typedef struct np_drawn_layer {
	np_kind kind;
	char name[NP_DRAWN_NAME];
	int inputs[2]; /* layers, -1 = the network's input */
	int input_count;
	int out, kernel, stride, pad, groups; /* where the kind has them */
} np_drawn_layer;

typedef struct np_drawing {
	np_random random;
	char name[64];
	int64_t batch;
	int in_channels, in_size; /* of the network's input */
	np_drawn_layer layers[NP_DRAWN_LAYERS];
	int count;
	int last;           /* layer that the next one reads, -1 = the input */
	int channels, size; /* of what it reads */
	int numbers[NP_KIND_COUNT];
} np_drawing;

/* Whole numbers from `least` to `most`. */
int np_draw_between(np_drawing *d, int least, int most);

/* Each adds a layer behind the last and returns its index; the drawing stays as it is when it is full. */
int np_draw_input(np_drawing *d, int channels, int size); /* begins; returns -1 */
int np_draw_conv(np_drawing *d, int out, int kernel, int stride, int pad, int groups);
int np_draw_pool(np_drawing *d, int kernel, int stride);
int np_draw_relu(np_drawing *d);
int np_draw_global_pool(np_drawing *d);
int np_draw_fc(np_drawing *d, int out);
int np_draw_sum(np_drawing *d, int other);

/* The spaces. */
void np_draw_cifar10(np_drawing *d);
void np_draw_mnist(np_drawing *d);
void np_draw_residual(np_drawing *d);
void np_draw_mobile(np_drawing *d);

void np_drawing_prototxt(const np_drawing *d, np_text *out);
void np_drawing_line(const np_drawing *d, np_text *out);

#endif
