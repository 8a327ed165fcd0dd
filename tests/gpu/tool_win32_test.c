/* The figment command on Windows: a section by name and by inherited handle, and starting a program. The
 * command lies beside this test. No cmocka here: it is not packaged for the cross compiler. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

static char figment[MAX_PATH + 32], directory[MAX_PATH];
static char output[1 << 16];
static int failures;

static void expect(bool ok, const char *what, int line)
{
   if (ok)
      return;
   fprintf(stderr, "line %d: %s\n%s\n", line, what, output);
   failures++;
}
#define EXPECT(condition) expect(condition, #condition, __LINE__)
#define SAID(text) expect(strstr(output, text) != NULL, "expected: " text, __LINE__)

/* Runs figment with inherited handles, keeps its output, returns the exit status or -1. */
static int run(const char *args)
{
   SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
   STARTUPINFOA start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
   PROCESS_INFORMATION process;
   HANDLE read_end, write_end;
   char line[4096];
   DWORD n = 0, have = 0, status = 0;

   snprintf(line, sizeof line, "\"%s\" %s", figment, args);
   if (!CreatePipe(&read_end, &write_end, &inherit, 0))
      return -1;
   SetHandleInformation(read_end, HANDLE_FLAG_INHERIT, 0);
   start.hStdOutput = start.hStdError = write_end;
   if (!CreateProcessA(figment, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process))
      return -1;
   CloseHandle(write_end);
   while (have < sizeof output - 1 && ReadFile(read_end, output + have, (DWORD)sizeof output - 1 - have, &n, NULL) && n)
      have += n;
   output[have] = '\0';
   CloseHandle(read_end);
   WaitForSingleObject(process.hProcess, INFINITE);
   GetExitCodeProcess(process.hProcess, &status);
   CloseHandle(process.hProcess);
   CloseHandle(process.hThread);
   return (int)status;
}

static void map_a_section(void)
{
   SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
   char args[512], name[64];

   snprintf(name, sizeof name, "Local\\figment-tool-test-%lu", GetCurrentProcessId());
   HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, &inherit, PAGE_READWRITE, 0, 0x11000, name);
   uint8_t *p = section ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
   EXPECT(p != NULL);
   if (!p)
      return;
   for (int i = 0; i < 1024; i++)
      p[i] = (uint8_t)i;
   snprintf(args, sizeof args, "map --name %s", name);
   EXPECT(run(args) == 0);
   SAID("payload 65536 bytes, trailer 4096 bytes");
   snprintf(args, sizeof args, "map --handle %llu --hexdump --offset 16 --length 16", (unsigned long long)(uintptr_t)section);
   EXPECT(run(args) == 0);
   SAID("00000010  10 11 12 13 14 15 16 17  18 19 1a 1b 1c 1d 1e 1f");
   snprintf(args, sizeof args, "map --name %s --png \"%s\\figment-tool-test.png\" 16x16", name, directory);
   EXPECT(run(args) == 0);
   SAID("16x16");
   snprintf(args, sizeof args, "%s\\figment-tool-test.png", directory);
   EXPECT(DeleteFileA(args));
   snprintf(args, sizeof args, "map --name %s --png x.png 4096x4096", name);
   EXPECT(run(args) == 1);
   SAID("65536 are there");
   EXPECT(run("map --name Local\\figment-no-such-section") == 1);
   EXPECT(run("map --handle 0x7ffffff0") == 1);
   EXPECT(run("map --bogus") == 2);
   UnmapViewOfFile(p);
   CloseHandle(section);
}

/* The program that `figment run` starts is this test again, told to answer. */
static int answer(int argc, char **argv)
{
   for (int i = 2; i < argc; i++)
      printf("<%s>\n", argv[i]);
   return 7;
}

static void run_a_program(const char *self)
{
   char args[1024];
   bool driver;

   snprintf(args, sizeof args, "run --profile fg1-nano -- \"%s\" --answer \"two words\" \"quote\\\"d\" back\\slash\\", self);
   int status = run(args);
   driver = !strstr(output, "no driver");
   if (!driver) { /* not built in this tree: then the message is what is tested */
      EXPECT(status == 1);
      return;
   }
   EXPECT(status == 7);
   SAID("<two words>");
   SAID("<quote\"d>");
   SAID("<back\\slash\\>");
   SAID("no report");
}

int main(int argc, char **argv)
{
   char self[MAX_PATH];

   if (argc > 1 && !strcmp(argv[1], "--answer"))
      return answer(argc, argv);
   GetModuleFileNameA(NULL, self, sizeof self);
   GetTempPathA(sizeof directory, directory);
   snprintf(figment, sizeof figment, "%s", self);
   char *slash = strrchr(figment, '\\');
   if (!slash)
      return 1;
   strcpy(slash, "\\figment.exe");
   EXPECT(run("--help") == 0);
   SAID("usage: figment COMMAND");
   map_a_section();
   run_a_program(self);
   return failures != 0;
}
