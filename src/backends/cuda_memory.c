/* Device memory: blocks that are kept from job to job, and the random values they are filled with. */
#include "backends/cuda_device.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A prime, so that rows of no usual length begin alike. */
enum { STOCK = 1000003 };

/* ---- blocks ---- */

int64_t np_cuda_free_bytes(np_cuda *cuda)
{
	size_t available = 0, total = 0;
	if (cuda->libs.cuda.memory_info(&available, &total) != NP_CUDA_OK)
		available = 0;
	int64_t bytes = (int64_t)available;
	for (int i = 0; i < NP_CUDA_SLABS; i++)
		if (!cuda->slabs[i].used)
			bytes += cuda->slabs[i].bytes;
	return bytes;
}

static void drop(np_cuda *cuda, np_cuda_slab *slab)
{
	if (slab->memory)
		cuda->libs.cuda.release(slab->memory);
	*slab = (np_cuda_slab){0};
}

static void drop_unused(np_cuda *cuda)
{
	for (int i = 0; i < NP_CUDA_SLABS; i++)
		if (!cuda->slabs[i].used)
			drop(cuda, &cuda->slabs[i]);
}

/* The smallest kept block that holds `bytes` and is not much larger; else a place for a new one, NULL when all are used. */
static np_cuda_slab *choose_slab(np_cuda *cuda, int64_t bytes)
{
	np_cuda_slab *best = NULL, *place = NULL;
	for (int i = 0; i < NP_CUDA_SLABS; i++) {
		np_cuda_slab *slab = &cuda->slabs[i];
		if (slab->used)
			continue;
		if (slab->bytes >= bytes && slab->bytes / 4 <= bytes + (1 << 24) && (!best || slab->bytes < best->bytes))
			best = slab;
		if (!place || slab->bytes < place->bytes)
			place = slab;
	}
	return best ? best : place;
}

/* Allocating and freeing stop the device, so blocks are kept; work on one stream keeps their users apart. */
np_status np_cuda_take(np_cuda *cuda, int64_t bytes, void **memory, np_error *err)
{
	*memory = NULL;
	np_cuda_slab *slab = choose_slab(cuda, bytes);
	if (!slab)
		return np_fail(err, NP_ERR_LIMIT, "more jobs at a time than the device keeps memory for");
	if (slab->bytes < bytes) {
		drop(cuda, slab);
		void *fresh = NULL;
		int rc = cuda->libs.cuda.allocate(&fresh, (size_t)bytes);
		if (rc == NP_CUDA_OUT_OF_MEMORY) {
			cuda->libs.cuda.last_error();
			drop_unused(cuda);
			rc = cuda->libs.cuda.allocate(&fresh, (size_t)bytes);
		}
		NP_TRY(np_cuda_check(cuda, "cudaMalloc", rc, NP_ERR_LIMIT, err));
		*slab = (np_cuda_slab){fresh, bytes, false};
	}
	slab->used = true;
	*memory = slab->memory;
	return NP_OK;
}

void np_cuda_give(np_cuda *cuda, void *memory)
{
	for (int i = 0; memory && i < NP_CUDA_SLABS; i++)
		if (cuda->slabs[i].memory == memory)
			cuda->slabs[i].used = false;
}

/* ---- values ---- */

/* splitmix64: the same values on every machine. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

/* Box and Muller's pairs. */
static void make_normal(float *values, int count)
{
	const double unit = 0x1p-53, turn = 6.283185307179586;
	uint64_t state = 1;
	for (int i = 0; i < count; i += 2) {
		double radius = sqrt(-2 * log(((double)(next_random(&state) >> 11) + 1) * unit));
		double angle = turn * (double)(next_random(&state) >> 11) * unit;
		values[i] = (float)(radius * cos(angle));
		if (i + 1 < count)
			values[i + 1] = (float)(radius * sin(angle));
	}
}

/* IEEE half precision, rounded to nearest, for values far from its limits; what is too small becomes zero. */
static uint16_t half_of(float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	uint16_t sign = (uint16_t)(bits >> 16 & 0x8000u);
	int exponent = (int)(bits >> 23 & 0xFF) - 127 + 15;
	if (exponent <= 0)
		return sign;
	if (exponent >= 31)
		return sign | 0x7BFFu;
	uint32_t mantissa = bits & 0x7FFFFFu, rounded = (mantissa + 0xFFFu + (mantissa >> 13 & 1)) >> 13;
	return (uint16_t)(sign | (((uint32_t)exponent << 10) + rounded));
}

