/*
 * The picture of degrees, after Figure 3 of the paper: a row for every model, in it the RMSE and the RMSPE of each degree as
 * bars from zero. It stands alone: no script, no font, no file beside it; light or dark as the reader has it. 400 units wide,
 * so that its smallest letters can be read on a telephone. Hidden titles of the bars have the numbers in full.
 */
#include "report/report_degrees.h"
#include "report/table.h"
#include "report/units.h"
#include "text/number.h"

#include <string.h>

enum {
	WIDTH = 400,
	LEFT = 46,    /* where the first panel begins; the words beside the rows of numbers stand before it */
	PANEL = 170,  /* a panel's width */
	GAP = 10,     /* between panels */
	SLOT = 42,    /* of one degree */
	BAR = 26,     /* a bar's width */
	TALLEST = 54, /* bar */
	HEAD = 62,    /* above the first row */
	ROW = 140,
	BASE = 106, /* of a row's bars, from its top */
};

/* Plain colours first, for readers that know neither variables nor what the page around is like. */
static const char STYLE[] =
        "<style>\n"
        ".degrees{font-family:system-ui,sans-serif;font-size:11px;max-width:100%;height:auto}\n"
        ".degrees text{fill:#1f2328}.degrees .back{fill:#ffffff}.degrees .soft{fill:#59636e}\n"
        ".degrees .name{font-size:13px;font-weight:600}.degrees .mid{text-anchor:middle}\n"
        ".degrees .value{font-size:10px;text-anchor:middle}.degrees .axis{stroke:#7d8792}\n"
        ".degrees .bar{fill:#d5dbe2;stroke:#7d8792}.degrees .chosen .bar{fill:#0a5cc2;stroke:#0a5cc2}\n"
        ".degrees .chosen text{font-weight:700}\n"
        "@media (prefers-color-scheme:dark){.degrees text{fill:#e6edf3}.degrees .back{fill:#0d1117}\n"
        ".degrees .soft{fill:#9aa4b0}.degrees .bar{fill:#2d343d}.degrees .chosen .bar{fill:#58a6ff;stroke:#58a6ff}}\n"
        "</style>\n";

/* A text of a file, which may hold anything: shortened to `columns`, marks of XML written as entities. */
static void put_escaped(np_text *out, const char *text, int columns)
{
	const np_report_options options = {.width = columns};
	np_text cell = {0};
	np_cell_left(&cell, &options, text, columns);
	while (cell.size && cell.data[cell.size - 1] == ' ')
		cell.size--;
	for (size_t i = 0; i < cell.size; i++) {
		static const char MARKS[] = "<>&\"";
		static const char *const ENTITIES[] = {"&lt;", "&gt;", "&amp;", "&quot;"};
		const char *mark = strchr(MARKS, cell.data[i]);
		if (mark)
			np_text_puts(out, ENTITIES[mark - MARKS]);
		else
			np_text_add(out, &cell.data[i], 1);
	}
	out->failed |= cell.failed;
	np_text_free(&cell);
}

/* ---- one degree ---- */

/* One of the two errors of a model's degrees, in the unit that suits the largest: value x scale. */
typedef struct measure {
	bool percent;
	double scale, most;
	const char *name; /* "RMSE, ms" */
} measure;

static double value_of(const measure *m, const np_degree_info *d)
{
	return m->percent ? d->cv_rmspe : d->cv_rmse;
}

static void choose_unit(measure *m, np_target target)
{
	static const struct {
		double least, scale;
		const char *time, *power;
	} UNITS[] = {{1e3, 1e-3, "RMSE, s", "RMSE, kW"}, {1, 1, "RMSE, ms", "RMSE, W"}, {0, 1e3, "RMSE, us", "RMSE, mW"}};
	int i = 0;
	while (i < 2 && !(m->most >= UNITS[i].least))
		i++;
	m->scale = m->percent ? 100 : UNITS[i].scale;
	m->name = m->percent ? "RMSPE, %" : target == NP_POWER ? UNITS[i].power : UNITS[i].time;
}

