/* The features that the paper's text lists, which are more than the authors' scripts use. */
#ifndef NP_FEATURES_TEXT_SET_H
#define NP_FEATURES_TEXT_SET_H

#include "features/feature_set.h"

/* The set of a kind by the paper's text; NULL where the text does not speak of the kind. */
const np_feature_set *np_feature_set_text(np_kind kind);

#endif
