/*
 * The RAPL meter on machines made of files, their clock and counters in the test's hand: not a count may be lost or
 * invented, and where there is no meter, the reason and the remedy must be the right ones.
 */
#define _GNU_SOURCE
#include "machine_tree.h"

#include "backends/rapl_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>

#define ZONE "/sys/class/powercap/intel-rapl:"
#define PMU "/sys/bus/event_source/devices/power/"

enum { MOST_FILES = 8 };

/* A counter that the test moves. */
typedef struct gauge {
	const char *path;
	uint64_t value;
	bool dead, binary;
} gauge;

typedef struct world {
	machine_tree tree;
	gauge gauges[MOST_FILES];
	int gauge_count;
	double now_s;
	int perf_errno; /* what opening an event answers, 0 = it works */
	int descriptors;
	np_meter *meter;
	char why_not[256];
} world;

static int count_descriptors(void)
{
	int count = 0;
	DIR *directory = opendir("/proc/self/fd");
	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* ---- the world's hands ---- */

/* Root becomes somebody without rights until the other call: what is forbidden is forbidden then. */
static void step_down(void)
{
	if (getuid() == 0)
		assert_int_equal(seteuid(65534), 0);
}

static void step_up(void)
{
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
}

static void show(world *w, gauge *g)
{
	char text[32], whole[512];
	snprintf(text, sizeof text, "%llu\n", (unsigned long long)g->value);
	if (!g->binary) {
		tree_put(&w->tree, g->path, text);
		return;
	}
	/* An event is read by read(2): each reading takes the next eight bytes. */
	FILE *file = fopen(tree_path(&w->tree, g->path, whole), "a");
	assert_non_null(file);
	assert_int_equal(fwrite(&g->value, 8, 1, file), 1);
	fclose(file);
}

static gauge *add_gauge(world *w, const char *path, uint64_t value, bool binary)
{
	assert_true(w->gauge_count < MOST_FILES);
	gauge *g = &w->gauges[w->gauge_count++];
	*g = (gauge){.path = path, .value = value, .binary = binary};
	if (binary)
		tree_put(&w->tree, path, "");
	show(w, g);
	return g;
}

static double world_now(void *context)
{
	return ((world *)context)->now_s;
}

/* A moment passes: every counter that lives counts on, whoever looks. */
static void world_pause(void *context)
{
	world *w = context;
	bool is_down = geteuid() != getuid();
	if (is_down)
		step_up();
	w->now_s += 0.001;
	for (int i = 0; i < w->gauge_count; i++) {
		w->gauges[i].value += w->gauges[i].dead ? 0 : 1000;
		show(w, &w->gauges[i]);
	}
	if (is_down)
		step_down();
}

/* Event 2 of PMU 23 on processor 0 is the file /perf/2-0. */
static int world_perf_open(void *context, uint32_t type, uint64_t config, int cpu)
{
	const world *w = context;
	char path[64], whole[512];
	assert_int_equal(type, 23);
	snprintf(path, sizeof path, "/perf/%d-%d", (int)config, cpu);
	errno = w->perf_errno;
	return w->perf_errno ? -1 : open(tree_path(&w->tree, path, whole), O_RDONLY | O_CLOEXEC);
}

static int set_up(void **state)
{
	static world w;
	w = (world){.now_s = 1000, .descriptors = count_descriptors()};
	tree_create(&w.tree);
	*state = &w;
	return 0;
}

static int tear_down(void **state)
{
	world *w = *state;
	step_up(); /* where a test failed on its way */
	if (w->meter)
		w->meter->ops->close(w->meter);
	assert_int_equal(count_descriptors(), w->descriptors);
	tree_remove(&w->tree);
	return 0;
}

static void open_for(world *w, const int *cpus, int count)
{
	np_error err = {0};
	const np_rapl_seam seam = {w, world_now, world_pause, world_perf_open};
	const np_rapl_request request = {w->tree.root, cpus, count, &seam};
	assert_ok(np_rapl_open_with(&request, &w->meter, w->why_not, sizeof w->why_not, &err), &err);
	assert_true(!w->meter == (w->why_not[0] != '\0'));
}

static void open_works(world *w, const int *cpus, int count, const char *source)
{
	open_for(w, cpus, count);
	assert_string_equal(w->why_not, "");
	assert_string_equal(w->meter->source, source);
	assert_true(w->meter->counts);
}

static void open_fails(world *w, const char *why_not)
{
	open_for(w, NULL, 0);
	assert_null(w->meter);
	assert_string_equal(w->why_not, why_not);
}

static np_reading look(world *w)
{
	np_error err = {0};
	np_reading reading;
	assert_ok(w->meter->ops->read(w->meter, &reading, &err), &err);
	assert_true(isnan(reading.power_w) && isnan(reading.power_slow_w));
	assert_true(reading.at_s == w->now_s);
	return reading;
}

static void look_fails(world *w, const char *message)
{
	np_error err = {0};
	np_reading reading;
	assert_int_equal(w->meter->ops->read(w->meter, &reading, &err), NP_ERR_UNAVAILABLE);
	assert_string_equal(err.message, message);
}

/* Time and counts pass. */
static void spend(world *w, double seconds, gauge *g, uint64_t counts)
{
	w->now_s += seconds;
	g->value += counts;
	show(w, g);
}

static void assert_joules(double value, double expected)
{
	assert_true(fabs(value - expected) <= 1e-12 * fabs(expected));
}

/* ---- machines ---- */

static void put_zone(world *w, int zone, const char *name, const char *range)
{
	char path[96];
	snprintf(path, sizeof path, ZONE "%d/name", zone);
	tree_put(&w->tree, path, name);
	snprintf(path, sizeof path, ZONE "%d/max_energy_range_uj", zone);
	if (range)
		tree_put(&w->tree, path, range);
}

static gauge *put_package_0(world *w, const char *range)
{
	put_zone(w, 0, "package-0\n", range);
	return add_gauge(w, ZONE "0/energy_uj", 5000000, false);
}

static gauge *put_package_1(world *w)
{
	put_zone(w, 1, "package-1\n", "262143328850\n");
	return add_gauge(w, ZONE "1/energy_uj", 7000000, false);
}

static gauge *put_dram(world *w, const char *name_path, const char *energy_path)
{
	tree_put(&w->tree, name_path, "dram\n");
	return add_gauge(w, energy_path, 100, false);
}

/* Processors 0 and 1 on package 0, 2 and 3 on package 1. */
static void put_topology(world *w)
{
	for (int cpu = 0; cpu < 4; cpu++) {
		char path[96];
		snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/physical_package_id", cpu);
		tree_put(&w->tree, path, cpu < 2 ? "0\n" : "1\n");
	}
}

static void put_pmu(world *w)
{
	tree_put(&w->tree, PMU "type", "23\n");
	tree_put(&w->tree, PMU "cpumask", "0,2\n");
	tree_put(&w->tree, PMU "events/energy-pkg", "event=0x02\n");
	tree_put(&w->tree, PMU "events/energy-pkg.scale", "2.3283064365386962890625e-10\n");
	tree_put(&w->tree, PMU "events/energy-pkg.unit", "Joules\n");
}

/* ---- energy ---- */

static void packages_add_up(void **state)
{
	world *w = *state;
	gauge *a = put_package_0(w, "262143328850\n"), *b = put_package_1(w);
	put_zone(w, 2, "psys\n", NULL); /* the whole board: not a package */
	add_gauge(w, ZONE "2/energy_uj", 1, false);
	open_works(w, NULL, 0, "rapl-powercap");
	assert_int_equal(np_rapl_packages(w->meter), 2);
	assert_true(look(w).energy_j == 0);
	spend(w, 0.5, a, 30000001);
	spend(w, 0.5, b, 40000002);
	assert_joules(look(w).energy_j, 70.000003);
	spend(w, 1, a, 1);
	spend(w, 0, b, 1);
	np_reading reading = look(w);
	assert_joules(reading.energy_j, 70.000005);
	assert_int_equal(reading.epoch, 0);
	assert_true(isnan(np_rapl_dram_j(w->meter)));
}

static void only_packages_at_work_count(void **state)
{
	world *w = *state;
	gauge *a = put_package_0(w, NULL), *b = put_package_1(w);
	const int cpus[] = {2, 3};
	put_topology(w);
	open_works(w, cpus, 2, "rapl-powercap");
	assert_int_equal(np_rapl_packages(w->meter), 1);
	spend(w, 1, a, 50000000);
	spend(w, 0, b, 20000000);
	assert_joules(look(w).energy_j, 20);
}

static void dies_are_told_apart(void **state)
{
	world *w = *state;
	const int cpus[] = {1};
	put_topology(w);
	tree_put(&w->tree, "/sys/devices/system/cpu/cpu1/topology/die_id", "1\n");
	put_zone(w, 0, "package-0-die-0\n", NULL);
	put_zone(w, 1, "package-0-die-1\n", NULL);
	gauge *a = add_gauge(w, ZONE "0/energy_uj", 0, false), *b = add_gauge(w, ZONE "1/energy_uj", 0, false);
	open_works(w, cpus, 1, "rapl-powercap");
	spend(w, 1, a, 1000000);
	spend(w, 0, b, 2000000);
	assert_joules(look(w).energy_j, 2);
}

static void uncounted_package_is_no_meter(void **state)
{
	world *w = *state;
	const int cpus[] = {0, 3};
	put_topology(w);
	put_package_0(w, NULL);
	open_for(w, cpus, 2);
	assert_string_equal(w->why_not, "CPU power not measurable here: no zone of /sys/class/powercap/ counts the package of "
	                                "processor 3; no perf 'power' PMU");
}

/* A counter of 1000 J at 437 W, looked at each second: it starts again about every third look, and loses nothing. */
static void wraps_are_undone(void **state)
{
	world *w = *state;
	const uint64_t range = 1000000000, step = 437000019;
	gauge *a = put_package_0(w, "1000000000\n");
	open_works(w, NULL, 0, "rapl-powercap");
	for (uint64_t i = 1; i <= 100; i++) {
		w->now_s += 1;
		a->value = (a->value + step) % range;
		show(w, a);
		np_reading reading = look(w);
		assert_joules(reading.energy_j, (double)(i * step) * 1e-6);
		assert_int_equal(reading.epoch, 0);
	}
}

static void wrap_to_the_last_count(void **state)
{
	world *w = *state;
	gauge *a = put_package_0(w, "262143328850\n");
	a->value = 262143327840; /* a moment later, when it is opened, ten below its end */
	show(w, a);
	open_works(w, NULL, 0, "rapl-powercap");
	w->now_s += 1;
	a->value = 5;
	show(w, a);
	assert_joules(look(w).energy_j, 15e-6);
}

/* Without its range a wrap cannot be undone: the window is worthless, and says so; the next one is fine. */
static void wrap_of_unknown_range_is_an_epoch(void **state)
{
	world *w = *state;
	gauge *a = put_package_0(w, NULL);
	open_works(w, NULL, 0, "rapl-powercap");
	spend(w, 1, a, 3000000);
	assert_joules(look(w).energy_j, 3);
	w->now_s += 1;
	a->value = 10;
	show(w, a);
	np_reading reading = look(w);
	assert_int_equal(reading.epoch, 1);
	assert_joules(reading.energy_j, 3);
	spend(w, 1, a, 2000000);
	reading = look(w);
	assert_int_equal(reading.epoch, 1);
	assert_joules(reading.energy_j, 5);
}

/* A counter that was seen beyond its range has not wrapped there. */
static void range_that_is_wrong_is_not_used(void **state)
{
	world *w = *state;
	gauge *a = put_package_0(w, "4000000\n");
	open_works(w, NULL, 0, "rapl-powercap");
	w->now_s += 1;
	a->value -= 1000000;
	show(w, a);
	np_reading reading = look(w);
	assert_int_equal(reading.epoch, 1);
	assert_true(reading.energy_j == 0);
}

static void impossible_steps_are_an_epoch(void **state)
{
	world *w = *state;
	gauge *a = put_package_0(w, "262143328850\n");
	open_works(w, NULL, 0, "rapl-powercap");
	spend(w, 1, a, UINT64_C(6000000000)); /* 6 kJ within a second */
	assert_int_equal(look(w).epoch, 1);
	w->now_s += 1;
	a->value = 100; /* set to nothing: as a wrap it would be 256 kJ within a second */
	show(w, a);
	np_reading reading = look(w);
	assert_int_equal(reading.epoch, 2);
	assert_true(reading.energy_j == 0);
	spend(w, 60, a, UINT64_C(6000000000)); /* 100 W for a minute */
	reading = look(w);
	assert_int_equal(reading.epoch, 2);
	assert_joules(reading.energy_j, 6000);
}

static void memory_is_told_apart(void **state)
{
	world *w = *state;
	gauge *a = put_package_0(w, NULL);
	tree_put(&w->tree, ZONE "0:0/name", "core\n");
	gauge *core = add_gauge(w, ZONE "0:0/energy_uj", 1, false);
	gauge *dram = put_dram(w, ZONE "0:1/name", ZONE "0:1/energy_uj");
	open_works(w, NULL, 0, "rapl-powercap");
	spend(w, 1, a, 30000000);
	spend(w, 0, core, 20000000);
	spend(w, 0, dram, 4000000);
	assert_joules(look(w).energy_j, 30);
	assert_joules(np_rapl_dram_j(w->meter), 4);
	w->now_s += 1;
	dram->value = 0; /* an impossible step of the memory leaves the packages alone */
	show(w, dram);
	spend(w, 0, a, 1000000);
	np_reading reading = look(w);
	assert_int_equal(reading.epoch, 0);
	assert_joules(reading.energy_j, 31);
	assert_true(isnan(np_rapl_dram_j(w->meter)));
}

static void memory_of_some_is_not_memory_of_all(void **state)
{
	world *w = *state;
	put_package_0(w, NULL);
	put_package_1(w);
	put_dram(w, ZONE "0:0/name", ZONE "0:0/energy_uj");
	open_works(w, NULL, 0, "rapl-powercap");
	look(w);
	assert_true(isnan(np_rapl_dram_j(w->meter)));
}

static void memory_that_does_not_count_is_left_out(void **state)
{
	world *w = *state;
	put_package_0(w, NULL);
	put_dram(w, ZONE "0:0/name", ZONE "0:0/energy_uj")->dead = true;
	open_works(w, NULL, 0, "rapl-powercap");
	look(w);
	assert_true(isnan(np_rapl_dram_j(w->meter)));
}

/* ---- counters that fail ---- */

static void nonsense_is_no_meter(void **state)
{
	static const char *const NONSENSE[] = {"", "\n", "-5\n", "12 34\n", "0x10\n", "99999999999999999999\n", "energy\n"};
	world *w = *state;
	put_zone(w, 0, "package-0\n", "junk\n");
	for (size_t i = 0; i < sizeof NONSENSE / sizeof *NONSENSE; i++) {
		tree_put(&w->tree, ZONE "0/energy_uj", NONSENSE[i]);
		open_fails(w,
		           "CPU power not measurable here: /sys/class/powercap/intel-rapl:0/energy_uj: no count can be read; "
		           "no perf 'power' PMU");
	}
	tree_drop(&w->tree, ZONE "0/energy_uj");
	tree_put(&w->tree, ZONE "0/energy_uj/below", "");
	open_fails(w, "CPU power not measurable here: /sys/class/powercap/intel-rapl:0/energy_uj: Is a directory; no perf "
	              "'power' PMU");
}

static void counter_that_turns_to_nonsense_ends(void **state)
{
	world *w = *state;
	gauge *a = put_package_0(w, NULL);
	open_works(w, NULL, 0, "rapl-powercap");
	tree_put(&w->tree, a->path, "gone\n");
	look_fails(w, "/sys/class/powercap/intel-rapl:0/energy_uj: no count can be read");
}

static void counter_that_stands_still_is_no_meter(void **state)
{
	world *w = *state;
	put_package_0(w, NULL);
	put_package_1(w)->dead = true;
	open_fails(w,
	           "CPU power not measurable here: /sys/class/powercap/intel-rapl:1/energy_uj stands still: it is shown, but "
	           "does not count; no perf 'power' PMU");
	assert_true(w->now_s - 1000 < 0.4);
}

static void counter_that_stops_ends(void **state)
{
	world *w = *state;
	gauge *a = put_package_0(w, NULL);
	open_works(w, NULL, 0, "rapl-powercap");
	spend(w, 1.9, a, 0);
	look(w);
	spend(w, 1, a, 0);
	look_fails(w, "/sys/class/powercap/intel-rapl:0/energy_uj has stood still for 2.9 s");
	spend(w, 1, a, 1);
	assert_joules(look(w).energy_j, 1e-6);
}

/* ---- permission and absence ---- */

static void forbid(world *w, const char *path)
{
	char whole[512];
	assert_int_equal(chmod(tree_path(&w->tree, path, whole), 0), 0);
}

static void permission_is_named_with_its_remedy(void **state)
{
	world *w = *state;
	put_package_0(w, NULL)->dead = true;
	forbid(w, ZONE "0/energy_uj");
	step_down();
	open_for(w, NULL, 0);
	step_up();
	assert_null(w->meter);
	assert_string_equal(w->why_not, "CPU power not measurable here: no permission to read "
	                                "/sys/class/powercap/intel-rapl:0/energy_uj; mend it with: "
	                                "sudo chmod a+r /sys/class/powercap/intel-rapl:0/energy_uj");
}

static void permission_for_several_is_one_command(void **state)
{
	world *w = *state;
	put_package_0(w, NULL);
	put_package_1(w);
	forbid(w, ZONE "0/energy_uj");
	forbid(w, ZONE "1/energy_uj");
	step_down();
	open_for(w, NULL, 0);
	step_up();
	assert_string_equal(w->why_not, "CPU power not measurable here: no permission to read "
	                                "/sys/class/powercap/intel-rapl:*/energy_uj; mend it with: "
	                                "sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj");
}

static void absence_is_explained(void **state)
{
	world *w = *state;
	open_fails(w, "CPU power not measurable here: no /sys/class/powercap/intel-rapl:* and no perf 'power' PMU");
	tree_lay_out(&w->tree, "epyc-kvm");
	open_fails(
	        w,
	        "CPU power not measurable here: no /sys/class/powercap/intel-rapl:* and no perf 'power' PMU (virtual machine "
	        "guest)");
}

static void explanation_fits_where_it_goes(void **state)
{
	world *w = *state;
	np_error err = {0};
	char small[8];
	assert_ok(np_rapl_open(w->tree.root, NULL, 0, &w->meter, small, sizeof small, &err), &err);
	assert_string_equal(small, "CPU pow");
	assert_ok(np_rapl_open(w->tree.root, NULL, 0, &w->meter, NULL, 0, &err), &err);
	assert_null(w->meter);
}

static void environment_names_the_root(void **state)
{
	world *w = *state;
	np_error err = {0};
	assert_int_equal(setenv("NP_SYSFS_ROOT", w->tree.root, 1), 0);
	put_zone(w, 0, "package-0\n", NULL);
	tree_put(&w->tree, ZONE "0/energy_uj", "junk\n");
	assert_ok(np_rapl_open(NULL, NULL, 0, &w->meter, w->why_not, sizeof w->why_not, &err), &err);
	assert_non_null(strstr(w->why_not, "no count can be read"));
	unsetenv("NP_SYSFS_ROOT");
}

/* ---- perf ---- */

static void events_add_up(void **state)
{
	world *w = *state;
	put_topology(w);
	put_pmu(w);
	tree_put(&w->tree, PMU "events/energy-ram", "event=0x03\n");
	tree_put(&w->tree, PMU "events/energy-ram.scale", "1.52587890625e-05\n");
	gauge *a = add_gauge(w, "/perf/2-0", 0, true), *b = add_gauge(w, "/perf/2-2", 0, true);
	gauge *c = add_gauge(w, "/perf/3-0", 0, true), *d = add_gauge(w, "/perf/3-2", 0, true);
	open_works(w, NULL, 0, "rapl-perf");
	assert_int_equal(np_rapl_packages(w->meter), 2);
	spend(w, 1, a, UINT64_C(100) << 32); /* the scale is 2^-32 J: 100 J, 50 J, and 2^-16 J for the memory */
	spend(w, 0, b, UINT64_C(50) << 32);
	spend(w, 0, c, 3 << 16);
	spend(w, 0, d, 1 << 16);
	assert_true(look(w).energy_j == 150);
	assert_true(np_rapl_dram_j(w->meter) == 4);
}

static void events_of_packages_at_work_only(void **state)
{
	world *w = *state;
	const int cpus[] = {3};
	put_topology(w);
	put_pmu(w);
	add_gauge(w, "/perf/2-2", 0, true); /* the other is not there: opening it would fail */
	open_works(w, cpus, 1, "rapl-perf");
	assert_int_equal(np_rapl_packages(w->meter), 1);
}

static void files_come_before_events(void **state)
{
	world *w = *state;
	put_package_0(w, NULL);
	put_pmu(w);
	w->perf_errno = ENOENT;
	open_works(w, NULL, 0, "rapl-powercap");
}

static void events_help_where_files_are_forbidden(void **state)
{
	world *w = *state;
	put_topology(w);
	put_zone(w, 0, "package-0\n", NULL);
	tree_put(&w->tree, ZONE "0/energy_uj", "1\n");
	forbid(w, ZONE "0/energy_uj");
	put_pmu(w);
	add_gauge(w, "/perf/2-0", 0, true);
	add_gauge(w, "/perf/2-2", 0, true);
	step_down();
	open_for(w, NULL, 0);
	step_up();
	assert_non_null(w->meter);
	assert_string_equal(w->meter->source, "rapl-perf");
}

static void events_without_permission(void **state)
{
	world *w = *state;
	put_pmu(w);
	w->perf_errno = EACCES;
	tree_put(&w->tree, "/proc/sys/kernel/perf_event_paranoid", "2\n");
	open_fails(w, "CPU power not measurable here: no permission for perf's power events: perf_event_paranoid is 2; mend it "
	              "with: sudo sysctl kernel.perf_event_paranoid=0");
	w->perf_errno = EPERM;
	tree_put(&w->tree, "/proc/sys/kernel/perf_event_paranoid", "-1\n");
	open_fails(w, "CPU power not measurable here: no permission for perf's power events: a container must be given "
	              "CAP_PERFMON");
}

static void check_pmu(world *w, const char *path, const char *text, const char *expected)
{
	put_pmu(w);
	tree_put(&w->tree, path, text);
	open_for(w, NULL, 0);
	assert_null(w->meter);
	if (!strstr(w->why_not, expected))
		fail_msg("%s: %s", path, w->why_not);
}

static void nonsense_of_events_is_no_meter(void **state)
{
	world *w = *state;
	w->perf_errno = ENODEV;
	check_pmu(w, PMU "cpumask", "\n", "cpumask names no processor");
	check_pmu(w, PMU "cpumask", "all\n", "cpumask names no processor");
	check_pmu(w, PMU "type", "-1\n", "has no event energy-pkg in joules");
	check_pmu(w, PMU "events/energy-pkg", "umask=0x02\n", "has no event energy-pkg in joules");
	check_pmu(w, PMU "events/energy-pkg.scale", "0\n", "has no event energy-pkg in joules");
	check_pmu(w, PMU "events/energy-pkg.scale", "nan\n", "has no event energy-pkg in joules");
	check_pmu(w, PMU "events/energy-pkg.unit", "Watts\n", "has no event energy-pkg in joules");
	check_pmu(w, PMU "type", "23\n", "perf's power events cannot be opened: No such device");
}

/*
 * The kernel itself: its software clock of a processor, in nanoseconds, taken for an energy counter that draws 1 W. Skipped
 * where this process may not count a whole processor.
 */
static void kernel_counts(void **state)
{
	world *w = *state;
	np_error err = {0};
	np_reading first, second;
	put_pmu(w);
	tree_put(&w->tree, PMU "type", "1\n");
	tree_put(&w->tree, PMU "cpumask", "0\n");
	tree_put(&w->tree, PMU "events/energy-pkg", "event=0x00\n");
	tree_put(&w->tree, PMU "events/energy-pkg.scale", "1e-9\n");
	assert_ok(np_rapl_open(w->tree.root, NULL, 0, &w->meter, w->why_not, sizeof w->why_not, &err), &err);
	if (!w->meter) {
		print_message("skipped: %s\n", w->why_not);
		skip();
	}
	assert_ok(w->meter->ops->read(w->meter, &first, &err), &err);
	usleep(50000);
	assert_ok(w->meter->ops->read(w->meter, &second, &err), &err);
	double watts = (second.energy_j - first.energy_j) / (second.at_s - first.at_s);
	assert_true(second.at_s - first.at_s >= 0.05);
	assert_true(watts > 0.9 && watts < 1.1);
}

#define ON_A_MACHINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        ON_A_MACHINE(packages_add_up),
	        ON_A_MACHINE(only_packages_at_work_count),
	        ON_A_MACHINE(dies_are_told_apart),
	        ON_A_MACHINE(uncounted_package_is_no_meter),
	        ON_A_MACHINE(wraps_are_undone),
	        ON_A_MACHINE(wrap_to_the_last_count),
	        ON_A_MACHINE(wrap_of_unknown_range_is_an_epoch),
	        ON_A_MACHINE(range_that_is_wrong_is_not_used),
	        ON_A_MACHINE(impossible_steps_are_an_epoch),
	        ON_A_MACHINE(memory_is_told_apart),
	        ON_A_MACHINE(memory_of_some_is_not_memory_of_all),
	        ON_A_MACHINE(memory_that_does_not_count_is_left_out),
	        ON_A_MACHINE(nonsense_is_no_meter),
	        ON_A_MACHINE(counter_that_turns_to_nonsense_ends),
	        ON_A_MACHINE(counter_that_stands_still_is_no_meter),
	        ON_A_MACHINE(counter_that_stops_ends),
	        ON_A_MACHINE(permission_is_named_with_its_remedy),
	        ON_A_MACHINE(permission_for_several_is_one_command),
	        ON_A_MACHINE(absence_is_explained),
	        ON_A_MACHINE(explanation_fits_where_it_goes),
	        ON_A_MACHINE(environment_names_the_root),
	        ON_A_MACHINE(events_add_up),
	        ON_A_MACHINE(events_of_packages_at_work_only),
	        ON_A_MACHINE(files_come_before_events),
	        ON_A_MACHINE(events_help_where_files_are_forbidden),
	        ON_A_MACHINE(events_without_permission),
	        ON_A_MACHINE(nonsense_of_events_is_no_meter),
	        ON_A_MACHINE(kernel_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
