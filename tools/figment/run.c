/* figment run: start any Vulkan program on the emulated GPU and print the GPU's own report.
 *
 * Flags become the FIGMENT_* variables, which the driver and the emulator judge. The program's exit
 * status is this command's. Starting is run_posix.c's and run_win32.c's, the report report.c's.
 */
#include "baseline.h"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_REPORT, OPT_JOBS, OPT_SHADERS, OPT_NO_REPORT, OPT_BASELINE, OPT_UPDATE, OPT_TOLERANCE, OPT_SETTINGS };

static const tool_option options[] = {
   [OPT_REPORT] = {"--report", NULL, "FILE", "also keep the report as JSON"},
   [OPT_JOBS] = {"--report-jobs", NULL, NULL, "every draw, dispatch and copy in it, and the time by label"},
   [OPT_SHADERS] = {"--profile-shaders", NULL, NULL, "what each instruction and source line of the shaders cost"},
   [OPT_NO_REPORT] = {"--quiet", "-q", NULL, "print no report"},
   [OPT_BASELINE] = {"--baseline", NULL, "FILE", "compare the counters with FILE; exit status 3 if they differ"},
   [OPT_UPDATE] = {"--update-baseline", NULL, NULL, "write FILE instead"},
   [OPT_TOLERANCE] = {"--tolerance", NULL, "PCT", "percent by which a counter may differ; default: 0"},
   [OPT_SETTINGS] = {"--profile", "-p", "NAME|FILE",
                     "card: fg1 (default), fg1-nano or a profile of your own"},
   {"--timing", NULL, "MODE", "off, approx (default), detailed"},
   {"--threads", NULL, "N", "host threads; default: all"},
   {"--determinism", NULL, "MODE", "strict (default), relaxed"},
   {"--engine", NULL, "NAME", "interp, auto (default)"},
   {"--isa", NULL, "LEVEL", "host instructions: v2, v3, v4; default: the best this host has"},
   {"--trace", NULL, "FILE", "also write a trace, for figment trace and Perfetto's viewer"},
   {"--trace-limit", NULL, "SIZE", "at most so many bytes for each queue; default: 256M"},
   {"--progress", NULL, "WHEN", "on: a line on stderr says how far the timing model is; off (default)"},
   {0},
};

/* Variables of the options from OPT_SETTINGS on. */
static const char *const variables[] = {
   "FIGMENT_PROFILE",     "FIGMENT_TIMING", "FIGMENT_THREADS",
   "FIGMENT_DETERMINISM", "FIGMENT_ENGINE", "FIGMENT_ISA",
   "FIGMENT_TRACE",      "FIGMENT_TRACE_LIMIT", "FIGMENT_PROGRESS",
};
_Static_assert(sizeof options / sizeof *options == OPT_SETTINGS + sizeof variables / sizeof *variables + 1,
               "every setting has its variable");

static int run(const tool_command *c, int argc, char **argv);

const tool_command tool_run = {
   "run",
   "run a Vulkan program on the emulated GPU, then report",
   "[--] PROGRAM [ARGUMENTS]",
   "The exit status is the program's. With --baseline a program that ends with 0 gives 3 if a counter of the\n"
   "machine is not the baseline's, with a table of those, and 1 if the two cannot be compared (no report, another\n"
   "profile or timing mode). A setting without a flag comes from its FIGMENT_* variable.",
   "   figment run --profile fg1-nano -- vulkaninfo --summary\n"
   "   figment run --threads 2 --report report.json -- ./my-program --frames 10\n"
   "   figment run --profile-shaders -- ./my-program    # compile the shaders with -g\n"
   "   figment run --baseline counters.json --update-baseline -- ./my-program    # once, then in CI:\n"
   "   figment run --baseline counters.json --quiet -- ./my-program",
   options,
   true,
   run,
};

#define MANIFEST "figment_icd.x86_64.json"

static bool exists(const char *path)
{
   FILE *file = fopen(path, "rb");
   if (file)
      fclose(file);
   return file != NULL;
}

/* The manifest of the driver that was built or installed together with this command. */
static bool find_manifest(const char *directory, char *out, size_t size)
{
   static const char *const places[] = {"/../share/vulkan/icd.d/" MANIFEST, "/" MANIFEST};

   for (size_t i = 0; i < sizeof places / sizeof *places; i++)
      if ((size_t)snprintf(out, size, "%s%s", directory, places[i]) < size && exists(out))
         return true;
   return false;
}

