/* Programs for tests, written by hand: one layer alone, or a few in a row. */
#ifndef NP_TEST_PROGRAMS_H
#define NP_TEST_PROGRAMS_H

#include "layers.h"
#include "measure/program.h"

enum { TEST_MAX_STEPS = 8, TEST_MAX_TENSORS = 16 };

/* Keeps what a program borrows. */
typedef struct test_program {
	np_program program;
	np_step steps[TEST_MAX_STEPS];
	int inputs[TEST_MAX_STEPS][4], outputs[TEST_MAX_STEPS];
	int64_t values[TEST_MAX_TENSORS];
} test_program;

static inline void test_program_start(test_program *test, const char *name)
{
	*test = (test_program){0};
	test->program.steps = test->steps;
	test->program.values = test->values;
	test->program.batch = 1;
	test->program.name = name;
}

static inline int test_program_tensor(test_program *test, int64_t values)
{
	test->values[test->program.tensor_count] = values;
	return test->program.tensor_count++;
}

static inline int64_t test_in_values(const np_layer_config *c)
{
	return c->batch * c->in_c * c->in_h * c->in_w;
}

static inline int64_t test_out_values(const np_layer_config *c)
{
	return c->kind == NP_MATMUL ? c->batch * c->in_h * c->out_c : c->batch * c->out_c * c->out_h * c->out_w;
}

/* A step from the given tensors to `output`, or to a new one where that is -1; returns the output. */
static inline int test_program_step(test_program *test, const np_layer_config *config, const char *name, int count,
                                    const int *inputs, int output)
{
	int i = test->program.step_count++;
	for (int n = 0; n < count; n++)
		test->inputs[i][n] = inputs[n];
	test->outputs[i] = output >= 0 ? output : test_program_tensor(test, test_out_values(config));
	test->steps[i] = (np_step){*config, name, test->inputs[i], count, &test->outputs[i], 1};
	return test->outputs[i];
}

/* A layer alone whose inputs all have the shape the configuration tells; relu and its like in place. */
static inline void test_program_layer(test_program *test, const np_layer_config *config)
{
	int inputs[4] = {0};
	test_program_start(test, np_kind_name(config->kind));
	int count = config->inputs > 4 ? 4 : (int)config->inputs;
	for (int i = 0; i < count; i++)
		inputs[i] = test_program_tensor(test, test_in_values(config));
	bool in_place = config->kind == NP_RELU || config->kind == NP_ACTIVATION || config->kind == NP_DROPOUT;
	test_program_step(test, config, np_kind_name(config->kind), count, inputs, in_place ? inputs[0] : -1);
}

#endif
