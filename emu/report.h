/* Inside the report: what report.c, report_jobs.c and report_json.c share. */
#ifndef EMU_REPORT_H
#define EMU_REPORT_H

#include "blocks.h"
#include "labels.h"
#include <stdio.h>

#define REPORT_LONGEST 16u    /* jobs that every report names */
#define REPORT_JOBS_ON 65536u /* records of a ring with FIGMENT_REPORT_JOBS=on */

/* A job's record. Counters that are not 0 are packed: number and value, seven bits a byte. */
typedef struct report_job {
   struct report_job *before, *next; /* of its ring, by number */
   emu_label *label;
   uint64_t start, begin, end, added, number; /* as in emu_job_report */
   uint32_t ring, tag;
   uint8_t kind;
   uint16_t packed_B;
   uint8_t packed[];
} report_job;

typedef struct report_ring {
   report_job *first, *last;
   uint64_t jobs, kept;
} report_ring;

typedef struct report_jobs {
   report_ring ring[GPU_RINGS];
   report_job *longest[REPORT_LONGEST]; /* longest first; copies of their own */
   uint32_t longest_count;
} report_jobs;

struct time_sample;
typedef struct report_timeline report_timeline;
typedef struct report_shader report_shader;
struct emu_program;
struct time_program;
struct time_inst_cost;

/* A device that was opened with a report: alive (dev set) or its last counters. */
typedef struct report_entry {
   struct report_entry *next;
   const emu_device *dev;
   char path[sizeof(((emu_settings *)0)->report)];
   emu_profile profile;
   enum emu_timing timing;
   uint64_t counters[GPU_COUNTER_COUNT];
   uint32_t jobs_wanted; /* of each ring */
   report_jobs jobs;
   bool shaders_wanted;
   report_shader *shaders;
   report_timeline *timeline[GPU_RINGS]; /* NULL: no sample yet */
} report_entry;

/* report_jobs.c */
void report_jobs_add(report_entry *e, const emu_job_report *job);
void report_job_counters(const report_job *j, uint64_t counters[GPU_COUNTER_COUNT]);
/* report_timeline.c */
void report_timeline_add(report_entry *e, const struct time_sample *x);
uint64_t report_timeline_period(const report_entry *e, uint32_t ring);
void report_timeline_json(FILE *f, const report_entry *e); /* elements of an array */
/* report_shaders.c: costs of the program's instructions, kept by the report; NULL: host memory is exhausted.
 */
struct time_inst_cost *report_shader_cost(report_entry *e, const struct emu_program *p,
                                          const struct time_program *t, unsigned stage);
void report_shaders_json(FILE *f, const report_entry *e); /* elements of an array */
/* report_json.c: one device as an object. */
void report_json_device(FILE *f, const report_entry *e);

#endif
