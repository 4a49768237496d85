/* The spaces by name, and one random network of each after the other. */
#include <neuralpower/space.h>

#include "base/error.h"
#include "spaces/drawing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *help;
	int64_t batch;
	void (*draw)(np_drawing *d);
} SPACES[] = {
        {"cifar10", "chains of 2 to 6 convolutions and poolings, as NeuralPower's authors drew them, 3x32x32", 200,
         np_draw_cifar10},
        {"mnist", "the same for 1x28x28", 200, np_draw_mnist},
        {"residual", "residual networks of 2 to 4 stages, plain or with bottlenecks, 3x32x32", 1, np_draw_residual},
        {"mobile", "inverted bottlenecks with depthwise convolutions, 3x128x128 to 3x224x224", 1, np_draw_mobile},
};
enum { SPACE_COUNT = sizeof SPACES / sizeof *SPACES };

struct np_space {
	int index;
	uint64_t seed;
	int64_t batch;
	np_drawing drawing;
	np_text text;
};

const char *np_space_name(int index)
{
	return index >= 0 && index < SPACE_COUNT ? SPACES[index].name : NULL;
}

const char *np_space_help(int index)
{
	return index >= 0 && index < SPACE_COUNT ? SPACES[index].help : NULL;
}

static np_status fail_name(const char *name, np_error *err)
{
	char names[128] = "";
	for (int i = 0; i < SPACE_COUNT; i++)
		snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? ", " : "", SPACES[i].name);
	return np_fail(err, NP_ERR_ARGUMENT, "unknown space '%.40s': one of %s was expected", name, names);
}

np_status np_space_open(const char *name, uint64_t seed, int64_t batch, np_space **space, np_error *err)
{
	int index = 0;
	*space = NULL;
	while (index < SPACE_COUNT && strcmp(SPACES[index].name, name) != 0)
		index++;
	if (index == SPACE_COUNT)
		return fail_name(name, err);
	*space = calloc(1, sizeof **space);
	if (!*space)
		return np_fail_memory(err);
	(*space)->index = index;
	(*space)->seed = seed;
	(*space)->batch = batch > 0 ? batch : SPACES[index].batch;
	return NP_OK;
}

void np_space_free(np_space *space)
{
	if (!space)
		return;
	np_text_free(&space->text);
	free(space);
}

/* A seed of its own for every network; neighbours have nothing in common. */
static uint64_t mixed(uint64_t seed, uint64_t index)
{
	uint64_t z = (seed ^ 0x9e3779b97f4a7c15u) * 0xd1342543de82ef95u + index;
	z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u;
	z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u;
	return z ^ (z >> 32);
}

void np_space_draw(np_space *space, int64_t index)
{
	np_drawing *d = &space->drawing;
	d->count = 0;
	memset(d->numbers, 0, sizeof d->numbers);
	d->random = np_random_seeded(mixed(space->seed, (uint64_t)index));
	d->batch = space->batch;
	snprintf(d->name, sizeof d->name, "%s-%" PRIu64 "-%" PRId64, SPACES[space->index].name, space->seed, index);
	SPACES[space->index].draw(d);
}

const char *np_space_drawn(const np_space *space)
{
	return space->drawing.name;
}

static np_status write_drawing(np_space *space, void write(const np_drawing *, np_text *), const char **text, size_t *size,
                               np_error *err)
{
	space->text.size = 0;
	write(&space->drawing, &space->text);
	*text = np_text_ok(&space->text) ? space->text.data : NULL;
	*size = space->text.size;
	return *text ? NP_OK : np_fail_memory(err);
}

np_status np_space_prototxt(np_space *space, const char **text, size_t *size, np_error *err)
{
	return write_drawing(space, np_drawing_prototxt, text, size, err);
}

np_status np_space_line(np_space *space, const char **text, size_t *size, np_error *err)
{
	return write_drawing(space, np_drawing_line, text, size, err);
}
