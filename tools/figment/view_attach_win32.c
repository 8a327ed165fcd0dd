/* figment view on Windows: the sections of other processes are among the handles that the system lists. Handles are taken twice by their
 * values, which a process uses again: so nothing here is remembered from one look to the next, and every section of every look is new. */
#include "run.h"
#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#define EXTENDED_HANDLES 64 /* SystemExtendedHandleInformation of NtQuerySystemInformation */
#define LENGTH_MISMATCH ((LONG)0xc0000004)
#define GRAIN 0x10000u
#define TRAILER 0x1000u

struct handle_entry {
   void *object;
   ULONG_PTR pid, handle;
   ULONG access;
   USHORT trace, type;
   ULONG attributes, reserved;
};

struct handle_list {
   ULONG_PTR count, reserved;
   struct handle_entry entries[];
};

struct section_basic {
   void *base;
   ULONG attributes;
   LARGE_INTEGER size;
};

typedef LONG(WINAPI *query_system)(int what, void *out, ULONG size, ULONG *needed);
typedef LONG(WINAPI *query_section)(HANDLE section, int what, void *out, SIZE_T size, SIZE_T *written);

static FARPROC of_ntdll(const char *name)
{
   return GetProcAddress(GetModuleHandleA("ntdll.dll"), name);
}

/* All handles of all processes; NULL if the system does not tell. */
static struct handle_list *list_handles(void)
{
   query_system query = (query_system)(void (*)(void))of_ntdll("NtQuerySystemInformation");
   LONG status = LENGTH_MISMATCH;
   for (ULONG size = 1 << 18; query && status == LENGTH_MISMATCH && size < 1u << 30; size *= 2) {
      struct handle_list *list = malloc(size);
      if (!list)
         return NULL;
      status = query(EXTENDED_HANDLES, list, size, NULL);
      if (status >= 0)
         return list;
      free(list);
   }
   return NULL;
}

/* Bytes of a section; 0 if it is none. */
static uint64_t section_size(HANDLE section)
{
   query_section query = (query_section)(void (*)(void))of_ntdll("NtQuerySection");
   struct section_basic basic;
   return query && query(section, 0, &basic, sizeof basic, NULL) >= 0 ? (uint64_t)basic.size.QuadPart : 0;
}

static HANDLE take(HANDLE process, uint64_t value)
{
   HANDLE mine = NULL;
   if (!DuplicateHandle(process, (HANDLE)(uintptr_t)value, GetCurrentProcess(), &mine, FILE_MAP_READ | SECTION_QUERY, FALSE, 0))
      return NULL;
   return mine;
}

int view_sections(const tool_command *c, long pid, view_section *out, int max)
{
   static uint64_t looks;
   int n = 0;
   HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)pid);
   if (!process) {
      tool_fail(c, "cannot look at process %ld: error %lu", pid, GetLastError());
      return -1;
   }
   struct handle_list *list = list_handles();
   for (ULONG_PTR i = 0; list && i < list->count && n < max; i++) {
      const struct handle_entry *e = &list->entries[i];
      HANDLE mine = e->pid == (ULONG_PTR)pid ? take(process, e->handle) : NULL;
      uint64_t size = mine ? section_size(mine) : 0;
      if (mine)
         CloseHandle(mine);
      if (size % GRAIN != TRAILER)
         continue;
      out[n] = (view_section){.id = ++looks, .payload = map_payload_size(size)};
      snprintf(out[n++].path, sizeof out[0].path, "%llu", (unsigned long long)e->handle);
   }
   free(list);
   CloseHandle(process);
   return n;
}

bool view_section_open(const tool_command *c, long pid, const view_section *section, map_view *out)
{
   char value[24];
   HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)pid);
   HANDLE mine = process ? take(process, strtoull(section->path, NULL, 10)) : NULL;
   if (process)
      CloseHandle(process);
   if (!mine) {
      tool_fail(c, "cannot take handle %s of process %ld", section->path, pid);
      return false;
   }
   snprintf(value, sizeof value, "%llu", (unsigned long long)(uintptr_t)mine);
   bool ok = map_open(c, &(map_source){.handle = value}, out);
   CloseHandle(mine);
   return ok;
}

static HANDLE started; /* by view_start */

long view_start(const tool_command *c, char **argv)
{
   if (run_set_up_driver(c) != TOOL_OK || !run_setenv("FIGMENT_WATCH", "on"))
      return -1;
   intptr_t process = run_start(c, argv);
   if (process == -1)
      return -1;
   started = (HANDLE)process;
   return (long)GetProcessId(started);
}

bool view_alive(long pid, bool own)
{
   HANDLE process = own ? started : OpenProcess(SYNCHRONIZE, FALSE, (DWORD)pid);
   bool alive = process && WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
   if (process && !own)
      CloseHandle(process);
   return alive;
}