static void put_hidden_title(np_text *out, const np_degree_info *d)
{
	char rmse[NP_NUMBER_SIZE], rmspe[NP_NUMBER_SIZE];
	np_text_printf(out, "<title>%s %s, degree %d: RMSE %s %s, RMSPE %s, %d of %d terms%s</title>\n", np_kind_name(d->kind),
	               np_target_name(d->target), d->degree, np_number_write(d->cv_rmse, rmse),
	               d->target == NP_POWER ? "W" : "ms", np_number_write(d->cv_rmspe, rmspe), d->terms, d->offered,
	               d->chosen ? ", chosen" : "");
}

static void put_tried(np_text *out, const measure *m, const np_degree_info *d, int x, int base)
{
	char height[NP_NUMBER_SIZE], top[NP_NUMBER_SIZE], value[NP_UNIT_TEXT];
	double share = m->most > 0 ? value_of(m, d) / m->most : 0, tall = TALLEST * (share > 0 && share <= 1 ? share : 0);
	np_number_format("%.*f", 1, tall, height);
	np_number_format("%.*f", 1, base - tall, top);
	put_hidden_title(out, d);
	np_text_printf(out, "<rect class=\"bar\" x=\"%d\" y=\"%s\" width=\"%d\" height=\"%s\"/>\n", x - BAR / 2, top, BAR,
	               height);
	np_number_format("%.*f", 1, base - tall - 4, top);
	np_unit_number(value_of(m, d) * m->scale, value);
	/* A number too long for its place is squeezed into it. */
	np_text_printf(out, "<text class=\"value\" x=\"%d\" y=\"%s\"%s>%s</text>\n", x, top,
	               strlen(value) > 7 ? " textLength=\"42\" lengthAdjust=\"spacingAndGlyphs\"" : "", value);
	np_text_printf(out, "<text class=\"mid\" x=\"%d\" y=\"%d\">%d</text>\n", x, base + 27, d->terms);
}

static void put_untried(np_text *out, const np_degree_info *d, int x, int base)
{
	np_text_printf(out, "<title>%s %s, degree %d: not tried, %d terms are too many</title>\n", np_kind_name(d->kind),
	               np_target_name(d->target), d->degree, d->offered);
	np_text_printf(out, "<text class=\"value\" x=\"%d\" y=\"%d\">not</text>\n", x, base - 16);
	np_text_printf(out, "<text class=\"value\" x=\"%d\" y=\"%d\">tried</text>\n", x, base - 4);
}

/* ---- one model ---- */

/* The degrees of a model: those of the platform from `first` on, `count` of them. */
typedef struct model_degrees {
	const np_platform *platform;
	int first, count;
} model_degrees;

static np_degree_info degree_at(const model_degrees *model, int i)
{
	np_degree_info degree = {0};
	(void)np_platform_degree(model->platform, model->first + i, &degree);
	return degree;
}

static measure measure_of(const model_degrees *model, bool percent)
{
	measure m = {.percent = percent};
	np_degree_info d = degree_at(model, 0);
	for (int i = 0; i < model->count; i++) {
		d = degree_at(model, i);
		if (d.tried && value_of(&m, &d) > m.most)
			m.most = value_of(&m, &d);
	}
	choose_unit(&m, d.target);
	return m;
}

