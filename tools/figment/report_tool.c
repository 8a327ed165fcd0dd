/* figment report: shows a report that was kept, as text or as a page. */
#include "report_page.h"
#include "run.h"

#include <stdio.h>
#include <string.h>

enum { OPT_HTML, OPT_OUT };

static const tool_option options[] = {
    [OPT_HTML] = {"--html", NULL, NULL,
                  "write one self-contained page: timeline, roofline, stalls, caches over time"},
    [OPT_OUT] = {"--output", "-o", "FILE",
                 "where the page goes; default: the report's name with .html; - is standard output"},
    {0},
};

static int run(const tool_command *c, int argc, char **argv);

const tool_command tool_report = {
    "report",
    "show a kept report, as text or as a page",
    "FILE",
    "FILE is the JSON of 'figment run --report FILE' or FIGMENT_REPORT=FILE. The page needs neither network "
    "nor other files.",
    "   figment run --report app.json --report-jobs -- ./my-program\n"
    "   figment report app.json\n"
    "   figment report --html app.json -o app.html",
    options,
    false,
    run,
};

/* The report's name with .html in place of .json. */
static bool page_name(const char *report, char *out, size_t size)
{
   size_t n = strlen(report);
   if (n > 5 && !strcmp(report + n - 5, ".json"))
      n -= 5;
   return (size_t)snprintf(out, size, "%.*s.html", (int)n, report) < size;
}

static int run(const tool_command *c, int argc, char **argv)
{
   tool_line line;
   struct report r;
   char name[2048];
   int status;

   if (!tool_parse(c, argc, argv, &line, &status))
      return status;
   if (line.operands != 1)
      return tool_usage(c, "expected one report");
   const char *path = line.operand[0], *out = name;
   if (line.given[OPT_OUT] && !line.given[OPT_HTML])
      return tool_usage(c, "--output goes with --html");
   if (!line.given[OPT_HTML])
      return report_print(c, path) ? TOOL_OK : TOOL_FAILED;
   if (line.given[OPT_OUT])
      out = line.arg[OPT_OUT][0];
   else if (!page_name(path, name, sizeof name))
      return tool_fail(c, "the report's name is too long");
   if (!report_read(c, path, &r))
      return TOOL_FAILED;
   bool ok = report_write_page(c, &r, out);
   report_release(&r);
   if (ok && strcmp(out, "-") != 0)
      printf("%s\n", out);
   return ok ? TOOL_OK : TOOL_FAILED;
}
