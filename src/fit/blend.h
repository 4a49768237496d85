/*
 * The Lasso over all terms that several selections found. Where one selection takes a term or does not, the Lasso takes
 * part of it: fewer terms, and each coefficient shrunk.
 */
#ifndef NP_FIT_BLEND_H
#define NP_FIT_BLEND_H

#include "fit/combine.h"
#include "fit/lasso.h"

struct np_blend {
	const np_selection *selections;
	int rows, count;
	int *configuration, *step; /* of each column */
	const double *root_weight;
	double *weight;
	np_design design;
	np_moments moments;
	np_lasso *lasso;
};

/* Target and root weights as given to the selections; all is borrowed. Free it in any case. */
np_status np_blend_make(const np_selection *selections, int rows, const double *target, const double *root_weight,
                        np_blend *blend, np_error *err) NP_MUST_CHECK;
void np_blend_free(np_blend *blend);

/* The columns' values on a row whose features are read from `columns`. `scratch` has room for a selection's terms. */
void np_blend_values(const np_blend *blend, const np_dictionary *dictionary, const np_columns *columns, int row,
                     double *scratch, double *values);

/* The model at lambda `index` < NP_BLENDS, or at the last before it that has at most `most` terms. Borrowed, as of a lasso. */
np_linear np_blend_model(const np_blend *blend, int index, int most);

#endif
