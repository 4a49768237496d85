/*
 * Physical and shape features, compiled once per instruction set by feature_kernels.c. In the order of the names in physical.h
 * and shape.h. All of a layer's sizes but the batch are the same in every lane.
 */
#include "features/lanes_impl.h"

#if NP_LANES == 1
#define NP_ROW 1
#define NP_VECTORS 1
#define NP_PRODUCT np_product
#else
#define NP_ROW NP_BATCHES
#define NP_VECTORS (NP_BATCHES / NP_LANES)
#define NP_PRODUCT NP_NAME(product)
/* As np_product, in every lane. */
typedef struct NP_PRODUCT {
	NP_NUM batch, count, rows, inner, columns, in_c, out_c, read, written, weights, work, traffic;
} NP_PRODUCT;
#endif

#define EVERY NP_NAME(every)
#define ROUND_UP NP_NAME(round_up)
#define ROOT NP_NAME(root)

/* Where features go: the next row, and the needs from there on. */
typedef struct NP_NAME(out) {
	double *row;
	uint64_t need;
} NP_NAME(out);

/* Computes and stores the next feature where it is needed, for each vector `p` of `of`. */
#define PUT(value)                                                                \
	do {                                                                      \
		if (out->need & 1) {                                              \
			for (int v = 0; v < NP_VECTORS; v++) {                    \
				const __typeof__(*of) *p = of + v;                \
				(void)p;                                          \
				NP_STORE(out->row + (size_t)v * NP_LANES, value); \
			}                                                         \
		}                                                                 \
		out->need >>= 1;                                                  \
		out->row += NP_ROW;                                               \
	} while (0)

NP_INLINE void NP_NAME(finish)(NP_PRODUCT *p)
{
	p->work = p->count * p->rows * p->inner * p->columns;
	p->traffic = p->read + p->written + p->weights;
}

NP_INLINE NP_PRODUCT NP_NAME(as_conv)(const np_layer_config *c, NP_NUM n)
{
	double groups = (double)c->groups, area = (double)c->out_h * (double)c->out_w;
	double in_c = (double)c->in_c, out_c = (double)c->out_c;
	double inner = in_c / groups * (double)c->kernel_h * (double)c->kernel_w;
	NP_PRODUCT p = {.batch = n, .count = EVERY(groups), .rows = n * area, .in_c = EVERY(in_c), .out_c = EVERY(out_c)};
	p.inner = EVERY(inner);
	p.columns = EVERY(out_c / groups);
	p.read = n * in_c * (double)c->in_h * (double)c->in_w;
	p.written = n * out_c * area;
	p.weights = EVERY(out_c * inner);
	NP_NAME(finish)(&p);
	return p;
}

NP_INLINE NP_PRODUCT NP_NAME(as_fc)(const np_layer_config *c, NP_NUM n)
{
	double vector = (double)c->in_c * (double)c->in_h * (double)c->in_w, outputs = (double)c->out_c;
	NP_PRODUCT p = {.batch = n, .count = EVERY(1), .rows = n, .inner = EVERY(vector), .columns = EVERY(outputs)};
	p.in_c = p.inner;
	p.out_c = p.columns;
	p.read = n * vector;
	p.written = n * outputs;
	p.weights = EVERY(vector * outputs);
	NP_NAME(finish)(&p);
	return p;
}

NP_INLINE NP_PRODUCT NP_NAME(as_matmul)(const np_layer_config *c, NP_NUM n)
{
	double rows = (double)c->in_h, inner = (double)c->in_c, columns = (double)c->out_c;
	NP_PRODUCT p = {.batch = n, .count = n, .rows = EVERY(rows), .inner = EVERY(inner), .columns = EVERY(columns)};
	p.in_c = p.inner;
	p.out_c = p.columns;
	p.read = n * inner * rows;
	p.written = n * rows * columns;
	p.weights = n * inner * columns;
	NP_NAME(finish)(&p);
	return p;
}

/* Rounded up to whole tiles. Of a power of two, dividing by it and multiplying by its inverse are the same. */
NP_INLINE NP_NUM NP_NAME(tiled)(NP_NUM value, double tile)
{
	return ROUND_UP(value / tile) * tile;
}
#define TILED NP_NAME(tiled)

