/* Windows sections: CreateFileMapping on the paging file, exported as plain NT handles. A handle from outside is only trusted once it is
 * known to be a committed, pagefile-backed section that is large enough: reserved pages and vanished files would fault under our accesses.
 */
#include "section.h"
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define SECTION_BASE_ACCESS (SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_QUERY)
#define SECTION_STANDARD_ACCESS (DELETE | READ_CONTROL | WRITE_DAC | WRITE_OWNER)
#define SEC_FILE_BIT 0x00800000u

static emu_result error_result(DWORD e)
{
   switch (e) {
   case ERROR_TOO_MANY_OPEN_FILES:
   case ERROR_NO_MORE_USER_HANDLES:
      return EMU_E_NO_HANDLES;
   case ERROR_NOT_ENOUGH_MEMORY:
   case ERROR_OUTOFMEMORY:
   case ERROR_COMMITMENT_LIMIT:
   case ERROR_COMMITMENT_MINIMUM:
   case ERROR_NO_SYSTEM_RESOURCES:
   case ERROR_DISK_FULL:
      return EMU_E_NO_MEMORY;
   case ERROR_INVALID_HANDLE:
      return EMU_E_HANDLE;
   case ERROR_ACCESS_DENIED:
   case ERROR_PRIVILEGE_NOT_HELD:
      return EMU_E_ACCESS;
   case ERROR_ALREADY_EXISTS:
      return EMU_E_EXISTS;
   case ERROR_FILE_NOT_FOUND:
   case ERROR_PATH_NOT_FOUND:
      return EMU_E_NOT_FOUND;
   default:
      return EMU_E_HOST;
   }
}

/* ---- NtQuerySection, not in any import library --------------------------------------------- */
typedef struct section_basic_information {
   void *base;
   ULONG attributes;
   LARGE_INTEGER size;
} section_basic_information;
typedef LONG(NTAPI *nt_query_section)(HANDLE, int, void *, SIZE_T, SIZE_T *);

/* False if the size cannot be asked for: no such function, no query right, or no section at all. */
static bool query_section(HANDLE h, section_basic_information *out)
{
   HMODULE ntdll = GetModuleHandleA("ntdll.dll");
   nt_query_section query = ntdll ? (nt_query_section)(void *)GetProcAddress(ntdll, "NtQuerySection") : NULL;
   SIZE_T used = 0;
   memset(out, 0, sizeof(*out));
   return query && query(h, 0 /* SectionBasicInformation */, out, sizeof(*out), &used) >= 0;
}

/* Every page of the view is committed, writable and shared. Pages of a section never become uncommitted again. */
static bool view_committed(uint8_t *map, uint64_t total_B)
{
   uint64_t offset = 0;
   while (offset < total_B) {
      MEMORY_BASIC_INFORMATION info;
      if (VirtualQuery(map + offset, &info, sizeof(info)) == 0 || info.State != MEM_COMMIT || info.Type != MEM_MAPPED)
         return false;
      if ((info.Protect & 0xff) != PAGE_READWRITE || info.RegionSize == 0)
         return false;
      offset = (uint64_t)((uint8_t *)info.BaseAddress + info.RegionSize - map);
   }
   return true;
}

static bool view_is_file(uint8_t *map)
{
   wchar_t name[8];
   typedef DWORD(WINAPI * mapped_file_name)(HANDLE, void *, LPWSTR, DWORD);
   HMODULE kernel = GetModuleHandleA("kernel32.dll");
   mapped_file_name get =
      kernel ? (mapped_file_name)(void *)GetProcAddress(kernel, "K32GetMappedFileNameW") : NULL;
   return get && get(GetCurrentProcess(), map, name, 8) != 0;
}

