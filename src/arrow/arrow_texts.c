/* Layouts of text columns. */
#include "arrow/arrow_texts.h"

#include "base/checked.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* ---- layouts ---- */

/* Offsets of 32 or 64 bits, one more than values, into one buffer of bytes. */
static bool between_offsets(const np_arrow_texts *t, int64_t begin, int64_t end, const char **text, int64_t *size)
{
	const char *data = t->buffers[1];
	if (begin < 0 || end < begin || (!data && end > begin))
		return false;
	*text = end > begin ? data + begin : "";
	*size = end - begin;
	return true;
}

static bool find_by_offset(const np_arrow_texts *t, int64_t at, const char **text, int64_t *size)
{
	const int32_t *offsets = t->buffers[0];
	return between_offsets(t, offsets[at], offsets[at + 1], text, size);
}

static bool find_by_large_offset(const np_arrow_texts *t, int64_t at, const char **text, int64_t *size)
{
	const int64_t *offsets = t->buffers[0];
	return between_offsets(t, offsets[at], offsets[at + 1], text, size);
}

/* A view is 16 bytes: the size, then up to 12 bytes of text, or 4 of it, the buffer, and the offset there. */
static bool find_by_view(const np_arrow_texts *t, int64_t at, const char **text, int64_t *size)
{
	enum { VIEW = 4, INLINE = 12 };
	const int32_t *view = (const int32_t *)t->buffers[0] + VIEW * at;
	const int64_t *sizes = t->buffers[t->buffer_count - 1]; /* one for each buffer between the views and these */
	int32_t length = view[0], buffer = view[2], offset = view[3];
	*size = length;
	if (length <= INLINE) {
		*text = (const char *)(view + 1);
		return length >= 0;
	}
	const char *data = buffer >= 0 && buffer < t->buffer_count - 2 ? t->buffers[1 + buffer] : NULL;
	if (!data || offset < 0 || (int64_t)offset + length > sizes[buffer])
		return false;
	*text = data + offset;
	return true;
}

static const struct {
	const char *format;
	bool (*find)(const np_arrow_texts *texts, int64_t at, const char **text, int64_t *size);
	int least_buffers; /* behind the validity; only views may have more */
} LAYOUTS[] = {
        {"u", find_by_offset, 2}, {"U", find_by_large_offset, 2}, {"vu", find_by_view, 2},
        {"z", find_by_offset, 2}, {"Z", find_by_large_offset, 2}, {"vz", find_by_view, 2},
};
enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof *LAYOUTS };

/* ---- the column ---- */

/* "'id', 'text'": what there is instead of a column that is missing. */
static const char *list_columns(const struct ArrowSchema *schema, char *text, size_t size)
{
	size_t used = 0;
	*text = '\0';
	for (int64_t i = 0; i < schema->n_children && used + 80 < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s'%.60s'", i ? ", " : "",
		                         schema->children[i]->name ? schema->children[i]->name : "");
	return text;
}

static np_status find_column(const struct ArrowSchema *schema, const char *name, int64_t *found, np_error *err)
{
	char others[256];
	*found = -1;
	for (int64_t i = 0; i < schema->n_children; i++) {
		if (!schema->children[i]->name || strcmp(schema->children[i]->name, name) != 0)
			continue;
		if (*found >= 0)
			return np_fail(err, NP_ERR_DATA, "two columns of the batch are called '%.80s'", name);
		*found = i;
	}
	if (*found >= 0)
		return NP_OK;
	return np_fail(err, NP_ERR_DATA, "the batch has no column '%.80s'; it has %s", name,
	               schema->n_children ? list_columns(schema, others, sizeof others) : "none");
}

/* What holds for every array: how many buffers there are, and that lengths and offsets are none below zero. */
static np_status check_array(const struct ArrowArray *array, const char *what, int64_t least_buffers, np_error *err)
{
	int64_t end;
	if (!array->release)
		return np_fail(err, NP_ERR_DATA, "%s was released before", what);
	if (array->length < 0 || array->offset < 0 || !np_add(array->offset, array->length, &end) || end == INT64_MAX)
		return np_fail(err, NP_ERR_DATA, "%s has %lld rows from row %lld on, which no array can have", what,
		               (long long)array->length, (long long)array->offset);
	if (array->n_buffers < least_buffers || !array->buffers)
		return np_fail(err, NP_ERR_DATA, "%s has %lld buffers, %lld were expected", what, (long long)array->n_buffers,
		               (long long)least_buffers);
	return NP_OK;
}

