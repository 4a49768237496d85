/*
 * Plain chains, as the authors of NeuralPower drew their training networks: 2 to 6 pairs of convolution (30 to 60 channels,
 * kernel 2 to 5, stride 1 or 2) and pooling (kernel and stride 1 or 2), 1 to 4 fully connected layers of 50 to 1000
 * outputs, then one of 10. What they do not say is ours: no padding, outputs rounded down, ReLU after every product but the
 * last, kernels no larger than what is left of the image, and no further pair once that is a single pixel.
 */
#include "spaces/drawing.h"

static int at_most(int value, int limit)
{
	return value < limit ? value : limit;
}

static void draw_pair(np_drawing *d)
{
	int out = np_draw_between(d, 30, 60);
	int kernel = np_draw_between(d, 2, at_most(5, d->size));
	int stride = np_draw_between(d, 1, 2);
	np_draw_conv(d, out, kernel, stride, 0, 1);
	np_draw_relu(d);
	kernel = np_draw_between(d, 1, at_most(2, d->size));
	stride = np_draw_between(d, 1, 2);
	np_draw_pool(d, kernel, stride);
}

static void draw_chain(np_drawing *d)
{
	int pairs = np_draw_between(d, 2, 6);
	for (int i = 0; i < pairs && d->size > 1; i++)
		draw_pair(d);
	int hidden = np_draw_between(d, 1, 4);
	for (int i = 0; i < hidden; i++) {
		np_draw_fc(d, np_draw_between(d, 50, 1000));
		np_draw_relu(d);
	}
	np_draw_fc(d, 10);
}

void np_draw_cifar10(np_drawing *d)
{
	np_draw_input(d, 3, 32);
	draw_chain(d);
}

void np_draw_mnist(np_drawing *d)
{
	np_draw_input(d, 1, 28);
	draw_chain(d);
}
