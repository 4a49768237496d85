/* Data sheet files. */
#ifndef NP_BASELINE_SHEET_H
#define NP_BASELINE_SHEET_H

#include "base/arena.h"

#include <neuralpower/baseline.h>

/* Reads a file ("neuralpower/sheet/1") into the arena; errors name the member and what was expected. */
np_status np_sheet_read(const char *path, np_arena *arena, np_sheet *sheet, np_error *err) NP_MUST_CHECK;
/* Puts figures that are not 0 over those there are; a clock, peak or bandwidth so given holds for every method. */
void np_sheet_put_over(np_sheet *sheet, const np_sheet *figures);
/* NP_ERR_DATA when a figure that every method needs is missing or a number makes no sense. */
np_status np_sheet_check(const np_sheet *sheet, np_error *err) NP_MUST_CHECK;

#endif
