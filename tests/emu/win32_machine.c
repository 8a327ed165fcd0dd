/* The machine on Windows: sections as NT handles, board memory, translation, copies, interrupts, report. Plain
 * program, because no distribution carries cmocka for Windows; runs under Wine. Prints one line a check that fails, and
 * "N passed, N failed" at the end.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "machine_rig.h"
#include "clock.h"

static int passed, failed;
#define CHECK(e) ((e) ? (void)passed++ : (void)(failed++, printf("%s:%d: %s (error %lu)\n", __func__, __LINE__, #e, GetLastError())))
#define EQUAL(a, b)                                                                                          \
   do {                                                                                                      \
      long long a_ = (long long)(a), b_ = (long long)(b);                                                    \
      if (a_ == b_)                                                                                          \
         passed++;                                                                                           \
      else                                                                                                   \
         failed++, printf("%s:%d: %s is %lld, not %lld\n", __func__, __LINE__, #a, a_, b_);                  \
   } while (0)

#define MiB (UINT64_C(1) << 20)

static emu_section *create(uint64_t size_B, const void *trailer, uint32_t trailer_B, const wchar_t *name)
{
   emu_section *s = NULL;
   emu_section_info info = {.size_B = size_B, .trailer = trailer, .trailer_B = trailer_B, .win32_name = name};
   EQUAL(emu_section_create(&info, &s), EMU_OK);
   return s;
}

static HANDLE export(emu_section *s, uint32_t access, bool inherit)
{
   intptr_t h = -1;
   EQUAL(emu_section_export(s, access, inherit, &h), EMU_OK);
   return (HANDLE)h;
}

static emu_result import(HANDLE h, uint64_t size_B)
{
   emu_section *s = NULL;
   DWORD before = 0, after = 0;
   GetProcessHandleCount(GetCurrentProcess(), &before);
   emu_result r = emu_section_import((intptr_t)h, size_B, &s);
   CHECK((r == EMU_OK) == (s != NULL));
   emu_section_unref(s);
   GetProcessHandleCount(GetCurrentProcess(), &after);
   EQUAL(after, before);
   return r;
}

/* ---- export and import ---- */
static void payload_and_trailer(void)
{
   char trailer[64] = "made by a test", back[64];
   emu_section *s = create(100000, trailer, sizeof(trailer), NULL), *other = NULL;
   HANDLE h = export(s, 0, false);
   uint8_t *view = MapViewOfFile(h, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
   CHECK(view != NULL);
   CHECK(view[0] == 0 && view[131071] == 0);
   CHECK(memcmp(view + 131072, trailer, sizeof(trailer)) == 0);
   ((uint8_t *)emu_section_host(s))[99999] = 42;
   EQUAL(view[99999], 42);
   EQUAL(emu_section_import((intptr_t)h, 100000, &other), EMU_OK);
   CHECK(CloseHandle(h)); /* import took a reference of its own, not ours */
   emu_section_trailer(other, back, sizeof(back));
   CHECK(memcmp(back, trailer, sizeof(back)) == 0);
   emu_section_unref(s);
   view[5] = 6;
   EQUAL(((uint8_t *)emu_section_host(other))[5], 6);
   HANDLE again = export(other, GENERIC_ALL, true);
   EQUAL(import(again, 100000), EMU_OK);
   CloseHandle(again);
   emu_section_unref(other);
   UnmapViewOfFile(view);
}

static void access_bits(void)
{
   static const uint32_t asked[] = {0, GENERIC_ALL, GENERIC_READ, GENERIC_READ | GENERIC_WRITE, 0x80000001u, 1, 0x80000000u,
                                    SECTION_MAP_READ, SECTION_ALL_ACCESS, MAXIMUM_ALLOWED, 0xffffffffu, SYNCHRONIZE, READ_CONTROL};
   emu_section *s = create(65536, NULL, 0, NULL);
   for (unsigned i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
      DWORD flags = 0;
      HANDLE h = export(s, asked[i], i & 1);
      volatile uint8_t *v = MapViewOfFile(h, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 65536);
      if (!v)
         printf("access %08x: ", asked[i]);
      CHECK(v != NULL);
      if (v) {
         v[i] = (uint8_t)(i + 1);
         EQUAL(((uint8_t *)emu_section_host(s))[i], i + 1);
         UnmapViewOfFile((void *)v);
      }
      CHECK(GetHandleInformation(h, &flags));
      EQUAL(flags & HANDLE_FLAG_INHERIT, i & 1);
      CHECK(CloseHandle(h));
   }
   emu_section_unref(s);
}

static void names(void)
{
   emu_section *s = create(70000, "n", 2, L"Local\\figment-test-name"), *other = NULL;
   char t[2];
   emu_section_info again = {.size_B = 70000, .win32_name = L"Local\\figment-test-name"};
   EQUAL(emu_section_create(&again, &other), EMU_E_EXISTS);
   CHECK(other == NULL);
   EQUAL(emu_section_import_name(L"Local\\figment-test-name", 70000, &other), EMU_OK);
   emu_section_trailer(other, t, 2);
   EQUAL(t[0], 'n');
   ((uint8_t *)emu_section_host(s))[69999] = 3;
   EQUAL(((uint8_t *)emu_section_host(other))[69999], 3);
   emu_section_unref(other);
   EQUAL(emu_section_import_name(L"Local\\figment-test-name", 1 << 20, &other), EMU_E_HANDLE); /* too small */
   emu_section_unref(s);
   EQUAL(emu_section_import_name(L"Local\\figment-test-name", 70000, &other), EMU_E_NOT_FOUND);
   EQUAL(emu_section_import_name(NULL, 70000, &other), EMU_E_NOT_FOUND);
   HANDLE event = CreateEventW(NULL, TRUE, FALSE, L"Local\\figment-test-event");
   again.win32_name = L"Local\\figment-test-event";
   EQUAL(emu_section_create(&again, &other), EMU_E_EXISTS);
   EQUAL(emu_section_import_name(L"Local\\figment-test-event", 70000, &other), EMU_E_HANDLE);
   CloseHandle(event);
}

static bool writable(HANDLE h)
{
   emu_section *s = NULL;
   if (emu_section_import((intptr_t)h, 65536, &s) != EMU_OK)
      return false;
   volatile uint8_t *p = emu_section_host(s);
   p[100] = 1;
   emu_section_unref(s);
   return true;
}

static void refused(void)
{
   HANDLE small = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, NULL);
   HANDLE fits = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536 + 4096, NULL);
   HANDLE reserved = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0, 1 << 20, NULL);
   HANDLE readonly = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READONLY, 0, 1 << 20, NULL);
   HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), weak = NULL;
   wchar_t dir[MAX_PATH], path[MAX_PATH];
   GetTempPathW(MAX_PATH, dir);
   GetTempFileNameW(dir, L"fig", 0, path);
   HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
   HANDLE of_file = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 1 << 20, NULL);
   EQUAL(import(fits, 65536), EMU_OK);
   EQUAL(import(small, 65536), EMU_E_HANDLE);
   EQUAL(import(fits, 65537), EMU_E_HANDLE);
   EQUAL(import(fits, 0), EMU_E_RANGE);
   EQUAL(import(reserved, 65536), EMU_E_HANDLE);
   CHECK(import(readonly, 65536) != EMU_OK || writable(readonly)); /* Wine maps it for writing all the same */
   EQUAL(import(event, 65536), EMU_E_HANDLE);
   EQUAL(import(file, 65536), EMU_E_HANDLE);
   EQUAL(import(of_file, 65536), EMU_E_HANDLE);
   EQUAL(import(NULL, 65536), EMU_E_HANDLE);
   EQUAL(import(INVALID_HANDLE_VALUE, 65536), EMU_E_HANDLE);
   EQUAL(import((HANDLE)(intptr_t)-6, 65536), EMU_E_HANDLE);
   EQUAL(import((HANDLE)0x7ffffff0, 65536), EMU_E_HANDLE);
   DuplicateHandle(GetCurrentProcess(), fits, GetCurrentProcess(), &weak, SECTION_MAP_READ, FALSE, 0);
   emu_result r = import(weak, 65536); /* the right to write is granted by the object or it is not */
   CHECK(r == EMU_OK || r == EMU_E_HANDLE || r == EMU_E_ACCESS);
   HANDLE all[] = {small, fits, reserved, readonly, event, of_file, file, weak};
   for (unsigned i = 0; i < 8; i++)
      CloseHandle(all[i]);
   EQUAL(import(fits, 65536), EMU_E_HANDLE); /* closed early */
}

