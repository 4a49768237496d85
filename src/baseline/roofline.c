/*
 * The roofline of a device that nobody has measured. A layer takes as long as its operations or its bytes, whichever is
 * slower, with some of the other where both are near; each runs at a share of the data sheet's peak that depends on the
 * class of the layer and falls where the layer is small. Power follows from how much of the two peaks is in use.
 */
#include "baseline/roofline.h"

#include "base/error.h"
#include "baseline/formulas.h"
#include "features/feature_set.h"
#include "features/product.h"

#include <math.h>

enum { VALUE_BYTES = 4 };

/* What the formula needs of a layer. */
typedef struct shape {
	np_roof_class class;
	double operations, bytes;
	double outputs, inner, columns, positions;
} shape;

typedef struct device {
	const np_roof *roof;
	double flops_per_ms, bytes_per_ms; /* what it sustains, and the sheet's bandwidth */
	double peak_gflops;
	double idle_w, limit_w; /* limit 0 = unknown, and then power is */
} device;

static shape product_shape(np_roof_class class, const np_product *p)
{
	return (shape){.class = class,
	               .operations = 2 * p->work,
	               .bytes = VALUE_BYTES * p->traffic,
	               .outputs = p->written,
	               .inner = p->inner,
	               .columns = p->columns,
	               .positions = 1};
}

static shape conv_shape(const np_layer_config *c)
{
	np_product p = np_product_conv(c);
	np_roof_class class = NP_ROOF_CONV;
	if (c->groups > 1)
		class = NP_ROOF_CONV_GROUPED;
	else if (c->kernel_h == 1 && c->kernel_w == 1)
		class = NP_ROOF_CONV_1X1;
	else if (np_is_3x3(c))
		class = NP_ROOF_CONV_3X3;
	shape s = product_shape(class, &p);
	s.positions = (double)c->out_h * (double)c->out_w;
	return s;
}

/* A transposed convolution does the work of the convolution it is the transpose of. */
static shape deconv_shape(const np_layer_config *c)
{
	np_layer_config turned = np_baseline_turned(c);
	return conv_shape(&turned);
}

static shape fc_shape(const np_layer_config *c)
{
	np_product p = np_product_fc(c);
	return product_shape(NP_ROOF_PRODUCT, &p);
}

static shape matmul_shape(const np_layer_config *c)
{
	np_product p = np_product_matmul(c);
	return product_shape(NP_ROOF_PRODUCT, &p);
}

static shape window_shape(const np_layer_config *c, double window)
{
	double planes = (double)c->batch * (double)c->in_c, positions = (double)c->out_h * (double)c->out_w;
	return (shape){.class = NP_ROOF_POOL,
	               .operations = planes * positions * window,
	               .bytes = VALUE_BYTES * planes * ((double)c->in_h * (double)c->in_w + positions),
	               .outputs = planes * positions,
	               .inner = 1,
	               .columns = 1,
	               .positions = 1};
}

static shape pool_shape(const np_layer_config *c)
{
	return window_shape(c, (double)c->kernel_h * (double)c->kernel_w);
}

static shape global_pool_shape(const np_layer_config *c)
{
	return window_shape(c, (double)c->in_h * (double)c->in_w);
}

typedef shape shape_function(const np_layer_config *config);
/* The others move what they read and write. */
static shape_function *const SHAPES[NP_KIND_COUNT] = {
        [NP_CONV] = conv_shape,
        [NP_DECONV] = deconv_shape,
        [NP_FC] = fc_shape,
        [NP_MATMUL] = matmul_shape,
        [NP_MAXPOOL] = pool_shape,
        [NP_AVGPOOL] = pool_shape,
        [NP_GLOBALAVGPOOL] = global_pool_shape,
};

/* ---- runtime ---- */

static double compute_ms(const device *d, const shape *s)
{
	const np_roof_rates *r = &d->roof->rates[s->class];
	if (!(s->operations > 0))
		return 0;
	double lost = (1 + r->outputs * d->peak_gflops / s->outputs) * (1 + r->inner / s->inner) *
	              (1 + r->columns / s->columns) * (1 + r->positions / s->positions);
	return s->operations / (d->flops_per_ms * r->compute * d->roof->compute) * lost;
}

