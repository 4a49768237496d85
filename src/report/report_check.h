/* What the forms of a check's report share. */
#ifndef NP_REPORT_CHECK_H
#define NP_REPORT_CHECK_H

#include "base/text.h"

#include <neuralpower/report.h>

/* "runtime", "power", "energy" */
const char *np_check_word(np_target target);
/* The verdict on one value in words: "energy 12.3 mJ (11 mJ to 13.5 mJ) is over the limit of 10 mJ". */
void np_check_sentence(np_text *out, const np_check *check, const np_check_network *network, const np_check_item *item);
/* Why a baseline that has none of the networks fails. */
void np_check_nothing_sentence(np_text *out, const np_check *check);

#endif