/* ---- a second process: this program again, with what it needs on the command line ---- */
static int peer(const char *how, const char *what)
{
   HANDLE h = strcmp(how, "name") == 0 ? OpenFileMappingA(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, what)
                                       : (HANDLE)(intptr_t)strtoll(what, NULL, 10);
   uint8_t *v = h ? MapViewOfFile(h, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 1 << 20) : NULL;
   if (!v)
      return 2;
   for (unsigned i = 0; i < 1 << 20; i++)
      if (v[i] != 0x5a)
         return 3;
   v[777] = 0xc3;
   return 0;
}

static DWORD run_peer(const char *how, const char *what)
{
   char self[MAX_PATH], line[2 * MAX_PATH];
   STARTUPINFOA si = {.cb = sizeof(si)};
   PROCESS_INFORMATION pi;
   DWORD code = 99;
   GetModuleFileNameA(NULL, self, sizeof(self));
   snprintf(line, sizeof(line), "\"%s\" peer %s %s", self, how, what);
   if (!CreateProcessA(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi))
      return 98;
   WaitForSingleObject(pi.hProcess, 30000);
   GetExitCodeProcess(pi.hProcess, &code);
   CloseHandle(pi.hProcess);
   CloseHandle(pi.hThread);
   return code;
}

static void second_process(void)
{
   emu_device *dev = rig_open("fg1-nano");
   char text[32];
   for (int by_name = 0; by_name < 2; by_name++) {
      emu_section *s = create(1 << 20, NULL, 0, by_name ? L"Local\\figment-test-peer" : NULL);
      EQUAL(emu_section_bind(dev, 16 * MiB, s), EMU_OK);
      volatile uint8_t *vram = emu_aperture_map(dev, 16 * MiB, 1 << 20);
      memset((void *)vram, 0x5a, 1 << 20);
      HANDLE h = export(s, 0x80000001u, true);
      snprintf(text, sizeof(text), "%lld", (long long)(intptr_t)h);
      EQUAL(run_peer(by_name ? "name" : "handle", by_name ? "Local\\figment-test-peer" : text), 0);
      EQUAL(vram[777], 0xc3);
      CloseHandle(h);
      emu_section_unbind(dev, 16 * MiB, s);
      emu_section_unref(s);
   }
   emu_device_close(dev);
}

