/*
 * Tables of NeurstrucEnergy: fields with blanks between. Of layers: "data mean_power time forward_num energy silence_energy
 * all_energy", where data is the shapes and parameters of a convolution in PyTorch's order and the energies are joules of a
 * forward pass. Of networks: "name layer_parameters layer_link layer_id all_energy".
 */
#define _GNU_SOURCE
#include "base/error.h"
#include "profiles/profiles.h"
#include "text/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FIELDS = 8, PARAMETERS = 19 };
static const double MJ_PER_J = 1e3, MS_PER_S = 1e3;

/* Where the fields of a line begin, each terminated; -1 when there are too many. */
static int split(char *line, char between, char **fields, int most)
{
	int count = 0;
	char *rest = line, *field;
	const char ends[] = {between, '\0'};
	while ((field = strsep(&rest, ends))) {
		if (!*field && between == ' ')
			continue;
		if (count == most)
			return -1;
		fields[count++] = field;
	}
	return count;
}

static bool read_count(const char *text, int64_t least, int64_t *count)
{
	double value;
	if (!np_number_read(text, &value) || !(value >= least && value <= 1e9) || value != floor(value))
		return false;
	*count = (int64_t)value;
	return true;
}

/* n, c, h, w; n, c, h, w of the output; channels in and out; kernel, stride, padding, dilation; groups */
static bool read_parameters(char *text, np_raw_row *raw)
{
	int64_t channels[2], out_batch;
	int64_t *const places[PARAMETERS] = {&raw->batch,    &raw->in_c,       &raw->in_h,       &raw->in_w,     &out_batch,
	                                     &raw->out_c,    &raw->out_h,      &raw->out_w,      &channels[0],   &channels[1],
	                                     &raw->kernel_h, &raw->kernel_w,   &raw->stride_h,   &raw->stride_w, &raw->pad_h,
	                                     &raw->pad_w,    &raw->dilation_h, &raw->dilation_w, &raw->groups};
	char *fields[PARAMETERS];
	if (split(text, ',', fields, PARAMETERS) != PARAMETERS)
		return false;
	for (int i = 0; i < PARAMETERS; i++)
		if (!read_count(fields[i], 0, places[i]))
			return false;
	raw->layer_type = "conv";
	return out_batch == raw->batch && channels[0] == raw->in_c && channels[1] == raw->out_c;
}

static np_status take_layer(np_profile *profile, char **fields, int number, np_error *err)
{
	char reason[256], name[32];
	double power_w, seconds, energy_j;
	int64_t runs;
	np_raw_row raw = np_profile_blank();
	np_import_row row = {.layer = name};
	snprintf(name, sizeof name, "line %d", number);
	if (!np_number_read(fields[1], &power_w) || !np_number_read(fields[2], &seconds) || !read_count(fields[3], 1, &runs) ||
	    !np_number_read(fields[6], &energy_j))
		return np_profile_leave_out(profile, err, "line %d: nothing was measured", number);
	if (!read_parameters(fields[0], &raw))
		return np_profile_leave_out(profile, err, "line %d: %d sizes of a convolution were expected", number,
		                            PARAMETERS);
	if (!np_row_check_config(&raw, &row.config, reason, sizeof reason))
		return np_profile_leave_out(profile, err, "line %d: %s", number, reason);
	row.runtime_ms = MS_PER_S * seconds / (double)runs;
	row.power_w = power_w;
	row.energy_mj = MJ_PER_J * energy_j;
	row.runs = runs;
	return np_profile_add_row(profile, &row, err);
}

/* Its batch is the first of its layers' parameters. */
static np_status take_network(np_profile *profile, char **fields, int number, np_error *err)
{
	double energy_j;
	np_import_network network = {.network = fields[0], .runtime_ms = NAN, .power_w = NAN, .runs = -1};
	fields[1][strcspn(fields[1], ",")] = '\0';
	if (!read_count(fields[1], 1, &network.batch) || !np_number_read(fields[4], &energy_j) || !(energy_j > 0))
		return np_profile_leave_out(profile, err, "line %d: a network with its batch and its energy was expected",
		                            number);
	network.energy_mj = MJ_PER_J * energy_j;
	return np_profile_add_network(profile, &network, err);
}

static np_status read_lines(np_profile *profile, char *text, np_error *err)
{
	char *rest = text, *line, *fields[MOST_FIELDS];
	bool of_networks = false;
	for (int number = 1; (line = strsep(&rest, "\n")); number++) {
		line[strcspn(line, "\r")] = '\0';
		int count = split(line, ' ', fields, MOST_FIELDS);
		if (number == 1) {
			of_networks = count > 0 && strcmp(fields[0], "name") == 0;
			continue;
		}
		if (!count)
			continue;
		np_status status;
		if (count != (of_networks ? 5 : 7))
			status = np_profile_leave_out(profile, err, "line %d: %d fields were expected", number,
			                              of_networks ? 5 : 7);
		else
			status = (of_networks ? take_network : take_layer)(profile, fields, number, err);
		NP_TRY(status);
	}
	return NP_OK;
}

np_status np_read_neurstruc(np_profile *profile, np_error *err)
{
	char *text = malloc(profile->size + 1);
	if (!text)
		return np_fail_memory(err);
	memcpy(text, profile->text, profile->size);
	text[profile->size] = '\0';
	np_status status = read_lines(profile, text, err);
	free(text);
	return status;
}
