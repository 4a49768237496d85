/*
 * A layer as one word and back. What a layer must say and what follows from the rest is row.c's affair, so that a text and a
 * row of a data set obey the same rules; here is only how it is spelt.
 */
#include <neuralpower/layer_config.h>

#include "base/error.h"
#include "dataset/row.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Larger sizes are typing errors; the same bound as for the columns of a data set. */
static const int64_t MOST = 1000000000000;

/* ---- how kinds are spelt ---- */

typedef struct form {
	const char *items;  /* the letters that mean something */
	bool spatial;       /* height and width are always written */
	bool out_c;         /* so are the output channels */
	const char *expect; /* what follows "KIND:", for messages */
} form;

static const form CONVOLUTION = {"kspdgox", true, true, "BATCHxCxHxW:OUT_C:kK[:sS][:pP][:dD][:gG][:oHxW]"};
static const form POOL = {"kspdox", true, false, "BATCHxCxHxW:kK[:sS][:pP][:dD][:oHxW]"};
static const form GLOBAL = {"ox", true, false, "BATCHxCxHxW"};
static const form PRODUCT = {"ox", false, true, "BATCHxC[xHxW]:OUT_C"};
static const form POINTWISE = {"ox", false, false, "BATCHxC[xHxW][:xN]"};
static const form GIVEN = {"ox", false, false, "BATCHxC[xHxW][:OUT_C][:oHxW][:xN]"};

/* Kinds that are not here are pointwise. */
static const form *const FORMS[NP_KIND_COUNT] = {
        [NP_CONV] = &CONVOLUTION, [NP_DECONV] = &CONVOLUTION, [NP_MAXPOOL] = &POOL, [NP_AVGPOOL] = &POOL,
        [NP_FC] = &PRODUCT,       [NP_MATMUL] = &PRODUCT,     [NP_CONCAT] = &GIVEN, [NP_GLOBALAVGPOOL] = &GLOBAL,
        [NP_RESHAPE] = &GIVEN,    [NP_RESIZE] = &GIVEN,       [NP_PAD] = &GIVEN,    [NP_REDUCE] = &GIVEN,
};

static const form *form_of(np_kind kind)
{
	return FORMS[kind] ? FORMS[kind] : &POINTWISE;
}

typedef enum spelling {
	ONE,       /* a number */
	SAME_PAIR, /* HxW, or one number for both */
	PAIR,      /* HxW */
} spelling;

/* What a letter stands for: in the order of the canonical text. */
typedef struct item {
	char letter;
	spelling spelling;
	size_t h, w; /* in np_raw_row */
	int64_t usual;
	const char *name, *expect;
} item;

#define AT(name) offsetof(np_raw_row, name)

static const item ITEMS[] = {
        {'k', SAME_PAIR, AT(kernel_h), AT(kernel_w), 0, "kernel", "k3 or k1x3"},
        {'s', SAME_PAIR, AT(stride_h), AT(stride_w), 1, "stride", "s2 or s1x2"},
        {'p', SAME_PAIR, AT(pad_h), AT(pad_w), 0, "padding", "p1 or p0x1"},
        {'d', SAME_PAIR, AT(dilation_h), AT(dilation_w), 1, "dilation", "d2 or d1x2"},
        {'g', ONE, AT(groups), AT(groups), 1, "groups", "g2"},
        {'o', PAIR, AT(out_h), AT(out_w), 0, "output size of its own", "o56x56"},
        {'x', ONE, AT(inputs), AT(inputs), 0, "inputs", "x2"},
};
enum { ITEM_COUNT = sizeof ITEMS / sizeof *ITEMS };

static int64_t *count_at(np_raw_row *raw, size_t offset)
{
	return (int64_t *)((char *)raw + offset);
}

static np_raw_row blank_row(void)
{
	np_raw_row raw = {.layer_type = ""};
	for (int i = 0; i < NP_ROW_FIELD_COUNT; i++)
		if (NP_ROW_FIELDS[i].type == NP_FIELD_COUNT)
			*count_at(&raw, NP_ROW_FIELDS[i].offset) = NP_BLANK;
	return raw;
}

/* ---- writing ---- */

typedef struct writing {
	char *text;
	size_t used;
} writing;

static void add(writing *w, const char *format, ...) NP_PRINTF(2, 3);

static void add(writing *w, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int size = vsnprintf(w->text + w->used, NP_LAYER_TEXT_SIZE - w->used, format, args);
	va_end(args);
	w->used += size > 0 ? (size_t)size : 0;
	if (w->used >= NP_LAYER_TEXT_SIZE) /* numbers that no layer has */
		w->used = NP_LAYER_TEXT_SIZE - 1;
}