NP_INLINE NP_NUM NP_NAME(over)(NP_NUM value, int exponent)
{
	double limit = (double)((int64_t)1 << exponent);
	return NP_NAME(choose)(value > limit, value - limit, EVERY(0));
}

NP_INLINE NP_NUM NP_NAME(from)(NP_NUM value, int exponent)
{
	return NP_NAME(choose)(value >= (double)((int64_t)1 << exponent), value, EVERY(0));
}

NP_INLINE NP_NUM NP_NAME(when)(bool holds, NP_NUM value)
{
	return holds ? value : EVERY(0);
}
#define WHEN NP_NAME(when)

/* value^(3/4) by square roots, which are correctly rounded everywhere; a power function is not. */
NP_INLINE NP_NUM NP_NAME(root34)(NP_NUM value)
{
	return ROOT(value) * ROOT(ROOT(value));
}

/* Whole waves of `wave` tiles, in multiply-accumulates. */
NP_INLINE NP_NUM NP_NAME(waves)(const NP_PRODUCT *p, double tile, double wave)
{
	NP_NUM tiles = ROUND_UP(p->rows / tile) * ROUND_UP(p->columns / tile) * p->count;
	return TILED(tiles, wave) * tile * tile * p->inner;
}

/* How often 2 divides a whole number, at most `most` times. */
NP_INLINE NP_NUM NP_NAME(twos)(NP_NUM value, int most)
{
	NP_NUM count = EVERY(0), further = EVERY(1);
	for (int i = 0; i < most; i++) {
		value = value / 2.0;
		further = NP_NAME(choose)(value == NP_NAME(nearest)(value), further, EVERY(0));
		count = count + further;
	}
	return count;
}
#define TWOS NP_NAME(twos)

/* What rounding up to whole tiles multiplies by. */
NP_INLINE NP_NUM NP_NAME(padding)(NP_NUM value, double tile)
{
	return TILED(value, tile) / value;
}

/* ---- physical ---- */

NP_INLINE void NP_NAME(put_tiled)(const NP_PRODUCT *of, double tile, NP_NAME(out) * out)
{
	PUT(p->count * p->inner * TILED(p->rows, tile) * TILED(p->columns, tile));
}

/* In the order of NP_PRODUCT_NAMES. */
NP_INLINE void NP_NAME(put_product)(const NP_PRODUCT *of, NP_NAME(out) * out)
{
	PUT(EVERY(1));
	PUT(p->batch);
	PUT(p->work);
	PUT(p->read);
	PUT(p->written);
	PUT(p->weights);
	PUT(p->inner);
	NP_NAME(put_tiled)(of, 32, out);
	NP_NAME(put_tiled)(of, 64, out);
	NP_NAME(put_tiled)(of, 128, out);
	PUT(NP_NAME(waves)(p, 32, 64));
	PUT(NP_NAME(waves)(p, 64, 16));
	PUT(NP_NAME(waves)(p, 64, 64));
	PUT(NP_NAME(waves)(p, 128, 16));
	PUT(NP_NAME(waves)(p, 128, 80));
	PUT(ROOT(p->work * p->traffic));
	PUT(ROOT(p->work));
	PUT(NP_NAME(root34)(p->work));
	PUT(ROOT(p->traffic));
	PUT(ROOT(p->weights));
	PUT(ROOT(p->read));
	PUT(ROOT(p->written));
	PUT(NP_NAME(larger)(p->work, 2.0 * p->traffic));
	PUT(NP_NAME(larger)(p->work, 8.0 * p->traffic));
	PUT(NP_NAME(larger)(p->work, 32.0 * p->traffic));
	PUT(NP_NAME(larger)(p->work, 128.0 * p->traffic));
	for (int k = 16; k <= 26; k += 2)
		PUT(NP_NAME(over)(p->traffic, k));
	for (int k = 16; k <= 26; k += 2)
		PUT(NP_NAME(over)(p->weights, k));
}

/* The work of a convolution whose channels are filled up to whole vectors. */
NP_INLINE NP_NUM NP_NAME(padded)(const NP_PRODUCT *p, double filter_in, double window, double tile)
{
	return p->rows * TILED(p->columns, tile) * np_tiled(filter_in, tile) * window * p->count;
}

