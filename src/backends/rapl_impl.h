/* What the two ways to RAPL share with the meter over them. */
#ifndef NP_BACKENDS_RAPL_IMPL_H
#define NP_BACKENDS_RAPL_IMPL_H

#include "backends/host.h"
#include "backends/rapl.h"

/* One counter, kept open. Sums are kept in its own whole counts, so that nothing is lost to rounding. */
typedef struct np_rapl_counter {
	int fd;
	bool binary;    /* eight bytes, of perf; else digits, of powercap */
	bool dram;      /* of memory: told apart, and done without where it does not work */
	double scale;   /* joules per count */
	uint64_t range; /* the greatest count before it starts again; 0 = not known */
	uint64_t last, gone;
	double moved_at; /* when it was last seen to have moved */
	bool lost;       /* did what no counter may: for dram, its sum is worthless from then on */
	char name[112];  /* for messages: the file or event */
} np_rapl_counter;

enum { NP_RAPL_MOST = 64 };

typedef struct np_rapl_set {
	np_rapl_counter items[NP_RAPL_MOST];
	int count;
} np_rapl_set;

/* Room for one more; NULL when the set is full. */
np_rapl_counter *np_rapl_add(np_rapl_set *set, int fd, bool dram, double scale);
void np_rapl_close(np_rapl_set *set);
/* What the counter shows now. 0, or the errno of why not: EBADMSG for what is no number. */
int np_rapl_count(const np_rapl_counter *counter, uint64_t *value);
const char *np_rapl_fault(int fault);
/* Takes the next count; false when no processor could have got there in this time. */
bool np_rapl_advance(np_rapl_counter *counter, uint64_t value, double elapsed_s, double at_s);

/* What came of trying one way. */
typedef enum np_rapl_state { NP_RAPL_WORKS, NP_RAPL_ABSENT, NP_RAPL_DENIED, NP_RAPL_BROKEN } np_rapl_state;
typedef struct np_rapl_verdict {
	np_rapl_state state;
	char text[224];
	char remedy[128]; /* the command that mends it, or "" */
} np_rapl_verdict;
void np_rapl_judge(np_rapl_verdict *verdict, np_rapl_state state, const char *remedy, const char *format, ...) NP_PRINTF(4, 5);
/* What lies between the meter and the machine; tests put their own there. */
typedef struct np_rapl_seam {
	void *context;
	double (*now)(void *context);
	void (*pause)(void *context); /* a moment, less than it takes a counter to move twice */
	/* A counter of the kernel's performance events on one processor; -1 and errno. */
	int (*perf_open)(void *context, uint32_t type, uint64_t config, int cpu);
} np_rapl_seam;
extern const np_rapl_seam np_rapl_machine;

typedef struct np_rapl_request {
	const char *root;
	const int *cpus; /* whose packages; count 0 = all */
	int cpu_count;
	const np_rapl_seam *seam; /* NULL = the machine */
} np_rapl_request;

/* Whether a counter of this package, or of this die of it, counts the processor that sits at `cpu`, as far as is known. */
bool np_rapl_covers(np_place counter, np_place cpu);
/* Whether it counts one of the processors asked for. */
bool np_rapl_wants(const np_rapl_request *request, np_place counter);
/*
 * The first processor asked for that none of the counters covers, -1 when there is none: its package would be missing from a
 * sum that looks whole.
 */
int np_rapl_uncovered(const np_rapl_request *request, const np_place *counters, int count);

/* Nothing there. On an x86 machine of one's own, loading a module of the kernel may bring it; elsewhere nothing will. */
void np_rapl_judge_absent(np_rapl_verdict *verdict, const np_rapl_request *request, const char *module, const char *text);

/* Fills the set with the counters of one way, or judges why not. The set is the caller's to close either way. */
void np_rapl_find_powercap(const np_rapl_request *request, np_rapl_set *set, np_rapl_verdict *verdict);
void np_rapl_find_perf(const np_rapl_request *request, np_rapl_set *set, np_rapl_verdict *verdict);

/* One row per way, in the order of trying. */
typedef struct np_rapl_way {
	const char *source; /* as np_meter.source */
	const char *item;   /* as doctor calls it */
	void (*find)(const np_rapl_request *request, np_rapl_set *set, np_rapl_verdict *verdict);
} np_rapl_way;
enum { NP_RAPL_WAYS = 2 };
extern const np_rapl_way np_rapl_ways[NP_RAPL_WAYS];

/* Tries one way: finds its counters, reads them once, sees them move. On anything but NP_RAPL_WORKS the set is closed. */
void np_rapl_try(const np_rapl_way *way, const np_rapl_request *request, np_rapl_set *set, np_rapl_verdict *verdict);
/* One line on why no way works, from the verdicts on all. */
void np_rapl_explain(const np_rapl_verdict verdicts[NP_RAPL_WAYS], bool is_virtual, char *why_not, size_t size);

np_status np_rapl_open_with(const np_rapl_request *request, np_meter **meter, char *why_not, size_t size,
                            np_error *err) NP_MUST_CHECK;

#endif
