/* What a platform answers for layers that no model was learned for. */
#ifndef NP_FIT_FALLBACK_H
#define NP_FIT_FALLBACK_H

#include "model/platform_model.h"

/*
 * Bandwidth, least runtime and mean power observed in the rows. Bandwidth is the median of bytes over runtime of the
 * layers that work value by value (activations and the like); where fewer than 30 were measured, pools take part, then all
 * rows.
 */
np_status np_fallback_learn(const np_row *rows, int count, int element_bytes, double level, np_fallback *fallback,
                            np_error *err) NP_MUST_CHECK;

#endif
