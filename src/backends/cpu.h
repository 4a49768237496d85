/*
 * The processor as a device: what its files share, and what benches and tests may turn that no one else should. Devices
 * here are those that np_cpu_open() gave.
 */
#ifndef NP_BACKENDS_CPU_H
#define NP_BACKENDS_CPU_H

#include "backends/backends.h"
#include "backends/host.h"
#include "measure/part.h"

/*
 * Loads the part: NP_ONEDNN_PART where that is set, else beside the program, else where it is installed. It stays loaded,
 * as its threads do. NP_ERR_UNAVAILABLE says what to do. `path` is where it was found.
 */
np_status np_cpu_load_part(const np_part **part, char *path, size_t size, np_error *err) NP_MUST_CHECK;

/* The processor's name, with family and model where the name alone says too little. */
void np_cpu_name(const char *root, const char *model, char *name, size_t size);

/* Seconds that a fixed piece of work takes, some 20 us, more when the core is shared; and one that only the clock's pace moves.
 */
double np_cpu_yardstick_s(void);
double np_cpu_pace_s(void);

/* How calls of a layer alone change buffers unless told otherwise; the bytes that a job may take, and for rotating. */
enum { NP_CPU_MOST_ROTATING = 2000000000 };
np_part_rotation np_cpu_usual_rotation(const np_host *host);
int64_t np_cpu_most_bytes(void);

/* How calls of a layer alone change buffers from now on, and the default. */
void np_cpu_set_rotation(np_device *device, np_part_rotation rotation);
np_part_rotation np_cpu_rotation(const np_device *device);
/* Seconds of each step of a call, added to `seconds`; and values of an operand: see np_part. */
np_status np_cpu_profile(np_device *device, np_job *job, double *seconds, np_error *err) NP_MUST_CHECK;
np_status np_cpu_values(np_device *device, np_job *job, int step, np_part_role role, float *values, int64_t count,
                        np_error *err) NP_MUST_CHECK;

#endif
