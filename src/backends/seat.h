/*
 * Where work on the processor is measured: the calling thread and those it starts stay on some processors, batches are timed
 * by the clock that other programs disturb least, and a yardstick before and after tells whether others share the core.
 */
#ifndef NP_BACKENDS_SEAT_H
#define NP_BACKENDS_SEAT_H

#include "measure/device.h"

typedef struct np_seat np_seat;

/* Pins the calling thread to as many processors as there are threads, the idlest first, until np_seat_leave(). */
np_status np_seat_take(int threads, np_seat **seat, np_error *err) NP_MUST_CHECK;
/* Learns what the yardstick takes at quiet moments: a fifth of a second. */
void np_seat_listen(np_seat *seat);
/* The processors, as many as there are threads. */
const int *np_seat_cpus(const np_seat *seat);
/* Pinning may be forbidden: measuring goes on, as the scheduler moves threads seldom. */
bool np_seat_is_pinned(const np_seat *seat);
void np_seat_leave(np_seat *seat); /* NULL is fine */

/* Starts a batch, and ends it: what it took. */
void np_seat_start(np_seat *seat);
np_span np_seat_stop(np_seat *seat, int64_t calls);
/* The clock's name, for the header of a file: "cpu" or "wall". */
const char *np_seat_clock(const np_seat *seat);

/* What else a device on the processor shares with others of its kind. */
void np_seat_sleep(double seconds);
void np_seat_state(const np_seat *seat, np_device_state *state);

#endif
