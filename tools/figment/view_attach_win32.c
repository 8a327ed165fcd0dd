/* figment view on Windows: processes cannot be searched for sections; they are named or inherited. */
#include "view.h"

int view_sections(const tool_command *c, long pid, view_section *out, int max)
{
   tool_fail(c, "--pid is for Linux; on Windows give the section a name and use --name");
   return -1;
}

const struct gpu_watch_page *view_counters(const tool_command *c, long pid)
{
   return NULL;
}

long view_start(const tool_command *c, char **argv)
{
   tool_fail(c, "-- PROGRAM is for Linux; on Windows start it by `figment run` and use --name");
   return -1;
}

bool view_alive(long pid, bool own)
{
   return false;
}
