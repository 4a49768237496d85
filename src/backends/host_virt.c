/*
 * What the machine is virtualised by. A processor under a hypervisor says so by a flag; who it is, traces tell, the surest
 * first. No instruction is executed for it, so that a recorded tree gives the same answer.
 */
#define _GNU_SOURCE
#include "backends/host.h"
#include "backends/sysfiles.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct sign {
	const char *path, *trace, *virt;
} sign;

/* Seen only under what they name. Sandboxed by gVisor, a process sees a kernel that was never built by anyone. */
static const sign CERTAIN[] = {
        {"/proc/version", "#1 SMP Sun Jan 10 15:06:54 PST 2016", "gvisor"},
        {"/sys/hypervisor/type", "xen", "xen"},
        {"/proc/device-tree/hypervisor/compatible", "kvm", "kvm"},
        {"/proc/device-tree/hypervisor/compatible", "xen", "xen"},
};

/* Makers sell machines without a hypervisor under the same names: these count only where there is one. */
static const sign UNDER_HYPERVISOR[] = {
        {"/sys/firmware/acpi/tables/FACP", "FIRECK", "firecracker"},
        {"/sys/class/dmi/id/sys_vendor", "VMware", "vmware"},
        {"/sys/class/dmi/id/sys_vendor", "innotek", "virtualbox"},
        {"/sys/class/dmi/id/sys_vendor", "Microsoft", "hyperv"},
        {"/sys/class/dmi/id/sys_vendor", "Xen", "xen"},
        {"/sys/class/dmi/id/sys_vendor", "Parallels", "parallels"},
        {"/sys/class/dmi/id/sys_vendor", "QEMU", "kvm"},
        {"/sys/class/dmi/id/sys_vendor", "Amazon EC2", "kvm"},
        {"/sys/class/dmi/id/sys_vendor", "Google", "kvm"},
        {"/sys/devices/system/clocksource/clocksource0/available_clocksource", "kvm", "kvm"},
        {"/sys/devices/system/clocksource/clocksource0/available_clocksource", "hyperv", "hyperv"},
        {"/sys/devices/system/clocksource/clocksource0/available_clocksource", "xen", "xen"},
};

/* ARM has no flag: there these names of virtual machines, never given to others, are the flag. */
static const sign VIRTUAL_PRODUCTS[] = {
        {"/sys/class/dmi/id/product_name", "KVM Virtual Machine", "kvm"},
        {"/sys/class/dmi/id/product_name", "Google Compute Engine", "kvm"},
        {"/sys/class/dmi/id/sys_vendor", "QEMU", "kvm"},
        {"/sys/class/dmi/id/sys_vendor", "VMware", "vmware"},
};
#define COUNT(signs) (int)(sizeof signs / sizeof *signs)

/* Looks at the beginning of the file, zeroes within it or not. */
static bool shows(const char *root, const sign *s)
{
	char head[1024];
	int fd = np_sys_open(root, s->path);
	if (fd < 0)
		return false;
	ssize_t got = read(fd, head, sizeof head);
	close(fd);
	return got > 0 && memmem(head, (size_t)got, s->trace, strlen(s->trace));
}

static const char *find_sign(const char *root, const sign *signs, int count)
{
	for (int i = 0; i < count; i++)
		if (shows(root, &signs[i]))
			return signs[i].virt;
	return NULL;
}

static bool has_hypervisor_flag(const char *cpuinfo)
{
	const char *flags = strstr(cpuinfo, "\nflags");
	if (!flags)
		return false;
	const char *found = memmem(flags, strcspn(flags + 1, "\n") + 1, " hypervisor", 11);
	return found && strchr(" \n", found[11]);
}

static const char *find_virtualisation(const char *root, const char *cpuinfo)
{
	const char *virt = find_sign(root, CERTAIN, COUNT(CERTAIN));
	if (virt)
		return virt;
	if (has_hypervisor_flag(cpuinfo)) {
		virt = find_sign(root, UNDER_HYPERVISOR, COUNT(UNDER_HYPERVISOR));
		return virt ? virt : "vm";
	}
	if (strstr(cpuinfo, "\nflags"))
		return "none";
	virt = find_sign(root, VIRTUAL_PRODUCTS, COUNT(VIRTUAL_PRODUCTS));
	return virt ? virt : "";
}

void np_host_virtualisation(const char *root, char *virt, size_t size)
{
	char *cpuinfo = np_sys_read_all(root, "/proc/cpuinfo");
	const char *found = cpuinfo ? find_virtualisation(root, cpuinfo) : "";
	size_t length = strlen(found) < size ? strlen(found) : size - 1;
	memcpy(virt, found, length);
	virt[length] = '\0';
	free(cpuinfo);
}

bool np_host_is_virtual(const char *root)
{
	char virt[16];
	np_host_virtualisation(root, virt, sizeof virt);
	return virt[0] && strcmp(virt, "none") != 0;
}
