/* Plans for convolutions: describe the operation, ask for engines, take the first that computes as it was asked to. */
#include "backends/cudnn_graph.h"

#include "base/checked.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>

enum { UID_X = 1, UID_W = 2, UID_Y = 3, MAX_ENGINES = 128, MAX_KNOBS = 24, MAX_NOTES = 16, ALIGNMENT = 16 };

/* While a plan is being made. A call's failure ends the making, an engine's only that engine. */
typedef struct np_cudnn_maker {
	const np_cudnn_target *target;
	const np_cudnn_api *api;
	const np_layer_config *config;
	np_cuda_math math;
	bool nhwc;
	int64_t workspace_limit;
	np_cudnn_plan *plan;
	np_cudnn_desc graph;
	np_error *err;
	int passed_over;   /* still to be */
	char refusal[160]; /* why the last engine was not taken */
} np_cudnn_maker;

static np_status check(np_cudnn_maker *maker, const char *call, int rc)
{
	return np_cudnn_check(maker->api, call, rc, NP_ERR_UNSUPPORTED, maker->err);
}

/* A descriptor that lives as long as the plan. */
static np_status create(np_cudnn_maker *maker, int kind, np_cudnn_desc *desc)
{
	np_cudnn_plan *plan = maker->plan;
	if (plan->owned_count == NP_CUDNN_MAX_DESCS)
		return np_fail(maker->err, NP_ERR_LIMIT, "a cuDNN plan of too many parts");
	NP_TRY(check(maker, "cudnnBackendCreateDescriptor", maker->api->desc_create(kind, desc)));
	plan->owned[plan->owned_count++] = *desc;
	return NP_OK;
}

/* One attribute to set. */
typedef struct np_cudnn_setting {
	int attr, type;
	int64_t count;
	const void *values;
} np_cudnn_setting;

static np_status set_all(np_cudnn_maker *maker, np_cudnn_desc desc, const np_cudnn_setting *settings, int count)
{
	for (int i = 0; i < count; i++) {
		char call[64];
		snprintf(call, sizeof call, "cudnnBackendSetAttribute(%d)", settings[i].attr);
		NP_TRY(check(
		        maker, call,
		        maker->api->desc_set(desc, settings[i].attr, settings[i].type, settings[i].count, settings[i].values)));
	}
	return NP_OK;
}

static np_status create_with(np_cudnn_maker *maker, int kind, const np_cudnn_setting *settings, int count, np_cudnn_desc *desc)
{
	char call[64];
	NP_TRY(create(maker, kind, desc));
	NP_TRY(set_all(maker, *desc, settings, count));
	snprintf(call, sizeof call, "cudnnBackendFinalize(descriptor of kind %d)", kind);
	return check(maker, call, maker->api->desc_finalize(*desc));
}

#define NP_COUNT(array) (int)(sizeof(array) / sizeof *(array))

/* ---- the operation ---- */

/* Strides of a packed tensor [n, c, h, w], channels innermost or outermost. */
static void set_strides(const int64_t dims[4], bool nhwc, int64_t strides[4])
{
	if (nhwc) {
		strides[1] = 1;
		strides[3] = dims[1];
		strides[2] = dims[1] * dims[3];
		strides[0] = dims[1] * dims[3] * dims[2];
	} else {
		strides[3] = 1;
		strides[2] = dims[3];
		strides[1] = dims[3] * dims[2];
		strides[0] = dims[3] * dims[2] * dims[1];
	}
}

static np_status make_tensor(np_cudnn_maker *maker, int64_t uid, const int64_t dims[4], np_cudnn_desc *desc)
{
	const np_cuda_math_info *info = &np_cuda_maths[maker->math];
	int64_t strides[4], values = 1, alignment = ALIGNMENT;
	for (int i = 0; i < 4; i++)
		if (dims[i] < 1 || !np_mul_into(&values, dims[i]))
			return np_fail(maker->err, NP_ERR_UNSUPPORTED, "a tensor of %lld x %lld x %lld x %lld values",
			               (long long)dims[0], (long long)dims[1], (long long)dims[2], (long long)dims[3]);
	set_strides(dims, maker->nhwc, strides);
	const np_cudnn_setting settings[] = {
	        {NP_CUDNN_TENSOR_TYPE, NP_CUDNN_IS_DATA_TYPE, 1, &info->type},
	        {NP_CUDNN_TENSOR_DIMS, NP_CUDNN_IS_INT64, 4, dims},
	        {NP_CUDNN_TENSOR_STRIDES, NP_CUDNN_IS_INT64, 4, strides},
	        {NP_CUDNN_TENSOR_UID, NP_CUDNN_IS_INT64, 1, &uid},
	        {NP_CUDNN_TENSOR_ALIGNMENT, NP_CUDNN_IS_INT64, 1, &alignment},
	};
	return create_with(maker, NP_CUDNN_DESC_TENSOR, settings, NP_COUNT(settings), desc);
}

