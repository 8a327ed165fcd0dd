/* A report of the emulator, read: what the subcommands make of FIGMENT_REPORT's file. */
#ifndef TOOLS_FIGMENT_REPORT_H
#define TOOLS_FIGMENT_REPORT_H

#include "counters.h"
#include "json.h"

struct report {
   struct json json;
   int devices; /* token of the array */
};

/* False and a message if the file holds none: nothing, because no device was opened, or something else. */
bool report_read(const tool_command *c, const char *path, struct report *r);
void report_release(struct report *r);

/* A device of a report, or a job. */
struct report_part {
   const struct json *json;
   int object, card;
   uint64_t counters[GPU_COUNTER_COUNT];
};
void report_device(const struct report *r, int object, struct report_part *out);
/* Its GPU_CYCLES are those from its start to its end. */
void report_job(const struct report_part *device, int object, struct report_part *out);
/* For formulas: counters of the part, constants of its card. */
metric_source report_source(const struct report_part *p);

/* report_time.c: where the time went, by job and by label. */
void report_print_time(const struct report_part *device);
/* report_shaders.c: what instructions and source lines cost, if the report says so. */
void report_print_shaders(const struct report_part *device);
/* report.c: "1 234 567", right-aligned. */
void report_print_number(uint64_t n);

#endif