static void put_panel(np_text *out, const model_degrees *model, bool percent, int left, int top)
{
	measure m = measure_of(model, percent);
	int base = top + BASE;
	np_text_printf(out, "<text class=\"soft\" x=\"%d\" y=\"%d\">%s</text>\n", left, top + 32, m.name);
	for (int i = 0; i < model->count; i++) {
		np_degree_info d = degree_at(model, i);
		int x = left + SLOT * i + SLOT / 2;
		np_text_printf(out, "<g%s>\n", d.chosen ? " class=\"chosen\"" : "");
		np_text_printf(out, "<text class=\"mid\" x=\"%d\" y=\"%d\">%d</text>\n", x, base + 14, d.degree);
		if (d.tried)
			put_tried(out, &m, &d, x, base);
		else
			put_untried(out, &d, x, base);
		np_text_puts(out, "</g>\n");
	}
	np_text_printf(out, "<path class=\"axis\" d=\"M%d %dh%d\"/>\n", left, base, PANEL);
}

static void put_model(np_text *out, const model_degrees *model, int top)
{
	np_degree_info d = degree_at(model, 0);
	np_text_printf(out, "<text class=\"name\" x=\"8\" y=\"%d\">%s, %s</text>\n", top + 14, np_kind_name(d.kind),
	               d.target == NP_POWER ? "power" : "runtime");
	np_text_printf(out, "<text class=\"soft\" x=\"8\" y=\"%d\">degree</text>\n", top + BASE + 14);
	np_text_printf(out, "<text class=\"soft\" x=\"8\" y=\"%d\">terms</text>\n", top + BASE + 27);
	put_panel(out, model, false, LEFT, top);
	put_panel(out, model, true, LEFT + PANEL + GAP, top);
}

/* The model whose degrees begin at `first`; its count is 0 past the last. */
static model_degrees model_from(const np_platform *platform, int first)
{
	model_degrees model = {platform, first, 0};
	np_degree_info d;
	while (np_platform_degree(platform, first + model.count, &d) && (d.degree > 1 || model.count == 0))
		model.count++;
	return model;
}

/* ---- the whole ---- */

static void put_head(np_text *out, const np_platform *platform, int height)
{
	np_degree_info d;
	np_text_printf(
	        out,
	        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"degrees\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d "
	        "%d\" role=\"img\" aria-labelledby=\"degrees-title degrees-desc\">\n",
	        WIDTH, height, WIDTH, height);
	np_text_puts(out, "<title id=\"degrees-title\">Degrees of the paper's polynomial, ");
	put_escaped(out, np_platform_name(platform), 200);
	np_text_puts(out, "</title>\n<desc id=\"degrees-desc\">Errors of ten-fold cross-validation by degree. Chosen:");
	const char *between = " ";
	for (int i = 0; np_platform_degree(platform, i, &d); i++) {
		if (!d.chosen)
			continue;
		np_text_printf(out, "%s%s %s degree %d", between, np_kind_name(d.kind), np_target_name(d.target), d.degree);
		between = ", ";
	}
	np_text_puts(out, ".</desc>\n");
	np_text_puts(out, STYLE);
	np_text_printf(out, "<rect class=\"back\" width=\"%d\" height=\"%d\"/>\n", WIDTH, height);
	np_text_puts(out, "<text class=\"name\" x=\"8\" y=\"20\">Degrees of the paper's polynomial</text>\n"
	                  "<text class=\"soft\" x=\"8\" y=\"36\">");
	put_escaped(out, np_platform_name(platform), 62);
	np_text_puts(out, "</text>\n<g class=\"chosen\"><rect class=\"bar\" x=\"8\" y=\"44\" width=\"9\" height=\"9\"/></g>\n"
	                  "<text class=\"soft\" x=\"22\" y=\"53\">chosen: least RMSE in ten-fold cross-validation</text>\n");
}

void np_report_draw_degrees(np_text *out, const np_platform *platform)
{
	int models = 0, total = np_platform_degree_count(platform);
	for (int first = 0; first < total; models++)
		first += model_from(platform, first).count;
	put_head(out, platform, HEAD + ROW * models + 8);
	for (int first = 0, row = 0; first < total; row++) {
		model_degrees model = model_from(platform, first);
		put_model(out, &model, HEAD + ROW * row);
		first += model.count;
	}
	np_text_puts(out, "</svg>\n");
}