/*
 * What cuDNN's padding after the last element has to be so that the output has the size the configuration says: windows
 * that would begin beyond it are not computed, and an odd cell of padding lies at the end.
 */
static int64_t end_padding(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t pad, int64_t dilation)
{
	int64_t needed = (out - 1) * stride + (kernel - 1) * dilation + 1 - in - pad;
	return needed > 0 ? needed : 0;
}

/* `in` and `out` are the image side and the windows' side: those of the gradient for a transposed convolution. */
static np_status make_conv(np_cudnn_maker *maker, const int64_t in[4], const int64_t out[4], np_cudnn_desc *desc)
{
	const np_layer_config *c = maker->config;
	int type = NP_CUDNN_FLOAT, mode = NP_CUDNN_CROSS_CORRELATION;
	int64_t spatial = 2, pre[2] = {c->pad_h, c->pad_w}, strides[2] = {c->stride_h, c->stride_w};
	int64_t dilations[2] = {c->dilation_h, c->dilation_w};
	int64_t post[2] = {end_padding(in[2], out[2], c->kernel_h, c->stride_h, c->pad_h, c->dilation_h),
	                   end_padding(in[3], out[3], c->kernel_w, c->stride_w, c->pad_w, c->dilation_w)};
	/* Engines know the common symmetric case best: where it gives the same output, say that. */
	for (int i = 0; i < 2; i++) {
		int64_t extent = i ? (c->kernel_w - 1) * c->dilation_w + 1 : (c->kernel_h - 1) * c->dilation_h + 1;
		if ((in[2 + i] + 2 * pre[i] - extent) / strides[i] + 1 == out[2 + i])
			post[i] = pre[i];
	}
	const np_cudnn_setting settings[] = {
	        {NP_CUDNN_CONV_COMP_TYPE, NP_CUDNN_IS_DATA_TYPE, 1, &type},
	        {NP_CUDNN_CONV_MODE, NP_CUDNN_IS_CONV_MODE, 1, &mode},
	        {NP_CUDNN_CONV_SPATIAL_DIMS, NP_CUDNN_IS_INT64, 1, &spatial},
	        {NP_CUDNN_CONV_PRE_PADDINGS, NP_CUDNN_IS_INT64, 2, pre},
	        {NP_CUDNN_CONV_POST_PADDINGS, NP_CUDNN_IS_INT64, 2, post},
	        {NP_CUDNN_CONV_STRIDES, NP_CUDNN_IS_INT64, 2, strides},
	        {NP_CUDNN_CONV_DILATIONS, NP_CUDNN_IS_INT64, 2, dilations},
	};
	return create_with(maker, NP_CUDNN_DESC_CONVOLUTION, settings, NP_COUNT(settings), desc);
}

static np_status check_config(np_cudnn_maker *maker)
{
	const np_layer_config *c = maker->config;
	int64_t groups = c->groups;
	if (groups < 1 || c->in_c % groups || c->out_c % groups || c->stride_h < 1 || c->stride_w < 1 || c->kernel_h < 1 ||
	    c->kernel_w < 1 || c->dilation_h < 1 || c->dilation_w < 1)
		return np_fail(maker->err, NP_ERR_UNSUPPORTED, "%lld groups, kernel %lldx%lld and stride %lldx%lld do not fit",
		               (long long)groups, (long long)c->kernel_h, (long long)c->kernel_w, (long long)c->stride_h,
		               (long long)c->stride_w);
	return NP_OK;
}

