/* What machines say of themselves: recorded ones, and ones that say nothing or nonsense. */
#define _GNU_SOURCE
#include "machine_tree.h"

#include "backends/host.h"
#include "backends/sysfiles.h"

#include <math.h>
#include <sched.h>

static int set_up(void **state)
{
	static machine_tree tree;
	tree_create(&tree);
	*state = &tree;
	return 0;
}

static int tear_down(void **state)
{
	tree_remove(*state);
	return 0;
}

static void bare_metal_tells_everything(void **state)
{
	const machine_tree *tree = *state;
	np_host host;
	tree_lay_out(tree, "xeon-two-packages");
	np_host_read(tree->root, &host);
	assert_string_equal(host.cpu_model, "Intel(R) Xeon(R) Gold 5120 CPU @ 2.20GHz");
	assert_string_equal(host.isa, "sse4_2 avx avx2 fma f16c avx512f avx512bw avx512vl avx512_vnni");
	assert_string_equal(host.kernel, "Linux 6.1.0-18-amd64");
	assert_string_equal(host.virt, "none");
	assert_string_equal(host.governor, "powersave");
	assert_true(host.mhz == 1000.121);
	assert_true(host.max_mhz == 3200);
	assert_int_equal(host.boost, 1);
	assert_int_equal(host.cpus, 4);
	assert_int_equal(host.allowed, 4);
	assert_int_equal(host.packages, 2);
	assert_int_equal(host.l2_bytes, 1024 << 10);
	assert_int_equal(host.l3_bytes, 19712 << 10);
	assert_true(host.load == 0.08);
	assert_false(np_host_is_virtual(tree->root));
	np_place place = np_host_place(tree->root, 3);
	assert_int_equal(place.package, 1);
	assert_int_equal(place.die, 0);
	assert_int_equal(np_host_place(tree->root, 99).package, -1);
}

static void guest_says_what_it_is(void **state)
{
	const machine_tree *tree = *state;
	np_host host;
	int cpus[8];
	tree_lay_out(tree, "epyc-kvm");
	np_host_read(tree->root, &host);
	assert_string_equal(host.cpu_model, "AMD EPYC 7B13");
	assert_string_equal(host.isa, "sse4_2 avx avx2 fma f16c");
	assert_string_equal(host.virt, "kvm");
	assert_string_equal(host.governor, "");
	assert_int_equal(host.boost, -1);
	assert_true(host.mhz == 2449.998);
	assert_true(isnan(host.max_mhz));
	assert_int_equal(host.cpus, 2);
	assert_int_equal(host.allowed, 1);
	assert_int_equal(np_host_allowed_cpus(tree->root, cpus, 8), 1);
	assert_int_equal(cpus[0], 1);
	assert_true(np_host_is_virtual(tree->root));
}

static void arm_has_numbers_for_names(void **state)
{
	const machine_tree *tree = *state;
	np_host host;
	tree_lay_out(tree, "neoverse");
	np_host_read(tree->root, &host);
	assert_string_equal(host.cpu_model, "ARM Neoverse-N1");
	assert_string_equal(host.isa, "asimd asimdhp asimddp");
	assert_string_equal(host.virt, "");
	assert_string_equal(host.governor, "performance");
	assert_int_equal(host.boost, 0);
	assert_int_equal(host.l2_bytes, 1 << 20);
	assert_int_equal(host.l3_bytes, 0);
	tree_put(tree, "/proc/cpuinfo", "processor\t: 0\nCPU implementer\t: 0x99\nCPU part\t: 0x123\n");
	tree_put(tree, "/sys/class/dmi/id/sys_vendor", "QEMU\n");
	np_host_read(tree->root, &host);
	assert_string_equal(host.cpu_model, "ARM implementer 0x99 part 0x123");
	assert_string_equal(host.virt, "kvm");
}

static void check_virt(const machine_tree *tree, const char *expected)
{
	char virt[16];
	np_host_virtualisation(tree->root, virt, sizeof virt);
	assert_string_equal(virt, expected);
}

