/* Options, files and messages of the `figment` command. Every subcommand describes itself by a
 * tool_command record, so that help, usage errors and exit statuses are the same everywhere. */
#include "tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#include <windows.h>
#else
#include <unistd.h>
#endif

void tool_help(const tool_command *c)
{
   printf("figment %s - %s\n\nusage: figment %s [options]%s%s\n\noptions:\n", c->name, c->summary, c->name,
          *c->operands ? " " : "", c->operands);
   for (const tool_option *o = c->options; o->name; o++) {
      char left[64];
      snprintf(left, sizeof left, "%s%s%s%s%s", o->short_name ? o->short_name : "", o->short_name ? ", " : "",
               o->name, o->args ? " " : "", o->args ? o->args : "");
      printf("   %-28s %s\n", left, o->help);
   }
   printf("   %-28s %s\n", "-h, --help", "show this");
   if (*c->help)
      printf("\n%s\n", c->help);
   printf("\nexample:\n%s\n", c->example);
}

/* Without a command nobody wants to hear. */
static int message(const tool_command *c, int status, const char *format, va_list args)
{
   if (!c)
      return status;
   fflush(stdout);
   fprintf(stderr, "figment %s: ", c->name);
   vfprintf(stderr, format, args);
   fputc('\n', stderr);
   if (status == TOOL_USAGE)
      fprintf(stderr, "Try 'figment %s --help'.\n", c->name);
   return status;
}

int tool_fail(const tool_command *c, const char *format, ...)
{
   va_list args;
   va_start(args, format);
   int status = message(c, TOOL_FAILED, format, args);
   va_end(args);
   return status;
}

int tool_usage(const tool_command *c, const char *format, ...)
{
   va_list args;
   va_start(args, format);
   int status = message(c, TOOL_USAGE, format, args);
   va_end(args);
   return status;
}

static unsigned option_args(const tool_option *o)
{
   unsigned n = o->args != NULL;
   for (const char *p = o->args; p && (p = strchr(p, ' ')); p++)
      n++;
   return n;
}

/* Index of the option, -1 if there is none. "--name=value" matches too; *value is then what follows. */
static int find_option(const tool_command *c, const char *text, const char **value)
{
   *value = NULL;
   for (int i = 0; c->options[i].name; i++) {
      const tool_option *o = &c->options[i];
      size_t n = strlen(o->name);
      if (!strcmp(text, o->name) || (o->short_name && !strcmp(text, o->short_name)))
         return i;
      if (!strncmp(text, o->name, n) && text[n] == '=' && option_args(o) == 1) {
         *value = text + n + 1;
         return i;
      }
   }
   return -1;
}

/* Takes the option at argv[*at]; false after a usage message. */
static bool take_option(const tool_command *c, int argc, char **argv, int *at, tool_line *line)
{
   const char *text = argv[*at], *value;
   int i = find_option(c, text, &value);

   if (i < 0) {
      tool_usage(c, "unknown option %s", text);
      return false;
   }
   unsigned wanted = option_args(&c->options[i]);
   line->given[i] = true;
   if (value) {
      line->arg[i][0] = value;
      return true;
   }
   if (argc - *at - 1 < (int)wanted) {
      tool_usage(c, "%s needs %s", text, c->options[i].args);
      return false;
   }
   for (unsigned k = 0; k < wanted; k++)
      line->arg[i][k] = argv[++*at];
   return true;
}

bool tool_parse(const tool_command *c, int argc, char **argv, tool_line *line, int *status)
{
   int kept = 0;

   *line = (tool_line){.operand = argv};
   for (int i = 0; i < argc; i++) {
      const char *text = argv[i];
      bool ends = !strcmp(text, "--"), operand = text[0] != '-' || !text[1];
      if (ends || (operand && c->leading_only)) {
         for (i += ends; i < argc; i++)
            argv[kept++] = argv[i];
         break;
      }
      if (operand) {
         argv[kept++] = argv[i];
         continue;
      }
      if (!strcmp(text, "--help") || !strcmp(text, "-h")) {
         tool_help(c);
         *status = TOOL_OK;
         return false;
      }
      if (!take_option(c, argc, argv, &i, line)) {
         *status = TOOL_USAGE;
         return false;
      }
   }
   line->operands = kept;
   return true;
}

static void binary_mode(FILE *file)
{
#ifdef _WIN32
   _setmode(_fileno(file), _O_BINARY);
#else
   (void)file;
#endif
}

static char *read_all(FILE *file, size_t *size)
{
   size_t room = 1 << 16, n = 0, got;
   char *data = malloc(room);

   while (data && (got = fread(data + n, 1, room - n - 1, file)) > 0) {
      n += got;
      if (room - n > 1)
         continue;
      char *bigger = room <= SIZE_MAX / 2 ? realloc(data, room * 2) : NULL;
      if (!bigger) {
         free(data);
         errno = ENOMEM;
         return NULL;
      }
      data = bigger;
      room *= 2;
   }
   if (data && ferror(file)) {
      free(data);
      return NULL;
   }
   if (data)
      data[n] = '\0';
   *size = n;
   return data;
}

char *tool_read_file(const tool_command *c, const char *path, size_t *size)
{
   bool standard = !strcmp(path, "-");
   FILE *file = standard ? stdin : fopen(path, "rb");

   if (!file) {
      tool_fail(c, "cannot open %s: %s", path, strerror(errno));
      return NULL;
   }
   binary_mode(file);
   char *data = read_all(file, size);
   if (!data)
      tool_fail(c, "cannot read %s: %s", path, strerror(errno));
   if (!standard)
      fclose(file);
   return data;
}

bool tool_write_file(const tool_command *c, const char *path, const void *data, size_t size)
{
   bool standard = !strcmp(path, "-");
   FILE *file = standard ? stdout : fopen(path, "wb");

   if (!file) {
      tool_fail(c, "cannot create %s: %s", path, strerror(errno));
      return false;
   }
   binary_mode(file);
   bool ok = fwrite(data, 1, size, file) == size;
   ok = fflush(file) == 0 && ok;
   int error = errno;
   if (!standard)
      ok = fclose(file) == 0 && ok;
   if (!ok)
      tool_fail(c, "cannot write %s: %s", path, strerror(error));
   return ok;
}

bool tool_number(const char *text, uint64_t *value)
{
   static const char suffixes[] = "KMG";
   char *end;

   if (*text < '0' || *text > '9')
      return false;
   errno = 0;
   unsigned long long n = strtoull(text, &end, !strncmp(text, "0x", 2) ? 16 : 10);
   if (errno)
      return false;
   const char *suffix = *end ? strchr(suffixes, *end) : NULL;
   unsigned shift = suffix ? 10 * (unsigned)(suffix - suffixes + 1) : 0;
   if ((suffix ? end[1] : *end) || n > UINT64_MAX >> shift)
      return false;
   *value = (uint64_t)n << shift;
   return true;
}

bool tool_own_directory(char *out, size_t size)
{
#ifdef _WIN32
   DWORD n = GetModuleFileNameA(NULL, out, (DWORD)size);
   if (!n || n >= size)
      return false;
   for (char *p = out; *p; p++)
      if (*p == '\\')
         *p = '/';
#else
   ssize_t n = readlink("/proc/self/exe", out, size - 1);
   if (n <= 0 || (size_t)n >= size - 1)
      return false;
   out[n] = '\0';
#endif
   char *slash = strrchr(out, '/');
   if (!slash)
      return false;
   *slash = '\0';
   return true;
}
