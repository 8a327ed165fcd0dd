/* figment map on Windows: a section by inherited handle or by name. */
#include "map.h"

#include <stdlib.h>
#include <windows.h>

static HANDLE open_name(const tool_command *c, const char *name)
{
   wchar_t wide[512];
   /* Command line arguments arrive in the ANSI code page. */
   if (!MultiByteToWideChar(CP_ACP, 0, name, -1, wide, 512)) {
      tool_fail(c, "name too long");
      return NULL;
   }
   HANDLE section = OpenFileMappingW(FILE_MAP_READ, FALSE, wide);
   if (!section)
      tool_fail(c, "no section named %s (error %lu)", name, GetLastError());
   return section;
}

static HANDLE open_source(const tool_command *c, const map_source *source)
{
   uint64_t number;

   if (source->path) {
      tool_fail(c, "a path names a section on Linux only; use --name or --handle");
      return NULL;
   }
   if (source->name)
      return open_name(c, source->name);
   if (tool_number(source->handle, &number) && number <= UINTPTR_MAX)
      return (HANDLE)(uintptr_t)number;
   tool_fail(c, "%s is no handle", source->handle);
   return NULL;
}

bool map_open(const tool_command *c, const map_source *source, map_view *out)
{
   HANDLE section = open_source(c, source);
   MEMORY_BASIC_INFORMATION info;

   if (!section)
      return false;
   void *p = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
   if (!p) {
      tool_fail(c, "cannot map the section (error %lu)", GetLastError());
      return false;
   }
   if (!VirtualQuery(p, &info, sizeof info)) {
      tool_fail(c, "cannot tell the section's size (error %lu)", GetLastError());
      return false;
   }
   *out = (map_view){p, info.RegionSize};
   return true;
}

void map_close(map_view *view)
{
   UnmapViewOfFile(view->data);
}
