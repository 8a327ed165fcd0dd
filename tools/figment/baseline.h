/* Baselines: the counters of a run, kept in a file, and the comparison of a later run with them. Manual:
 * chapter "Counters". */
#ifndef TOOLS_FIGMENT_BASELINE_H
#define TOOLS_FIGMENT_BASELINE_H

#include "tool.h"

/* Write the machine's counters of a report as a baseline. An exit status, with a message unless TOOL_OK. */
int baseline_update(const tool_command *c, const char *report, const char *baseline);
/* TOOL_OK if every counter of the report is within so many percent of the baseline's; TOOL_DIFFERS, with a
 * table of those that are not; TOOL_FAILED with a message if the two cannot be compared. */
int baseline_compare(const tool_command *c, const char *report, const char *baseline, double tolerance);
/* "2.5": a number of percent, 0 or more. */
bool baseline_tolerance(const char *text, double *out);

#endif
