/* Linux sections: a memfd sealed against resizing, so that no peer can take pages away under our accesses (a shrunk file answers with
 * SIGBUS). Imports must carry the shrink seal and live on tmpfs; hugetlb pools can run dry at any access and are refused.
 */
#define _GNU_SOURCE
#include "section.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static emu_result errno_result(int e)
{
   switch (e) {
   case EMFILE:
   case ENFILE:
      return EMU_E_NO_HANDLES;
   case ENOMEM:
   case ENOSPC:
   case EFBIG:
      return EMU_E_NO_MEMORY;
   case EBADF:
   case EINVAL:
   case ENODEV:
      return EMU_E_HANDLE;
   case EACCES:
   case EPERM:
      return EMU_E_ACCESS;
   default:
      return EMU_E_HOST;
   }
}

/* Map handle `fd`, which the section then owns; closes it on failure. */
static emu_result section_map(emu_section *s, int fd)
{
   void *map = mmap(NULL, emu_section_total_B(s->payload_B), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
   if (map == MAP_FAILED) {
      emu_result r = errno_result(errno);
      close(fd);
      return r;
   }
   s->map = map;
   s->handle = fd;
   return EMU_OK;
}

static int sized_memfd(const char *name, uint64_t size_B, unsigned flags)
{
   int fd = memfd_create(name, MFD_CLOEXEC | flags);
   if (fd >= 0 && ftruncate(fd, (off_t)size_B) != 0) {
      int e = errno;
      close(fd);
      errno = e;
      return -1;
   }
   return fd;
}

emu_result emu_section_os_create(emu_section *s, const emu_section_info *info)
{
   int fd = sized_memfd("figment-section", emu_section_total_B(s->payload_B), MFD_ALLOW_SEALING);
   if (fd < 0)
      return errno_result(errno);
   if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
      close(fd);
      return EMU_E_HOST;
   }
   return section_map(s, fd);
}

/* The seal first, then the size: once sealed it can only grow. */
static emu_result check_import(int fd, uint64_t total_B)
{
   struct statfs fs;
   struct stat st;
   int seals = fcntl(fd, F_GET_SEALS);
   if (seals < 0 || !(seals & F_SEAL_SHRINK))
      return EMU_E_HANDLE;
   if (fstatfs(fd, &fs) != 0 || fs.f_type != TMPFS_MAGIC)
      return EMU_E_HANDLE;
   if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 0 || (uint64_t)st.st_size < total_B)
      return EMU_E_HANDLE;
   return EMU_OK;
}

emu_result emu_section_os_import(emu_section *s, intptr_t handle)
{
   if (handle < 0 || handle > INT_MAX)
      return EMU_E_HANDLE;
   int fd = fcntl((int)handle, F_DUPFD_CLOEXEC, 0);
   if (fd < 0)
      return errno_result(errno);
   emu_result r = check_import(fd, emu_section_total_B(s->payload_B));
   if (r != EMU_OK) {
      close(fd);
      return r;
   }
   return section_map(s, fd);
}

emu_result emu_section_os_import_name(emu_section *s, const void *win32_name)
{
   return EMU_E_NOT_FOUND;
}

emu_result emu_section_os_export(emu_section *s, uint32_t win32_access, bool inherit, intptr_t *handle)
{
   int fd = fcntl((int)s->handle, F_DUPFD_CLOEXEC, 0);
   if (fd < 0)
      return errno_result(errno);
   *handle = fd;
   return EMU_OK;
}

void emu_section_os_close(emu_section *s)
{
   munmap(s->map, emu_section_total_B(s->payload_B));
   close((int)s->handle);
}

/* The memfd is closed once mapped: nothing but this mapping reaches the board's memory, and it costs no descriptor. */
emu_result emu_board_create(emu_board *b, uint64_t size_B)
{
   int fd = sized_memfd("figment-vram", size_B, 0);
   if (fd < 0)
      return errno_result(errno);
   void *base = mmap(NULL, size_B, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
   int e = errno;
   close(fd);
   if (base == MAP_FAILED)
      return errno_result(e);
   b->base = base;
   b->size_B = size_B;
   return EMU_OK;
}

void emu_board_destroy(emu_board *b)
{
   munmap(b->base, b->size_B);
}

bool emu_board_commit(emu_board *b, uint64_t offset, uint64_t size_B)
{
   return true; /* shared memory pages appear on first touch */
}

void emu_board_discard(emu_board *b, uint64_t offset, uint64_t size_B)
{
   if (madvise(b->base + offset, size_B, MADV_REMOVE) != 0)
      memset(b->base + offset, 0, size_B);
}
