/* Section port on Linux: what another process sees through a descriptor, and what the port refuses. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "machine_rig.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

static emu_section *create(uint64_t size_B, const void *trailer, uint32_t trailer_B)
{
   emu_section *s = NULL;
   emu_section_info info = {.size_B = size_B, .trailer = trailer, .trailer_B = trailer_B};
   assert_int_equal(emu_section_create(&info, &s), EMU_OK);
   return s;
}

static int export(emu_section *s)
{
   intptr_t fd = -1;
   assert_int_equal(emu_section_export(s, 0, false, &fd), EMU_OK);
   assert_true(fd >= 0);
   return (int)fd;
}

static int open_fds(void)
{
   int n = 0;
   for (int fd = 0; fd < 1024; fd++)
      n += fcntl(fd, F_GETFD) >= 0;
   return n;
}

static emu_result import(int fd, uint64_t size_B)
{
   emu_section *s = (emu_section *)8;
   int before = open_fds();
   emu_result r = emu_section_import(fd, size_B, &s);
   if (r == EMU_OK) {
      emu_section_unref(s);
   } else {
      assert_null(s);
   }
   assert_int_equal(open_fds(), before); /* nothing leaks, the caller's own stays */
   return r;
}

static void payload_first_trailer_behind(void **state)
{
   char trailer[100] = "made by a test", back[100];
   emu_section *s = create(100000, trailer, sizeof(trailer));
   int fd = export(s);
   assert_int_equal(emu_section_payload_B(s), 100000);
   assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
   assert_int_equal(fcntl(fd, F_GET_SEALS), SEALS);
   uint8_t *view = mmap(NULL, 131072 + 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
   assert_ptr_not_equal(view, MAP_FAILED);
   for (unsigned i = 0; i < 131072; i++)
      assert_int_equal(view[i], 0);
   assert_memory_equal(view + 131072, trailer, sizeof(trailer));
   emu_section_trailer(s, back, sizeof(back));
   assert_memory_equal(back, trailer, sizeof(back));
   ((uint8_t *)emu_section_host(s))[99999] = 42;
   assert_int_equal(view[99999], 42);
   struct stat st;
   assert_int_equal(fstat(fd, &st), 0);
   assert_int_equal(st.st_size, 131072 + 4096);
   emu_section_unref(s);
   assert_int_equal(view[99999], 42); /* the exported handle keeps the memory */
   munmap(view, 131072 + 4096);
   close(fd);
}

static void a_peer_cannot_resize(void **state)
{
   emu_section *s = create(65536, NULL, 0);
   int fd = export(s);
   assert_int_equal(ftruncate(fd, 4096), -1);
   assert_int_equal(errno, EPERM);
   assert_int_equal(ftruncate(fd, 1 << 20), -1);
   assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
   /* a hole reads as zeros: no signal, no stale bytes */
   uint8_t *p = emu_section_host(s);
   p[1000] = 1;
   assert_int_equal(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 65536 + 4096), 0);
   assert_int_equal(p[1000], 0);
   p[1000] = 2;
   close(fd);
   emu_section_unref(s);
}

static void second_process_shares_the_bytes(void **state)
{
   emu_device *dev = rig_open("fg1-nano");
   emu_section *s = create(1 << 20, "T", 2);
   assert_int_equal(emu_section_bind(dev, 1 << 24, s), EMU_OK);
   uint8_t *vram = emu_aperture_map(dev, 1 << 24, 1 << 20);
   memset(vram, 0x5a, 1 << 20);
   int fd = export(s);
   pid_t child = fork();
   if (child == 0) { /* knows nothing but the descriptor */
      uint8_t *m = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      int bad = m == MAP_FAILED;
      for (unsigned i = 0; !bad && i < 1 << 20; i++)
         bad = m[i] != 0x5a;
      if (!bad)
         m[777] = 0xc3;
      _exit(bad);
   }
   int status = -1;
   assert_int_equal(waitpid(child, &status, 0), child);
   assert_int_equal(status, 0);
   assert_int_equal(vram[777], 0xc3);
   close(fd);
   emu_section_unref(s);
   emu_device_close(dev);
}

static void import_is_a_reference_of_its_own(void **state)
{
   emu_section *s = create(65536, "abc", 4), *other = NULL;
   int fd = export(s);
   assert_int_equal(emu_section_import(fd, 65536, &other), EMU_OK);
   close(fd);
   char t[4];
   emu_section_trailer(other, t, 4);
   assert_string_equal(t, "abc");
   ((uint8_t *)emu_section_host(s))[5] = 6;
   emu_section_unref(s);
   assert_int_equal(((uint8_t *)emu_section_host(other))[5], 6);
   fd = export(other); /* and may be exported again */
   assert_int_equal(import(fd, 65536), EMU_OK);
   close(fd);
   emu_section_ref(other);
   emu_section_unref(other);
   ((uint8_t *)emu_section_host(other))[5] = 7;
   emu_section_unref(other);
}