NP_INLINE NP_NUM NP_NAME(unrolled)(const NP_PRODUCT *p)
{
	return p->rows * p->inner * p->count;
}

NP_TARGET static void NP_NAME(physical_conv)(const np_layer_config *c, const NP_PRODUCT *of, NP_NAME(out) * out)
{
	double window = (double)c->kernel_h * (double)c->kernel_w, out_h = (double)c->out_h, out_w = (double)c->out_w;
	double filter_in = (double)c->in_c / (double)c->groups, filters = (double)c->out_c * filter_in;
	bool square_3 = np_is_3x3(c), stride_1 = c->stride_h == 1 && c->stride_w == 1;
	bool strided = c->stride_h > 1 || c->stride_w > 1, thin = filter_in < 8;
	NP_NAME(put_product)(of, out);
	PUT(NP_NAME(unrolled)(p));
	PUT(WHEN(strided, NP_NAME(unrolled)(p)));
	PUT(WHEN(window == 1, p->work));
	PUT(WHEN(square_3, p->work));
	PUT(WHEN(window > 9 && window <= 25, p->work));
	PUT(WHEN(window > 25, p->work));
	PUT(WHEN(strided, p->work));
	PUT(WHEN(thin, p->work));
	PUT(WHEN(c->groups > 1, p->work));
	PUT(WHEN(c->dilation_h > 1, p->work));
	PUT(WHEN(window == 1, p->written));
	PUT(WHEN(square_3, p->written));
	PUT(WHEN(square_3, p->batch * np_tiled(out_h, 2) * np_tiled(out_w, 2) * filters));
	PUT(WHEN(square_3, p->batch * np_tiled(out_h, 4) * np_tiled(out_w, 4) * filters));
	PUT(p->batch * p->count);
	PUT(p->rows);
	PUT(NP_NAME(padded)(p, filter_in, window, 8));
	PUT(WHEN(stride_1, NP_NAME(padded)(p, filter_in, window, 8)));
	PUT(NP_NAME(padded)(p, filter_in, window, 16));
	PUT(WHEN(stride_1, NP_NAME(padded)(p, filter_in, window, 16)));
	PUT(p->read * np_used_share(c));
}

/* The weights of a product of many vectors. */
NP_INLINE NP_NUM NP_NAME(many)(const NP_PRODUCT *p)
{
	return NP_NAME(choose)(p->batch > 1.0, p->weights, EVERY(0));
}

NP_TARGET static void NP_NAME(physical_fc)(const NP_PRODUCT *of, NP_NAME(out) * out)
{
	NP_NAME(put_product)(of, out);
	for (int k = 18; k <= 22; k++)
		PUT(NP_NAME(from)(p->weights, k));
	PUT(NP_NAME(many)(p));
	for (int k = 18; k <= 22; k++)
		PUT(NP_NAME(from)(NP_NAME(many)(p), k));
}

/* The planes of a pool at some batches, and what is read and written of them. */
typedef struct NP_NAME(planes) {
	NP_NUM batch, planes, read, written, reads;
} NP_NAME(planes);

NP_INLINE NP_NAME(planes) NP_NAME(planes_of)(const np_layer_config *c, NP_NUM n, double channels)
{
	NP_NAME(planes) p = {.batch = n, .planes = n * channels};
	p.read = p.planes * (double)c->in_h * (double)c->in_w;
	p.written = p.planes * (double)c->out_h * (double)c->out_w;
	p.reads = p.written * (double)c->kernel_h * (double)c->kernel_w;
	return p;
}