int run_set_up_driver(const tool_command *c)
{
   char directory[2048], manifest[2200];

   if (!tool_own_directory(directory, sizeof directory))
      return tool_fail(c, "cannot find out where this command lies");
   if (!find_manifest(directory, manifest, sizeof manifest))
      return tool_fail(c, "no driver: %s/../share/vulkan/icd.d/" MANIFEST " does not exist", directory);
   if (!run_expose_driver(manifest, directory))
      return tool_fail(c, "cannot set the environment");
   return TOOL_OK;
}

static int set_up_settings(const tool_command *c, const tool_line *line)
{
   if (line->given[OPT_JOBS] && !run_setenv("FIGMENT_REPORT_JOBS", "on"))
      return tool_fail(c, "cannot set FIGMENT_REPORT_JOBS");
   if (line->given[OPT_SHADERS] && !run_setenv("FIGMENT_REPORT_SHADERS", "on"))
      return tool_fail(c, "cannot set FIGMENT_REPORT_SHADERS");
   for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
      if (line->given[OPT_SETTINGS + i] && !run_setenv(variables[i], line->arg[OPT_SETTINGS + i][0]))
         return tool_fail(c, "cannot set %s", variables[i]);
   return TOOL_OK;
}

/* Where the report goes: the flag, else what the user's environment says, else a file of our own. */
static bool choose_report(const tool_line *line, char *path, size_t size, bool *own)
{
   const char *given = line->given[OPT_REPORT] ? line->arg[OPT_REPORT][0] : getenv("FIGMENT_REPORT");

   *own = !given || !*given;
   if (*own)
      return run_temporary(path, size);
   return (size_t)snprintf(path, size, "%s", given) < size;
}

/* The run beside its baseline. A program that failed has not done what the baseline is about. */
static int judge(const tool_command *c, const tool_line *line, const char *report, int status)
{
   const char *baseline = line->arg[OPT_BASELINE][0];
   double tolerance = 0;

   if (status) {
      tool_fail(c, "the program ended with %d: %s", status, line->given[OPT_UPDATE] ? "no baseline is written" : "nothing is compared");
      return status;
   }
   if (line->given[OPT_UPDATE])
      return baseline_update(c, report, baseline);
   if (line->given[OPT_TOLERANCE])
      baseline_tolerance(line->arg[OPT_TOLERANCE][0], &tolerance);
   return baseline_compare(c, report, baseline, tolerance);
}

/* Lines of shaders come in a file of their own, which becomes part of the report. */
static bool run_with_lines(const tool_command *c, const tool_line *line, const char *report, int *status)
{
   char lines[1024];

   if (!line->given[OPT_SHADERS])
      return run_program(c, line->operand, status);
   if (!run_temporary(lines, sizeof lines) || !run_setenv("FIGMENT_SHADER_LINES", lines)) {
      tool_fail(c, "cannot set up the lines of shaders");
      return false;
   }
   bool started = run_program(c, line->operand, status);
   if (started && exists(report))
      run_merge_lines(c, report, lines);
   remove(lines);
   return started;
}

static int run_and_report(const tool_command *c, const tool_line *line)
{
   char path[1024];
   bool own;
   int status;

   if (!choose_report(line, path, sizeof path, &own) || !run_setenv("FIGMENT_REPORT", path))
      return tool_fail(c, "cannot set up the report");
   /* What stood there belongs to an earlier run. */
   if (!own)
      remove(path);
   bool started = run_with_lines(c, line, path, &status);
   if (started && !line->given[OPT_NO_REPORT])
      report_print(c, path);
   if (started && line->given[OPT_BASELINE])
      status = judge(c, line, path, status);
   if (own)
      remove(path);
   return started ? status : TOOL_FAILED;
}

static int run(const tool_command *c, int argc, char **argv)
{
   tool_line line;
   int status;

   if (!tool_parse(c, argc, argv, &line, &status))
      return status;
   if (!line.operands)
      return tool_usage(c, "expected a program to run");
   double tolerance;
   if ((line.given[OPT_UPDATE] || line.given[OPT_TOLERANCE]) && !line.given[OPT_BASELINE])
      return tool_usage(c, "--update-baseline and --tolerance belong to --baseline FILE");
   if (line.given[OPT_TOLERANCE] && !baseline_tolerance(line.arg[OPT_TOLERANCE][0], &tolerance))
      return tool_usage(c, "%s is no number of percent", line.arg[OPT_TOLERANCE][0]);
   argv[line.operands] = NULL;
   if ((status = run_set_up_driver(c)) != TOOL_OK || (status = set_up_settings(c, &line)) != TOOL_OK)
      return status;
   return run_and_report(c, &line);
}
