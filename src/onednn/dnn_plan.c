/* Planning a program: step by step, each by the function of its kind. */
#include "onednn/dnn_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

np_status dnn_fail(np_error *err, np_status status, const char *format, ...)
{
	if (err && err->status == NP_OK) {
		va_list args;
		*err = (np_error){.status = status};
		va_start(args, format);
		vsnprintf(err->message, sizeof err->message, format, args);
		va_end(args);
	}
	return status;
}

static const char *kind_name(np_kind kind)
{
	static const char *const NAMES[NP_KIND_COUNT] = {
#define KIND_NAME(name, text, help) text,
	        NP_KIND_MAP(KIND_NAME)
#undef KIND_NAME
	};
	return (unsigned)kind < NP_KIND_COUNT ? NAMES[kind] : "unknown";
}

np_status dnn_fail_step(dnn_plan *plan, dnnl_status_t why, const char *what)
{
	const np_step *step = &plan->program->steps[plan->step];
	if (why == dnnl_out_of_memory)
		return dnn_fail(plan->err, NP_ERR_MEMORY, "out of memory");
	return dnn_fail(plan->err, NP_ERR_UNSUPPORTED, "layer '%s' (%s): oneDNN cannot run it: %s%s", step->name,
	                kind_name(step->config.kind), what,
	                why == dnnl_invalid_arguments ? " (sizes that do not fit each other)" : "");
}

bool dnn_grow(void **items, int count, int *capacity, size_t size)
{
	if (count < *capacity)
		return true;
	int larger = *capacity ? 2 * *capacity : 16;
	void *moved = realloc(*items, (size_t)larger * size);
	if (!moved)
		return false;
	*items = moved;
	*capacity = larger;
	return true;
}

/* ---- kinds ---- */

static np_status step_free(dnn_plan *plan, const np_step *step)
{
	(void)step;
	return dnn_fail_step(plan, dnnl_unimplemented, "it costs nothing at inference, there is nothing to run");
}

static np_status step_unknown(dnn_plan *plan, const np_step *step)
{
	(void)step;
	return dnn_fail_step(plan, dnnl_unimplemented, "its operator is not known");
}

typedef np_status (*dnn_step)(dnn_plan *plan, const np_step *step);

static const dnn_step STEPS[NP_KIND_COUNT] = {
        [NP_CONV] = dnn_step_conv,
        [NP_DECONV] = dnn_step_conv,
        [NP_FC] = dnn_step_fc,
        [NP_MAXPOOL] = dnn_step_pool,
        [NP_AVGPOOL] = dnn_step_pool,
        [NP_GLOBALAVGPOOL] = dnn_step_pool,
        [NP_LRN] = dnn_step_norm,
        [NP_BATCHNORM] = dnn_step_norm,
        [NP_LAYERNORM] = dnn_step_norm,
        [NP_RELU] = dnn_step_pointwise,
        [NP_ACTIVATION] = dnn_step_pointwise,
        [NP_ELTWISE] = dnn_step_eltwise,
        [NP_CONCAT] = dnn_step_concat,
        [NP_SOFTMAX] = dnn_step_softmax,
        [NP_MATMUL] = dnn_step_matmul,
        [NP_RESHAPE] = dnn_step_copy,
        [NP_DROPOUT] = step_free,
        [NP_RESIZE] = dnn_step_resize,
        [NP_PAD] = dnn_step_pad,
        [NP_REDUCE] = dnn_step_reduce,
        [NP_OTHER] = step_unknown,
};

/* ---- the whole ---- */

static np_status plan_steps(dnn_plan *plan)
{
	const np_program *program = plan->program;
	for (plan->step = 0; plan->step < program->step_count; plan->step++) {
		const np_step *step = &program->steps[plan->step];
		dnn_step plan_step = (unsigned)step->config.kind < NP_KIND_COUNT ? STEPS[step->config.kind] : NULL;
		np_status status = plan_step ? plan_step(plan, step) : step_unknown(plan, step);
		if (status != NP_OK)
			return status;
	}
	return NP_OK;
}

static bool start(dnn_plan *plan)
{
	const np_program *program = plan->program;
	plan->tensors = calloc((size_t)program->tensor_count + 1, sizeof *plan->tensors);
	plan->traces = calloc((size_t)program->step_count + 1, sizeof *plan->traces);
	if (!plan->tensors || !plan->traces)
		return false;
	for (int t = 0; t < program->tensor_count; t++)
		plan->tensors[t].values = program->values[t];
	plan->scratch = dnn_plan_buffer(plan, DNN_SCRATCH, NULL);
	return plan->scratch >= 0;
}

/* Sizes that no memory holds are refused before the library computes with them. */
static bool step_fits(const np_layer_config *c, int64_t most, int64_t *bytes)
{
	int64_t weights = (int64_t)sizeof(float);
	bool window = c->kind == NP_CONV || c->kind == NP_DECONV;
	if (!window && c->kind != NP_FC)
		return true;
	int64_t sizes[] = {c->out_c, c->in_c, window ? c->kernel_h : c->in_h, window ? c->kernel_w : c->in_w};
	for (int i = 0; i < 4; i++)
		if (sizes[i] < 1 || __builtin_mul_overflow(weights, sizes[i], &weights))
			return false;
	*bytes += window && c->groups > 1 ? weights / c->groups : weights;
	return *bytes <= most;
}

static np_status check_sizes(const np_program *program, int64_t most, np_error *err)
{
	int64_t bytes = 0;
	bool fits = true;
	for (int t = 0; t < program->tensor_count && fits; t++) {
		fits = program->values[t] <= most / (int64_t)sizeof(float);
		bytes += fits ? program->values[t] * (int64_t)sizeof(float) : 0;
		fits &= bytes <= most;
	}
	for (int i = 0; i < program->step_count && fits; i++)
		fits = step_fits(&program->steps[i].config, most, &bytes);
	if (fits)
		return NP_OK;
	return dnn_fail(err, NP_ERR_LIMIT, "'%s' needs more than the %.1f GB of memory that are to be used", program->name,
	                (double)most * 1e-9);
}

np_status dnn_plan_program(const np_part_engine *engine, const np_program *program, int64_t most, dnn_plan *plan, np_error *err)
{
	*plan = (dnn_plan){.engine = engine, .program = program, .err = err};
	plan->step_count = program->step_count;
	plan->tensor_count = program->tensor_count;
	plan->maker = (dnn_maker){engine->engine, engine->attr};
	plan->free_layouts = program->step_count == 1;
	np_status status = check_sizes(program, most, err);
	if (status == NP_OK)
		status = start(plan) ? plan_steps(plan) : dnn_fail(err, NP_ERR_MEMORY, "out of memory");
	if (status != NP_OK)
		dnn_plan_free(plan);
	plan->program = NULL; /* the caller's, as is the error */
	plan->err = NULL;
	return status;
}

void dnn_plan_free(dnn_plan *plan)
{
	for (int i = 0; i < plan->op_count; i++) {
		dnnl_primitive_destroy(plan->ops[i].primitive);
		free(plan->ops[i].args);
	}
	for (int i = 0; plan->tensors && i < plan->tensor_count; i++)
		free(plan->tensors[i].views);
	for (int i = 0; i < plan->md_count; i++)
		dnn_md_free(plan->mds[i]);
	free(plan->mds);
	free(plan->ops);
	free(plan->buffers);
	free(plan->tensors);
	free(plan->traces);
	*plan = (dnn_plan){0};
}
