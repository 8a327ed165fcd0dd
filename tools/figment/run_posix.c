/* figment run on Linux: the ordinary Vulkan loader is told of the driver by environment variables. */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

bool run_setenv(const char *name, const char *value)
{
   return setenv(name, value, 1) == 0;
}

bool run_expose_driver(const char *manifest, const char *directory)
{
   (void)directory;
   /* Older loaders know only the second name. */
   return run_setenv("VK_DRIVER_FILES", manifest) && run_setenv("VK_ICD_FILENAMES", manifest);
}

bool run_temporary(char *path, size_t size)
{
   const char *directory = getenv("TMPDIR");
   static const char name[] = "/figment-report-XXXXXX";

   if (!directory || !*directory)
      directory = "/tmp";
   if (strlen(directory) + sizeof name > size)
      return false;
   strcpy(path, directory);
   strcat(path, name);
   int fd = mkstemp(path);
   if (fd < 0)
      return false;
   close(fd);
   return true;
}

bool run_program(const tool_command *c, char **argv, int *status)
{
   pid_t pid;
   int error = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ), state;

   if (error) {
      tool_fail(c, "cannot start %s: %s", argv[0], strerror(error));
      return false;
   }
   /* The terminal sends these to the program as well, and it is the program that decides; we still owe the
    * report. */
   signal(SIGINT, SIG_IGN);
   signal(SIGQUIT, SIG_IGN);
   while (waitpid(pid, &state, 0) < 0)
      if (errno != EINTR) {
         tool_fail(c, "cannot wait for %s: %s", argv[0], strerror(errno));
         return false;
      }
   *status = WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
   return true;
}