/* Each trace is stronger than the one before, and overrules it. */
static void hypervisors_leave_traces(void **state)
{
	const machine_tree *tree = *state;
	check_virt(tree, "");
	tree_put(tree, "/sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
	tree_put(tree, "/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu hypervisors avx\nbugs\t: hypervisor\n");
	check_virt(tree, "none"); /* Amazon lends whole machines too */
	tree_put(tree, "/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu avx hypervisor\nbugs\t:\n");
	check_virt(tree, "kvm");
	tree_put(tree, "/sys/class/dmi/id/sys_vendor", "Somebody\n");
	check_virt(tree, "vm");
	tree_put(tree, "/sys/devices/system/clocksource/clocksource0/available_clocksource",
	         "tsc hyperv_clocksource_tsc_page\n");
	check_virt(tree, "hyperv");
	tree_put(tree, "/sys/class/dmi/id/sys_vendor", "VMware, Inc.\n");
	check_virt(tree, "vmware");
	tree_put_bytes(tree, "/sys/firmware/acpi/tables/FACP", "FACP\x14\x01\0\0\x06gFIRECKFCVMFADT", 24);
	check_virt(tree, "firecracker");
	tree_put(tree, "/sys/hypervisor/type", "xen\n");
	check_virt(tree, "xen");
	tree_put(tree, "/proc/version", "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016\n");
	check_virt(tree, "gvisor");
}

static void empty_machine_says_nothing(void **state)
{
	const machine_tree *tree = *state;
	np_host host;
	np_text text = {0};
	np_host_read(tree->root, &host);
	assert_string_equal(host.cpu_model, "");
	assert_true(isnan(host.load) && isnan(host.mhz) && isnan(host.max_mhz));
	assert_int_equal(host.allowed, 0);
	np_host_provenance(&host, &text);
	assert_null(text.data);
	np_text_free(&text);
}

static void nonsense_is_not_believed(void **state)
{
	const machine_tree *tree = *state;
	np_host host;
	char junk[3000];
	memset(junk, 'x', sizeof junk);
	tree_put_bytes(tree, "/proc/cpuinfo", junk, sizeof junk);
	tree_put_bytes(tree, "/proc/loadavg", junk, sizeof junk);
	tree_put(tree, "/proc/self/status", "Cpus_allowed_list:\t0-99999999999999999999\n");
	tree_put(tree, "/sys/devices/system/cpu/online", "3-1,,2");
	tree_put(tree, "/sys/devices/system/cpu/cpu0/cache/index2/level", "2");
	tree_put(tree, "/sys/devices/system/cpu/cpu0/cache/index2/size", "-9K");
	tree_put(tree, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "fast");
	np_host_read(tree->root, &host);
	assert_string_equal(host.cpu_model, "");
	assert_true(isnan(host.load) && isnan(host.mhz));
	assert_int_equal(host.allowed, 0);
	assert_int_equal(host.cpus, 0);
	assert_int_equal(host.l2_bytes, 0);
}

static void provenance_is_lines(void **state)
{
	const machine_tree *tree = *state;
	np_host host;
	np_text text = {0};
	tree_lay_out(tree, "xeon-two-packages");
	np_host_read(tree->root, &host);
	np_host_provenance(&host, &text);
	assert_string_equal(text.data, "cpu_model=Intel(R) Xeon(R) Gold 5120 CPU @ 2.20GHz\n"
	                               "isa=sse4_2 avx avx2 fma f16c avx512f avx512bw avx512vl avx512_vnni\n"
	                               "os_kernel=Linux 6.1.0-18-amd64\n"
	                               "virt=none\n"
	                               "governor=powersave\n"
	                               "boost=on\n"
	                               "cpu_mhz=1000.121\n"
	                               "cpu_max_mhz=3200\n"
	                               "cpus=4\n"
	                               "cpus_allowed=4\n"
	                               "packages=2\n"
	                               "l2_bytes=1048576\n"
	                               "l3_bytes=20185088\n"
	                               "load=0.08\n");
	np_text_free(&text);
}

static void check_list(const char *text, int count, int last)
{
	int numbers[8];
	assert_int_equal(np_sys_list(text, numbers, 8), count);
	if (count)
		assert_int_equal(numbers[count - 1], last);
}

static void lists_are_read(void **state)
{
	(void)state;
	check_list("0", 1, 0);
	check_list("0-3,8", 5, 8);
	check_list("0-99", 8, 7);
	check_list("", 0, 0);
	check_list("3,", 0, 0);
	check_list("1-", 0, 0);
	check_list("-1", 0, 0);
	check_list("1;2", 0, 0);
}

static void numbers_are_whole(void **state)
{
	(void)state;
	uint64_t value;
	assert_true(np_sys_number("18446744073709551615", &value) && value == UINT64_MAX);
	assert_false(np_sys_number("18446744073709551616", &value));
	assert_false(np_sys_number("-1", &value));
	assert_false(np_sys_number(" 1", &value));
	assert_false(np_sys_number("1 2", &value));
	assert_false(np_sys_number("", &value));
}

/* Whatever this machine is: the processors are those the kernel says, and the clock goes on. */
static void this_machine_is_read(void **state)
{
	(void)state;
	np_host host;
	int cpus[1024];
	cpu_set_t set;
	assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
	int count = np_host_allowed_cpus("", cpus, 1024);
	assert_int_equal(count, CPU_COUNT(&set));
	for (int i = 0; i < count; i++)
		assert_true(CPU_ISSET(cpus[i], &set));
	np_host_read("", &host);
	assert_true(host.kernel[0]);
	double before = np_host_now();
	assert_true(np_host_now() >= before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(bare_metal_tells_everything, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(guest_says_what_it_is, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(arm_has_numbers_for_names, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(hypervisors_leave_traces, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(empty_machine_says_nothing, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(nonsense_is_not_believed, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(provenance_is_lines, set_up, tear_down),
	        cmocka_unit_test(lists_are_read),
	        cmocka_unit_test(numbers_are_whole),
	        cmocka_unit_test(this_machine_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