/* ---- create ---------------------------------------------------------------------------------- */
static emu_result create_mapping(const emu_section_info *info, uint64_t total_B, HANDLE *out)
{
   SECURITY_ATTRIBUTES sa = {.nLength = sizeof(sa)}, *given = (SECURITY_ATTRIBUTES *)info->win32_security;
   if (given) /* the descriptor is the application's; inheritance is decided per exported handle */
      sa.lpSecurityDescriptor = given->lpSecurityDescriptor;
   SetLastError(0);
   HANDLE h = CreateFileMappingW(INVALID_HANDLE_VALUE, given ? &sa : NULL, PAGE_READWRITE | SEC_COMMIT, (DWORD)(total_B >> 32),
                                 (DWORD)total_B, (LPCWSTR)info->win32_name);
   DWORD e = GetLastError();
   if (!h) /* INVALID_HANDLE: an object of another kind has the name */
      return info->win32_name && e == ERROR_INVALID_HANDLE ? EMU_E_EXISTS : error_result(e);
   if (e == ERROR_ALREADY_EXISTS) {
      CloseHandle(h);
      return EMU_E_EXISTS;
   }
   *out = h;
   return EMU_OK;
}

/* The section owns h from here; closed on failure. */
static emu_result section_map(emu_section *s, HANDLE h)
{
   uint64_t total_B = emu_section_total_B(s->payload_B);
   s->map = MapViewOfFile(h, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, total_B);
   if (!s->map) {
      emu_result r = error_result(GetLastError());
      CloseHandle(h);
      return r;
   }
   s->handle = (intptr_t)h;
   return EMU_OK;
}

emu_result emu_section_os_create(emu_section *s, const emu_section_info *info)
{
   HANDLE h = NULL;
   emu_result r = create_mapping(info, emu_section_total_B(s->payload_B), &h);
   return r == EMU_OK ? section_map(s, h) : r;
}

/* ---- import ---------------------------------------------------------------------------------- */
static emu_result check_section(emu_section *s, HANDLE h, bool *known)
{
   section_basic_information info;
   *known = query_section(h, &info);
   if (!*known)
      return EMU_OK; /* the mapping will tell */
   if ((info.attributes & (SEC_IMAGE | SEC_RESERVE | SEC_FILE_BIT)) != 0)
      return EMU_E_HANDLE;
   return (uint64_t)info.size.QuadPart >= emu_section_total_B(s->payload_B) ? EMU_OK : EMU_E_HANDLE;
}

/* Takes h. */
static emu_result import_mapping(emu_section *s, HANDLE h)
{
   bool known;
   emu_result r = check_section(s, h, &known);
   if (r != EMU_OK) {
      CloseHandle(h);
      return r;
   }
   r = section_map(s, h);
   if (r != EMU_OK) /* mapping says "access denied" for too small a section, too */
      return r == EMU_E_NO_MEMORY ? r : EMU_E_HANDLE;
   if (!view_committed(s->map, emu_section_total_B(s->payload_B)) || (!known && view_is_file(s->map))) {
      emu_section_os_close(s);
      return EMU_E_HANDLE;
   }
   return EMU_OK;
}

emu_result emu_section_os_import(emu_section *s, intptr_t handle)
{
   HANDLE self = GetCurrentProcess(), h = NULL;
   if (handle == 0 || (HANDLE)handle == INVALID_HANDLE_VALUE)
      return EMU_E_HANDLE;
   if (!DuplicateHandle(self, (HANDLE)handle, self, &h, SECTION_BASE_ACCESS, FALSE, 0) &&
       !DuplicateHandle(self, (HANDLE)handle, self, &h, 0, FALSE, DUPLICATE_SAME_ACCESS))
      return error_result(GetLastError());
   return import_mapping(s, h);
}

emu_result emu_section_os_import_name(emu_section *s, const void *win32_name)
{
   if (!win32_name)
      return EMU_E_NOT_FOUND;
   HANDLE h = OpenFileMappingW(SECTION_BASE_ACCESS, FALSE, (LPCWSTR)win32_name);
   return h ? import_mapping(s, h) : error_result(GetLastError());
}

/* ---- export ---------------------------------------------------------------------------------- */
/* Applications pass generic, section or DXGI bits (DXGI's "write" is the section's "query"). Reading and writing always have to
 * work; standard rights are passed on, everything else means nothing on a section. */