static double memory_ms(const device *d, const shape *s)
{
	return s->bytes / (d->bytes_per_ms * d->roof->rates[s->class].memory * d->roof->memory);
}

static np_value with_interval(double value, double factor)
{
	return (np_value){.value = value,
	                  .low = factor > 0 ? value / factor : value,
	                  .high = factor > 0 ? value * factor : value,
	                  .has = true,
	                  .has_interval = factor > 0};
}

/* ---- power ---- */

static double power_w(const device *d, const shape *s, double runtime_ms)
{
	const np_roof *r = d->roof;
	double used = r->busy * (1 - r->launch_ms / runtime_ms) +
	              r->power_compute * (s->operations / (runtime_ms * d->flops_per_ms)) +
	              r->power_memory * (s->bytes / (runtime_ms * d->bytes_per_ms));
	return d->idle_w + (d->limit_w - d->idle_w) * fmin(used, 1);
}

static void roofline_estimate(const np_platform *platform, const np_layer_config *config, int64_t bytes, np_estimate *estimate)
{
	const device *d = platform->formula.context;
	shape s = {.class = NP_ROOF_POINTWISE, .bytes = (double)bytes, .outputs = 1, .inner = 1, .columns = 1, .positions = 1};
	if (config) {
		np_layer_config routed = np_feature_route(config); /* a convolution that covers its input is a product */
		if (SHAPES[routed.kind])
			s = SHAPES[routed.kind](&routed);
	}
	double runtime = d->roof->launch_ms + hypot(compute_ms(d, &s), memory_ms(d, &s));
	*estimate = (np_estimate){.source = config ? NP_FROM_FORMULA : NP_FROM_FALLBACK, .power_source = NP_FROM_FORMULA};
	estimate->runtime_ms = with_interval(runtime, platform->fallback.interval_factor);
	if (d->limit_w > 0) {
		estimate->power_w = with_interval(power_w(d, &s, runtime), platform->fallback.power_interval_factor);
		estimate->power_w.high = fmin(estimate->power_w.high, fmax(d->limit_w, estimate->power_w.value));
	}
}

/* The share of the peak rate that the power limit and the generation let a device sustain. */
static double sustained(const np_sheet *s, const np_roof *roof)
{
	static const double HEADROOM = 1.25, OLD_NM = 28;
	double share = s->process_nm >= OLD_NM ? roof->old : 1;
	if (s->limit_w > 0 && s->process_nm > 0)
		share *= pow(fmin(1, s->limit_w / (s->peak_gflops / 1000 * s->process_nm) / HEADROOM), roof->throttle);
	return share;
}

static void fill_device(device *d, const np_sheet *s, const np_roof *roof)
{
	d->roof = roof;
	d->peak_gflops = s->peak_gflops * sustained(s, roof);
	d->flops_per_ms = d->peak_gflops * 1e6;
	d->bytes_per_ms = s->bandwidth_gbs * 1e6;
	d->limit_w = roof->busy > 0 ? s->limit_w : 0; /* no measurement tells the power of this kind of device */
	d->idle_w = s->idle_w > 0 ? s->idle_w : s->limit_w * roof->idle_share;
}

np_status np_roofline_start(np_platform *platform, np_error *err)
{
	const np_sheet *s = platform->formula.sheet;
	const np_roof *roof = s->kind[0] == 'c' ? &NP_ROOF_CPU : &NP_ROOF_GPU;
	device *d = np_arena_alloc(&platform->arena, sizeof *d);
	if (!d)
		return np_fail_memory(err);
	fill_device(d, s, roof);
	platform->formula.context = d;
	platform->formula.estimate = roofline_estimate;
	platform->fallback = (np_fallback){.bytes_per_ms = d->bytes_per_ms,
	                                   .least_ms = roof->launch_ms,
	                                   .power_w = d->limit_w > 0 ? d->idle_w : 0,
	                                   .spread = roof->spread,
	                                   .power_spread = roof->power_spread};
	for (int t = 0; t < NP_TARGET_COUNT; t++)
		platform->totals.correlation[t] = roof->correlation[t];
	platform->interval_level = 0; /* so that setting it fills in the factors */
	return np_platform_set_interval(platform, 0.9, err);
}
