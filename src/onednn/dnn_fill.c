/*
 * Random data for buffers. Zeros would be faster to multiply and cost less power than what networks compute with, and
 * denormals be far slower; normal values of a moderate size are neither.
 */
#include "onednn/dnn_job.h"

#include <math.h>
#include <stdlib.h>

enum { TABLE = 1 << 16, CHUNK = 4096 };

static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static double uniform(uint64_t *state)
{
	return ((double)(next(state) >> 11) + .5) * 0x1p-53;
}

float *dnn_normals(void)
{
	uint64_t seed = 1, *state = &seed;
	float *table = malloc(TABLE * sizeof *table);
	if (!table)
		return NULL;
	for (int i = 0; i < TABLE; i += 2) {
		double radius = sqrt(-2 * log(uniform(state))), angle = 6.283185307179586 * uniform(state);
		table[i] = (float)(radius * cos(angle));
		table[i + 1] = (float)(radius * sin(angle));
	}
	return table;
}

/* Gigabytes of values are pieces of one table in random order: independent enough for arithmetic units, and quick. */
void dnn_fill(const float *normals, float *values, int64_t count, float mean, float deviation, uint64_t seed)
{
	uint64_t state = seed;
	for (int64_t at = 0; at < count; at += CHUNK) {
		const float *from = normals + next(&state) % (TABLE - CHUNK);
		int64_t length = count - at < CHUNK ? count - at : CHUNK;
		for (int64_t i = 0; i < length; i++)
			values[at + i] = mean + deviation * from[i];
	}
}
