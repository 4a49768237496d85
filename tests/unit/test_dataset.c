/* Data sets: CSV in all its forms, rows that must be taken, rows that must be refused, and with which words. */
#include "test_support.h"

#include "base/sha256.h"
#include "text/csv.h"

#include <unistd.h>
#include <zlib.h>

#define HEADER                                                                                                              \
	"layer_type,batch,in_c,in_h,in_w,out_c,kernel_h,kernel_w,stride_h,stride_w,pad_h,pad_w,groups,out_h,out_w,runtime_" \
	"ms\n"

/* ---- SHA-256: the examples of FIPS 180-4's test vectors ---- */

static void check_sha256(const char *text, size_t repeats, const char *expected)
{
	np_sha256 hash;
	char hex[65];
	np_sha256_start(&hash);
	for (size_t i = 0; i < repeats; i++)
		np_sha256_add(&hash, text, strlen(text));
	np_sha256_finish(&hash, hex);
	assert_string_equal(hex, expected);
}

static void test_sha256(void **state)
{
	(void)state;
	check_sha256("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check_sha256("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	check_sha256("aaaaaaaaaa", 100000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	check_sha256("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1, /* 55: the padding just fits */
	             "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
	check_sha256("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1, /* 56: it does not */
	             "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
}

/* ---- CSV ---- */

typedef struct seen {
	char text[512]; /* "line:field|field;" for each row */
} seen;

static np_status note_row(void *context, const np_csv_row *row, np_error *err)
{
	(void)err;
	seen *s = context;
	size_t used = strlen(s->text);
	used += (size_t)snprintf(s->text + used, sizeof s->text - used, "%d:", row->line);
	for (int i = 0; i < row->count; i++)
		used += (size_t)snprintf(s->text + used, sizeof s->text - used, "%s%s", i ? "|" : "", row->fields[i]);
	snprintf(s->text + used, sizeof s->text - used, ";");
	return NP_OK;
}

/* The same text in one piece and byte by byte. */
static np_status read_csv(const char *text, size_t piece, seen *s, np_error *err)
{
	np_csv_reader *reader;
	*s = (seen){{0}};
	np_error_clear(err);
	assert_ok(np_csv_reader_create(note_row, s, &reader, err), err);
	np_status status = NP_OK;
	for (size_t at = 0, size = strlen(text); at < size && status == NP_OK; at += piece)
		status = np_csv_reader_feed(reader, text + at, size - at < piece ? size - at : piece, err);
	if (status == NP_OK)
		status = np_csv_reader_finish(reader, err);
	np_csv_reader_free(reader);
	return status;
}

static void check_csv(const char *text, const char *expected)
{
	const size_t pieces[] = {1, 2, 3, 4096};
	for (size_t i = 0; i < 4; i++) {
		seen s;
		np_error err = {0};
		assert_ok(read_csv(text, pieces[i], &s, &err), &err);
		assert_string_equal(s.text, expected);
	}
}

static void test_csv(void **state)
{
	(void)state;
	check_csv("a,b\n1,2\n", "1:a|b;2:1|2;");
	check_csv("a,b\r\n1,2", "1:a|b;2:1|2;");
	check_csv("a\rb\rc", "1:a;2:b;3:c;");
	check_csv("# x=\"1\n\n  \na, b ,\n#,\nc", "4:a|b|;6:c;");
	check_csv("\"a\nb\r\nc\",2\n3\n", "1:a\nb\r\nc|2;4:3;");
	check_csv("\"#x\",\"a\"\"b\"\n\"\n#no comment\"\nz\n", "1:#x|a\"b;2:\n#no comment;4:z;");
	check_csv("", "");
	check_csv(",\n", "1:|;");
}

static void check_csv_error(const char *text, int line, const char *fragment)
{
	seen s;
	np_error err = {0};
	assert_int_equal(read_csv(text, 2, &s, &err), NP_ERR_SYNTAX);
	assert_int_equal(err.line, line);
	if (!strstr(err.message, fragment))
		fail_msg("'%s' does not say '%s'", err.message, fragment);
}

static void test_csv_errors(void **state)
{
	(void)state;
	check_csv_error("a,b\n1,x\"y\n", 2, "quote");
	check_csv_error("a,b\n\"x\"y,1\n", 2, "quote");
	check_csv_error("a,b\n1,2\n\"open\n\n\n", 3, "ends inside a quoted field");
}

static void test_csv_written(void **state)
{
	(void)state;
	const char *const fields[] = {"plain", "",   "a,b", "a \"quoted\" word", "two\nlines", " x",
	                              "#1",    "x ", NULL,  "\xC3\xA9"};
	np_text out = {0};
	for (int i = 0; i < 10; i++)
		np_csv_put(&out, !i, fields[i]);
	np_text_puts(&out, "\n");
	assert_string_equal(out.data,
	                    "plain,,\"a,b\",\"a \"\"quoted\"\" word\",\"two\nlines\",\" x\",\"#1\",\"x \",,\xC3\xA9\n");
	check_csv(out.data, "1:plain||a,b|a \"quoted\" word|two\nlines| x|#1|x ||\xC3\xA9;");
	np_text_free(&out);
}

/* ---- data sets ---- */

static const char *temporary(const char *name)
{
	static char path[256];
	snprintf(path, sizeof path, "/tmp/np_dataset_%d_%s", (int)getpid(), name);
	return path;
}

static const char *write_file(const char *name, const char *text)
{
	const char *path = temporary(name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	fclose(file);
	return path;
}

static np_status load_text(const char *text, const char *device, np_dataset **dataset, np_error *err)
{
	const char *path = write_file("x.csv", text);
	np_error_clear(err);
	np_status status = np_dataset_load(&path, 1, device, dataset, err);
	unlink(path);
	return status;
}

static np_row load_row(const char *text)
{
	np_error err = {0};
	np_dataset *dataset;
	assert_ok(load_text(text, NULL, &dataset, &err), &err);
	assert_int_equal(np_dataset_row_count(dataset), 1);
	assert_int_equal(np_dataset_issue_count(dataset), 0);
	np_row row = *np_dataset_row(dataset, 0);
	row.network = NULL;
	np_dataset_free(dataset);
	return row;
}

static void test_conv_row(void **state)
{
	(void)state;
	np_row row = load_row(HEADER "conv,2,4,9,8,6,3,2,2,1,1,0,2,5,7,1.5\n");
	static const np_layer_config expected = {NP_CONV, 2, 4, 9, 8, 6, 5, 7, 3, 2, 2, 1, 1, 0, 1, 1, 2, 1};
	assert_memory_equal(&row.config, &expected, sizeof expected);
	assert_true(row.has[NP_RUNTIME] && !row.has[NP_POWER] && !row.has[NP_ENERGY]);
	assert_true(row.value[NP_RUNTIME] == 1.5);
	assert_int_equal(row.line, 2);
	assert_int_equal(row.file, 0);
}

static void test_columns_in_any_order(void **state)
{
	(void)state;
	np_row row = load_row("# idle=3\nenergy_mj,note,out_c,in_c,layer_type,in_h,in_w\n\n7,\"a,\nb\",5,\"3\",fc,1,1\n");
	static const np_layer_config expected = {NP_FC, 1, 3, 1, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1};
	assert_memory_equal(&row.config, &expected, sizeof expected);
	assert_true(row.has[NP_ENERGY] && !row.has[NP_RUNTIME] && row.value[NP_ENERGY] == 7);
	assert_int_equal(row.line, 4);
}

static void test_blanks_derived(void **state)
{
	(void)state;
	np_row row = load_row(HEADER "conv_bias_relu,,4,9,8,6,3,2,,,,,,,,1\n");
	assert_int_equal(row.config.batch, 1);
	assert_int_equal(row.config.out_h, 7);
	assert_int_equal(row.config.out_w, 7);
	assert_int_equal(row.config.groups, 1);
	row = load_row(HEADER "dwconv_bn,1,4.0,9,9,4,3,3,1,1,1,1,,9,9,1\n");
	assert_int_equal(row.config.kind, NP_CONV);
	assert_int_equal(row.config.groups, 4);
	row = load_row(HEADER "relu,1,400,1,1,400,,,,,,,,1,1,1\n");
	assert_int_equal(row.config.kind, NP_RELU);
	assert_int_equal(row.config.in_c, 400);
	row = load_row(HEADER "deconv,1,4,5,5,8,4,4,2,2,1,1,1,,,1\n");
	assert_int_equal(row.config.out_h, 10);
	row = load_row(HEADER "eltwise,1,4,5,5,,,,,,,,,,,1\n");
	assert_int_equal(row.config.inputs, 2);
	assert_int_equal(row.config.out_w, 5);
}

/* What other programs round differently. */
static void test_output_sizes(void **state)
{
	(void)state;
	/* TensorFlow's SAME: 8 -> 4 by 3 with stride 2 needs one row, at the far end. */
	assert_int_equal(load_row(HEADER "conv,1,4,8,8,6,3,3,2,2,0,0,1,4,4,1\n").config.out_h, 4);
	/* Ceil mode: (6 - 3) / 2 rounded up. */
	assert_int_equal(load_row(HEADER "maxpool,1,4,6,6,4,3,3,2,2,0,0,4,3,3,1\n").config.out_h, 3);
	assert_int_equal(load_row(HEADER "maxpool,1,4,6,6,4,3,3,2,2,0,0,4,2,2,1\n").config.out_h, 2);
	assert_int_equal(load_row(HEADER "maxpool,1,4,6,6,,3,3,2,2,0,0,4,,,1\n").config.out_w, 2);
	/* Groups mean nothing for pools. */
	assert_int_equal(load_row(HEADER "avgpool,1,4,6,6,4,3,3,2,2,0,0,4,2,2,1\n").config.groups, 1);
	/* An adaptive pool is known by its sizes: 7 -> 3 by windows of 3 with stride 2. */
	const np_layer_config adaptive = load_row(HEADER "avgpool,1,4,7,6,4,,,,,,,,3,6,1\n").config;
	assert_int_equal(adaptive.kernel_h, 3);
	assert_int_equal(adaptive.stride_h, 2);
	assert_int_equal(adaptive.kernel_w, 1);
	assert_int_equal(adaptive.stride_w, 1);
	/* A transposed convolution with one row of output padding. */
	assert_int_equal(load_row(HEADER "deconv,1,4,5,5,8,3,3,2,2,1,1,1,10,10,1\n").config.out_h, 10);
}

static const struct {
	const char *row, *reason;
} REFUSED[] = {
        {"conv,2,4,9,8,6,3,2,2,1,1,0,2,6,7,1", "out_h is 6, the other sizes give 5"},
        {"conv,2,4,9,8,6,3,2,2,1,1,0,2,5,6,1", "out_w is 6, the other sizes give 7"},
        {"conv,2,4,9,8,6,3,2,2,1,1,0,3,5,7,1", "3 groups do not divide 4 input and 6 output channels"},
        {"conv,2,4,9,8,6,,2,2,1,1,0,2,5,7,1", "kernel_h is missing"},
        {"conv,0,4,9,8,6,3,2,2,1,1,0,2,5,7,1", "batch is 0, 1 or more was expected"},
        {"conv,2,4,9,8,6,3,2,2,1,-1,0,2,5,7,1", "pad_h is '-1', a whole number, 0 or more, was expected"},
        {"conv,2,4.5,9,8,6,3,2,2,1,1,0,2,5,7,1", "in_c is '4.5'"},
        {"conv,2,4,9,8,6,3,2,2,1,1,0,2,5,7,0", "runtime_ms is '0', a number above 0 was expected"},
        {"conv,2,4,9,8,6,3,2,2,1,1,0,2,5,7,-1", "runtime_ms is '-1'"},
        {"conv,2,4,9,8,6,3,2,2,1,1,0,2,5,7,nan", "runtime_ms is 'nan'"},
        {"conv,2,4,9,8,6,3,2,2,1,1,0,2,5,7,1e400", "runtime_ms is '1e400'"},
        {"conv,2,4,9,8,6,3,2,2,1,1,0,2,5,7,", "nothing was measured"},
        {"conv,2,4,9,8,6,3,2,2,1,1,0,2,5,7", "15 fields, the header has 16"},
        {"conv,2,4,9,8,6,99,2,2,1,1,0,2,,7,1", "the window does not fit the input (out_h)"},
        {"conv,2,4,1e9,8,6,3,2,2,1,1,0,2,,7,1", "more than 2^20"},
        {"blob,2,4,9,8,6,3,2,2,1,1,0,2,5,7,1", "unknown layer_type 'blob'"},
        {"other,2,4,9,8,6,3,2,2,1,1,0,2,5,7,1", "unknown layer_type 'other'"},
        {"maxpool,1,4,6,6,4,3,3,,,0,0,1,,,1", "stride_h is missing"},
        {"maxpool,1,4,6,6,5,3,3,2,2,0,0,1,,,1", "out_c is 5, the other sizes give 4"},
        {"relu,1,4,6,6,4,,,,,,,,6,5,1", "out_w is 5, the other sizes give 6"},
        {"fc,1,4,,,,,,,,,,,,,1", "out_c is missing"},
};

static void test_refused_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
		char text[1024];
		snprintf(text, sizeof text, HEADER "fc,1,4,,,5,,,,,,,,,,1\n%s\n", REFUSED[i].row);
		np_error err = {0};
		np_dataset *dataset;
		assert_ok(load_text(text, NULL, &dataset, &err), &err);
		if (np_dataset_row_count(dataset) != 1 || np_dataset_issue_count(dataset) != 1)
			fail_msg("%s was taken", REFUSED[i].row);
		const char *issue = np_dataset_issue(dataset, 0);
		if (!strstr(issue, REFUSED[i].reason) || !strstr(issue, "x.csv:3: "))
			fail_msg("%s: '%s' does not say '%s'", REFUSED[i].row, issue, REFUSED[i].reason);
		assert_int_equal(np_dataset_file_info(dataset, 0)->rejected, 1);
		np_dataset_free(dataset);
	}
}

static const struct {
	const char *text, *device;
	np_status status;
	const char *message;
} BAD_FILES[] = {
        {"", NULL, NP_ERR_DATA, "the file is empty"},
        {"# only a comment\n", NULL, NP_ERR_DATA, "the file is empty"},
        {"a,b\n1,2\n", NULL, NP_ERR_DATA, "no column 'layer_type'"},
        {"layer_type,in_c\nfc,1\n", NULL, NP_ERR_DATA, "none of the columns runtime_ms"},
        {"layer_type,in_c,runtime_ms,in_c\nfc,1,1,1\n", NULL, NP_ERR_DATA, "'in_c' stands there twice"},
        {HEADER, NULL, NP_ERR_DATA, "no row follows the header"},
        {HEADER "blob,1,,,,,,,,,,,,,,1\n", NULL, NP_ERR_DATA, "none of its 1 rows can be used; the first: "},
        {HEADER "\"fc,1\n", NULL, NP_ERR_SYNTAX, "ends inside a quoted field"},
        {"device,layer_type,in_c,out_c,runtime_ms\nA,fc,1,1,1\nB,fc,1,1,1\n", "C", NP_ERR_DATA,
         "no row is of a device called 'C'; there is: A + B"},
        {"\x1f\x8b not gzip", NULL, NP_ERR_SYNTAX, "damaged gzip"},
};

static void test_bad_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof BAD_FILES / sizeof *BAD_FILES; i++) {
		np_error err = {0};
		np_dataset *dataset;
		np_status status = load_text(BAD_FILES[i].text, BAD_FILES[i].device, &dataset, &err);
		if (status != BAD_FILES[i].status || !strstr(err.message, BAD_FILES[i].message))
			fail_msg("case %d: status %d, '%s'", (int)i, status, err.message);
		assert_null(dataset);
	}
	np_error err = {0};
	np_dataset *dataset;
	const char *path = "/nowhere/x.csv";
	assert_int_equal(np_dataset_load(&path, 1, NULL, &dataset, &err), NP_ERR_IO);
	assert_string_equal(err.path, path);
}

static void test_devices(void **state)
{
	(void)state;
	const char *text = "device,software,layer_type,in_c,out_c,runtime_ms\nA 1,s,fc,1,1,1\nB,s,fc,1,1,2\nA 2,s,fc,1,1,3\n";
	np_error err = {0};
	np_dataset *dataset;
	assert_ok(load_text(text, NULL, &dataset, &err), &err);
	assert_string_equal(np_dataset_device(dataset), "A 1 + B + A 2");
	assert_string_equal(np_dataset_software(dataset), "s");
	assert_string_equal(np_dataset_dtype(dataset), "");
	np_dataset_free(dataset);
	assert_ok(load_text(text, "A", &dataset, &err), &err);
	assert_int_equal(np_dataset_row_count(dataset), 2);
	assert_int_equal(np_dataset_file_info(dataset, 0)->other_devices, 1);
	assert_string_equal(np_dataset_device(dataset), "A 1 + A 2");
	assert_string_equal(np_dataset_file_info(dataset, 0)->sha256,
	                    "aefaf39c38e1f06874e77cacb0ca78e4ec8ab2f52c5b5056f21e04410dac37ca");
	np_dataset_free(dataset);
}

/* Passes of one layer become their median; flagged rows and rows of other networks do not take part. */
static void test_passes(void **state)
{
	(void)state;
	const char *text = "network,layer_type,in_c,out_c,pass,runtime_ms,power_w,energy_mj,flags\n"
	                   ",fc,10,10,1,1,50,50,\n"
	                   ",fc,10,20,1,8,50,400,launch_bound\n"
	                   ",fc,10,10,2,3,,,\n"
	                   "a,fc,10,10,1,7,,,\n"
	                   ",fc,10,10,3,2,70,140,clock_moved;noisy\n"
	                   ",fc,10,10,4,900,70,63000,noisy;thr_power\n"
	                   ",fc,10,10,,5,,,\n";
	np_error err = {0};
	np_dataset *dataset;
	assert_ok(load_text(text, NULL, &dataset, &err), &err);
	const np_dataset_file *file = np_dataset_file_info(dataset, 0);
	assert_int_equal(file->rows, 6);
	assert_int_equal(file->repeats, 2);
	assert_int_equal(file->flagged, 1);
	assert_int_equal(file->rejected, 0);
	assert_int_equal(np_dataset_row_count(dataset), 4);
	const np_row *row = np_dataset_row(dataset, 0);
	assert_true(row->value[NP_RUNTIME] == 2 && row->value[NP_POWER] == 60 && row->value[NP_ENERGY] == 120);
	assert_int_equal(row->line, 2);
	assert_true(np_dataset_row(dataset, 1)->value[NP_RUNTIME] == 8);
	assert_true(np_dataset_row(dataset, 2)->value[NP_RUNTIME] == 7);
	assert_true(np_dataset_row(dataset, 3)->value[NP_RUNTIME] == 5);
	np_dataset_free(dataset);
}

/* Passes that were contended do not count beside one that was not; of those alone, the least runtime counts. */
static void test_contended_passes(void **state)
{
	(void)state;
	const char *text = "layer_type,in_c,out_c,pass,runtime_ms,power_w,flags\n"
	                   "fc,10,10,1,5,10,contended\n"
	                   "fc,10,20,1,5,10,contended\n"
	                   "fc,10,10,2,3,30,contended\n"
	                   "fc,10,20,2,9,40,\n"
	                   "fc,10,10,3,4,50,contended\n";
	np_error err = {0};
	np_dataset *dataset;
	assert_ok(load_text(text, NULL, &dataset, &err), &err);
	assert_int_equal(np_dataset_row_count(dataset), 2);
	const np_row *all = np_dataset_row(dataset, 0), *one = np_dataset_row(dataset, 1);
	assert_true(all->value[NP_RUNTIME] == 3 && all->value[NP_POWER] == 30);
	assert_true(one->value[NP_RUNTIME] == 9 && one->value[NP_POWER] == 40);
	np_dataset_free(dataset);
}

/* Many issues: the list is cut, the count is not. */
static void test_many_issues(void **state)
{
	(void)state;
	np_text text = {0};
	np_text_puts(&text, "layer_type,in_c,out_c,runtime_ms\nfc,1,1,1\n");
	for (int i = 0; i < 1500; i++)
		np_text_puts(&text, "fc,1,1,x\n");
	np_error err = {0};
	np_dataset *dataset;
	assert_ok(load_text(text.data, NULL, &dataset, &err), &err);
	np_text_free(&text);
	assert_int_equal(np_dataset_issue_count(dataset), 1000);
	assert_int_equal(np_dataset_file_info(dataset, 0)->rejected, 1500);
	np_dataset_free(dataset);
}

static void test_endless_issues(void **state)
{
	(void)state;
	np_text text = {0};
	np_text_puts(&text, "layer_type,in_c,out_c,runtime_ms\nfc,1,1,1\n");
	for (int i = 0; i < 100001; i++)
		np_text_puts(&text, "x\n");
	np_error err = {0};
	np_dataset *dataset;
	assert_int_equal(load_text(text.data, NULL, &dataset, &err), NP_ERR_LIMIT);
	np_text_free(&text);
	assert_int_equal(err.line, 100003);
}

/* ---- gzip ---- */

static void write_gzip(const char *path, const char *mode, const char *text)
{
	gzFile file = gzopen(path, mode);
	assert_non_null(file);
	assert_int_equal(gzwrite(file, text, (unsigned)strlen(text)), strlen(text));
	gzclose(file);
}

static void test_gzip(void **state)
{
	(void)state;
	const char *path = temporary("x.csv.gz");
	write_gzip(path, "wb", "layer_type,in_c,out_c,runt");
	write_gzip(path, "ab", "ime_ms\nfc,1,1,1\nfc,2,2,2\n"); /* a second member */
	np_error err = {0};
	np_dataset *dataset;
	assert_ok(np_dataset_load(&path, 1, NULL, &dataset, &err), &err);
	assert_int_equal(np_dataset_row_count(dataset), 2);
	np_dataset_free(dataset);
	assert_int_equal(truncate(path, 60), 0);
	assert_int_equal(np_dataset_load(&path, 1, NULL, &dataset, &err), NP_ERR_SYNTAX);
	assert_non_null(strstr(err.message, "end too early"));
	unlink(path);
}

/* A few hundred KB that unpack to a lot are given up, not swallowed. */
static void test_gzip_bomb(void **state)
{
	(void)state;
	const char *path = temporary("bomb.csv.gz");
	gzFile file = gzopen(path, "wb9");
	static char blanks[1 << 20];
	memset(blanks, '\n', sizeof blanks);
	for (int i = 0; i < 80; i++)
		assert_int_equal(gzwrite(file, blanks, sizeof blanks), sizeof blanks);
	gzclose(file);
	np_error err = {0};
	np_dataset *dataset;
	assert_int_equal(np_dataset_load(&path, 1, NULL, &dataset, &err), NP_ERR_LIMIT);
	unlink(path);
}

/* ---- published measurements: every row is usable ---- */

static const struct {
	const char *name;
	int rows, rejected;
} SHARED[] = {
        {"data/getzner_cpu/layers.csv", 2853, 0},
        {"data/getzner_cpu/network_layers.csv", 1312, 0},
        {"data/neurstruc_jetson/layers.csv", 800, 0},
        {"data/willowec_cpu/layers.csv", 5988, 0},
        {"data/tx2_conv/layers.csv", 8000, 0},
        {"data/neusight/conv_layers.csv.gz", 19727, 0},
        {"data/neusight/fc_layers.csv.gz", 25782, 0},
        {"data/deepbench/conv_layers.csv", 1650, 0},
        {"data/convnet_benchmarks/caffe_network_layers.csv", 172, 0},
        {"data/convnet_benchmarks/conv_layers.csv", 10, 0},
        {"data/orin_fuzzylabs/layers.csv", 106, 0},
        {"data/cuda_kernel_energy/layers_sample.csv", 20, 0},
};

static void test_published(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof SHARED / sizeof *SHARED; i++) {
		char buffer[512];
		const char *path = shared_path(SHARED[i].name, buffer, sizeof buffer);
		np_error err = {0};
		np_dataset *dataset;
		assert_ok(np_dataset_load(&path, 1, NULL, &dataset, &err), &err);
		for (int k = 0; k < np_dataset_issue_count(dataset) && k < 5; k++)
			print_message("%s\n", np_dataset_issue(dataset, k));
		const np_dataset_file *file = np_dataset_file_info(dataset, 0);
		if (file->rows != SHARED[i].rows || file->rejected != SHARED[i].rejected)
			fail_msg("%s: %d rows, %d left out", SHARED[i].name, file->rows, file->rejected);
		np_dataset_free(dataset);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_sha256),           cmocka_unit_test(test_csv),
	        cmocka_unit_test(test_csv_errors),       cmocka_unit_test(test_csv_written),
	        cmocka_unit_test(test_conv_row),         cmocka_unit_test(test_columns_in_any_order),
	        cmocka_unit_test(test_blanks_derived),   cmocka_unit_test(test_output_sizes),
	        cmocka_unit_test(test_refused_rows),     cmocka_unit_test(test_bad_files),
	        cmocka_unit_test(test_devices),          cmocka_unit_test(test_passes),
	        cmocka_unit_test(test_contended_passes), cmocka_unit_test(test_many_issues),
	        cmocka_unit_test(test_endless_issues),   cmocka_unit_test(test_gzip),
	        cmocka_unit_test(test_gzip_bomb),        cmocka_unit_test(test_published),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
