/* figment run on Windows: a real loader finds the driver by its manifest; where none is installed, and
 * under Wine, whose own vulkan-1.dll ignores registered drivers, the DLL beside this command stands in. */
#include "run.h"

#include <process.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

bool run_setenv(const char *name, const char *value)
{
   /* Both views: the C library's (for children started by it) and the system's. */
   return _putenv_s(name, value) == 0 && SetEnvironmentVariableA(name, value);
}

/* Put `value` in front of what the variable holds. */
static bool prepend(const char *name, const char *value, char separator)
{
   const char *old = getenv(name);
   size_t n = strlen(value) + (old ? strlen(old) : 0) + 2;
   char *joined = malloc(n);

   if (!joined)
      return false;
   if (old && *old)
      snprintf(joined, n, "%s%c%s", value, separator, old);
   else
      snprintf(joined, n, "%s", value);
   bool ok = run_setenv(name, joined);
   free(joined);
   return ok;
}

bool run_expose_driver(const char *manifest, const char *directory)
{
   char backslashed[2048];

   snprintf(backslashed, sizeof backslashed, "%s", directory);
   for (char *p = backslashed; *p; p++)
      if (*p == '/')
         *p = '\\';
   return run_setenv("VK_DRIVER_FILES", manifest) && run_setenv("VK_ICD_FILENAMES", manifest) &&
          prepend("PATH", backslashed, ';') && prepend("WINEDLLOVERRIDES", "vulkan-1=n,b", ';');
}

bool run_temporary(char *path, size_t size)
{
   char directory[MAX_PATH + 1], file[MAX_PATH + 1];

   if (!GetTempPathA(sizeof directory, directory) || !GetTempFileNameA(directory, "fig", 0, file))
      return false;
   return (size_t)snprintf(path, size, "%s", file) < size;
}

/* One argument so that the program's C library parses it back: in quotes where needed, backslashes before a quote doubled. Others stay
 * bare, because cmd.exe does not know a quoted switch. */
static char *quote(const char *arg)
{
   char *out = malloc(strlen(arg) * 2 + 3), *p = out;

   if (!out)
      return NULL;
   if (*arg && !strpbrk(arg, " \t\""))
      return strcpy(out, arg);
   *p++ = '"';
   for (; *arg; arg++) {
      size_t slashes = strspn(arg, "\\");
      char next = arg[slashes];
      size_t copies = next == '"' || !next ? slashes * 2 : slashes;
      memset(p, '\\', copies);
      p += copies;
      arg += slashes;
      if (!*arg)
         break;
      if (*arg == '"')
         *p++ = '\\';
      *p++ = *arg;
   }
   *p++ = '"';
   *p = '\0';
   return out;
}

bool run_program(const tool_command *c, char **argv, int *status)
{
   const char *program = argv[0];

   for (char **a = argv; *a; a++)
      if (!(*a = quote(*a))) {
         tool_fail(c, "out of memory");
         return false;
      }
   intptr_t result = _spawnvp(_P_WAIT, program, (const char *const *)argv);
   if (result == -1) {
      tool_fail(c, "cannot start %s", program);
      return false;
   }
   *status = (int)result;
   return true;
}