static int memfd(off_t size, int seals)
{
   int fd = memfd_create("peer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
   assert_int_equal(ftruncate(fd, size), 0);
   if (seals)
      assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
   return fd;
}

static void what_is_refused(void **state)
{
   int good = memfd(65536 + 4096, SEALS), unsealed = memfd(65536 + 4096, 0), grow = memfd(65536 + 4096, F_SEAL_GROW);
   int small = memfd(65536 + 4095, SEALS), empty = memfd(0, SEALS), written = memfd(65536 + 4096, SEALS | F_SEAL_WRITE);
   assert_int_equal(import(good, 65536), EMU_OK);
   assert_int_equal(import(good, 1), EMU_OK);
   assert_int_equal(import(good, 65537), EMU_E_HANDLE);
   assert_int_equal(import(good, 0), EMU_E_RANGE);
   assert_int_equal(import(good, UINT64_MAX), EMU_E_RANGE);
   assert_int_equal(import(unsealed, 65536), EMU_E_HANDLE);
   assert_int_equal(import(grow, 65536), EMU_E_HANDLE);
   assert_int_equal(import(small, 65536), EMU_E_HANDLE);
   assert_int_equal(import(empty, 65536), EMU_E_HANDLE);
   assert_int_equal(import(written, 65536), EMU_E_ACCESS);
   int fds[] = {good, unsealed, grow, small, empty, written};
   for (unsigned i = 0; i < 6; i++)
      close(fds[i]);
   assert_int_equal(import(good, 65536), EMU_E_HANDLE); /* closed early */
}

static void what_is_no_section(void **state)
{
   int pipes[2];
   assert_int_equal(pipe(pipes), 0);
   assert_int_equal(import(pipes[0], 65536), EMU_E_HANDLE);
   assert_int_equal(import(pipes[1], 65536), EMU_E_HANDLE);
   close(pipes[0]);
   close(pipes[1]);
   int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR), dir = open("/", O_RDONLY);
   char name[] = "/tmp/figment-section-XXXXXX";
   int file = mkstemp(name);
   unlink(name);
   assert_int_equal(ftruncate(file, 1 << 20), 0);
   int fds[] = {null, zero, dir, file};
   for (unsigned i = 0; i < 4; i++) {
      assert_int_equal(import(fds[i], 65536), EMU_E_HANDLE);
      close(fds[i]);
   }
   assert_int_equal(import(-1, 65536), EMU_E_HANDLE);
   assert_int_equal(import(999999, 65536), EMU_E_HANDLE);
   emu_section *s = (emu_section *)8;
   assert_int_equal(emu_section_import((intptr_t)1 << 33, 65536, &s), EMU_E_HANDLE);
   assert_int_equal(emu_section_import_name(L"no", 65536, &s), EMU_E_NOT_FOUND);
   assert_null(s);
}

static void read_only_descriptor(void **state)
{
   char path[64];
   emu_section *s = create(65536, NULL, 0);
   int fd = export(s);
   snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
   int ro = open(path, O_RDONLY);
   assert_true(ro >= 0);
   assert_int_equal(import(ro, 65536), EMU_E_ACCESS);
   close(ro);
   close(fd);
   emu_section_unref(s);
}

static void bad_sizes(void **state)
{
   emu_section *s;
   assert_int_equal(emu_section_create(&(emu_section_info){.size_B = 0}, &s), EMU_E_RANGE);
   assert_int_equal(emu_section_create(&(emu_section_info){.size_B = UINT64_MAX}, &s), EMU_E_RANGE);
   assert_int_equal(emu_section_create(&(emu_section_info){.size_B = 1, .trailer = &s, .trailer_B = 4097}, &s), EMU_E_RANGE);
   assert_null(s);
}

static void out_of_descriptors(void **state)
{
   struct rlimit old, few;
   emu_section *kept = create(4096, NULL, 0), *s = NULL;
   int fd = export(kept);
   getrlimit(RLIMIT_NOFILE, &old);
   few = old;
   few.rlim_cur = (rlim_t)fd + 1;
   for (int i = 0; i < fd; i++) /* fill the gaps below */
      if (fcntl(i, F_GETFD) < 0)
         dup2(fd, i);
   setrlimit(RLIMIT_NOFILE, &few);
   intptr_t out;
   assert_int_equal(emu_section_create(&(emu_section_info){.size_B = 4096}, &s), EMU_E_NO_HANDLES);
   assert_int_equal(emu_section_export(kept, 0, false, &out), EMU_E_NO_HANDLES);
   assert_int_equal(emu_section_import(fd, 4096, &s), EMU_E_NO_HANDLES);
   setrlimit(RLIMIT_NOFILE, &old);
   close(fd);
   emu_section_unref(kept);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(payload_first_trailer_behind), cmocka_unit_test(a_peer_cannot_resize),
      cmocka_unit_test(second_process_shares_the_bytes), cmocka_unit_test(import_is_a_reference_of_its_own),
      cmocka_unit_test(what_is_refused), cmocka_unit_test(what_is_no_section), cmocka_unit_test(read_only_descriptor),
      cmocka_unit_test(bad_sizes), cmocka_unit_test(out_of_descriptors),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