/* The filter has in_c / groups channels, and cuDNN infers the groups from that. */
static np_status make_operation(np_cudnn_maker *maker, np_cudnn_desc *operation)
{
	const np_layer_config *c = maker->config;
	NP_TRY(check_config(maker));
	bool transposed = c->kind == NP_DECONV;
	int64_t x[4] = {c->batch, c->in_c, c->in_h, c->in_w}, y[4] = {c->batch, c->out_c, c->out_h, c->out_w};
	int64_t w[4] = {c->out_c, c->in_c / c->groups, c->kernel_h, c->kernel_w};
	if (transposed) {
		w[0] = c->in_c;
		w[1] = c->out_c / c->groups;
	}
	np_cudnn_desc x_desc, w_desc, y_desc, conv;
	NP_TRY(make_tensor(maker, UID_X, x, &x_desc));
	NP_TRY(make_tensor(maker, UID_W, w, &w_desc));
	NP_TRY(make_tensor(maker, UID_Y, y, &y_desc));
	NP_TRY(make_conv(maker, transposed ? y : x, transposed ? x : y, &conv));
	double alpha = 1, beta = 0;
	const np_cudnn_setting forward[] = {
	        {NP_CUDNN_FWD_ALPHA, NP_CUDNN_IS_DOUBLE, 1, &alpha},   {NP_CUDNN_FWD_BETA, NP_CUDNN_IS_DOUBLE, 1, &beta},
	        {NP_CUDNN_FWD_CONV, NP_CUDNN_IS_DESCRIPTOR, 1, &conv}, {NP_CUDNN_FWD_X, NP_CUDNN_IS_DESCRIPTOR, 1, &x_desc},
	        {NP_CUDNN_FWD_W, NP_CUDNN_IS_DESCRIPTOR, 1, &w_desc},  {NP_CUDNN_FWD_Y, NP_CUDNN_IS_DESCRIPTOR, 1, &y_desc},
	};
	const np_cudnn_setting backward[] = {
	        {NP_CUDNN_BWD_ALPHA, NP_CUDNN_IS_DOUBLE, 1, &alpha},   {NP_CUDNN_BWD_BETA, NP_CUDNN_IS_DOUBLE, 1, &beta},
	        {NP_CUDNN_BWD_CONV, NP_CUDNN_IS_DESCRIPTOR, 1, &conv}, {NP_CUDNN_BWD_DY, NP_CUDNN_IS_DESCRIPTOR, 1, &x_desc},
	        {NP_CUDNN_BWD_W, NP_CUDNN_IS_DESCRIPTOR, 1, &w_desc},  {NP_CUDNN_BWD_DX, NP_CUDNN_IS_DESCRIPTOR, 1, &y_desc},
	};
	return create_with(maker, transposed ? NP_CUDNN_DESC_OP_CONV_BACKWARD_DATA : NP_CUDNN_DESC_OP_CONV_FORWARD,
	                   transposed ? backward : forward, NP_COUNT(forward), operation);
}

static np_status make_graph(np_cudnn_maker *maker)
{
	np_cudnn_desc operation;
	NP_TRY(make_operation(maker, &operation));
	const np_cudnn_setting settings[] = {
	        {NP_CUDNN_GRAPH_OPS, NP_CUDNN_IS_DESCRIPTOR, 1, &operation},
	        {NP_CUDNN_GRAPH_HANDLE, NP_CUDNN_IS_HANDLE, 1, &maker->target->handle},
	};
	return create_with(maker, NP_CUDNN_DESC_OPERATIONGRAPH, settings, maker->target->handle ? 2 : 1, &maker->graph);
}

/* ---- engines ---- */

/* Numerical notes of an engine, as bits. */
static bool read_engine(np_cudnn_maker *maker, np_cudnn_desc config, int64_t *index, unsigned *notes)
{
	const np_cudnn_api *api = maker->api;
	np_cudnn_desc engine = NULL;
	int64_t count = 0;
	int list[MAX_NOTES] = {0};
	*notes = 0;
	*index = -1;
	bool read =
	        api->desc_create(NP_CUDNN_DESC_ENGINE, &engine) == NP_CUDNN_OK &&
	        api->desc_get(config, NP_CUDNN_ENGINECFG_ENGINE, NP_CUDNN_IS_DESCRIPTOR, 1, &count, &engine) == NP_CUDNN_OK &&
	        api->desc_get(engine, NP_CUDNN_ENGINE_INDEX, NP_CUDNN_IS_INT64, 1, &count, index) == NP_CUDNN_OK &&
	        api->desc_get(engine, NP_CUDNN_ENGINE_NOTES, NP_CUDNN_IS_NOTE, MAX_NOTES, &count, list) == NP_CUDNN_OK;
	for (int64_t i = 0; read && i < count && i < MAX_NOTES; i++)
		if (list[i] >= 0 && list[i] < 32)
			*notes |= 1u << list[i];
	if (engine)
		api->desc_destroy(engine);
	return read;
}