/* What a library that works on vectors of channels makes of a pool. */
NP_INLINE void NP_NAME(put_vectors)(const np_layer_config *c, const NP_NAME(planes) * whole, NP_NAME(out) * out)
{
	double channels = np_tiled((double)c->in_c, 8), window = (double)c->kernel_h * (double)c->kernel_w;
	double out_h = (double)c->out_h, out_w = (double)c->out_w;
	bool ragged = channels > (double)c->in_c;
	double inner_h = np_count_inner(out_h, (double)c->in_h, (double)c->kernel_h, (double)c->stride_h, (double)c->pad_h);
	double inner_w = np_count_inner(out_w, (double)c->in_w, (double)c->kernel_w, (double)c->stride_w, (double)c->pad_w);
	NP_NAME(planes) of[NP_VECTORS];
	for (int v = 0; v < NP_VECTORS; v++)
		of[v] = NP_NAME(planes_of)(c, whole[v].batch, channels);
	PUT(p->written * window);
	PUT(p->read);
	PUT(p->written);
	PUT(p->planes * out_h);
	PUT(p->planes * out_h * ceil(out_w / 4));
	PUT(p->planes * out_h * (ceil(out_w / 4) - 1));
	PUT(p->planes * out_h * ceil(out_w / 8));
	PUT(p->planes * out_h * (ceil(out_w / 8) - 1));
	PUT(WHEN(ragged, p->written * window));
	PUT(WHEN(ragged, p->read));
	PUT(WHEN(ragged, p->written));
	PUT(p->planes * (out_h * out_w - inner_h * inner_w));
	PUT(p->planes * out_h * (out_w - inner_w));
	PUT(p->planes * out_w * (out_h - inner_h));
}

NP_TARGET static void NP_NAME(physical_pool)(const np_layer_config *c, const NP_NAME(planes) * of, NP_NAME(out) * out)
{
	double out_h = (double)c->out_h, kernel_h = (double)c->kernel_h;
	bool stride_1 = c->stride_h == 1 && c->stride_w == 1;
	PUT(EVERY(1));
	PUT(p->batch);
	PUT(p->planes);
	PUT(p->reads);
	PUT(p->read);
	PUT(p->written);
	PUT(p->planes * out_h);
	PUT(p->written * kernel_h);
	PUT(WHEN(stride_1, p->reads));
	PUT(WHEN(stride_1, p->written));
	PUT(ROOT(p->reads));
	PUT(NP_NAME(root34)(p->reads));
	PUT(ROOT(p->read));
	PUT(NP_NAME(root34)(p->read));
	PUT(ROOT(p->written));
	PUT(NP_NAME(root34)(p->written));
	PUT(NP_NAME(larger)(p->reads, 1.0 * p->read));
	PUT(NP_NAME(larger)(p->reads, 4.0 * p->read));
	PUT(NP_NAME(larger)(p->reads, 16.0 * p->read));
	for (int k = 16; k <= 26; k += 2)
		PUT(NP_NAME(over)(p->read, k));
	for (int k = 16; k <= 26; k += 2)
		PUT(NP_NAME(over)(p->written, k));
	if (out->need)
		NP_NAME(put_vectors)(c, of, out);
}

/* What is read of values that are transformed one by one, at some batches. */
typedef struct NP_NAME(values) {
	NP_NUM batch, read;
} NP_NAME(values);

NP_TARGET static void NP_NAME(physical_elementwise)(const np_layer_config *c, const NP_NAME(values) * of, NP_NAME(out) * out)
{
	PUT(EVERY(1));
	PUT(p->batch);
	PUT(p->read);
	PUT(p->batch * (double)c->out_c * (double)c->out_h * (double)c->out_w);
	PUT(ROOT(p->read));
	PUT(NP_NAME(root34)(p->read));
	for (int k = 12; k <= 27; k++)
		PUT(NP_NAME(over)(p->read, k));
}

/* ---- shape ---- */

NP_INLINE void NP_NAME(put_pad)(const NP_PRODUCT *of, double tile, NP_NAME(out) * out)
{
	PUT(TILED(p->rows, tile) * TILED(p->columns, tile) / (p->rows * p->columns));
}

/* In the order of NP_PRODUCT_SHAPE. */
NP_INLINE void NP_NAME(put_product_shape)(const NP_PRODUCT *of, NP_NAME(out) * out)
{
	PUT(p->batch);
	PUT(p->in_c / p->count);
	PUT(p->columns);
	PUT(p->work);
	PUT(p->traffic);
	PUT(p->work / p->traffic);
	PUT(p->rows);
	PUT(p->inner);
	PUT(p->weights);
	PUT(p->read);
	PUT(p->written);
	PUT(TWOS(p->in_c / p->count, 6));
	PUT(TWOS(p->columns, 6));
	PUT(TWOS(p->rows, 6));
	NP_NAME(put_pad)(of, 32, out);
	NP_NAME(put_pad)(of, 64, out);
	NP_NAME(put_pad)(of, 128, out);
	PUT(NP_NAME(padding)(p->columns, 32));
	PUT(NP_NAME(padding)(p->inner, 32));
	PUT(ROUND_UP(p->rows / 128.0) * ROUND_UP(p->columns / 128.0) * p->count);
	PUT(p->rows * p->out_c);
	PUT(p->in_c / p->out_c);
}

