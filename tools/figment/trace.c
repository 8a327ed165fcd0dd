/* figment trace: opens a trace of FIGMENT_TRACE, picks jobs and sums up. The file also opens in Perfetto's
 * own viewer. */
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_QUEUE, OPT_LABEL, OPT_FROM, OPT_TO, OPT_MIN_CYCLES, OPT_TOP, OPT_JSON };

static const tool_option options[] = {
    [OPT_QUEUE] = {"--queue", NULL, "N", "jobs of this queue alone"},
    [OPT_LABEL] = {"--label", NULL, "PATTERN",
                   "jobs under a debug label like this; * is any text, ? any character"},
    [OPT_FROM] = {"--from", NULL, "TIME",
                  "what ran at this time or later: 250us, 1.5ms, 2s; ns without a unit"},
    [OPT_TO] = {"--to", NULL, "TIME", "what ran before this time"},
    [OPT_MIN_CYCLES] = {"--min-cycles", NULL, "N", "jobs that took so many cycles or more"},
    [OPT_TOP] = {"--top", "-n", "N", "list so many jobs, the longest; default 20"},
    [OPT_JSON] = {"--json", NULL, NULL, "as JSON, with the counters of each job"},
    {0},
};

static int run(const tool_command *c, int argc, char **argv);

const tool_command tool_trace = {
    "trace",
    "look into a trace: jobs, queues, cores, memory over time",
    "FILE",
    "FILE was written by 'figment run --trace FILE' or FIGMENT_TRACE=FILE; - is standard input. A PATTERN is "
    "compared with the\n"
    "path of a job's labels, such as 'frame / shadows', and with each label of it. The file opens in "
    "Perfetto's viewer, too.",
    "   figment run --trace app.pftrace -- ./my-program\n"
    "   figment trace app.pftrace\n"
    "   figment trace app.pftrace --label 'shadow*' --min-cycles 10000 --top 5\n"
    "   figment trace app.pftrace --queue 0 --from 1.5ms --to 2ms --json",
    options,
    false,
    run,
};

/* "1.5ms" in ns; false if it is no time. */
static bool parse_time(const char *text, uint64_t *ns)
{
   static const struct {
      const char *name;
      uint64_t ns;
   } units[] = {{"ns", 1}, {"", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
   uint64_t whole = 0, part = 0, scale = 1;
   const char *p = text;

   for (; *p >= '0' && *p <= '9' && whole < UINT64_C(1000000000000); p++)
      whole = whole * 10 + (uint64_t)(*p - '0');
   if (p == text)
      return false;
   if (*p == '.')
      for (p++; *p >= '0' && *p <= '9' && scale < 1000000000; p++, scale *= 10)
         part = part * 10 + (uint64_t)(*p - '0');
   for (size_t i = 0; i < sizeof units / sizeof *units; i++)
      if (!strcmp(p, units[i].name) && whole <= UINT64_MAX / 2 / units[i].ns) {
         *ns = whole * units[i].ns + part * units[i].ns / scale;
         return true;
      }
   return false;
}

static int set_filter(const tool_command *c, const tool_line *line, trace_filter *f)
{
   uint64_t top = 20;

   *f = (trace_filter){.to_ns = UINT64_MAX};
   f->one_queue = line->given[OPT_QUEUE];
   if (f->one_queue && !tool_number(line->arg[OPT_QUEUE][0], &f->queue))
      return tool_usage(c, "--queue needs a number");
   if (line->given[OPT_LABEL])
      f->label = line->arg[OPT_LABEL][0];
   if (line->given[OPT_FROM] && !parse_time(line->arg[OPT_FROM][0], &f->from_ns))
      return tool_usage(c, "--from needs a time such as 1.5ms");
   if (line->given[OPT_TO] && !parse_time(line->arg[OPT_TO][0], &f->to_ns))
      return tool_usage(c, "--to needs a time such as 1.5ms");
   if (f->to_ns <= f->from_ns)
      return tool_usage(c, "--to must be later than --from");
   if (line->given[OPT_MIN_CYCLES] && !tool_number(line->arg[OPT_MIN_CYCLES][0], &f->min_cycles))
      return tool_usage(c, "--min-cycles needs a number");
   if (line->given[OPT_TOP] && (!tool_number(line->arg[OPT_TOP][0], &top) || top > UINT32_MAX))
      return tool_usage(c, "--top needs a number");
   f->top = (uint32_t)top;
   return TOOL_OK;
}

static int run(const tool_command *c, int argc, char **argv)
{
   tool_line line;
   trace_filter filter;
   trace_sum sum;
   trace t;
   int status;

   if (!tool_parse(c, argc, argv, &line, &status))
      return status;
   if (line.operands != 1)
      return tool_usage(c, "expected one file");
   if ((status = set_filter(c, &line, &filter)) != TOOL_OK)
      return status;
   if (!trace_read(c, line.operand[0], &t))
      return TOOL_FAILED;
   if (trace_summarise(&t, &filter, &sum)) {
      if (line.given[OPT_JSON])
         trace_print_json(&sum);
      else
         trace_print(&sum, line.operand[0]);
      trace_sum_free(&sum);
   } else {
      status = tool_fail(c, "%s: too large for this host's memory", line.operand[0]);
   }
   trace_free(&t);
   return status;
}
