/* Platforms from data sheets: the sheet read, the method found, the two put together. */
#include "base/error.h"
#include "baseline/formulas.h"
#include "baseline/sheet.h"

#include <string.h>

typedef struct method {
	const char *name;
	np_method_start *start;
	bool takes_percent; /* of peak, when it is asked for; a sheet may state Paleo's for whoever wants it */
	const char *software, *help;
} method;

static const method METHODS[] = {
        {"paleo", np_paleo_start, true, "Paleo's formulas",
         "Paleo (Qi et al. 2017): operations at the peak rate plus bytes at the full bandwidth; no power"},
        {"roofline", np_roofline_start, false, "roofline of a data sheet",
         "the slower of operations and bytes, each at the share of its peak that layers of its kind reach; power"},
};
enum { METHOD_COUNT = sizeof METHODS / sizeof *METHODS };

static const method *find_method(const char *name)
{
	for (int i = 0; i < METHOD_COUNT; i++)
		if (strcmp(METHODS[i].name, name) == 0)
			return &METHODS[i];
	return NULL;
}

np_layer_config np_baseline_turned(const np_layer_config *c)
{
	np_layer_config turned = *c;
	turned.in_c = c->out_c;
	turned.in_h = c->out_h;
	turned.in_w = c->out_w;
	turned.out_c = c->in_c;
	turned.out_h = c->in_h;
	turned.out_w = c->in_w;
	return turned;
}

const char *np_baseline_method(int index)
{
	return index >= 0 && index < METHOD_COUNT ? METHODS[index].name : NULL;
}

const char *np_baseline_help(const char *name)
{
	const method *m = find_method(name);
	return m ? m->help : NULL;
}

static np_sheet nameless(void)
{
	return (np_sheet){
	        .name = "described", .device = "a device described by its figures", .kind = "gpu", .note = "", .source = ""};
}

static np_status fill(np_platform *platform, const char *path, const np_sheet *figures, const method *m, np_error *err)
{
	np_sheet sheet = nameless();
	if (figures && figures->percent_of_peak > 0 && !m->takes_percent)
		return np_fail(err, NP_ERR_ARGUMENT, "a percent of peak is Paleo's; the roofline has shares of its own");
	if (path)
		NP_TRY(np_sheet_read(path, &platform->arena, &sheet, err));
	if (figures)
		np_sheet_put_over(&sheet, figures);
	NP_TRY(np_sheet_check(&sheet, err));
	platform->formula.sheet = np_arena_copy(&platform->arena, &sheet, sizeof sheet);
	if (!platform->formula.sheet)
		return np_fail_memory(err);
	platform->formula.method = m->name;
	platform->name = sheet.name;
	platform->device = sheet.device;
	platform->software = m->software;
	platform->dtype = "fp32";
	platform->source = sheet.source;
	platform->idle_power_w = sheet.idle_w;
	platform->limit_power_w = sheet.limit_w;
	platform->interval_level = 0.9;
	return m->start(platform, err);
}

np_status np_platform_from_figures(const char *path, const np_sheet *figures, const char *name, np_platform **platform,
                                   np_error *err)
{
	*platform = NULL;
	const method *m = find_method(name);
	if (!m)
		return np_fail(err, NP_ERR_ARGUMENT, "no method '%.40s': paleo or roofline was expected", name);
	np_platform *made = np_platform_create();
	if (!made)
		return np_fail_memory(err);
	np_status status = fill(made, path, figures, m, err);
	if (status != NP_OK) {
		if (path)
			np_error_set_path(err, path);
		np_platform_free(made);
		return status;
	}
	*platform = made;
	return NP_OK;
}

np_status np_platform_from_sheet(const char *path, const char *name, np_platform **platform, np_error *err)
{
	return np_platform_from_figures(path, NULL, name, platform, err);
}

const np_sheet *np_platform_sheet(const np_platform *platform)
{
	return platform->formula.sheet;
}

const char *np_platform_method(const np_platform *platform)
{
	return platform->formula.method ? platform->formula.method : "model";
}
