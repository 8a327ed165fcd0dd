/* figment run: start any Vulkan program on the emulated GPU and print the GPU's own report.
 *
 * Flags become the FIGMENT_* variables, which the driver and the emulator judge. The program's exit
 * status is this command's. Starting is run_posix.c's and run_win32.c's, the report report.c's.
 */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_REPORT, OPT_NO_REPORT, OPT_SETTINGS };

static const tool_option options[] = {
   [OPT_REPORT] = {"--report", NULL, "FILE", "also keep the report as JSON"},
   [OPT_NO_REPORT] = {"--quiet", "-q", NULL, "print no report"},
   [OPT_SETTINGS] = {"--profile", "-p", "NAME|FILE",
                     "card: fg1 (default), fg1-nano or a profile of your own"},
   {"--timing", NULL, "MODE", "off, approx (default), detailed"},
   {"--threads", NULL, "N", "host threads; default: all"},
   {"--determinism", NULL, "MODE", "strict (default), relaxed"},
   {"--engine", NULL, "NAME", "interp, auto (default)"},
   {"--isa", NULL, "LEVEL", "host instructions: v2, v3, v4; default: the best this host has"},
   {"--progress", NULL, "WHEN", "on: a line on stderr says how far the timing model is; off (default)"},
   {0},
};

/* Variables of the options from OPT_SETTINGS on. */
static const char *const variables[] = {
   "FIGMENT_PROFILE",     "FIGMENT_TIMING", "FIGMENT_THREADS",
   "FIGMENT_DETERMINISM", "FIGMENT_ENGINE", "FIGMENT_ISA",
   "FIGMENT_PROGRESS",
};
_Static_assert(sizeof options / sizeof *options == OPT_SETTINGS + sizeof variables / sizeof *variables + 1,
               "every setting has its variable");

static int run(const tool_command *c, int argc, char **argv);

const tool_command tool_run = {
   "run",
   "run a Vulkan program on the emulated GPU, then report",
   "[--] PROGRAM [ARGUMENTS]",
   "The exit status is the program's. A setting without a flag comes from its FIGMENT_* variable.",
   "   figment run --profile fg1-nano -- vulkaninfo --summary\n"
   "   figment run --threads 2 --report report.json -- ./my-program --frames 10",
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
   bool started = run_program(c, line->operand, &status);
   if (started && !line->given[OPT_NO_REPORT])
      report_print(c, path);
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
   argv[line.operands] = NULL;
   if ((status = run_set_up_driver(c)) != TOOL_OK || (status = set_up_settings(c, &line)) != TOOL_OK)
      return status;
   return run_and_report(c, &line);
}
