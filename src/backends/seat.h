/*
 * Where work on the processor is measured: the calling thread and those it starts stay on some processors, batches are timed
 * by the clock that other programs disturb least, and a yardstick before and after tells whether others share the core. In a
 * virtual machine, where others move the processor's clock too, times of one thread are told for its pace when the seat was
 * taken.
 */
#ifndef NP_BACKENDS_SEAT_H
#define NP_BACKENDS_SEAT_H

#include "measure/device.h"

typedef struct np_seat np_seat;

/* Pins the calling thread to as many processors as there are threads, the idlest first, until np_seat_leave(). */
np_status np_seat_take(int threads, np_seat **seat, np_error *err) NP_MUST_CHECK;
/* Learns what the yardstick takes at quiet moments, and the clock's pace: a fifth of a second. */
void np_seat_listen(np_seat *seat);
/* How a device on a seat is measured: a row is the tenth percentile of its batches, as others add time and never take any. */
np_device_habits np_seat_habits(void);
/* The processors, as many as there are threads. */
const int *np_seat_cpus(const np_seat *seat);
void np_seat_leave(np_seat *seat); /* NULL is fine */

/* Starts a batch, and ends it: what it took. `seconds` is for what its calls alone took, by who runs them; NAN = all of it. */
void np_seat_start(np_seat *seat);
np_span np_seat_stop(np_seat *seat, int64_t calls, double seconds);
/* "pinned=yes\nclock=cpu\npace=steadied\n": what the header of a file says of it. */
void np_seat_provenance(const np_seat *seat, np_text *out);

/* What else a device on the processor shares with others of its kind. */
void np_seat_sleep(double seconds);
void np_seat_state(const np_seat *seat, np_device_state *state);

#endif
