/* The frame of every page: title, table, JSON between the parts that all pages share. */
#include "report/page.h"

#include "report/html.h"

static void put_part(np_text *out, int part)
{
	np_text_add(out, (const char *)np_page_parts[part].text, np_page_parts[part].size);
}

/* One line of plain text from a hook of the kind, as text of the page. */
static void put_words(np_text *out, void (*words)(np_text *, const void *, int), const void *subjects, int i)
{
	np_text plain = {0};
	words(&plain, subjects, i);
	if (plain.data)
		np_html_text(out, plain.data);
	out->failed |= plain.failed;
	np_text_free(&plain);
}

static void put_title(np_text *out, const np_report_page *page, const void *subjects, int count)
{
	if (count)
		put_words(out, page->title, subjects, 0);
	if (count > 1)
		np_text_printf(out, " and %d more", count - 1);
	np_text_puts(out, " \xC2\xB7 NeuralPower");
}

static void put_heads(np_text *out, const np_report_page *page, const void *subjects, int count)
{
	for (int i = 0; i < count; i++) {
		np_text_printf(out, "<h%d>", i ? 2 : 1);
		put_words(out, page->title, subjects, i);
		np_text_printf(out, "</h%d>\n", i ? 2 : 1);
		if (!page->intro)
			continue;
		np_text_puts(out, "<p>");
		put_words(out, page->intro, subjects, i);
		np_text_puts(out, "</p>\n");
	}
}

np_status np_page_write(const np_report_kind *kind, const void *subjects, int count, np_text *out, np_error *err)
{
	np_text csv = {0}, json = {0};
	np_report_write_csv(kind, subjects, count, &csv);
	np_report_write_json(kind, subjects, count, true, &json);
	put_part(out, 0);
	put_title(out, kind->page, subjects, count);
	put_part(out, 1);
	put_heads(out, kind->page, subjects, count);
	np_status status = csv.data ? np_html_table(out, csv.data, csv.size, kind->page->columns, err) : NP_OK;
	put_part(out, 2);
	if (json.data)
		np_html_json(out, json.data, json.size);
	put_part(out, 3);
	out->failed |= csv.failed || json.failed;
	np_text_free(&csv);
	np_text_free(&json);
	return status;
}