static np_status open_column(const struct ArrowSchema *schema, const struct ArrowArray *array, const char *what,
                             np_arrow_texts *texts, np_error *err)
{
	int layout = 0;
	while (layout < LAYOUT_COUNT && (schema->dictionary || strcmp(schema->format, LAYOUTS[layout].format) != 0))
		layout++;
	if (layout == LAYOUT_COUNT)
		return np_fail(err, NP_ERR_DATA,
		               "%s is of the Arrow type '%.40s'%s; utf8, large_utf8, utf8_view or binary was expected", what,
		               schema->format, schema->dictionary ? " with a dictionary" : "");
	NP_TRY(check_array(array, what, 1 + LAYOUTS[layout].least_buffers, err));
	*texts = (np_arrow_texts){.rows = array->length,
	                          .first = array->offset,
	                          .valid = array->null_count ? array->buffers[0] : NULL,
	                          .buffers = array->buffers + 1,
	                          .buffer_count = array->n_buffers - 1,
	                          .find = LAYOUTS[layout].find};
	bool view = LAYOUTS[layout].find == find_by_view;
	if (texts->rows &&
	    (!texts->buffers[0] || (view && texts->buffer_count > 2 && !texts->buffers[texts->buffer_count - 1])))
		return np_fail(err, NP_ERR_DATA, "%s has rows but not the buffer that says where they lie", what);
	return NP_OK;
}

/* The batch may begin anywhere in its columns, and may have nulls of its own. */
static np_status narrow(const struct ArrowArray *batch, const char *what, np_arrow_texts *texts, np_error *err)
{
	if (texts->rows < batch->offset + batch->length)
		return np_fail(err, NP_ERR_DATA, "%s has %lld rows, the batch %lld from row %lld on", what,
		               (long long)texts->rows, (long long)batch->length, (long long)batch->offset);
	texts->rows = batch->length;
	texts->first += batch->offset;
	texts->outer_first = batch->offset;
	texts->outer_valid = batch->null_count ? batch->buffers[0] : NULL;
	return NP_OK;
}

np_status np_arrow_texts_open(const struct ArrowSchema *schema, const struct ArrowArray *batch, const char *column,
                              np_arrow_texts *texts, np_error *err)
{
	char what[128];
	int64_t at;
	*texts = (np_arrow_texts){0};
	if (!schema->release)
		return np_fail(err, NP_ERR_DATA, "the schema was released before");
	if (strcmp(schema->format, "+s") != 0)
		return open_column(schema, batch, "the batch", texts, err);
	NP_TRY(check_array(batch, "the batch", 1, err));
	if (batch->n_children != schema->n_children)
		return np_fail(err, NP_ERR_DATA, "the batch has %lld columns, its schema %lld", (long long)batch->n_children,
		               (long long)schema->n_children);
	NP_TRY(find_column(schema, column, &at, err));
	snprintf(what, sizeof what, "column '%.80s'", column);
	NP_TRY(open_column(schema->children[at], batch->children[at], what, texts, err));
	return narrow(batch, what, texts, err);
}

/* ---- rows ---- */

static bool is_set(const uint8_t *bits, int64_t at)
{
	return !bits || bits[at >> 3] >> (at & 7) & 1;
}

np_status np_arrow_texts_row(const np_arrow_texts *t, int64_t row, const char **text, int64_t *size, np_error *err)
{
	*text = NULL;
	*size = 0;
	if (!is_set(t->valid, t->first + row) || !is_set(t->outer_valid, t->outer_first + row))
		return NP_OK;
	if (!t->find(t, t->first + row, text, size))
		return np_fail(err, NP_ERR_DATA, "row %lld of the batch has a text that lies outside of its column",
		               (long long)row);
	return NP_OK;
}
