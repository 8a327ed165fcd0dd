/* figment map on Linux: a section is a memfd, reached by an inherited descriptor or through /proc. */
#define _GNU_SOURCE /* F_GET_SEALS */
#include "map.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_source(const tool_command *c, const map_source *source)
{
   uint64_t number;

   if (source->name) {
      tool_fail(c, "sections have names on Windows only; use /proc/PID/fd/N or --fd");
      return -1;
   }
   if (source->handle) {
      if (tool_number(source->handle, &number) && number <= INT_MAX)
         return (int)number;
      tool_fail(c, "%s is no file descriptor", source->handle);
      return -1;
   }
   int fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
   if (fd < 0)
      tool_fail(c, "cannot open %s: %s", source->path, strerror(errno));
   return fd;
}

static bool map_fd(const tool_command *c, int fd, map_view *out)
{
   struct stat st;

   if (fstat(fd, &st)) {
      tool_fail(c, "file descriptor %d: %s", fd, strerror(errno));
      return false;
   }
   if (!S_ISREG(st.st_mode) || st.st_size <= 0) {
      tool_fail(c, "not a section: no memory object, or empty");
      return false;
   }
   /* A file that its owner may shrink would turn a read into SIGBUS; sections are sealed against that. */
   int seals = fcntl(fd, F_GET_SEALS);
   if (seals < 0 || !(seals & F_SEAL_SHRINK)) {
      tool_fail(c, "not a section: it is not sealed against shrinking");
      return false;
   }
   void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
   if (p == MAP_FAILED) {
      tool_fail(c, "cannot map %" PRId64 " bytes: %s", (int64_t)st.st_size, strerror(errno));
      return false;
   }
   *out = (map_view){p, (uint64_t)st.st_size};
   return true;
}

bool map_open(const tool_command *c, const map_source *source, map_view *out)
{
   int fd = open_source(c, source);
   if (fd < 0)
      return false;
   bool ok = map_fd(c, fd, out);
   if (source->path)
      close(fd);
   return ok;
}

void map_close(map_view *view)
{
   munmap((void *)view->data, (size_t)view->size);
}
