/* Facts of the machine, from /proc and /sys alone, so that a recorded tree tells the same story as the machine did. */
#define _GNU_SOURCE
#include "backends/host.h"

#include "backends/sysfiles.h"
#include "text/number.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_CPUS = 4096, MOST_CACHES = 8, MOST_PACKAGES = 64 };

double np_host_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The value behind "key   : value" or "key:\tvalue" of the first line that has this key; "" when there is none. */
static void find_field(const char *text, const char *key, char *value, size_t size)
{
	size_t length = strlen(key);
	value[0] = '\0';
	for (const char *line = text; line; line = (line = strchr(line, '\n')) ? line + 1 : NULL) {
		if (strncmp(line, key, length) != 0)
			continue;
		const char *rest = line + length + strspn(line + length, " \t");
		if (*rest++ != ':')
			continue;
		rest += strspn(rest, " \t");
		snprintf(value, size, "%.*s", (int)strcspn(rest, "\n"), rest);
		return;
	}
}

/* Appends to a text of fixed size; what does not fit is left out as a whole. */
static void append(char *text, size_t size, const char *separator, const char *word)
{
	size_t length = strlen(text);
	if (length + strlen(separator) + strlen(word) < size)
		snprintf(text + length, size - length, "%s%s", length ? separator : "", word);
}

/* ---- the processor ---- */

/* Extensions that kernels of layers are written for; /proc/cpuinfo calls them so. */
static const char *const EXTENSIONS[] = {
        "sse4_2",   "avx",         "avx2",        "fma",         "f16c",     "avx_vnni", "avx512f",  "avx512bw",
        "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_int8", "amx_fp16", "neon",
        "asimd",    "asimdhp",     "asimddp",     "sve",         "sve2",     "i8mm",     "bf16",     "sme",
};

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = words; (at = strstr(at, word)); at += length)
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	return false;
}

static void read_isa(const char *cpuinfo, np_host *host)
{
	char flags[8192];
	find_field(cpuinfo, "flags", flags, sizeof flags);
	if (!flags[0])
		find_field(cpuinfo, "Features", flags, sizeof flags);
	for (size_t i = 0; i < sizeof EXTENSIONS / sizeof *EXTENSIONS; i++)
		if (has_word(flags, EXTENSIONS[i]))
			append(host->isa, sizeof host->isa, " ", EXTENSIONS[i]);
}

/* 64-bit ARM kernels tell numbers instead of a name. */
static const struct {
	const char *implementer, *part, *name;
} ARM_CORES[] = {
        {"0x41", "0xd03", "ARM Cortex-A53"},   {"0x41", "0xd07", "ARM Cortex-A57"},  {"0x41", "0xd08", "ARM Cortex-A72"},
        {"0x41", "0xd0b", "ARM Cortex-A76"},   {"0x41", "0xd0c", "ARM Neoverse-N1"}, {"0x41", "0xd40", "ARM Neoverse-V1"},
        {"0x41", "0xd42", "ARM Cortex-A78AE"}, {"0x41", "0xd49", "ARM Neoverse-N2"}, {"0x41", "0xd4f", "ARM Neoverse-V2"},
        {"0x4e", "0x003", "NVIDIA Denver 2"},  {"0x4e", "0x004", "NVIDIA Carmel"},   {"0xc0", "0xac3", "Ampere-1"},
        {"0x46", "0x001", "Fujitsu A64FX"},
};

static void read_model(const char *cpuinfo, np_host *host)
{
	char implementer[16], part[16];
	find_field(cpuinfo, "model name", host->cpu_model, sizeof host->cpu_model);
	if (host->cpu_model[0])
		return;
	find_field(cpuinfo, "CPU implementer", implementer, sizeof implementer);
	find_field(cpuinfo, "CPU part", part, sizeof part);
	if (!implementer[0])
		return;
	snprintf(host->cpu_model, sizeof host->cpu_model, "ARM implementer %s part %s", implementer, part);
	for (size_t i = 0; i < sizeof ARM_CORES / sizeof *ARM_CORES; i++)
		if (strcmp(ARM_CORES[i].implementer, implementer) == 0 && strcmp(ARM_CORES[i].part, part) == 0)
			snprintf(host->cpu_model, sizeof host->cpu_model, "%s", ARM_CORES[i].name);
}

/* "512K", "32M" */
static int64_t parse_size(const char *text)
{
	char *end;
	long long size = strtoll(text, &end, 10);
	int shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
	return size > 0 && size < INT64_MAX >> shift ? (int64_t)size << shift : 0;
}

static void read_caches(const char *root, int cpu, np_host *host)
{
	for (int i = 0; i < MOST_CACHES; i++) {
		uint64_t level;
		char size[32];
		if (!np_sys_read_number(root, &level, "/sys/devices/system/cpu/cpu%d/cache/index%d/level", cpu, i) ||
		    np_sys_read(root, size, sizeof size, "/sys/devices/system/cpu/cpu%d/cache/index%d/size", cpu, i) != 0)
			continue;
		if (level == 2)
			host->l2_bytes = parse_size(size);
		if (level == 3)
			host->l3_bytes = parse_size(size);
	}
}

/* ---- clocks ---- */

static int read_boost(const char *root)
{
	uint64_t value;
	if (np_sys_read_number(root, &value, "/sys/devices/system/cpu/intel_pstate/no_turbo"))
		return value == 0;
	if (np_sys_read_number(root, &value, "/sys/devices/system/cpu/cpufreq/boost"))
		return value != 0;
	return -1;
}

