/* Small least squares problems with coefficients >= 0, and fewer of them than would be best for the rows at hand. */
#ifndef NP_FIT_NONNEGATIVE_H
#define NP_FIT_NONNEGATIVE_H

#include <stdbool.h>

enum { NP_NONNEGATIVE_MOST = 64 };

/* minimise b'Gb - 2 b'c + total over b >= 0; G symmetric, size x size, its columns scaled to a diagonal of 1 or 0. */
typedef struct np_nonnegative {
	int size; /* <= NP_NONNEGATIVE_MOST */
	const double *gram, *product;
	double total;
} np_nonnegative;

/* The columns in use, and their coefficients. */
typedef struct np_support {
	int count;
	int column[NP_NONNEGATIVE_MOST];
	double value[NP_NONNEGATIVE_MOST];
	double loss;
} np_support;

/* The best coefficients. */
void np_nonnegative_solve(const np_nonnegative *problem, np_support *support);

/*
 * Then columns are dropped one by one, each time the one that is missed least, while the loss stays below `slack` times
 * the least, and while there are more than `most`. At least two are kept.
 */
void np_nonnegative_prune(const np_nonnegative *problem, int most, double slack, np_support *support);

#endif
