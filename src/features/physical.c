/* Work and traffic of layers. */
#include "features/physical.h"

#include "features/product.h"

static double over(double value, int exponent)
{
	double limit = (double)((int64_t)1 << exponent);
	return value > limit ? value - limit : 0;
}

static double from(double value, int exponent)
{
	return value >= (double)((int64_t)1 << exponent) ? value : 0;
}

static double when(bool holds, double value)
{
	return holds ? value : 0;
}

/* value^(3/4) by square roots, which are correctly rounded everywhere; a power function is not. */
static double root34(double value)
{
	return sqrt(value) * sqrt(sqrt(value));
}

/* ---- products of matrices ---- */

np_product np_product_conv(const np_layer_config *c)
{
	double n = (double)c->batch, groups = (double)c->groups, out = (double)c->out_h * (double)c->out_w;
	np_product p = {.batch = n, .count = groups, .rows = n * out, .in_c = (double)c->in_c, .out_c = (double)c->out_c};
	p.inner = p.in_c / groups * (double)c->kernel_h * (double)c->kernel_w;
	p.columns = p.out_c / groups;
	p.read = n * p.in_c * (double)c->in_h * (double)c->in_w;
	p.written = n * p.out_c * out;
	p.weights = p.out_c * p.inner;
	return p;
}

np_product np_product_fc(const np_layer_config *c)
{
	double n = (double)c->batch, vector = (double)c->in_c * (double)c->in_h * (double)c->in_w, out = (double)c->out_c;
	return (np_product){.batch = n,
	                    .count = 1,
	                    .rows = n,
	                    .inner = vector,
	                    .columns = out,
	                    .in_c = vector,
	                    .out_c = out,
	                    .read = n * vector,
	                    .written = n * out,
	                    .weights = vector * out};
}

np_product np_product_matmul(const np_layer_config *c)
{
	double n = (double)c->batch, rows = (double)c->in_h, inner = (double)c->in_c, columns = (double)c->out_c;
	return (np_product){.batch = n,
	                    .count = n,
	                    .rows = rows,
	                    .inner = inner,
	                    .columns = columns,
	                    .in_c = inner,
	                    .out_c = columns,
	                    .read = n * inner * rows,
	                    .written = n * rows * columns,
	                    .weights = n * inner * columns};
}

/* Whole waves of `wave` tiles, in multiply-accumulates. */
static double waves(const np_product *p, double tile, double wave)
{
	double tiles = ceil(p->rows / tile) * ceil(p->columns / tile) * p->count;
	return np_tiled(tiles, wave) * tile * tile * p->inner;
}

/* In the order of NP_PRODUCT_NAMES. */
static double *fill_product(const np_product *p, double *out)
{
	static const double WAVES[][2] = {{32, 64}, {64, 16}, {64, 64}, {128, 16}, {128, 80}};
	double work = np_product_work(p), traffic = np_product_traffic(p);
	const double simple[] = {1, p->batch, work, p->read, p->written, p->weights, p->inner};
	for (int i = 0; i < 7; i++)
		*out++ = simple[i];
	for (double tile = 32; tile <= 128; tile *= 2)
		*out++ = p->count * p->inner * np_tiled(p->rows, tile) * np_tiled(p->columns, tile);
	for (int i = 0; i < 5; i++)
		*out++ = waves(p, WAVES[i][0], WAVES[i][1]);
	*out++ = sqrt(work * traffic);
	*out++ = sqrt(work);
	*out++ = root34(work);
	*out++ = sqrt(traffic);
	*out++ = sqrt(p->weights);
	*out++ = sqrt(p->read);
	*out++ = sqrt(p->written);
	for (double beta = 2; beta <= 128; beta *= 4)
		*out++ = fmax(work, beta * traffic);
	for (int k = 16; k <= 26; k += 2)
		*out++ = over(traffic, k);
	for (int k = 16; k <= 26; k += 2)
		*out++ = over(p->weights, k);
	return out;
}

void np_physical_conv(const np_layer_config *c, double *physical)
{
	np_product p = np_product_conv(c);
	double *out = fill_product(&p, physical);
	double n = p.batch, work = np_product_work(&p), unrolled = p.rows * p.inner * p.count;
	double window = (double)c->kernel_h * (double)c->kernel_w, filter_in = p.in_c / p.count;
	double out_h = (double)c->out_h, out_w = (double)c->out_w, filters = p.out_c * filter_in;
	bool square_3 = np_is_3x3(c), stride_1 = c->stride_h == 1 && c->stride_w == 1;
	bool strided = c->stride_h > 1 || c->stride_w > 1;
	*out++ = unrolled;
	*out++ = when(strided, unrolled);
	*out++ = when(window == 1, work);
	*out++ = when(square_3, work);
	*out++ = when(window > 9 && window <= 25, work);
	*out++ = when(window > 25, work);
	*out++ = when(strided, work);
	*out++ = when(filter_in < 8, work);
	*out++ = when(c->groups > 1, work);
	*out++ = when(c->dilation_h > 1, work);
	*out++ = when(window == 1, p.written);
	*out++ = when(square_3, p.written);
	*out++ = when(square_3, n * np_tiled(out_h, 2) * np_tiled(out_w, 2) * filters);
	*out++ = when(square_3, n * np_tiled(out_h, 4) * np_tiled(out_w, 4) * filters);
	*out++ = n * p.count;
	*out++ = p.rows;
	for (double tile = 8; tile <= 16; tile *= 2) {
		double padded = p.rows * np_tiled(p.columns, tile) * np_tiled(filter_in, tile) * window * p.count;
		*out++ = padded;
		*out++ = when(stride_1, padded);
	}
	*out++ = p.read * np_used_share(c);
}

