/* Scales and alignments of layers. */
#include "features/shape.h"

#include "features/product.h"

#include <string.h>

/*
 * log2(2^e m) = e + 2 / ln 2 artanh(s), s = (m - 1) / (m + 1), by the series of artanh: sums, products and one division in
 * a fixed order, so the same bits everywhere, which a C library does not promise; exact for powers of two. With m between
 * sqrt(1/2) and sqrt(2), s^2 is below 0.0295 and what is left out below 1e-18.
 *
 * Four values go through it side by side: each by the same operations as if it were alone, without waiting for the others.
 */
enum { LANES = 4 };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

static const double TWO_OVER_LN2 = 2.8853900817779268;
static const double INVERSE[] = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
                                 1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3};

/* m and e of a positive finite value. Where the value is no normal number the C library takes it apart. */
static double take_apart(double value, double *exponent)
{
	const uint64_t fraction = ((uint64_t)1 << 52) - 1;
	uint64_t bits;
	int e;
	double m;
	memcpy(&bits, &value, sizeof bits);
	if (bits >> 52) {
		e = (int)(bits >> 52) - 1022;
		bits = (bits & fraction) | (uint64_t)1022 << 52;
		memcpy(&m, &bits, sizeof m);
	} else {
		m = frexp(value, &e);
	}
	bool low = m < 0.70710678118654752;
	*exponent = e - low;
	return low ? 2 * m : m;
}

static void log2_lanes(const double *values, double *logs)
{
	lanes m, exponent;
	for (int i = 0; i < LANES; i++) {
		double e = 0, one = values[i] > 0 && isfinite(values[i]) ? take_apart(values[i], &e) : 1; /* log2(1) = 0 */
		m[i] = one;
		exponent[i] = e;
	}
	lanes s = (m - 1.0) / (m + 1.0), square = s * s, sum = {0};
	for (size_t i = 0; i < sizeof INVERSE / sizeof *INVERSE; i++)
		sum = (sum + INVERSE[i]) * square;
	lanes result = exponent + TWO_OVER_LN2 * (s + s * sum);
	memcpy(logs, &result, sizeof result);
}

double np_log2(double value)
{
	double values[LANES] = {value, 1, 1, 1}, logs[LANES];
	log2_lanes(values, logs);
	return logs[0];
}

void np_log2_each(const double *values, double *logs, int count)
{
	int i = 0;
	for (; i + LANES <= count; i += LANES)
		log2_lanes(values + i, logs + i);
	double rest[LANES] = {1, 1, 1, 1}, rest_logs[LANES];
	if (i == count)
		return;
	memcpy(rest, values + i, (size_t)(count - i) * sizeof *rest);
	log2_lanes(rest, rest_logs);
	memcpy(logs + i, rest_logs, (size_t)(count - i) * sizeof *rest);
}

/* How often 2 divides a whole number, at most `most` times. */
static double twos(double value, int most)
{
	int count = 0;
	for (value /= 2; count < most && value == floor(value); value /= 2)
		count++;
	return count;
}

/* What rounding up to whole tiles multiplies by. */
static double padding(double value, double tile)
{
	return np_tiled(value, tile) / value;
}

/* In the order of NP_PRODUCT_SHAPE. */
static double *fill_product(const np_product *p, double *out)
{
	double work = np_product_work(p), traffic = np_product_traffic(p), filter_in = p->in_c / p->count;
	const double logs[] = {p->batch, filter_in, p->columns, work,    traffic,   work / traffic,
	                       p->rows,  p->inner,  p->weights, p->read, p->written};
	for (int i = 0; i < 11; i++)
		*out++ = logs[i];
	*out++ = twos(filter_in, 6);
	*out++ = twos(p->columns, 6);
	*out++ = twos(p->rows, 6);
	for (double tile = 32; tile <= 128; tile *= 2)
		*out++ = np_tiled(p->rows, tile) * np_tiled(p->columns, tile) / (p->rows * p->columns);
	*out++ = padding(p->columns, 32);
	*out++ = padding(p->inner, 32);
	*out++ = ceil(p->rows / 128) * ceil(p->columns / 128) * p->count;
	*out++ = p->rows * p->out_c;
	*out++ = p->in_c / p->out_c;
	return out;
}

void np_shape_conv(const np_layer_config *c, double *shape)
{
	np_product p = np_product_conv(c);
	double *out = fill_product(&p, shape);
	double filter_in = p.in_c / p.count, in_h = (double)c->in_h, in_w = (double)c->in_w;
	double out_h = (double)c->out_h, out_w = (double)c->out_w, kernel_h = (double)c->kernel_h;
	*out++ = p.rows * p.inner * p.count;
	for (double tile = 8; tile <= 16; tile *= 2) {
		*out++ = padding(filter_in, tile);
		*out++ = padding(p.columns, tile);
	}
	const double logs[] = {out_h * out_w,
	                       kernel_h * (double)c->kernel_w,
	                       (double)c->stride_h * (double)c->stride_w,
	                       p.count,
	                       in_h * in_w,
	                       p.in_c * in_h * in_w,
	                       p.in_c * p.out_c,
	                       p.out_c * out_h * out_w,
	                       np_product_work(&p) / p.read,
	                       filter_in * kernel_h,
	                       kernel_h / (double)c->stride_h,
	                       np_used_share(c)};
	for (int i = 0; i < 12; i++)
		*out++ = logs[i];
	*out++ = (double)c->pad_h;
	*out++ = (double)c->dilation_h;
	*out++ = np_tiled(out_h, 4) * np_tiled(out_w, 4) / (out_h * out_w);
	*out++ = twos(out_w, 5);
	*out++ = twos(in_w, 4);
	*out++ = np_is_3x3(c);
}

void np_shape_fc(const np_layer_config *c, double *shape)
{
	np_product p = np_product_fc(c);
	fill_product(&p, shape);
}

void np_shape_matmul(const np_layer_config *c, double *shape)
{
	np_product p = np_product_matmul(c);
	fill_product(&p, shape);
}

void np_shape_pool(const np_layer_config *c, double *out)
{
	double n = (double)c->batch, channels = (double)c->in_c, window = (double)c->kernel_h * (double)c->kernel_w;
	double in = (double)c->in_h * (double)c->in_w, positions = (double)c->out_h * (double)c->out_w;
	double read = n * channels * in, written = n * channels * positions;
	const double logs[] = {n,
	                       channels,
	                       in,
	                       positions,
	                       window,
	                       (double)c->stride_h * (double)c->stride_w,
	                       read,
	                       written,
	                       written * window,
	                       n * channels,
	                       channels * in,
	                       channels * positions,
	                       (double)c->in_w,
	                       (double)c->kernel_h / (double)c->stride_h,
	                       read / written,
	                       (double)c->out_w,
	                       read + written};
	for (int i = 0; i < 17; i++)
		*out++ = logs[i];
	*out++ = (double)c->pad_h;
	*out++ = (double)c->kernel_h;
	*out++ = (double)c->stride_h;
	*out++ = (double)c->dilation_h;
	*out++ = twos(channels, 4);
}

void np_shape_elementwise(const np_layer_config *c, double *out)
{
	double n = (double)c->batch, values = (double)c->in_c * (double)c->in_h * (double)c->in_w;
	out[0] = n;
	out[1] = n * values;
	out[2] = values;
}