NP_TARGET static void NP_NAME(shape_conv)(const np_layer_config *c, const NP_PRODUCT *of, NP_NAME(out) * out)
{
	double in_c = (double)c->in_c, out_c = (double)c->out_c, in_h = (double)c->in_h, in_w = (double)c->in_w;
	double out_h = (double)c->out_h, out_w = (double)c->out_w, kernel_h = (double)c->kernel_h;
	double filter_in = in_c / (double)c->groups;
	NP_NAME(put_product_shape)(of, out);
	PUT(NP_NAME(unrolled)(p));
	PUT(EVERY(np_tiled(filter_in, 8) / filter_in));
	PUT(NP_NAME(padding)(p->columns, 8));
	PUT(EVERY(np_tiled(filter_in, 16) / filter_in));
	PUT(NP_NAME(padding)(p->columns, 16));
	PUT(EVERY(out_h * out_w));
	PUT(EVERY(kernel_h * (double)c->kernel_w));
	PUT(EVERY((double)c->stride_h * (double)c->stride_w));
	PUT(p->count);
	PUT(EVERY(in_h * in_w));
	PUT(EVERY(in_c * in_h * in_w));
	PUT(EVERY(in_c * out_c));
	PUT(EVERY(out_c * out_h * out_w));
	PUT(p->work / p->read);
	PUT(EVERY(filter_in * kernel_h));
	PUT(EVERY(kernel_h / (double)c->stride_h));
	PUT(EVERY(np_used_share(c)));
	PUT(EVERY((double)c->pad_h));
	PUT(EVERY((double)c->dilation_h));
	PUT(EVERY(np_tiled(out_h, 4) * np_tiled(out_w, 4) / (out_h * out_w)));
	PUT(TWOS(EVERY(out_w), 5));
	PUT(TWOS(EVERY(in_w), 4));
	PUT(EVERY(np_is_3x3(c)));
}

NP_TARGET static void NP_NAME(shape_pool)(const np_layer_config *c, const NP_NAME(planes) * of, NP_NAME(out) * out)
{
	double channels = (double)c->in_c, window = (double)c->kernel_h * (double)c->kernel_w;
	double in = (double)c->in_h * (double)c->in_w, positions = (double)c->out_h * (double)c->out_w;
	PUT(p->batch);
	PUT(EVERY(channels));
	PUT(EVERY(in));
	PUT(EVERY(positions));
	PUT(EVERY(window));
	PUT(EVERY((double)c->stride_h * (double)c->stride_w));
	PUT(p->planes * in);
	PUT(p->planes * positions);
	PUT(p->planes * positions * window);
	PUT(p->planes);
	PUT(EVERY(channels * in));
	PUT(EVERY(channels * positions));
	PUT(EVERY((double)c->in_w));
	PUT(EVERY((double)c->kernel_h / (double)c->stride_h));
	PUT(p->planes * in / (p->planes * positions));
	PUT(EVERY((double)c->out_w));
	PUT(p->planes * in + p->planes * positions);
	PUT(EVERY((double)c->pad_h));
	PUT(EVERY((double)c->kernel_h));
	PUT(EVERY((double)c->stride_h));
	PUT(EVERY((double)c->dilation_h));
	PUT(TWOS(EVERY(channels), 4));
}

NP_TARGET static void NP_NAME(shape_elementwise)(const np_layer_config *c, const NP_NAME(values) * of, NP_NAME(out) * out)
{
	double values = (double)c->in_c * (double)c->in_h * (double)c->in_w;
	PUT(p->batch);
	PUT(p->batch * values);
	PUT(EVERY(values));
}

/* ---- logarithms ---- */