/* ---- board memory, translation, copies ---- */
static void board_memory(void)
{
   emu_device *dev = rig_open("fg1"); /* 8 GiB of it */
   uint64_t avail, top = dev->profile.vram_B;
   uint8_t *p = emu_pa_host(dev, top - 1, &avail);
   CHECK(p && *p == 0 && avail == 1);
   uint8_t *a = emu_aperture_map(dev, 3 * MiB, 4 * MiB);
   CHECK(a != NULL);
   memset(a, 0xaa, 4 * MiB);
   CHECK(emu_pa_host(dev, 4 * MiB, &avail) == a + MiB);
   emu_aperture_discard(dev, 4 * MiB, 2 * MiB);
   CHECK(a[MiB - 1] == 0xaa && a[MiB] == 0 && a[3 * MiB - 1] == 0 && a[3 * MiB] == 0xaa);
   emu_aperture_discard(dev, 0, top); /* untouched granules included */
   CHECK(a[0] == 0 && *p == 0);
   CHECK(emu_pa_host(dev, top, &avail) == NULL);
   emu_device_close(dev);
}

static void copies(void)
{
   emu_device *dev = rig_open("fg1-nano");
   uint64_t va = UINT64_C(1) << 40;
   rig_tables(dev);
   rig_map_2m(dev, va, 64 * MiB, GPU_PTE_WRITE);
   uint8_t *a = emu_aperture_map(dev, 64 * MiB, 2 * MiB);
   memset(a, 0x3c, MiB);
   uint32_t values[7] = {(uint32_t)va, (uint32_t)(va >> 32), (uint32_t)(va + MiB), (uint32_t)(va >> 32), MiB, 0, GPU_DMA_COPY};
   for (uint32_t i = 0; i < 7; i++)
      emu_reg_write(dev, GPU_BLOCK_DMA + 4 * i, values[i], true);
   while (emu_mmio_read(dev, GPU_REG_DMA_INFLIGHT))
      Sleep(1);
   CHECK(a[MiB] == 0x3c && a[2 * MiB - 1] == 0x3c);
   EQUAL(emu_mmio_read(dev, GPU_REG_FAULT_STATUS), 0);
   emu_reg_write(dev, GPU_REG_DMA_SRC_HI, 0, true);
   emu_reg_write(dev, GPU_REG_DMA_GO, GPU_DMA_COPY, true);
   while (emu_mmio_read(dev, GPU_REG_DMA_INFLIGHT))
      Sleep(1);
   EQUAL(emu_mmio_read(dev, GPU_REG_FAULT_TYPE), GPU_FAULT_UNMAPPED);
   emu_device_close(dev);
}

