/* The doctor's report: what was found, whatever it says, in each format; and that the library's own findings fit it. */
#define _GNU_SOURCE
#include "machine_tree.h"

#include "measure/findings.h"
#include "text/utf8.h"

#include <jansson.h>

static np_findings *make_findings(void)
{
	np_error err = {0};
	np_findings *findings;
	assert_ok(np_findings_create(&findings, &err), &err);
	np_findings_add(findings, NP_FINDING_FACT, "system", "kernel", NULL, "Linux 6.1.0");
	np_findings_add(findings, NP_FINDING_GOOD, "gpu 0", "driver", NULL, "580.65 \x1b[2J");
	np_findings_add(findings, NP_FINDING_CAUTION, "system", "load", NULL,
	                "%.2f over the last minute, which is rather a lot", 3.91);
	np_findings_add(findings, NP_FINDING_MISSING, "cpu power", "RAPL", "sudo chmod a+r /sys/class/powercap/x/energy_uj",
	                "no permission to read /sys/class/powercap/intel-rapl:0/energy_uj_and_more");
	assert_ok(np_findings_status(findings, &err), &err);
	return findings;
}

static char *render(int devices, np_report_options options)
{
	np_error err = {0};
	char *text;
	np_findings *findings = make_findings();
	assert_ok(np_report_doctor(findings, devices, &options, &text, NULL, &err), &err);
	np_findings_free(findings);
	return text;
}

static void table_is_by_area(void **state)
{
	(void)state;
	char *text = render(1, (np_report_options){.width = 60, .ascii = true});
	assert_string_equal(text, "system\n"
	                          "  . kernel            Linux 6.1.0\n"
	                          "  ! load              3.91 over the last minute, which is\n"
	                          "                      rather a lot\n"
	                          "\n"
	                          "gpu 0\n"
	                          "  + driver            580.65 ?[2J\n"
	                          "\n"
	                          "cpu power\n"
	                          "  x RAPL              no permission to read\n"
	                          "                      /sys/class/powercap/intel-rapl:0/energ\n"
	                          "                      y_uj_and_more\n"
	                          "\n"
	                          "What would help:\n"
	                          "  # cpu power, RAPL\n"
	                          "  sudo chmod a+r /sys/class/powercap/x/energy_uj\n"
	                          "\n"
	                          "1 device can be measured.\n");
	free(text);
}

static void colours_are_asked_for(void **state)
{
	(void)state;
	char *text = render(0, (np_report_options){.color = true});
	assert_non_null(strstr(text, "\x1b[1msystem\x1b[0m\n"));
	assert_non_null(strstr(text, "  \x1b[31m\xe2\x9c\x97\x1b[0m RAPL "));
	assert_non_null(strstr(text, "\nNo device can be measured.\n"));
	free(text);
	text = render(0, (np_report_options){0});
	assert_null(strchr(text, '\x1b'));
	free(text);
}

static void json_is_whole(void **state)
{
	(void)state;
	char *text = render(2, (np_report_options){.format = NP_REPORT_JSON});
	json_t *root = json_loads(text, 0, NULL), *findings = json_object_get(root, "findings");
	assert_string_equal(json_string_value(json_object_get(root, "schema")), "neuralpower/doctor/1");
	assert_int_equal(json_integer_value(json_object_get(root, "devices")), 2);
	assert_int_equal(json_array_size(findings), 4);
	json_t *last = json_array_get(findings, 3);
	assert_string_equal(json_string_value(json_object_get(last, "level")), "missing");
	assert_string_equal(json_string_value(json_object_get(last, "area")), "cpu power");
	assert_string_equal(json_string_value(json_object_get(last, "item")), "RAPL");
	assert_non_null(strstr(json_string_value(json_object_get(last, "remedy")), "sudo chmod"));
	assert_null(json_object_get(json_array_get(findings, 0), "remedy"));
	json_decref(root);
	free(text);
}

static void csv_is_a_row_each(void **state)
{
	(void)state;
	char *text = render(2, (np_report_options){.format = NP_REPORT_CSV});
	assert_non_null(strstr(text, "level,area,item,text,remedy\nfact,system,kernel,Linux 6.1.0,\ngood,gpu 0,"));
	assert_non_null(strstr(text, "caution,system,load,\"3.91 over the last minute, which is rather a lot\",\n"));
	free(text);
}

/* Each recorded machine, and this one: lines of at most 80 columns, and no device that is not there. */
static void check_doctor(const char *machine)
{
	np_error err = {0};
	np_findings *findings;
	machine_tree tree;
	int devices = -1;
	char *text;
	tree_create(&tree);
	if (machine) {
		tree_lay_out(&tree, machine);
		assert_int_equal(setenv("NP_SYSFS_ROOT", tree.root, 1), 0);
	}
	assert_ok(np_doctor(&findings, &devices, &err), &err);
	assert_true(devices >= 0 && np_findings_count(findings) > 5);
	assert_null(np_findings_item(findings, -1));
	assert_null(np_findings_item(findings, np_findings_count(findings)));
	assert_ok(np_report_doctor(findings, devices, NULL, &text, NULL, &err), &err);
	char *rest = text, *line;
	while ((line = strsep(&rest, "\n")))
		assert_true(np_utf8_columns(line) <= 80);
	free(text);
	np_findings_free(findings);
	unsetenv("NP_SYSFS_ROOT");
	tree_remove(&tree);
}

static void machines_fit_the_terminal(void **state)
{
	(void)state;
	check_doctor("xeon-two-packages");
	check_doctor("epyc-kvm");
	check_doctor("neoverse");
	check_doctor(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(table_is_by_area),
	        cmocka_unit_test(colours_are_asked_for),
	        cmocka_unit_test(json_is_whole),
	        cmocka_unit_test(csv_is_a_row_each),
	        cmocka_unit_test(machines_fit_the_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