static DWORD section_access(uint32_t asked)
{
   DWORD access = SECTION_BASE_ACCESS | (asked & SECTION_STANDARD_ACCESS);
   if (asked == 0 || (asked & (GENERIC_ALL | MAXIMUM_ALLOWED)) != 0)
      access |= SECTION_STANDARD_ACCESS;
   if ((asked & (GENERIC_READ | GENERIC_WRITE)) != 0)
      access |= READ_CONTROL;
   return access;
}

emu_result emu_section_os_export(emu_section *s, uint32_t win32_access, bool inherit, intptr_t *handle)
{
   HANDLE self = GetCurrentProcess(), own = (HANDLE)s->handle, h = NULL;
   /* an imported section may not grant the standard rights: then the ones that matter */
   if (!DuplicateHandle(self, own, self, &h, section_access(win32_access), inherit, 0) &&
       !DuplicateHandle(self, own, self, &h, SECTION_BASE_ACCESS, inherit, 0))
      return error_result(GetLastError());
   *handle = (intptr_t)h;
   return EMU_OK;
}

void emu_section_os_close(emu_section *s)
{
   UnmapViewOfFile(s->map);
   CloseHandle((HANDLE)s->handle);
}

/* ---- board: reserved section, committed by granules ------------------------------------------- */
emu_result emu_board_create(emu_board *b, uint64_t size_B)
{
   size_t granules = (size_t)((size_B + EMU_BOARD_GRANULE_B - 1) / EMU_BOARD_GRANULE_B);
   HANDLE h = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, (DWORD)(size_B >> 32), (DWORD)size_B,
                                 NULL);
   if (!h)
      return error_result(GetLastError());
   b->base = MapViewOfFile(h, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, size_B);
   b->committed = b->base ? calloc(granules, sizeof(*b->committed)) : NULL;
   b->handle = (intptr_t)h;
   b->size_B = size_B;
   if (b->committed && pthread_mutex_init(&b->lock, NULL) == 0)
      return EMU_OK;
   free((void *)b->committed);
   if (b->base)
      UnmapViewOfFile(b->base);
   CloseHandle(h);
   return EMU_E_NO_MEMORY;
}

void emu_board_destroy(emu_board *b)
{
   UnmapViewOfFile(b->base);
   CloseHandle((HANDLE)b->handle);
   free((void *)b->committed);
   pthread_mutex_destroy(&b->lock);
}

static bool commit_granule(emu_board *b, uint64_t g)
{
   uint64_t offset = g * EMU_BOARD_GRANULE_B;
   uint64_t size_B = b->size_B - offset < EMU_BOARD_GRANULE_B ? b->size_B - offset : EMU_BOARD_GRANULE_B;
   pthread_mutex_lock(&b->lock);
   bool done = atomic_load_explicit(&b->committed[g], memory_order_relaxed) ||
               VirtualAlloc(b->base + offset, size_B, MEM_COMMIT, PAGE_READWRITE) != NULL;
   if (done)
      atomic_store_explicit(&b->committed[g], 1, memory_order_release);
   pthread_mutex_unlock(&b->lock);
   return done;
}

bool emu_board_commit(emu_board *b, uint64_t offset, uint64_t size_B)
{
   for (uint64_t g = offset / EMU_BOARD_GRANULE_B; g * EMU_BOARD_GRANULE_B < offset + size_B; g++)
      if (!atomic_load_explicit(&b->committed[g], memory_order_acquire) && !commit_granule(b, g))
         return false;
   return true;
}

/* Pages of a section view cannot be decommitted: zeros have to be written, where anything was touched. */
void emu_board_discard(emu_board *b, uint64_t offset, uint64_t size_B)
{
   uint64_t end = offset + size_B;
   while (offset < end) {
      uint64_t g = offset / EMU_BOARD_GRANULE_B, stop = (g + 1) * EMU_BOARD_GRANULE_B;
      stop = stop < end ? stop : end;
      if (atomic_load_explicit(&b->committed[g], memory_order_acquire))
         memset(b->base + offset, 0, stop - offset);
      offset = stop;
   }
}
