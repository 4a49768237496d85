/*
 * cuDNN without a device. Descriptors of the graph interface keep what is set and what they refer to; a heuristic offers an
 * engine with tensor cores (67) before one without (70). Modes: "no_engines", "no_plan", "bad_engine" (67 cannot be run),
 * "no_pool", "nchw_pool" (pools know channels outermost only).
 */
#include "stub.h"

#include <stdio.h>

enum { SUCCESS = 0, BAD_PARAM = 2000, NOT_SUPPORTED = 3000, MAX_LINKS = 8, TC_ENGINE = 67, PLAIN_ENGINE = 70 };
enum { ENGINE = 2, ENGINECFG = 3, HEUR = 4, PLAN = 5, FORWARD = 10, BACKWARD = 12, PACK = 16, TENSOR = 17, DEVICEPROP = 38 };

/* ---- the graph interface ---- */

typedef struct stub_desc {
	int kind, type, engine;
	bool final;
	int64_t dims[4];
	struct {
		int attr;
		struct stub_desc *desc;
	} links[MAX_LINKS];
	int link_count;
	void *pointers[3], *workspace;
} stub_desc;

static struct stub_desc *follow(const stub_desc *desc, int attr)
{
	for (int i = 0; i < desc->link_count; i++)
		if (desc->links[i].attr == attr)
			return desc->links[i].desc;
	return NULL;
}

NP_STUB_EXPORT size_t cudnnGetVersion(void);
size_t cudnnGetVersion(void)
{
	return 91900;
}

NP_STUB_EXPORT const char *cudnnGetErrorString(int rc);
const char *cudnnGetErrorString(int rc)
{
	return rc == BAD_PARAM ? "CUDNN_STATUS_BAD_PARAM" : rc ? "CUDNN_STATUS_NOT_SUPPORTED" : "CUDNN_STATUS_SUCCESS";
}

NP_STUB_EXPORT void cudnnGetLastErrorString(char *text, size_t size);
void cudnnGetLastErrorString(char *text, size_t size)
{
	snprintf(text, size, "a reason of the stub\nand its details");
}