static np_raw_row row_of(const np_layer_config *c)
{
	np_raw_row raw = {
	        .layer_type = np_kind_name(c->kind),
	        .batch = c->batch,
	        .in_c = c->in_c,
	        .in_h = c->in_h,
	        .in_w = c->in_w,
	        .out_c = c->out_c,
	        .out_h = c->out_h,
	        .out_w = c->out_w,
	        .kernel_h = c->kernel_h,
	        .kernel_w = c->kernel_w,
	        .stride_h = c->stride_h,
	        .stride_w = c->stride_w,
	        .pad_h = c->pad_h,
	        .pad_w = c->pad_w,
	        .dilation_h = c->dilation_h,
	        .dilation_w = c->dilation_w,
	        .groups = c->groups,
	        .inputs = c->inputs,
	};
	return raw;
}

/* Whether the output's height and width need not be said. */
static bool output_follows(const np_layer_config *config, const np_raw_row *row)
{
	char reason[256];
	np_layer_config implied;
	np_raw_row raw = *row;
	raw.out_h = raw.out_w = NP_BLANK;
	return np_row_check_config(&raw, &implied, reason, sizeof reason) && implied.out_h == config->out_h &&
	       implied.out_w == config->out_w;
}

static bool is_usual(const item *it, const np_layer_config *config, np_raw_row *raw)
{
	if (it->letter == 'o')
		return output_follows(config, raw);
	int64_t h = *count_at(raw, it->h), w = *count_at(raw, it->w);
	int64_t usual = it->letter == 'x' ? np_row_usual_inputs(config->kind) : it->usual;
	return h == usual && w == usual;
}

const char *np_layer_text_write(const np_layer_config *config, char text[NP_LAYER_TEXT_SIZE])
{
	writing w = {text, 0};
	np_raw_row raw = row_of(config);
	const form *spelt = form_of(config->kind);
	add(&w, "%s:%" PRId64 "x%" PRId64, raw.layer_type, config->batch, config->in_c);
	if (spelt->spatial || config->in_h != 1 || config->in_w != 1)
		add(&w, "x%" PRId64 "x%" PRId64, config->in_h, config->in_w);
	if (spelt->out_c || config->out_c != config->in_c)
		add(&w, ":%" PRId64, config->out_c);
	for (const item *it = ITEMS; it < ITEMS + ITEM_COUNT; it++) {
		int64_t high = *count_at(&raw, it->h), wide = *count_at(&raw, it->w);
		if (!strchr(spelt->items, it->letter) || is_usual(it, config, &raw))
			continue;
		add(&w, ":%c%" PRId64, it->letter, high);
		if (it->spelling == PAIR || high != wide)
			add(&w, "x%" PRId64, wide);
	}
	return text;
}

/* ---- reading ---- */

typedef struct reading {
	const char *text, *at;
	char name[24];
	np_kind kind;
	np_raw_row raw;
	int column[sizeof(np_raw_row) / sizeof(int64_t)]; /* of each count that was given, by its place in the row */
	np_error *err;
} reading;

static int *column_of(reading *r, size_t offset)
{
	return &r->column[offset / sizeof(int64_t)];
}

static int column_at(const reading *r, const char *at)
{
	return (int)(at - r->text) + 1;
}

/* What stands at `at` is not what was expected. */
static np_status fail_syntax(reading *r, const char *at, const char *expected)
{
	char found[24] = "the text ends";
	if (*at)
		snprintf(found, sizeof found, *at > ' ' && *at < 127 ? "'%c'" : "byte 0x%02x", (unsigned char)*at);
	return np_fail_at(r->err, NP_ERR_SYNTAX, 1, column_at(r, at), "%s, %s was expected", found, expected);
}

/* The layer's own spelling, for what is missing. */
static np_status fail_form(reading *r, const char *at)
{
	char expected[96];
	snprintf(expected, sizeof expected, "%s:%s", r->name, form_of(r->kind)->expect);
	return fail_syntax(r, at, expected);
}

static np_status fail_kind(reading *r)
{
	char kinds[256] = "";
	size_t used = 0;
	for (np_kind k = 0; k < NP_OTHER; k++)
		used += (size_t)snprintf(kinds + used, sizeof kinds - used, "%s%s", k ? ", " : "", np_kind_name(k));
	return np_fail_at(r->err, NP_ERR_SYNTAX, 1, 1, "unknown kind '%.*s', one of %s was expected",
	                  (int)strcspn(r->text, ":"), r->text, kinds);
}

static np_status read_kind(reading *r)
{
	bool depthwise;
	size_t size = strcspn(r->text, ":");
	if (size >= sizeof r->name)
		return np_fail_at(r->err, NP_ERR_SYNTAX, 1, 1, "a layer, KIND:BATCHxC[xHxW]..., was expected");
	memcpy(r->name, r->text, size);
	if (!np_row_find_kind(r->name, &r->kind, &depthwise))
		return fail_kind(r);
	r->raw.layer_type = r->name;
	r->at += size;
	return *r->at ? NP_OK : fail_form(r, r->at);
}

