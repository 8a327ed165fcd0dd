/* figment run on Windows: a real loader finds the driver by its manifest; where none is installed, the
 * vulkan-1.dll beside this command is found by PATH. Wine's own vulkan-1.dll comes before PATH and ignores
 * registered drivers: there a copy beside the program is needed, and we say so. */
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

static bool under_wine(void)
{
   HMODULE ntdll = GetModuleHandleA("ntdll.dll");
   return ntdll && GetProcAddress(ntdll, "wine_get_version");
}

/* Whether a vulkan-1.dll lies in the directory of the program. */
static bool has_own_loader(const char *program)
{
   char path[MAX_PATH + 16], *name;
   DWORD n = SearchPathA(NULL, program, ".exe", MAX_PATH, path, &name);

   if (!n || n >= MAX_PATH || !name)
      return true; /* starting it will tell more */
   strcpy(name, "vulkan-1.dll");
   return GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES;
}

/* One argument so that the program's C library parses it back: in quotes where needed, backslashes before a
 * quote doubled. Others stay bare, because cmd.exe does not know a quoted switch. */
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

static intptr_t spawn(const tool_command *c, char **argv, int mode)
{
   const char *program = argv[0];
   char directory[2048];

   if (under_wine() && !has_own_loader(program) && tool_own_directory(directory, sizeof directory))
      fprintf(
         stderr,
         "figment %s: Wine's own vulkan-1.dll ignores drivers; put a copy of %s/vulkan-1.dll beside %s\n",
         c->name, directory, program);
   for (char **a = argv; *a; a++)
      if (!(*a = quote(*a))) {
         tool_fail(c, "out of memory");
         return -1;
      }
   intptr_t result = _spawnvp(mode, program, (const char *const *)argv);
   if (result == -1)
      tool_fail(c, "cannot start %s", program);
   return result;
}

bool run_program(const tool_command *c, char **argv, int *status)
{
   intptr_t result = spawn(c, argv, _P_WAIT);
   *status = (int)result;
   return result != -1;
}

intptr_t run_start(const tool_command *c, char **argv)
{
   return spawn(c, argv, _P_NOWAIT);
}