/* `count` values of the stock, changed as weights want it, in the type of the target. */
static void convert(np_cuda_noise *noise, int count, double scale, bool positive, bool half)
{
	float *single = noise->scratch;
	uint16_t *halves = noise->scratch;
	for (int i = 0; i < count; i++) {
		float value = noise->values[i];
		value = positive ? fabsf(value) + 0.5f : (float)(value * scale);
		if (half)
			halves[i] = half_of(value);
		else
			single[i] = value;
	}
}

static np_status copy(np_cuda *cuda, void *target, const void *source, int64_t bytes, int kind, np_error *err)
{
	int rc = cuda->libs.cuda.copy(target, source, (size_t)bytes, kind, cuda->stream);
	return np_cuda_check(cuda, "cudaMemcpyAsync", rc, NP_ERR_UNAVAILABLE, err);
}

/* Repeats the first `filled` bytes of the target up to its end, doubling. */
static np_status spread(np_cuda *cuda, char *target, int64_t filled, int64_t bytes, np_error *err)
{
	while (filled < bytes) {
		int64_t more = filled < bytes - filled ? filled : bytes - filled;
		NP_TRY(copy(cuda, target + filled, target, more, NP_CUDA_DEVICE_TO_DEVICE, err));
		filled += more;
	}
	return NP_OK;
}

np_status np_cuda_noise_start(np_cuda *cuda, np_error *err)
{
	np_cuda_noise *noise = &cuda->noise;
	noise->values = malloc(STOCK * sizeof *noise->values);
	noise->scratch = malloc(STOCK * sizeof *noise->values);
	if (!noise->values || !noise->scratch)
		return np_fail_memory(err);
	make_normal(noise->values, STOCK);
	int64_t bytes = (int64_t)STOCK * np_cuda_maths[cuda->math].bytes;
	int rc = cuda->libs.cuda.allocate(&noise->resident, (size_t)bytes);
	NP_TRY(np_cuda_check(cuda, "cudaMalloc", rc, NP_ERR_LIMIT, err));
	convert(noise, STOCK, 1, false, cuda->math == NP_CUDA_FP16);
	return copy(cuda, noise->resident, noise->scratch, bytes, NP_CUDA_HOST_TO_DEVICE, err);
}

np_status np_cuda_fill(np_cuda *cuda, void *target, int64_t values, unsigned seed, np_error *err)
{
	int64_t size = np_cuda_maths[cuda->math].bytes, begin = (int64_t)(seed % 64) * 7919;
	int64_t first = values < STOCK - begin ? values : STOCK - begin;
	const char *source = (const char *)cuda->noise.resident + begin * size;
	NP_TRY(copy(cuda, target, source, first * size, NP_CUDA_DEVICE_TO_DEVICE, err));
	return spread(cuda, target, first * size, values * size, err);
}

np_status np_cuda_fill_weights(np_cuda *cuda, const np_cuda_step *step, void *target, np_error *err)
{
	bool half = cuda->math == NP_CUDA_FP16 && !step->weights_fp32;
	int64_t size = half ? 2 : 4, values = step->weight_count, first = values < STOCK ? values : STOCK;
	/* The scratch memory is ordinary memory, which the runtime has read by the time a copy returns. */
	convert(&cuda->noise, (int)first, step->weight_scale, step->weights_positive, half);
	NP_TRY(copy(cuda, target, cuda->noise.scratch, first * size, NP_CUDA_HOST_TO_DEVICE, err));
	return spread(cuda, target, first * size, values * size, err);
}

void np_cuda_memory_stop(np_cuda *cuda)
{
	for (int i = 0; i < NP_CUDA_SLABS; i++)
		drop(cuda, &cuda->slabs[i]);
	if (cuda->noise.resident)
		cuda->libs.cuda.release(cuda->noise.resident);
	free(cuda->noise.values);
	free(cuda->noise.scratch);
	cuda->noise = (np_cuda_noise){0};
}