static np_status read_number(reading *r, size_t offset, const char *expected)
{
	int64_t value = 0;
	const char *start = r->at;
	for (; *r->at >= '0' && *r->at <= '9'; r->at++) {
		value = 10 * value + (*r->at - '0');
		if (value > MOST)
			return np_fail_at(r->err, NP_ERR_LIMIT, 1, column_at(r, start), "a size above 10^12");
	}
	if (r->at == start)
		return fail_syntax(r, start, expected);
	*count_at(&r->raw, offset) = value;
	*column_of(r, offset) = column_at(r, start);
	return NP_OK;
}

static np_status read_shape(reading *r)
{
	static const size_t SIZES[] = {AT(batch), AT(in_c), AT(in_h), AT(in_w)};
	int count = 0;
	do {
		r->at++; /* the ':', then each 'x' */
		NP_TRY(read_number(r, SIZES[count++], "a number in BATCHxC or BATCHxCxHxW"));
	} while (count < 4 && *r->at == 'x');
	if (count == 2 || count == 4)
		return NP_OK;
	return fail_syntax(r, r->at, "BATCHxC or BATCHxCxHxW");
}

static const item *find_item(char letter)
{
	for (int i = 0; i < ITEM_COUNT; i++)
		if (ITEMS[i].letter == letter)
			return &ITEMS[i];
	return NULL;
}

/* What follows the letter. */
static np_status read_sizes(reading *r, const item *it)
{
	NP_TRY(read_number(r, it->h, it->expect));
	if (it->spelling == ONE)
		return NP_OK;
	if (*r->at == 'x') {
		r->at++;
		return read_number(r, it->w, it->expect);
	}
	if (it->spelling == PAIR)
		return fail_syntax(r, r->at, it->expect);
	*count_at(&r->raw, it->w) = *count_at(&r->raw, it->h);
	*column_of(r, it->w) = *column_of(r, it->h);
	return NP_OK;
}

static np_status read_item(reading *r, bool first)
{
	const char *start = ++r->at;
	if (*start >= '0' && *start <= '9') {
		if (!first)
			return fail_syntax(r, start, "a letter (OUT_C stands right behind the input)");
		return read_number(r, AT(out_c), "OUT_C");
	}
	const item *it = *start ? find_item(*start) : NULL;
	if (!it)
		return fail_syntax(r, start, first ? "OUT_C or one of the letters kspdgox" : "one of the letters kspdgox");
	if (!strchr(form_of(r->kind)->items, it->letter))
		return np_fail_at(r->err, NP_ERR_DATA, 1, column_at(r, start), "%s has no %s, %s:%s was expected", r->name,
		                  it->name, r->name, form_of(r->kind)->expect);
	if (*column_of(r, it->h))
		return np_fail_at(r->err, NP_ERR_DATA, 1, column_at(r, start), "%c stands there twice", it->letter);
	r->at++;
	return read_sizes(r, it);
}

static np_status read_items(reading *r)
{
	for (bool first = true; *r->at == ':'; first = false)
		NP_TRY(read_item(r, first));
	return *r->at ? fail_syntax(r, r->at, "':' or the end") : NP_OK;
}

/* The place of a field: where it stands, or the end where it is missing. */
static int fault_column(reading *r, const char *field)
{
	for (int i = 0; i < NP_ROW_FIELD_COUNT; i++)
		if (NP_ROW_FIELDS[i].type == NP_FIELD_COUNT && strcmp(NP_ROW_FIELDS[i].name, field) == 0)
			return *column_of(r, NP_ROW_FIELDS[i].offset);
	return 1;
}

/* Without a window a pool is one with a given output, and nothing else may speak of the window. */
static bool lacks_window(const reading *r)
{
	return r->raw.kernel_h == NP_BLANK &&
	       (r->raw.stride_h != NP_BLANK || r->raw.pad_h != NP_BLANK || r->raw.dilation_h != NP_BLANK);
}

static np_status check(reading *r, np_layer_config *config)
{
	char reason[256] = "kernel_h is missing";
	const char *field = "kernel_h";
	if (r->raw.kernel_h != NP_BLANK && r->raw.stride_h == NP_BLANK)
		r->raw.stride_h = r->raw.stride_w = 1; /* a row of a data set has to say it, a text need not */
	if (!lacks_window(r) && np_row_check_config_field(&r->raw, config, &field, reason, sizeof reason))
		return NP_OK;
	int column = fault_column(r, field);
	if (column)
		return np_fail_at(r->err, NP_ERR_DATA, 1, column, "%s", reason);
	return np_fail_at(r->err, NP_ERR_DATA, 1, column_at(r, r->at), "%s, %s:%s was expected", reason, r->name,
	                  form_of(r->kind)->expect);
}

np_status np_layer_text_read(const char *text, np_layer_config *config, np_error *err)
{
	reading r = {.text = text, .at = text, .raw = blank_row(), .err = err};
	NP_TRY(read_kind(&r));
	NP_TRY(read_shape(&r));
	NP_TRY(read_items(&r));
	return check(&r, config);
}