NP_STUB_EXPORT int cudnnCreate(void **handle);
int cudnnCreate(void **handle)
{
	*handle = malloc(1);
	return *handle ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnDestroy(void *handle);
int cudnnDestroy(void *handle)
{
	free(handle);
	return SUCCESS;
}

NP_STUB_EXPORT int cudnnSetStream(void *handle, void *stream);
int cudnnSetStream(void *handle, void *stream)
{
	return handle && stream ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnBackendCreateDescriptor(int kind, stub_desc **desc);
int cudnnBackendCreateDescriptor(int kind, stub_desc **desc)
{
	*desc = calloc(1, sizeof **desc);
	if (!*desc)
		return BAD_PARAM;
	(*desc)->kind = kind;
	return SUCCESS;
}

NP_STUB_EXPORT int cudnnBackendDestroyDescriptor(stub_desc *desc);
int cudnnBackendDestroyDescriptor(stub_desc *desc)
{
	free(desc);
	return SUCCESS;
}

NP_STUB_EXPORT int cudnnBackendFinalize(stub_desc *desc);
int cudnnBackendFinalize(stub_desc *desc)
{
	if (desc->final || (desc->kind == PLAN && stub_mode("no_plan")))
		return NOT_SUPPORTED;
	desc->final = true;
	return SUCCESS;
}

NP_STUB_EXPORT int cudnnBackendSetAttribute(stub_desc *desc, int attr, int type, int64_t count, const void *values);
int cudnnBackendSetAttribute(stub_desc *desc, int attr, int type, int64_t count, const void *values)
{
	if (desc->final || !values)
		return BAD_PARAM;
	if (type == 15) { /* a descriptor, or for a graph a list of one */
		stub_desc *linked = *(stub_desc *const *)values;
		if (count != 1 || desc->link_count == MAX_LINKS || !linked)
			return BAD_PARAM;
		desc->links[desc->link_count].attr = attr;
		desc->links[desc->link_count++].desc = linked;
	}
	if (attr == 901)
		memcpy(&desc->type, values, sizeof desc->type);
	if (attr == 902 && count == 4)
		memcpy(desc->dims, values, sizeof desc->dims);
	if (attr == 1001 && count == 3)
		memcpy(desc->pointers, values, sizeof desc->pointers);
	if (attr == 1003)
		memcpy(&desc->workspace, values, sizeof desc->workspace);
	return SUCCESS;
}

static int offer_engines(const stub_desc *heuristic, int64_t wanted, int64_t *count, stub_desc **configs)
{
	static const int engines[2] = {TC_ENGINE, PLAIN_ENGINE};
	*count = stub_mode("no_engines") ? 0 : 2;
	for (int64_t i = 0; i < *count && i < wanted; i++) {
		configs[i]->engine = engines[i];
		configs[i]->links[0].attr = 201;
		configs[i]->links[0].desc = follow(heuristic, 201);
		configs[i]->link_count = 1;
		configs[i]->final = true;
	}
	return SUCCESS;
}

static const char device_json[] = "{\n \"deviceName\": \"Stub GPU\"\n}";

NP_STUB_EXPORT int cudnnBackendGetAttribute(const stub_desc *desc, int attr, int type, int64_t wanted, int64_t *count,
                                            void *values);
int cudnnBackendGetAttribute(const stub_desc *desc, int attr, int type, int64_t wanted, int64_t *count, void *values)
{
	(void)type;
	*count = 1;
	switch (attr) {
	case 202:
		return offer_engines(desc, wanted, count, values);
	case 300:
		(*(stub_desc **)values)->engine = desc->engine;
		return SUCCESS;
	case 302:
		*count = 0;
		return SUCCESS;
	case 402:
		*(int64_t *)values = 1024;
		return SUCCESS;
	case 1301:
		*(int64_t *)values = desc->engine;
		return SUCCESS;
	case 1303: /* the first engine uses tensor cores, note 0; the other has no note */
		*count = desc->engine == TC_ENGINE;
		*(int *)values = 0;
		return SUCCESS;
	case 2702:
		*count = sizeof device_json;
		if (values && wanted >= (int64_t)sizeof device_json)
			memcpy(values, device_json, sizeof device_json);
		return SUCCESS;
	default:
		return NOT_SUPPORTED;
	}
}

static double volume(const stub_desc *tensor)
{
	return (double)(tensor->dims[0] * tensor->dims[1] * tensor->dims[2] * tensor->dims[3]);
}

static size_t bytes_of(const stub_desc *tensor)
{
	return (size_t)volume(tensor) * (tensor->type == 2 ? 2 : 4);
}

/* Walks back from the plan to the tensors, so that it notices when one of them was destroyed too early. */
NP_STUB_EXPORT int cudnnBackendExecute(void *handle, const stub_desc *plan, const stub_desc *pack);
int cudnnBackendExecute(void *handle, const stub_desc *plan, const stub_desc *pack)
{
	const stub_desc *config = follow(plan, 401), *graph = config ? follow(config, 201) : NULL;
	const stub_desc *op = graph ? follow(graph, 801) : NULL;
	if (!handle || !op || !plan->final || !pack->final || !pack->workspace)
		return BAD_PARAM;
	if (stub_mode("bad_engine") && config->engine == TC_ENGINE)
		return NOT_SUPPORTED;
	bool backward = op->kind == BACKWARD;
	const stub_desc *x = follow(op, backward ? 711 : 704), *w = follow(op, backward ? 709 : 703);
	const stub_desc *y = follow(op, backward ? 710 : 705);
	stub_read(pack->pointers[0], bytes_of(x));
	stub_read(pack->pointers[1], bytes_of(w));
	stub_write(pack->pointers[2], bytes_of(y));
	stub_write(pack->workspace, 1024);
	/* Each value on the windows' side meets a filter's worth of weights. */
	np_stub_kernel(2 * volume(backward ? x : y) * volume(w) / (double)w->dims[0],
	               (double)(bytes_of(x) + bytes_of(w) + bytes_of(y)));
	return SUCCESS;
}

/* ---- the older interface ---- */

typedef struct stub_tensor {
	int n, c, h, w, format;
	size_t bytes;
} stub_tensor;

#define STUB_LIFE(create, destroy, size)             \
	NP_STUB_EXPORT int create(void **thing);     \
	int create(void **thing)                     \
	{                                            \
		*thing = calloc(1, size);            \
		return *thing ? SUCCESS : BAD_PARAM; \
	}                                            \
	NP_STUB_EXPORT int destroy(void *thing);     \
	int destroy(void *thing)                     \
	{                                            \
		free(thing);                         \
		return SUCCESS;                      \
	}

STUB_LIFE(cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor, sizeof(stub_tensor))
STUB_LIFE(cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor, sizeof(stub_tensor))
STUB_LIFE(cudnnCreatePoolingDescriptor, cudnnDestroyPoolingDescriptor, 1)
STUB_LIFE(cudnnCreateLRNDescriptor, cudnnDestroyLRNDescriptor, 1)
STUB_LIFE(cudnnCreateActivationDescriptor, cudnnDestroyActivationDescriptor, 1)
STUB_LIFE(cudnnCreateOpTensorDescriptor, cudnnDestroyOpTensorDescriptor, 1)
STUB_LIFE(cudnnCreateReduceTensorDescriptor, cudnnDestroyReduceTensorDescriptor, 1)
STUB_LIFE(cudnnCreateConvolutionDescriptor, cudnnDestroyConvolutionDescriptor, 1)

static int set_tensor(stub_tensor *tensor, int type, int n, int c, int h, int w)
{
	if (n < 1 || c < 1 || h < 1 || w < 1)
		return BAD_PARAM;
	*tensor = (stub_tensor){n, c, h, w, 0, (size_t)n * (size_t)c * (size_t)h * (size_t)w * (type == 2 ? 2 : 4)};
	return SUCCESS;
}

NP_STUB_EXPORT int cudnnSetTensor4dDescriptor(stub_tensor *tensor, int format, int type, int n, int c, int h, int w);
int cudnnSetTensor4dDescriptor(stub_tensor *tensor, int format, int type, int n, int c, int h, int w)
{
	int rc = set_tensor(tensor, type, n, c, h, w);
	tensor->format = format;
	return rc;
}

NP_STUB_EXPORT int cudnnSetFilter4dDescriptor(stub_tensor *filter, int type, int format, int k, int c, int h, int w);
int cudnnSetFilter4dDescriptor(stub_tensor *filter, int type, int format, int k, int c, int h, int w)
{
	(void)format;
	return set_tensor(filter, type, k, c, h, w);
}

/* Reads x, writes y, and takes the time of their bytes. */
static int map(void *handle, const stub_tensor *x, const void *x_data, const stub_tensor *y, void *y_data)
{
	if (!handle || !x || !y || !x->bytes || !y->bytes)
		return BAD_PARAM;
	stub_read(x_data, x->bytes);
	stub_write(y_data, y->bytes);
	np_stub_kernel(0, (double)(x->bytes + y->bytes));
	return SUCCESS;
}

NP_STUB_EXPORT int cudnnSetPooling2dDescriptor(void *pool, int mode, int nan, int h, int w, int pad_h, int pad_w, int stride_h,
                                               int stride_w);
int cudnnSetPooling2dDescriptor(void *pool, int mode, int nan, int h, int w, int pad_h, int pad_w, int stride_h, int stride_w)
{
	(void)mode;
	(void)nan;
	(void)pad_h;
	(void)pad_w;
	return pool && h > 0 && w > 0 && stride_h > 0 && stride_w > 0 ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnPoolingForward(void *handle, const void *pool, const void *alpha, const stub_tensor *x,
                                       const void *x_data, const void *beta, const stub_tensor *y, void *y_data);
int cudnnPoolingForward(void *handle, const void *pool, const void *alpha, const stub_tensor *x, const void *x_data,
                        const void *beta, const stub_tensor *y, void *y_data)
{
	(void)alpha;
	(void)beta;
	if (!pool || stub_mode("no_pool") || (stub_mode("nchw_pool") && x->format != 0))
		return NOT_SUPPORTED;
	return map(handle, x, x_data, y, y_data);
}

NP_STUB_EXPORT int cudnnSetLRNDescriptor(void *lrn, unsigned n, double alpha, double beta, double k);
int cudnnSetLRNDescriptor(void *lrn, unsigned n, double alpha, double beta, double k)
{
	return lrn && n && alpha > 0 && beta >= 0.01 && k >= 1e-5 ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnLRNCrossChannelForward(void *handle, void *lrn, int mode, const void *alpha, const stub_tensor *x,
                                               const void *x_data, const void *beta, const stub_tensor *y, void *y_data);
int cudnnLRNCrossChannelForward(void *handle, void *lrn, int mode, const void *alpha, const stub_tensor *x, const void *x_data,
                                const void *beta, const stub_tensor *y, void *y_data)
{
	(void)alpha;
	(void)beta;
	return lrn && mode == 0 ? map(handle, x, x_data, y, y_data) : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnSoftmaxForward(void *handle, int algo, int mode, const void *alpha, const stub_tensor *x,
                                       const void *x_data, const void *beta, const stub_tensor *y, void *y_data);
int cudnnSoftmaxForward(void *handle, int algo, int mode, const void *alpha, const stub_tensor *x, const void *x_data,
                        const void *beta, const stub_tensor *y, void *y_data)
{
	(void)alpha;
	(void)beta;
	return algo == 1 && mode == 1 ? map(handle, x, x_data, y, y_data) : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnSetActivationDescriptor(void *act, int mode, int nan, double coefficient);
int cudnnSetActivationDescriptor(void *act, int mode, int nan, double coefficient)
{
	(void)coefficient;
	return act && mode >= 0 && mode <= 6 && nan == 0 ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnActivationForward(void *handle, void *act, const void *alpha, const stub_tensor *x, const void *x_data,
                                          const void *beta, const stub_tensor *y, void *y_data);
int cudnnActivationForward(void *handle, void *act, const void *alpha, const stub_tensor *x, const void *x_data,
                           const void *beta, const stub_tensor *y, void *y_data)
{
	(void)alpha;
	(void)beta;
	return act ? map(handle, x, x_data, y, y_data) : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnDeriveBNTensorDescriptor(stub_tensor *derived, const stub_tensor *x, int mode);
int cudnnDeriveBNTensorDescriptor(stub_tensor *derived, const stub_tensor *x, int mode)
{
	return mode == 1 ? set_tensor(derived, 0, 1, x->c, 1, 1) : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnBatchNormalizationForwardInference(void *handle, int mode, const void *alpha, const void *beta,
                                                           const stub_tensor *x, const void *x_data, const stub_tensor *y,
                                                           void *y_data, const stub_tensor *derived, const float *scale,
                                                           const float *bias, const float *mean, const float *variance,
                                                           double epsilon);
int cudnnBatchNormalizationForwardInference(void *handle, int mode, const void *alpha, const void *beta, const stub_tensor *x,
                                            const void *x_data, const stub_tensor *y, void *y_data, const stub_tensor *derived,
                                            const float *scale, const float *bias, const float *mean, const float *variance,
                                            double epsilon)
{
	(void)alpha;
	(void)beta;
	const float *const lists[4] = {scale, bias, mean, variance};
	for (int i = 0; i < 4; i++)
		stub_read(lists[i], derived->bytes);
	for (int i = 0; i < derived->c; i++)
		if (!(variance[i] > 0))
			return BAD_PARAM;
	return mode == 1 && epsilon >= 1e-5 ? map(handle, x, x_data, y, y_data) : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnAddTensor(void *handle, const void *alpha, const stub_tensor *a, const void *a_data, const void *beta,
                                  const stub_tensor *c, void *c_data);
int cudnnAddTensor(void *handle, const void *alpha, const stub_tensor *a, const void *a_data, const void *beta,
                   const stub_tensor *c, void *c_data)
{
	(void)alpha;
	(void)beta;
	return map(handle, a, a_data, c, c_data);
}

NP_STUB_EXPORT int cudnnSetOpTensorDescriptor(void *op, int kind, int type, int nan);
int cudnnSetOpTensorDescriptor(void *op, int kind, int type, int nan)
{
	return op && kind == 0 && type == 0 && nan == 0 ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnOpTensor(void *handle, const void *op, const void *alpha1, const stub_tensor *a, const void *a_data,
                                 const void *alpha2, const stub_tensor *b, const void *b_data, const void *beta,
                                 const stub_tensor *c, void *c_data);
int cudnnOpTensor(void *handle, const void *op, const void *alpha1, const stub_tensor *a, const void *a_data,
                  const void *alpha2, const stub_tensor *b, const void *b_data, const void *beta, const stub_tensor *c,
                  void *c_data)
{
	(void)alpha1;
	(void)alpha2;
	(void)beta;
	bool fits = (b->n == a->n || b->n == 1) && (b->c == a->c || b->c == 1) && (b->h == a->h || b->h == 1) &&
	            (b->w == a->w || b->w == 1);
	if (!op || a->bytes != c->bytes || !fits)
		return BAD_PARAM;
	stub_read(b_data, b->bytes);
	return map(handle, a, a_data, c, c_data);
}

NP_STUB_EXPORT int cudnnSetReduceTensorDescriptor(void *reduce, int kind, int type, int nan, int indices, int indices_type);
int cudnnSetReduceTensorDescriptor(void *reduce, int kind, int type, int nan, int indices, int indices_type)
{
	(void)nan;
	return reduce && kind == 5 && !type && !indices && !indices_type ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnGetReductionWorkspaceSize(void *handle, const void *reduce, const stub_tensor *a, const stub_tensor *c,
                                                  size_t *size);
int cudnnGetReductionWorkspaceSize(void *handle, const void *reduce, const stub_tensor *a, const stub_tensor *c, size_t *size)
{
	*size = 512;
	return handle && reduce && a && c ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnReduceTensor(void *handle, const void *reduce, void *indices, size_t indices_size, void *workspace,
                                     size_t workspace_size, const void *alpha, const stub_tensor *a, const void *a_data,
                                     const void *beta, const stub_tensor *c, void *c_data);
int cudnnReduceTensor(void *handle, const void *reduce, void *indices, size_t indices_size, void *workspace,
                      size_t workspace_size, const void *alpha, const stub_tensor *a, const void *a_data, const void *beta,
                      const stub_tensor *c, void *c_data)
{
	(void)alpha;
	(void)beta;
	if (!reduce || indices || indices_size || !workspace)
		return BAD_PARAM;
	stub_write(workspace, workspace_size);
	return map(handle, a, a_data, c, c_data);
}

/* ---- convolution by the older interface ---- */

typedef struct stub_perf {
	int algo, rc;
	float ms;
	size_t memory;
	int determinism, math;
	int reserved[3];
} stub_perf;

NP_STUB_EXPORT int cudnnSetConvolution2dDescriptor(void *conv, int pad_h, int pad_w, int stride_h, int stride_w, int dilation_h,
                                                   int dilation_w, int mode, int type);
int cudnnSetConvolution2dDescriptor(void *conv, int pad_h, int pad_w, int stride_h, int stride_w, int dilation_h,
                                    int dilation_w, int mode, int type)
{
	bool good = pad_h >= 0 && pad_w >= 0 && stride_h > 0 && stride_w > 0 && dilation_h > 0 && dilation_w > 0;
	return conv && good && mode == 1 && type == 0 ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnSetConvolutionGroupCount(void *conv, int groups);
int cudnnSetConvolutionGroupCount(void *conv, int groups)
{
	return conv && groups > 0 ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnSetConvolutionMathType(void *conv, int math);
int cudnnSetConvolutionMathType(void *conv, int math)
{
	return conv && math >= 0 && math <= 3 ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnGetConvolutionForwardAlgorithm_v7(void *handle, const stub_tensor *x, const stub_tensor *w,
                                                          const void *conv, const stub_tensor *y, int wanted, int *count,
                                                          stub_perf *list);
int cudnnGetConvolutionForwardAlgorithm_v7(void *handle, const stub_tensor *x, const stub_tensor *w, const void *conv,
                                           const stub_tensor *y, int wanted, int *count, stub_perf *list)
{
	*count = wanted < 2 ? wanted : 2;
	for (int i = 0; i < *count; i++) /* with tensor cores, then without */
		list[i] = (stub_perf){.algo = i, .rc = SUCCESS, .math = i ? 3 : 1};
	return handle && x && w && conv && y ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnGetConvolutionForwardWorkspaceSize(void *handle, const stub_tensor *x, const stub_tensor *w,
                                                           const void *conv, const stub_tensor *y, int algo, size_t *size);
int cudnnGetConvolutionForwardWorkspaceSize(void *handle, const stub_tensor *x, const stub_tensor *w, const void *conv,
                                            const stub_tensor *y, int algo, size_t *size)
{
	*size = 2048;
	return handle && x && w && conv && y && algo >= 0 ? SUCCESS : BAD_PARAM;
}

NP_STUB_EXPORT int cudnnConvolutionForward(void *handle, const void *alpha, const stub_tensor *x, const void *x_data,
                                           const stub_tensor *w, const void *w_data, const void *conv, int algo,
                                           void *workspace, size_t workspace_size, const void *beta, const stub_tensor *y,
                                           void *y_data);
int cudnnConvolutionForward(void *handle, const void *alpha, const stub_tensor *x, const void *x_data, const stub_tensor *w,
                            const void *w_data, const void *conv, int algo, void *workspace, size_t workspace_size,
                            const void *beta, const stub_tensor *y, void *y_data)
{
	(void)alpha;
	(void)beta;
	if (!conv || algo < 0 || !workspace)
		return BAD_PARAM;
	stub_read(w_data, w->bytes);
	stub_write(workspace, workspace_size);
	return map(handle, x, x_data, y, y_data);
}
