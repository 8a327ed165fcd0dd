/* External memory by NT section handle. One program in three roles: without arguments it is the exporter and starts itself as
 * importer (a second Figment device) and as a plain Win32 peer, by inherited handle and by name.
 */
#include "ext_gpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_B (256u * 1024u + 128u)
#define LOCAL VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT

static int failures;
#define CHECK(cond)                                                                                          \
   do {                                                                                                      \
      if (!(cond)) {                                                                                         \
         fprintf(stderr, "%s:%d: failed: %s (error %lu)\n", __FILE__, __LINE__, #cond, GetLastError());      \
         failures++;                                                                                         \
      }                                                                                                      \
   } while (0)

typedef BOOL(WINAPI *compare_fn)(HANDLE, HANDLE);

static const VkExportMemoryAllocateInfo plain_export = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO,
                                                        .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_WIN32_BIT};

static VkResult export_handle(ext_gpu *g, const ext_buffer *b, HANDLE *h)
{
   VkMemoryGetWin32HandleInfoKHR info = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_WIN32_HANDLE_INFO_KHR,
                                         .memory = b->memory, .handleType = ext_handle_type};
   *h = NULL;
   return vkGetMemoryWin32HandleKHR(g->device, &info, h);
}

static VkResult import(ext_gpu *g, HANDLE h, const wchar_t *name, VkDeviceSize size_B, VkMemoryPropertyFlags type,
                       ext_buffer *out)
{
   VkImportMemoryWin32HandleInfoKHR info = {.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_WIN32_HANDLE_INFO_KHR,
                                            .handleType = ext_handle_type, .handle = h, .name = name};
   return ext_buffer_create(g, size_B, type, true, &info, out);
}

static volatile uint32_t *map(HANDLE h)
{
   return MapViewOfFile(h, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, SIZE_B);
}

static int run_self(const char *role, const char *argument)
{
   char self[MAX_PATH], command[MAX_PATH + 200];
   GetModuleFileNameA(NULL, self, sizeof self);
   snprintf(command, sizeof command, "\"%s\" %s %s", self, role, argument);
   STARTUPINFOA si = {.cb = sizeof si};
   PROCESS_INFORMATION pi;
   if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi))
      return -1;
   DWORD code = (DWORD)-1;
   WaitForSingleObject(pi.hProcess, INFINITE);
   GetExitCodeProcess(pi.hProcess, &code);
   CloseHandle(pi.hProcess);
   CloseHandle(pi.hThread);
   return (int)code;
}

/* ---- the other roles ------------------------------------------------------------------------------ */
static int peer(HANDLE h)
{
   volatile uint32_t *p = map(h);
   if (!p)
      return 20;
   for (uint32_t i = 0; i < SIZE_B / 4; i++) {
      if (p[i] != 0x11111111)
         return 21;
      p[i] = 0x22222222;
   }
   return 0;
}

static int importer(HANDLE h, const wchar_t *name)
{
   ext_gpu g;
   ext_buffer b;
   ext_gpu_open(&g);
   if (import(&g, h, name, SIZE_B, LOCAL, &b) != VK_SUCCESS)
      return 30;
   if (!ext_all_equal(&g, &b, 0x11111111))
      return 31;
   if (ext_fill(&g, &b, 0x22222222) != VK_SUCCESS)
      return 32;
   ext_buffer_destroy(&g, &b);
   ext_gpu_close(&g);
   return 0;
}

/* ---- the exporter ------------------------------------------------------------------------------------ */
static void test_two_processes(ext_gpu *g)
{
   wchar_t name[64];
   char narrow[64], value[32];
   snprintf(narrow, sizeof narrow, "Local\\figment-test-%lu", GetCurrentProcessId());
   mbstowcs(name, narrow, 64);
   SECURITY_ATTRIBUTES inherit = {.nLength = sizeof inherit, .bInheritHandle = TRUE};
   /* The conformance tests pass these DXGI bits; read and write must work all the same. */
   VkExportMemoryWin32HandleInfoKHR win32 = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_WIN32_HANDLE_INFO_KHR,
                                             .pAttributes = &inherit, .dwAccess = 0x80000001u, .name = name};
   VkExportMemoryAllocateInfo info = plain_export;
   info.pNext = &win32;
   ext_buffer b;
   HANDLE h;
   CHECK(ext_buffer_create(g, SIZE_B, LOCAL, true, &info, &b) == VK_SUCCESS);
   CHECK(export_handle(g, &b, &h) == VK_SUCCESS);
   snprintf(value, sizeof value, "%llu", (unsigned long long)(uintptr_t)h);
   const struct {
      const char *role, *argument;
   } runs[] = {{"peer-handle", value}, {"peer-name", narrow}, {"import-handle", value}, {"import-name", narrow}};
   for (size_t i = 0; i < 4; i++) {
      CHECK(ext_fill(g, &b, 0x11111111) == VK_SUCCESS);
      int code = run_self(runs[i].role, runs[i].argument);
      if (code) {
         fprintf(stderr, "%s: exit code %d\n", runs[i].role, code);
         failures++;
      }
      CHECK(ext_all_equal(g, &b, 0x22222222));
   }
   ext_buffer second;
   CHECK(ext_buffer_create(g, SIZE_B, LOCAL, true, &info, &second) != VK_SUCCESS); /* the name is taken */
   CloseHandle(h);
   ext_buffer_destroy(g, &b);
   CHECK(import(g, NULL, name, SIZE_B, LOCAL, &b) == VK_ERROR_INVALID_EXTERNAL_HANDLE); /* and gone with the memory */
}