static void *raise_later(void *arg)
{
   Sleep(30);
   emu_irq_raise(arg, GPU_IRQ_FENCE(0));
   return NULL;
}

static void interrupts(void)
{
   emu_device *dev = rig_open("fg1-nano");
   uint64_t seq = emu_irq_wait(dev, 0, 0), start = emu_clock_ns();
   EQUAL(emu_irq_wait(dev, seq, 50000000), seq);
   uint64_t t = emu_clock_ns() - start;
   CHECK(t >= 49000000 && t < 2000000000);
   for (int i = 0; i < 2; i++) {
      pthread_t thread;
      pthread_create(&thread, NULL, raise_later, dev);
      EQUAL(emu_irq_wait(dev, seq, i ? INT64_C(100000000000) : -1), seq + 1);
      pthread_join(thread, NULL);
      seq++;
   }
   emu_device_close(dev);
}

static void report(void)
{
   static char text[65536];
   char dir[MAX_PATH], path[MAX_PATH + 20];
   GetTempPathA(MAX_PATH, dir);
   snprintf(path, sizeof(path), "%sfigment-%lu.json", dir, GetCurrentProcessId());
   SetEnvironmentVariableA("FIGMENT_REPORT", path);
   for (int i = 0; i < 2; i++) {
      emu_device *dev = rig_open("fg1-nano");
      emu_counter_add(dev, GPU_COUNTER_WAVES, 11 + i);
      emu_device_close(dev);
   }
   SetEnvironmentVariableA("FIGMENT_REPORT", NULL);
   FILE *f = fopen(path, "rb");
   CHECK(f && fread(text, 1, sizeof(text) - 1, f) > 0);
   if (f)
      fclose(f);
   CHECK(strstr(text, "\"WAVES\":11,") && strstr(text, "\"WAVES\":12,"));
   DeleteFileA(path);
   SetEnvironmentVariableA("FIGMENT_TIMING", "fast");
   emu_device *dev = NULL;
   EQUAL(emu_device_open(NULL, &dev, text, sizeof(text)), EMU_E_SETTING);
   CHECK(strstr(text, "FIGMENT_TIMING"));
   SetEnvironmentVariableA("FIGMENT_TIMING", NULL);
}

static void many_lives(void)
{
   DWORD before = 0, after = 0;
   emu_device_close(rig_open("fg1"));
   GetProcessHandleCount(GetCurrentProcess(), &before);
   uint64_t start = emu_clock_ns();
   for (int i = 0; i < 50; i++) {
      emu_device *dev = rig_open("fg1");
      emu_section *s = create(100000, NULL, 0, NULL);
      emu_section_bind(dev, MiB, s);
      emu_section_unref(s);
      emu_device_close(dev);
   }
   printf("open, bind and close: %u us\n", (unsigned)((emu_clock_ns() - start) / 50000));
   GetProcessHandleCount(GetCurrentProcess(), &after);
   CHECK(after <= before + 2);
}

int main(int argc, char **argv)
{
   if (argc == 4 && strcmp(argv[1], "peer") == 0)
      return peer(argv[2], argv[3]);
   payload_and_trailer();
   access_bits();
   names();
   refused();
   second_process();
   board_memory();
   copies();
   interrupts();
   report();
   many_lives();
   printf("%d passed, %d failed\n", passed, failed);
   return failed != 0;
}