/* "e67 k2=1 k13=4": the engine and its settings, as far as there is room. */
static void write_algo(np_cudnn_maker *maker, np_cudnn_desc config, char *text, size_t size)
{
	const np_cudnn_api *api = maker->api;
	np_cudnn_desc knobs[MAX_KNOBS] = {0};
	int64_t count = 0, ignored;
	int made = 0;
	size_t used = (size_t)snprintf(text, size, "e%lld", (long long)maker->plan->engine);
	while (made < MAX_KNOBS && api->desc_create(NP_CUDNN_DESC_KNOB_CHOICE, &knobs[made]) == NP_CUDNN_OK)
		made++;
	if (made != MAX_KNOBS || api->desc_get(config, NP_CUDNN_ENGINECFG_KNOB_CHOICES, NP_CUDNN_IS_DESCRIPTOR, MAX_KNOBS,
	                                       &count, knobs) != NP_CUDNN_OK)
		count = 0;
	for (int64_t i = 0; i < count && i < MAX_KNOBS && used < size; i++) {
		int type = 0;
		int64_t value = 0;
		if (api->desc_get(knobs[i], NP_CUDNN_KNOB_TYPE, NP_CUDNN_IS_KNOB_TYPE, 1, &ignored, &type) != NP_CUDNN_OK ||
		    api->desc_get(knobs[i], NP_CUDNN_KNOB_VALUE, NP_CUDNN_IS_INT64, 1, &ignored, &value) != NP_CUDNN_OK)
			continue;
		int length = snprintf(text + used, size - used, " k%d=%lld", type, (long long)value);
		used += length > 0 ? (size_t)length : 0;
	}
	for (int i = 0; i < made; i++)
		api->desc_destroy(knobs[i]);
}

/* True single precision allows neither tensor cores nor rounded inputs; single precision stored is never rounded to half. */
static unsigned forbidden_notes(np_cuda_math math)
{
	static const unsigned forbidden[NP_CUDA_MATH_COUNT] = {
	        [NP_CUDA_FP32] = 1u << NP_CUDNN_NOTE_TENSOR_CORE | 1u << NP_CUDNN_NOTE_DOWN_CONVERT,
	        [NP_CUDA_TF32] = 1u << NP_CUDNN_NOTE_DOWN_CONVERT,
	        [NP_CUDA_FP16] = 0,
	};
	return forbidden[math];
}

static bool refuse(np_cudnn_maker *maker, int64_t engine, const char *what, int rc)
{
	maker->plan->tried++;
	snprintf(maker->refusal, sizeof maker->refusal, "engine %lld %s (rc %d)", (long long)engine, what, rc);
	return false;
}

/* Makes the plan of one engine; false when this engine is not to be had. */
static bool try_engine(np_cudnn_maker *maker, np_cudnn_desc config)
{
	const np_cudnn_api *api = maker->api;
	np_cudnn_plan *plan = maker->plan;
	int64_t engine, workspace = 0, count = 0;
	unsigned notes;
	if (!read_engine(maker, config, &engine, &notes))
		return refuse(maker, engine, "does not say what it is", 0);
	if (notes & forbidden_notes(maker->math))
		return refuse(maker, engine, "rounds more than was asked for", 0);
	np_cudnn_desc desc = NULL;
	const np_cudnn_target *target = maker->target;
	int rc = api->desc_create(NP_CUDNN_DESC_PLAN, &desc);
	if (rc == NP_CUDNN_OK)
		rc = target->handle ? api->desc_set(desc, NP_CUDNN_PLAN_HANDLE, NP_CUDNN_IS_HANDLE, 1, &target->handle)
		                    : api->desc_set(desc, NP_CUDNN_PLAN_DEVICEPROP, NP_CUDNN_IS_DESCRIPTOR, 1, &target->device);
	if (rc == NP_CUDNN_OK)
		rc = api->desc_set(desc, NP_CUDNN_PLAN_ENGINECFG, NP_CUDNN_IS_DESCRIPTOR, 1, &config);
	if (rc == NP_CUDNN_OK)
		rc = api->desc_finalize(desc);
	if (rc == NP_CUDNN_OK)
		rc = api->desc_get(desc, NP_CUDNN_PLAN_WORKSPACE, NP_CUDNN_IS_INT64, 1, &count, &workspace);
	if (rc != NP_CUDNN_OK || workspace > maker->workspace_limit) {
		if (desc)
			api->desc_destroy(desc);
		return refuse(maker, engine, rc == NP_CUDNN_OK ? "wants too much workspace" : "cannot be planned", rc);
	}
	if (maker->passed_over > 0) {
		maker->passed_over--;
		api->desc_destroy(desc);
		return refuse(maker, engine, "failed when it ran", 0);
	}
	plan->plan = plan->owned[plan->owned_count++] = desc;
	plan->engine = engine;
	plan->notes = notes;
	plan->workspace_bytes = workspace;
	write_algo(maker, config, plan->algo, sizeof plan->algo);
	return true;
}

