/* Small things about cuDNN: names of maths and notes, errors, descriptions of devices. */
#include "backends/cudnn_graph.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const np_cuda_math_info np_cuda_maths[NP_CUDA_MATH_COUNT] = {
        [NP_CUDA_FP32] = {"fp32", 4, NP_CUDNN_FLOAT, false},
        [NP_CUDA_TF32] = {"tf32", 4, NP_CUDNN_FLOAT, true},
        [NP_CUDA_FP16] = {"fp16", 2, NP_CUDNN_HALF, true},
};

bool np_cuda_math_find(const char *name, np_cuda_math *math)
{
	for (int i = 0; i < NP_CUDA_MATH_COUNT; i++)
		if (!strcmp(np_cuda_maths[i].name, name)) {
			*math = (np_cuda_math)i;
			return true;
		}
	return false;
}

static const struct {
	int note;
	const char *name;
} note_names[] = {
        {NP_CUDNN_NOTE_TENSOR_CORE, "tensor_core"},
        {NP_CUDNN_NOTE_DOWN_CONVERT, "down_convert"},
        {NP_CUDNN_NOTE_REDUCED_REDUCTION, "reduced_reduction"},
        {NP_CUDNN_NOTE_FFT, "fft"},
        {NP_CUDNN_NOTE_NONDETERMINISTIC, "nondeterministic"},
        {NP_CUDNN_NOTE_WINOGRAD, "winograd"},
};

void np_cudnn_notes_write(unsigned notes, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < sizeof note_names / sizeof *note_names && used < size; i++)
		if (notes & 1u << note_names[i].note) {
			int length = snprintf(text + used, size - used, "%s%s", used ? ";" : "", note_names[i].name);
			used += length > 0 ? (size_t)length : 0;
		}
}

np_status np_cudnn_check(const np_cudnn_api *api, const char *call, int rc, np_status status, np_error *err)
{
	if (rc == NP_CUDNN_OK)
		return NP_OK;
	char detail[200] = "";
	if (api->last_error)
		api->last_error(detail, sizeof detail);
	detail[sizeof detail - 1] = '\0';
	detail[strcspn(detail, "\n")] = '\0';
	return np_fail(err, status, "%s: rc %d (%s)%s%s", call, rc, api->error_string(rc), detail[0] ? ": " : "", detail);
}

np_status np_cudnn_device_read(const np_cudnn_api *api, const char *json, size_t size, np_cudnn_desc *device, np_error *err)
{
	*device = NULL;
	np_cudnn_desc desc = NULL;
	int rc = api->desc_create(NP_CUDNN_DESC_DEVICEPROP, &desc);
	if (rc == NP_CUDNN_OK)
		rc = api->desc_set(desc, NP_CUDNN_DEVICEPROP_JSON, NP_CUDNN_IS_CHAR, (int64_t)size, json);
	if (rc == NP_CUDNN_OK)
		rc = api->desc_finalize(desc);
	if (rc == NP_CUDNN_OK) {
		*device = desc;
		return NP_OK;
	}
	np_status status = np_cudnn_check(api, "describing a device to cuDNN", rc, NP_ERR_UNAVAILABLE, err);
	if (desc)
		api->desc_destroy(desc);
	return status;
}

/* The first release whose descriptions other releases read. */
enum { FIRST_WITH_DEVICES = 91100, MAX_JSON = 1 << 16 };

char *np_cudnn_device_write(const np_cudnn_api *api, int index)
{
	if (api->version() < FIRST_WITH_DEVICES)
		return NULL;
	np_cudnn_desc desc = NULL;
	int32_t id = index;
	int64_t size = 0;
	int rc = api->desc_create(NP_CUDNN_DESC_DEVICEPROP, &desc);
	if (rc == NP_CUDNN_OK)
		rc = api->desc_set(desc, NP_CUDNN_DEVICEPROP_DEVICE_ID, NP_CUDNN_IS_INT32, 1, &id);
	if (rc == NP_CUDNN_OK)
		rc = api->desc_finalize(desc);
	if (rc == NP_CUDNN_OK)
		rc = api->desc_get(desc, NP_CUDNN_DEVICEPROP_JSON, NP_CUDNN_IS_CHAR, 0, &size, NULL);
	char *json = rc == NP_CUDNN_OK && size > 0 && size <= MAX_JSON ? calloc((size_t)size + 1, 1) : NULL;
	if (json && api->desc_get(desc, NP_CUDNN_DEVICEPROP_JSON, NP_CUDNN_IS_CHAR, size, &size, json) != NP_CUDNN_OK) {
		free(json);
		json = NULL;
	}
	if (desc)
		api->desc_destroy(desc);
	return json;
}
