/*
 * Times the Lasso solver on designs made by fit_vs_peers.py, and certifies what it returns.
 *
 *     lasso_bench [--certify] [--threads N] FILE...
 *
 * FILE, all in the machine's own byte order: int32 rows, features, columns, degrees; per degree the int32 number of leading
 * columns; per column three int32, the features it is the product of (-1: one less); the target in doubles; the rows' folds
 * as int32; the features row by row in doubles. Columns are formed when they are needed, and all degrees of a file share one
 * Gram matrix. Prints one line per file and degree: columns, processor milliseconds, least cross-validated RMSE, terms
 * there, worst relative duality gap.
 */
#include "fit/certificate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { MOST_DEGREES = 8, FOLDS = 10 };

typedef struct design_file {
	int32_t rows, features, columns, degrees, count[MOST_DEGREES];
	int32_t (*factors)[3];
	double *target, *values;
	int32_t *fold;
} design_file;

static void fill_rows(void *context, const int *rows, int count, double *values, size_t stride)
{
	const design_file *f = context;
	for (int r = 0; r < count; r++) {
		const double *feature = f->values + (size_t)rows[r] * (size_t)f->features;
		double *out = values + (size_t)r * stride;
		for (int32_t c = 0; c < f->columns; c++) {
			double product = feature[f->factors[c][0]];
			for (int i = 1; i < 3 && f->factors[c][i] >= 0; i++)
				product *= feature[f->factors[c][i]];
			out[c] = product;
		}
	}
}

static void *read_array(FILE *file, size_t count, size_t size)
{
	void *data = malloc(count * size + 1);
	if (!data || fread(data, size, count, file) != count) {
		fprintf(stderr, "lasso_bench: a file is cut short\n");
		exit(1);
	}
	return data;
}

static design_file read_design(const char *path)
{
	design_file f = {0};
	FILE *file = fopen(path, "rb");
	if (!file || fread(&f, sizeof(int32_t), 4, file) != 4 || f.degrees > MOST_DEGREES ||
	    fread(f.count, sizeof(int32_t), (size_t)f.degrees, file) != (size_t)f.degrees) {
		fprintf(stderr, "lasso_bench: cannot read %s\n", path);
		exit(1);
	}
	f.factors = read_array(file, (size_t)f.columns, sizeof *f.factors);
	f.target = read_array(file, (size_t)f.rows, sizeof(double));
	f.fold = read_array(file, (size_t)f.rows, sizeof(int32_t));
	f.values = read_array(file, (size_t)f.rows * (size_t)f.features, sizeof(double));
	fclose(file);
	return f;
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double worst_gap(const np_lasso *lasso)
{
	double worst = 0, *gap = calloc((size_t)np_lasso_count(lasso), sizeof *gap);
	for (int fold = -1; gap && fold < FOLDS; fold++) {
		if (np_lasso_certify(lasso, fold, gap, NULL) != NP_OK)
			exit(1);
		for (int l = 0; l < np_lasso_count(lasso); l++)
			worst = fmax(worst, fabs(gap[l]));
	}
	free(gap);
	return worst;
}

static void report(const char *path, int columns, double ms, const np_lasso *lasso, bool certify)
{
	int best = np_lasso_best(lasso);
	printf("%s %d %.3f %.9g %d", path, columns, ms, sqrt(np_lasso_cv_mse(lasso, best)), np_lasso_model(lasso, best).terms);
	if (certify)
		printf(" %.2e", worst_gap(lasso));
	printf("%s\n", np_lasso_unsettled(lasso) ? " unsettled" : "");
}

static np_status run(const char *path, bool certify, int threads, np_error *err)
{
	design_file f = read_design(path);
	double start = seconds();
	np_design design = {.rows = f.rows,
	                    .columns = f.columns,
	                    .fill = fill_rows,
	                    .context = &f,
	                    .target = f.target,
	                    .fold = f.fold,
	                    .folds = FOLDS};
	np_moments moments;
	np_status status = np_moments_make(&design, threads, &moments, err);
	int *columns = malloc((size_t)f.columns * sizeof *columns + 1);
	for (int j = 0; columns && j < f.columns; j++)
		columns[j] = j;
	for (int d = 0; status == NP_OK && columns && d < f.degrees; d++) {
		np_lasso *lasso;
		status = np_lasso_fit(&moments, columns, f.count[d], &(np_lasso_options){.threads = threads}, &lasso, err);
		if (status == NP_OK) {
			report(path, f.count[d], 1e3 * (seconds() - start), lasso, certify);
			np_lasso_free(lasso);
			start = seconds();
		}
	}
	np_moments_free(&moments);
	free(columns);
	free(f.factors);
	free(f.target);
	free(f.fold);
	free(f.values);
	return status;
}

int main(int argc, char **argv)
{
	bool certify = false;
	int threads = 1;
	for (int i = 1; i < argc; i++) {
		np_error err = {0};
		if (strcmp(argv[i], "--certify") == 0) {
			certify = true;
		} else if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc) {
			threads = atoi(argv[++i]);
		} else if (run(argv[i], certify, threads, &err) != NP_OK) {
			fprintf(stderr, "lasso_bench: %s: %s\n", argv[i], err.message);
			return 1;
		}
	}
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	printf("peak_mb %.1f\n", (double)usage.ru_maxrss / 1024);
	return 0;
}
