/*
 * A part: the engine of a device in a shared object of its own, loaded when that device is asked for. So that the library
 * needs no vendor's library, and a part needs nothing of ours: it includes types and calls no function of the library.
 *
 * A part exports one function, NP_PART_ENTRY, that gives its table. Errors are np_error, filled by the part itself.
 */
#ifndef NP_MEASURE_PART_H
#define NP_MEASURE_PART_H

#include "measure/device.h"

/* Changes with anything below, with np_program and with np_job_facts. */
enum { NP_PART_VERSION = 2 };
#define NP_PART_ENTRY "np_part_table"

typedef struct np_part_engine np_part_engine;
typedef struct np_part_job np_part_job;

/*
 * Over how many bytes calls of a layer alone change between copies of their buffers, so that a call finds in the caches what
 * it would find in a network; 0 = always the same. Networks never rotate. What a layer overwrites in place is an input; a
 * scratchpad goes with the outputs.
 */
typedef struct np_part_rotation {
	int64_t inputs, weights, outputs;
	/* No more copies of weights than this, once they fill that: a network is about so many times as large as its layers. */
	int64_t few_from;
	int most_copies; /* 0 = as many as it takes */
} np_part_rotation;

typedef struct np_part_request {
	const np_program *program;
	np_part_rotation rotation;
	int64_t most_bytes;   /* all buffers together; NP_ERR_LIMIT beyond */
	int64_t rotate_bytes; /* the most that rotation may use of that */
} np_part_request;

/* What stands in a buffer of a job, as plain row-major values: for tests, which compute the same layer themselves. */
typedef enum np_part_role { NP_PART_INPUT, NP_PART_WEIGHTS, NP_PART_BIAS, NP_PART_OUTPUT } np_part_role;

typedef struct np_part {
	int version;
	size_t sizes; /* NP_PART_SIZES as the part was compiled */
	const char *library;
	/* The version at run time, "onednn 2.6.3". */
	void (*software)(char *text, size_t size);
	np_status (*open)(int threads, np_part_engine **engine, np_error *err);
	/* The instructions that are used, "avx2". */
	const char *(*isa)(const np_part_engine *engine);
	np_status (*prepare)(np_part_engine *engine, const np_part_request *request, np_part_job **job, np_error *err);
	/* All but `cache`, which is the caller's policy. */
	void (*describe)(const np_part_job *job, np_job_facts *facts);
	np_status (*run)(np_part_job *job, int64_t calls, np_error *err);
	/* Runs one call and adds the CPU seconds of each step to `seconds`, layout changes counted with the step that wants
	 * them. */
	np_status (*profile)(np_part_job *job, double *seconds, np_error *err);
	/* The values of the first buffer of a role of a step, after a run of one call; NP_ERR_DATA when `count` is another. */
	np_status (*values)(np_part_job *job, int step, np_part_role role, float *values, int64_t count, np_error *err);
	void (*release)(np_part_job *job);
	void (*close)(np_part_engine *engine);
} np_part;

/* Two sides that were compiled apart agree on what they hand to each other. */
#define NP_PART_SIZES                                                                                           \
	(sizeof(np_program) + 7 * sizeof(np_step) + 31 * sizeof(np_layer_config) + 127 * sizeof(np_job_facts) + \
	 511 * sizeof(np_part_request) + 1023 * sizeof(np_error) + 4095 * NP_KIND_COUNT)

typedef const np_part *(*np_part_entry)(void);

#endif
