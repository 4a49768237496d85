/* Work and traffic of layers. */
#include "features/physical.h"

#include <math.h>

/* Rounded up to whole tiles of `tile`. */
static double tiled(double value, double tile)
{
	return ceil(value / tile) * tile;
}

static double over(double value, double limit)
{
	return value > limit ? value - limit : 0;
}

static double when(bool holds, double value)
{
	return holds ? value : 0;
}

/* A product of a rows x inner matrix with an inner x columns matrix, `count` times, and what it moves. */
typedef struct product {
	double batch, count, rows, inner, columns;
	double read, written, weights;
} product;

static double work_of(const product *p)
{
	return p->count * p->rows * p->inner * p->columns;
}

static double traffic_of(const product *p)
{
	return p->read + p->written + p->weights;
}

/* In the order of NP_PRODUCT_NAMES. */
static void fill_product(const product *p, double *out)
{
	double work = work_of(p), traffic = traffic_of(p), tasks = p->count * p->inner;
	int i = 0;
	out[i++] = 1;
	out[i++] = p->batch;
	out[i++] = work;
	out[i++] = p->read;
	out[i++] = p->written;
	out[i++] = p->weights;
	out[i++] = tasks * tiled(p->rows, 16) * tiled(p->columns, 16);
	out[i++] = tasks * tiled(p->rows, 64) * tiled(p->columns, 64);
	out[i++] = sqrt(work * traffic); /* correctly rounded, so the same everywhere */
	for (double beta = 2; beta <= 128; beta *= 4)
		out[i++] = fmax(work, beta * traffic);
	for (int k = 16; k <= 24; k += 4)
		out[i++] = over(traffic, ldexp(1, k));
	for (int k = 18; k <= 22; k += 4)
		out[i++] = over(p->weights, ldexp(1, k));
}

void np_physical_conv(const np_layer_config *c, double *physical, double *shape)
{
	double n = (double)c->batch, groups = (double)c->groups, out_c = (double)c->out_c;
	double positions = (double)c->out_h * (double)c->out_w, window = (double)c->kernel_h * (double)c->kernel_w;
	double filter_in = (double)c->in_c / groups, strides = (double)c->stride_h * (double)c->stride_w;
	product p = {
	        .batch = n, .count = groups, .rows = n * positions, .inner = filter_in * window, .columns = out_c / groups};
	p.read = n * (double)c->in_c * (double)c->in_h * (double)c->in_w;
	p.written = n * out_c * positions;
	p.weights = out_c * p.inner;
	fill_product(&p, physical);
	double work = work_of(&p), unrolled = p.rows * p.inner * groups;
	bool square_3 = c->kernel_h == 3 && c->kernel_w == 3 && strides == 1;
	double *own = physical + NP_PRODUCT_COUNT;
	*own++ = unrolled;
	*own++ = when(strides > 1, unrolled);
	*own++ = when(window == 1, work);
	*own++ = when(square_3, work);
	*own++ = when(window > 9, work);
	*own++ = when(strides > 1, work);
	*own++ = when(filter_in < 8, work);
	*own++ = when(c->groups > 1, work);
	*own++ = when(c->dilation_h > 1 || c->dilation_w > 1, work);
	*own++ = when(square_3, n * tiled((double)c->out_h, 4) * tiled((double)c->out_w, 4) * out_c * filter_in);
	*own++ = n * groups;
	const double quantities[] = {n, positions, filter_in, out_c, window, strides, groups, work / traffic_of(&p)};
	for (int i = 0; i < 8; i++)
		shape[i] = quantities[i];
}

void np_physical_fc(const np_layer_config *c, double *physical, double *shape)
{
	double n = (double)c->batch, vector = (double)c->in_c * (double)c->in_h * (double)c->in_w, out = (double)c->out_c;
	product p = {.batch = n, .count = 1, .rows = n, .inner = vector, .columns = out};
	p.read = n * vector;
	p.written = n * out;
	p.weights = vector * out;
	fill_product(&p, physical);
	/* One item is a product with a vector: bound by the weights, and never faster than that for more items. */
	physical[NP_PRODUCT_COUNT] = vector * out * (n > 1 ? fmax(1, n / 8) : 1);
	shape[0] = n;
	shape[1] = vector;
	shape[2] = out;
	shape[3] = work_of(&p) / traffic_of(&p);
}

void np_physical_matmul(const np_layer_config *c, double *physical, double *shape)
{
	double n = (double)c->batch, rows = (double)c->in_h, inner = (double)c->in_c, columns = (double)c->out_c;
	product p = {.batch = n, .count = n, .rows = rows, .inner = inner, .columns = columns};
	p.read = n * inner * (rows + columns);
	p.written = n * rows * columns;
	fill_product(&p, physical);
	shape[0] = n;
	shape[1] = rows;
	shape[2] = inner;
	shape[3] = columns;
	shape[4] = work_of(&p) / traffic_of(&p);
}

void np_physical_pool(const np_layer_config *c, double *physical, double *shape)
{
	double n = (double)c->batch, channels = (double)c->in_c, window = (double)c->kernel_h * (double)c->kernel_w;
	double in = (double)c->in_h * (double)c->in_w, out = (double)c->out_h * (double)c->out_w;
	double strides = (double)c->stride_h * (double)c->stride_w;
	double read = n * channels * in, written = n * channels * out, reads = written * window;
	int i = 0;
	physical[i++] = 1;
	physical[i++] = n;
	physical[i++] = n * channels;
	physical[i++] = reads;
	physical[i++] = read;
	physical[i++] = written;
	physical[i++] = when(strides == 1, reads);
	physical[i++] = when(strides == 1, written);
	physical[i++] = fmax(reads, 4 * read);
	physical[i++] = n * channels * (double)c->out_h;
	for (int k = 16; k <= 24; k += 4)
		physical[i++] = over(read, ldexp(1, k));
	physical[i++] = written * (double)c->kernel_w;
	const double quantities[] = {n, channels, out, in, window, strides, window / strides};
	for (int k = 0; k < 7; k++)
		shape[k] = quantities[k];
}

void np_physical_elementwise(const np_layer_config *c, double *physical, double *shape)
{
	double n = (double)c->batch, values = (double)c->in_c * (double)c->in_h * (double)c->in_w;
	double read = n * values;
	int i = 0;
	physical[i++] = 1;
	physical[i++] = n;
	physical[i++] = read;
	physical[i++] = n * (double)c->out_c * (double)c->out_h * (double)c->out_w;
	for (int k = 14; k <= 24; k += 2)
		physical[i++] = over(read, ldexp(1, k));
	shape[0] = n;
	shape[1] = values;
}