void np_physical_fc(const np_layer_config *c, double *physical)
{
	np_product p = np_product_fc(c);
	double *out = fill_product(&p, physical);
	bool many = p.batch > 1;
	for (int k = 18; k <= 22; k++)
		*out++ = from(p.weights, k);
	*out++ = when(many, p.weights);
	for (int k = 18; k <= 22; k++)
		*out++ = when(many, from(p.weights, k));
}

void np_physical_matmul(const np_layer_config *c, double *physical)
{
	np_product p = np_product_matmul(c);
	fill_product(&p, physical);
}

/* ---- the rest ---- */

/* Of the windows along one side, those that lie inside the input. */
static double count_inner(double windows, double size, double kernel, double stride, double pad)
{
	double first = ceil(pad / fmax(stride, 1)), end = floor((size + pad - kernel) / fmax(stride, 1)) + 1;
	return fmax(fmin(end, windows) - first, 0);
}

/* What a library that works on vectors of channels makes of a pool. */
static void fill_vectors(const np_layer_config *c, double *out)
{
	double n = (double)c->batch, channels = np_tiled((double)c->in_c, 8), planes = n * channels;
	double out_h = (double)c->out_h, out_w = (double)c->out_w, window = (double)c->kernel_h * (double)c->kernel_w;
	double read = planes * (double)c->in_h * (double)c->in_w, written = planes * out_h * out_w;
	bool ragged = channels > (double)c->in_c;
	double inner_h = count_inner(out_h, (double)c->in_h, (double)c->kernel_h, (double)c->stride_h, (double)c->pad_h);
	double inner_w = count_inner(out_w, (double)c->in_w, (double)c->kernel_w, (double)c->stride_w, (double)c->pad_w);
	*out++ = written * window;
	*out++ = read;
	*out++ = written;
	*out++ = planes * out_h;
	for (double piece = 4; piece <= 8; piece *= 2) {
		*out++ = planes * out_h * ceil(out_w / piece);
		*out++ = planes * out_h * (ceil(out_w / piece) - 1);
	}
	*out++ = when(ragged, written * window);
	*out++ = when(ragged, read);
	*out++ = when(ragged, written);
	*out++ = planes * (out_h * out_w - inner_h * inner_w);
	*out++ = planes * out_h * (out_w - inner_w);
	*out = planes * out_w * (out_h - inner_h);
}

void np_physical_pool(const np_layer_config *c, double *out)
{
	double n = (double)c->batch, channels = (double)c->in_c;
	double read = n * channels * (double)c->in_h * (double)c->in_w;
	double written = n * channels * (double)c->out_h * (double)c->out_w;
	double reads = written * (double)c->kernel_h * (double)c->kernel_w;
	bool stride_1 = c->stride_h == 1 && c->stride_w == 1;
	const double simple[] = {1,
	                         n,
	                         n * channels,
	                         reads,
	                         read,
	                         written,
	                         n * channels * (double)c->out_h,
	                         written * (double)c->kernel_h,
	                         when(stride_1, reads),
	                         when(stride_1, written)};
	for (int i = 0; i < 10; i++)
		*out++ = simple[i];
	for (int i = 3; i < 6; i++) {
		*out++ = sqrt(simple[i]);
		*out++ = root34(simple[i]);
	}
	for (double beta = 1; beta <= 16; beta *= 4)
		*out++ = fmax(reads, beta * read);
	for (int k = 16; k <= 26; k += 2)
		*out++ = over(read, k);
	for (int k = 16; k <= 26; k += 2)
		*out++ = over(written, k);
	fill_vectors(c, out);
}

void np_physical_elementwise(const np_layer_config *c, double *out)
{
	double n = (double)c->batch, read = n * (double)c->in_c * (double)c->in_h * (double)c->in_w;
	*out++ = 1;
	*out++ = n;
	*out++ = read;
	*out++ = n * (double)c->out_c * (double)c->out_h * (double)c->out_w;
	*out++ = sqrt(read);
	*out++ = root34(read);
	for (int k = 12; k <= 27; k++)
		*out++ = over(read, k);
}
