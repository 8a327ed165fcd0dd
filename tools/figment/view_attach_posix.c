/* figment view on Linux: the sections of other processes are memory files among their descriptors. */
#include "run.h"
#include "view.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECTION "/memfd:figment-section"

extern char **environ;

/* A section can have several descriptors: each inode is told once. */
static bool seen_before(const ino_t *seen, int n, ino_t inode)
{
   for (int i = 0; i < n; i++)
      if (seen[i] == inode)
         return true;
   return false;
}

int view_sections(const tool_command *c, long pid, view_section *out, int max)
{
   char folder[64], path[64], target[64];
   ino_t seen[256];
   struct stat st;
   int n = 0;

   snprintf(folder, sizeof folder, "/proc/%ld/fd", pid);
   DIR *dir = opendir(folder);
   if (!dir) {
      tool_fail(c, "cannot look at process %ld: %s", pid, errno == ENOENT ? "there is none" : strerror(errno));
      return -1;
   }
   for (struct dirent *e; n < max && n < 256 && (e = readdir(dir));) {
      if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, e->d_name) >= sizeof path)
         continue;
      ssize_t length = readlink(path, target, sizeof target - 1);
      if (length < (ssize_t)strlen(SECTION) || memcmp(target, SECTION, strlen(SECTION)) || stat(path, &st) ||
          seen_before(seen, n, st.st_ino))
         continue;
      seen[n] = st.st_ino;
      memcpy(out[n].path, path, sizeof path);
      out[n].id = st.st_ino;
      out[n++].payload = map_payload_size((uint64_t)st.st_size);
   }
   closedir(dir);
   return n;
}

bool view_section_open(const tool_command *c, long pid, const view_section *section, map_view *out)
{
   return map_open(c, &(map_source){.path = section->path}, out);
}

long view_start(const tool_command *c, char **argv)
{
   pid_t pid;
   if (run_set_up_driver(c) != TOOL_OK || !run_setenv("FIGMENT_WATCH", "on"))
      return -1;
   int error = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
   if (!error)
      return pid;
   tool_fail(c, "cannot start %s: %s", argv[0], strerror(error));
   return -1;
}

bool view_alive(long pid, bool own)
{
   return own ? waitpid((pid_t)pid, NULL, WNOHANG) == 0 : kill((pid_t)pid, 0) == 0 || errno == EPERM;
}