static double read_mhz(const char *root, int cpu, const char *file)
{
	uint64_t khz;
	return np_sys_read_number(root, &khz, "/sys/devices/system/cpu/cpu%d/cpufreq/%s", cpu, file) ? (double)khz / 1e3 : NAN;
}

static void read_clocks(const char *root, const char *cpuinfo, int cpu, np_host *host)
{
	char text[32];
	np_sys_read(root, host->governor, sizeof host->governor, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", cpu);
	host->boost = read_boost(root);
	host->max_mhz = read_mhz(root, cpu, "cpuinfo_max_freq");
	host->mhz = read_mhz(root, cpu, "scaling_cur_freq");
	find_field(cpuinfo, "cpu MHz", text, sizeof text);
	if (isnan(host->mhz) && !np_number_read(text, &host->mhz))
		host->mhz = NAN;
}

/* ---- logical processors ---- */

int np_host_allowed_cpus(const char *root, int *cpus, int most)
{
	char *status = np_sys_read_all(root, "/proc/thread-self/status"), list[8192] = "";
	if (!status)
		status = np_sys_read_all(root, "/proc/self/status");
	if (status)
		find_field(status, "Cpus_allowed_list", list, sizeof list);
	free(status);
	int count = np_sys_list(list, cpus, most);
	cpu_set_t set;
	if (count || *root || sched_getaffinity(0, sizeof set, &set) != 0)
		return count;
	for (int i = 0; i < CPU_SETSIZE && count < most; i++)
		if (CPU_ISSET(i, &set))
			cpus[count++] = i;
	return count;
}

static int read_id(const char *root, int cpu, const char *file)
{
	uint64_t id;
	bool known = np_sys_read_number(root, &id, "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, file);
	return known && id < INT32_MAX ? (int)id : -1;
}

np_place np_host_place(const char *root, int cpu)
{
	return (np_place){read_id(root, cpu, "physical_package_id"), read_id(root, cpu, "die_id")};
}

static void read_cpus(const char *root, np_host *host, int *first)
{
	int cpus[MOST_CPUS];
	char list[8192];
	uint64_t seen = 0;
	host->allowed = np_host_allowed_cpus(root, cpus, MOST_CPUS);
	*first = host->allowed ? cpus[0] : 0;
	for (int i = 0; i < host->allowed; i++) {
		int package = read_id(root, cpus[i], "physical_package_id");
		if (package >= 0 && package < MOST_PACKAGES)
			seen |= UINT64_C(1) << package;
	}
	host->packages = __builtin_popcountll(seen);
	np_sys_read(root, list, sizeof list, "/sys/devices/system/cpu/online");
	host->cpus = np_sys_list(list, cpus, MOST_CPUS);
}

/* ---- all of it ---- */

static void read_kernel(const char *root, np_host *host)
{
	char name[32], release[64];
	np_sys_read(root, name, sizeof name, "/proc/sys/kernel/ostype");
	np_sys_read(root, release, sizeof release, "/proc/sys/kernel/osrelease");
	append(host->kernel, sizeof host->kernel, "", name);
	append(host->kernel, sizeof host->kernel, " ", release);
}

static double read_load(const char *root)
{
	char text[128];
	double load;
	if (np_sys_read(root, text, sizeof text, "/proc/loadavg") != 0)
		return NAN;
	text[strcspn(text, " ")] = '\0';
	return np_number_read(text, &load) ? load : NAN;
}

void np_host_read(const char *root, np_host *host)
{
	*host = (np_host){.mhz = NAN, .max_mhz = NAN, .boost = -1, .load = read_load(root)};
	int first;
	char *cpuinfo = np_sys_read_all(root, "/proc/cpuinfo");
	const char *text = cpuinfo ? cpuinfo : "";
	read_cpus(root, host, &first);
	read_model(text, host);
	read_isa(text, host);
	read_clocks(root, text, first, host);
	read_caches(root, first, host);
	read_kernel(root, host);
	np_host_virtualisation(root, host->virt, sizeof host->virt);
	free(cpuinfo);
}

static void put_text(np_text *out, const char *key, const char *value)
{
	if (value[0])
		np_text_printf(out, "%s=%s\n", key, value);
}

static void put_number(np_text *out, const char *key, double value)
{
	char number[NP_NUMBER_SIZE];
	if (value > 0)
		np_text_printf(out, "%s=%s\n", key, np_number_write(value, number));
}

void np_host_provenance(const np_host *host, np_text *out)
{
	put_text(out, "cpu_model", host->cpu_model);
	put_text(out, "isa", host->isa);
	put_text(out, "os_kernel", host->kernel);
	put_text(out, "virt", host->virt);
	put_text(out, "governor", host->governor);
	put_text(out, "boost", host->boost < 0 ? "" : host->boost ? "on" : "off");
	put_number(out, "cpu_mhz", host->mhz);
	put_number(out, "cpu_max_mhz", host->max_mhz);
	put_number(out, "cpus", host->cpus);
	put_number(out, "cpus_allowed", host->allowed);
	put_number(out, "packages", host->packages);
	put_number(out, "l2_bytes", (double)host->l2_bytes);
	put_number(out, "l3_bytes", (double)host->l3_bytes);
	if (host->load >= 0)
		np_text_printf(out, "load=%.2f\n", host->load);
}