/* Asks for engines in the order of a heuristic and takes the first that will do. */
static np_status try_heuristic(np_cudnn_maker *maker, int mode)
{
	const np_cudnn_api *api = maker->api;
	np_cudnn_desc heuristic, configs[MAX_ENGINES] = {0};
	const np_cudnn_setting settings[] = {
	        {NP_CUDNN_HEUR_GRAPH, NP_CUDNN_IS_DESCRIPTOR, 1, &maker->graph},
	        {NP_CUDNN_HEUR_MODE, NP_CUDNN_IS_HEUR_MODE, 1, &mode},
	        {NP_CUDNN_HEUR_DEVICEPROP, NP_CUDNN_IS_DESCRIPTOR, 1, &maker->target->device},
	};
	NP_TRY(create_with(maker, NP_CUDNN_DESC_ENGINEHEUR, settings, maker->target->device ? 3 : 2, &heuristic));
	int made = 0;
	while (made < MAX_ENGINES && api->desc_create(NP_CUDNN_DESC_ENGINECFG, &configs[made]) == NP_CUDNN_OK)
		made++;
	int64_t count = 0;
	int rc = api->desc_get(heuristic, NP_CUDNN_HEUR_RESULTS, NP_CUDNN_IS_DESCRIPTOR, made, &count, configs);
	np_status status = check(maker, "asking cuDNN for engines", rc);
	for (int64_t i = 0; status == NP_OK && i < count && i < made && !maker->plan->plan; i++)
		if (try_engine(maker, configs[i])) {
			maker->plan->owned[maker->plan->owned_count++] = configs[i];
			configs[i] = NULL;
		}
	for (int i = 0; i < made; i++)
		if (configs[i])
			api->desc_destroy(configs[i]);
	return status;
}

np_status np_cudnn_plan_make(const np_cudnn_target *target, const np_layer_config *config, np_cuda_math math, bool nhwc,
                             int64_t workspace_limit, np_cudnn_plan *plan, np_error *err)
{
	*plan = (np_cudnn_plan){.api = target->api};
	np_error first = {0}; /* of a heuristic: the other may still have an engine */
	np_cudnn_maker maker = {target, target->api,         config, math, nhwc, workspace_limit, plan, NULL,
	                        err,    target->passed_over, ""};
	np_status status = make_graph(&maker);
	static const int modes[] = {NP_CUDNN_HEUR_A, NP_CUDNN_HEUR_FALLBACK};
	maker.err = &first;
	for (int i = 0; i < 2 && status == NP_OK && !plan->plan; i++)
		(void)try_heuristic(&maker, modes[i]);
	if (status == NP_OK && !plan->plan)
		status = np_fail(err, NP_ERR_UNSUPPORTED, "cuDNN has no engine for this in %s: %s", np_cuda_maths[math].name,
		                 maker.refusal[0] ? maker.refusal : first.message);
	if (status != NP_OK)
		np_cudnn_plan_free(plan);
	return status;
}

np_status np_cudnn_plan_bind(const np_cudnn_plan *plan, const np_cudnn_pointers *pointers, np_cudnn_desc *pack, np_error *err)
{
	const np_cudnn_api *api = plan->api;
	const int64_t uids[3] = {UID_X, UID_W, UID_Y};
	void *const data[3] = {pointers->x, pointers->w, pointers->y};
	*pack = NULL;
	np_cudnn_desc desc = NULL;
	int rc = api->desc_create(NP_CUDNN_DESC_VARIANT_PACK, &desc);
	if (rc == NP_CUDNN_OK)
		rc = api->desc_set(desc, NP_CUDNN_PACK_UIDS, NP_CUDNN_IS_INT64, 3, uids);
	if (rc == NP_CUDNN_OK)
		rc = api->desc_set(desc, NP_CUDNN_PACK_POINTERS, NP_CUDNN_IS_POINTER, 3, data);
	if (rc == NP_CUDNN_OK)
		rc = api->desc_set(desc, NP_CUDNN_PACK_WORKSPACE, NP_CUDNN_IS_POINTER, 1, &pointers->workspace);
	if (rc == NP_CUDNN_OK)
		rc = api->desc_finalize(desc);
	if (rc == NP_CUDNN_OK) {
		*pack = desc;
		return NP_OK;
	}
	np_status status = np_cudnn_check(api, "binding buffers to a cuDNN plan", rc, NP_ERR_UNAVAILABLE, err);
	if (desc)
		api->desc_destroy(desc);
	return status;
}

void np_cudnn_plan_free(np_cudnn_plan *plan)
{
	for (int i = plan->owned_count - 1; i >= 0; i--)
		plan->api->desc_destroy(plan->owned[i]);
	*plan = (np_cudnn_plan){0};
}