#if NP_LANES > 1
/* Of a number of values that the lanes divide. */
NP_TARGET static void NP_NAME(log2_all)(const double *values, double *logs, int count)
{
	enum { AT_ONCE = 4 };
	int i = 0;
	for (; i + AT_ONCE * NP_LANES <= count; i += AT_ONCE * NP_LANES) {
		NP_NUM some[AT_ONCE];
		NP_UNROLL
		for (int v = 0; v < AT_ONCE; v++)
			some[v] = NP_LOAD(values + i + v * NP_LANES);
		NP_NAME(log2_some)(some, some, AT_ONCE);
		NP_UNROLL
		for (int v = 0; v < AT_ONCE; v++)
			NP_STORE(logs + i + v * NP_LANES, some[v]);
	}
	for (; i < count; i += NP_LANES) {
		NP_NUM one = NP_LOAD(values + i);
		NP_NAME(log2_some)(&one, &one, 1);
		NP_STORE(logs + i, one);
	}
}
#endif

/* ---- the table ---- */

NP_INLINE NP_NAME(planes) NP_NAME(as_pool)(const np_layer_config *c, NP_NUM n)
{
	return NP_NAME(planes_of)(c, n, (double)c->in_c);
}

NP_INLINE NP_NAME(values) NP_NAME(as_elementwise)(const np_layer_config *c, NP_NUM n)
{
	return (NP_NAME(values)){n, n * (double)c->in_c * (double)c->in_h * (double)c->in_w};
}

#define FILL(name, type, as, ...)                                                                                  \
	NP_TARGET static void NP_NAME(fill_##name)(const np_layer_config *c, const double *batches, uint64_t need, \
	                                           double *rows)                                                   \
	{                                                                                                          \
		type of[NP_VECTORS];                                                                               \
		NP_NAME(out) out = {rows, need};                                                                   \
		for (int v = 0; v < NP_VECTORS; v++)                                                               \
			of[v] = NP_NAME(as)(c, NP_LOAD(batches + v * NP_LANES));                                   \
		__VA_ARGS__;                                                                                       \
	}
FILL(physical_conv, NP_PRODUCT, as_conv, NP_NAME(physical_conv)(c, of, &out))
FILL(physical_fc, NP_PRODUCT, as_fc, NP_NAME(physical_fc)(of, &out))
FILL(physical_matmul, NP_PRODUCT, as_matmul, NP_NAME(put_product)(of, &out))
FILL(physical_pool, NP_NAME(planes), as_pool, NP_NAME(physical_pool)(c, of, &out))
FILL(physical_elementwise, NP_NAME(values), as_elementwise, NP_NAME(physical_elementwise)(c, of, &out))
FILL(shape_conv, NP_PRODUCT, as_conv, NP_NAME(shape_conv)(c, of, &out))
FILL(shape_fc, NP_PRODUCT, as_fc, NP_NAME(put_product_shape)(of, &out))
FILL(shape_matmul, NP_PRODUCT, as_matmul, NP_NAME(put_product_shape)(of, &out))
FILL(shape_pool, NP_NAME(planes), as_pool, NP_NAME(shape_pool)(c, of, &out))
FILL(shape_elementwise, NP_NAME(values), as_elementwise, NP_NAME(shape_elementwise)(c, of, &out))

const np_feature_kernels NP_NAME(np_features) = {
        .batches = NP_ROW,
#if NP_LANES > 1
        .log2 = NP_NAME(log2_all),
#endif
        .physical = {NP_NAME(fill_physical_conv), NP_NAME(fill_physical_fc), NP_NAME(fill_physical_matmul),
                     NP_NAME(fill_physical_pool), NP_NAME(fill_physical_elementwise)},
        .shape = {NP_NAME(fill_shape_conv), NP_NAME(fill_shape_fc), NP_NAME(fill_shape_matmul), NP_NAME(fill_shape_pool),
                  NP_NAME(fill_shape_elementwise)},
};

#undef NP_ROW
#undef NP_VECTORS
#undef NP_PRODUCT
#undef EVERY
#undef ROUND_UP
#undef ROOT
#undef TILED
#undef WHEN
#undef TWOS
#undef PUT
#undef FILL
#include "features/lanes_end.h"