static void test_handle_rules(ext_gpu *g)
{
   ext_buffer b;
   HANDLE h, h2, dup = NULL;
   DWORD flags = ~0u;
   CHECK(ext_buffer_create(g, SIZE_B, LOCAL, true, &plain_export, &b) == VK_SUCCESS);
   CHECK(export_handle(g, &b, &h) == VK_SUCCESS);
   CHECK(export_handle(g, &b, &h2) == VK_SUCCESS);
   CHECK(GetHandleInformation(h, &flags) && !(flags & HANDLE_FLAG_INHERIT));
   CHECK(SetHandleInformation(h, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
   CHECK(DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &dup, 0, FALSE, DUPLICATE_SAME_ACCESS));
   compare_fn compare = (compare_fn)(void (*)(void))GetProcAddress(GetModuleHandleA("kernelbase.dll"), "CompareObjectHandles");
   if (compare)
      CHECK(compare(h, dup) && compare(h, h2));
   CHECK(CloseHandle(h));
   CHECK(CloseHandle(h2));
   CHECK(ext_fill(g, &b, 0x600d) == VK_SUCCESS);
   ext_buffer_destroy(g, &b); /* the handle holds the payload */
   volatile uint32_t *p = map(dup);
   CHECK(p && p[0] == 0x600d && p[SIZE_B / 4 - 1] == 0x600d);
   if (p)
      UnmapViewOfFile((void *)p);
   CHECK(import(g, dup, NULL, SIZE_B, LOCAL, &b) == VK_SUCCESS);
   CHECK(ext_all_equal(g, &b, 0x600d));
   CHECK(GetHandleInformation(dup, &flags)); /* an import does not take the handle */
   ext_buffer_destroy(g, &b);
   CHECK(CloseHandle(dup));
}

static void test_refusals(ext_gpu *g)
{
   ext_buffer b, other;
   HANDLE h, event = CreateEventA(NULL, TRUE, FALSE, NULL);
   HANDLE small = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);
   HANDLE large = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4 * SIZE_B, NULL);
   HANDLE closed = CreateEventA(NULL, TRUE, FALSE, NULL);
   CloseHandle(closed);
   const HANDLE wrong[] = {event, small, large, closed, (HANDLE)(uintptr_t)0x123456};
   for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
      CHECK(import(g, wrong[i], NULL, SIZE_B, LOCAL, &other) == VK_ERROR_INVALID_EXTERNAL_HANDLE);
   CHECK(import(g, NULL, L"Local\\figment-no-such-section", SIZE_B, LOCAL, &other) == VK_ERROR_INVALID_EXTERNAL_HANDLE);
   CloseHandle(event), CloseHandle(small), CloseHandle(large);

   CHECK(ext_buffer_create(g, SIZE_B, LOCAL, true, &plain_export, &b) == VK_SUCCESS);
   CHECK(export_handle(g, &b, &h) == VK_SUCCESS);
   CHECK(import(g, h, NULL, SIZE_B / 2, LOCAL, &other) == VK_ERROR_INVALID_EXTERNAL_HANDLE);
   CHECK(import(g, h, NULL, SIZE_B * 2, LOCAL, &other) == VK_ERROR_INVALID_EXTERNAL_HANDLE);
   CHECK(import(g, h, NULL, SIZE_B, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_CACHED_BIT, &other) ==
         VK_ERROR_INVALID_EXTERNAL_HANDLE);
   CloseHandle(h);
   ext_buffer_destroy(g, &b);
}

static void test_no_leak(ext_gpu *g)
{
   DWORD before = 0, after = 0;
   for (int i = 0; i < 60; i++) {
      ext_buffer b, twin;
      HANDLE h;
      CHECK(ext_buffer_create(g, SIZE_B, LOCAL, true, &plain_export, &b) == VK_SUCCESS);
      CHECK(export_handle(g, &b, &h) == VK_SUCCESS);
      CHECK(import(g, h, NULL, SIZE_B, LOCAL, &twin) == VK_SUCCESS);
      CHECK(ext_fill(g, &twin, (uint32_t)i) == VK_SUCCESS);
      CHECK(ext_all_equal(g, &b, (uint32_t)i));
      ext_buffer_destroy(g, &b);
      ext_buffer_destroy(g, &twin);
      CloseHandle(h);
      if (i == 10)
         GetProcessHandleCount(GetCurrentProcess(), &before);
   }
   GetProcessHandleCount(GetCurrentProcess(), &after);
   CHECK(after <= before);
}

int main(int argc, char **argv)
{
   if (argc == 3) {
      HANDLE h = (HANDLE)(uintptr_t)strtoull(argv[2], NULL, 10);
      wchar_t name[64];
      mbstowcs(name, argv[2], 64);
      if (!strcmp(argv[1], "peer-handle"))
         return peer(h);
      if (!strcmp(argv[1], "peer-name"))
         return peer(OpenFileMappingA(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, argv[2]));
      if (!strcmp(argv[1], "import-handle"))
         return importer(h, NULL);
      if (!strcmp(argv[1], "import-name"))
         return importer(NULL, name);
      return 2;
   }
   ext_gpu g;
   ext_gpu_open(&g);
   const struct {
      const char *name;
      void (*run)(ext_gpu *);
   } tests[] = {{"two processes", test_two_processes}, {"handle rules", test_handle_rules},
                {"refusals", test_refusals}, {"no leak", test_no_leak}};
   for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
      int before = failures;
      tests[i].run(&g);
      printf("%s: %s\n", tests[i].name, failures == before ? "ok" : "FAILED");
   }
   ext_gpu_close(&g);
   return failures != 0;
}
