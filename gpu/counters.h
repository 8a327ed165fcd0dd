/* Counters, metrics and limits as tables, and the arithmetic of their formulas. Manual: chapter "Counters".
 *
 * A formula is text over + - * / and parentheses, numbers without signs, names of counters (capitals), of
 * metrics that stand before it in the table (capitals), and of keys of the profile (lower case). It is
 * evaluated in double precision: metrics are for reading and no result of the machine depends on one. */
#ifndef GPU_COUNTERS_H
#define GPU_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu.h"

typedef struct counter_info {
   const char *name, *unit, *block, *doc;
   bool host; /* what the host's threads and timing decide: no property of the machine */
} counter_info;

/* What follows from counters. */
typedef struct metric_info {
   const char *name, *unit, *block, *formula, *doc;
} metric_info;

/* What may be the bound of a job: its formula says how much of it was used, in percent. */
typedef struct limit_info {
   const char *name, *formula, *doc;
} limit_info;

/* GPU_COUNTER_COUNT of them, in order. */
const counter_info *counter_table(void);
const metric_info *metric_table(size_t *count);
const limit_info *limit_table(size_t *count);
/* Index of the counter, -1 if there is none of that name. */
int counter_find(const char *name, size_t length);

enum metric_result {
   METRIC_OK,
   METRIC_NONE, /* division by zero: there is no value */
   METRIC_BAD,  /* malformed, or a name that nobody knows */
};

/* Where formulas get their numbers from. */
typedef struct metric_source {
   const uint64_t *counters; /* GPU_COUNTER_COUNT */
   /* Value of a key of the profile; false if there is none of that name. */
   bool (*constant)(void *ctx, const char *name, size_t length, double *out);
   void *ctx;
} metric_source;

/* *out is set with METRIC_OK alone. */
enum metric_result metric_value(const metric_source *s, size_t index, double *out);
enum metric_result limit_value(const metric_source *s, size_t index, double *out);
/* Any formula; the metrics before `known` may be named. */
enum metric_result metric_formula(const metric_source *s, const char *formula, size_t known, double *out);

#endif
