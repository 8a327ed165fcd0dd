/* Runs test programs again and again, each time with another request of the driver failing, and judges how they end:
 *   nomem_run SHIM SAMPLES PROGRAM...
 * SAMPLES numbers are spread over all requests that a run of the program makes (0: every single one). A run may pass, since
 * the helper of the tests asks once more for what was refused, and then nothing may be left behind; or it may fail, if the
 * first thing it complains of is an error that such a failure explains. It must not crash and not hang. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_S 60
#define LOG "nomem.log"
#define REPORT "nomem.report"

struct outcome {
   bool exited;
   int status; /* exit status or signal */
   long count, hit, allocations, mapped_B, fds;
};

static const char *shim;

static void child(const char *program, long nth)
{
   char text[32];
   snprintf(text, sizeof text, "%ld", nth);
   setenv("NOMEM_FAIL", text, 1);
   setenv("NOMEM_REPORT", REPORT, 1);
   setenv("LD_PRELOAD", shim, 1);
   if (!freopen(LOG, "w", stdout) || dup2(1, 2) < 0)
      _exit(125);
   alarm(LIMIT_S);
   execl(program, program, (char *)NULL);
   _exit(126);
}

static struct outcome run(const char *program, long nth)
{
   struct outcome o = {0};
   remove(REPORT);
   fflush(NULL);
   pid_t pid = fork();
   if (pid == 0)
      child(program, nth);
   int status = 0;
   waitpid(pid, &status, 0);
   o.exited = WIFEXITED(status);
   o.status = o.exited ? WEXITSTATUS(status) : WTERMSIG(status);
   FILE *f = fopen(REPORT, "r");
   if (f) {
      if (fscanf(f, "%ld %ld %ld %ld %ld", &o.count, &o.hit, &o.allocations, &o.mapped_B, &o.fds) != 5)
         o.count = 0;
      fclose(f);
   }
   return o;
}

/* The first complaint in the log, or what the driver said before it, names an error that a refused request may become. */
static bool is_explained(void)
{
   static const char *const values[] = {"0xffffffffffffffff", "0xfffffffffffffffe", "0xfffffffffffffffd",
                                        "0xfffffffffffffffc", "0xfffffffffffffff6", "0xffffffff", "0xfffffffe",
                                        "0xfffffffd", "0xfffffffc", "0xfffffff6", "out of memory", "exhausted",
                                        "too many open files", "result -1:", "result -2:", "result -10:"};
   char line[1024];
   bool found = false, explained = false;
   FILE *f = fopen(LOG, "r");
   while (f && !found && fgets(line, sizeof line, f)) {
      found = strstr(line, "[  ERROR   ]") || strstr(line, "FAILED");
      for (size_t i = 0; i < sizeof values / sizeof *values; i++)
         explained |= strstr(line, values[i]) != NULL;
   }
   if (f)
      fclose(f);
   return explained;
}

/* Nothing at all went wrong, setup and teardown included, which do not count for the exit status. */
static bool is_clean(void)
{
   char line[1024];
   bool clean = true;
   FILE *f = fopen(LOG, "r");
   while (f && fgets(line, sizeof line, f))
      clean &= !strstr(line, "ERROR") && !strstr(line, "FAILED");
   if (f)
      fclose(f);
   return clean;
}

static const char *fault_of(const struct outcome *o)
{
   if (!o->exited)
      return o->status == SIGALRM ? "hang" : "crash";
   if (o->status == 255 && o->hit) /* an assertion in a thread of the test's own, which cmocka cannot print */
      return NULL;
   if (o->status)
      return o->hit && is_explained() ? NULL : "an error that is none of memory";
   return is_clean() && (o->allocations || o->mapped_B || o->fds) ? "leak" : NULL;
}

static void show_log(void)
{
   char line[1024];
   FILE *f = fopen(LOG, "r");
   for (uint32_t n = 0; f && n < 12 && fgets(line, sizeof line, f);)
      if (strstr(line, "ERROR") || strstr(line, "LINE") || strstr(line, "figment")) {
         printf("      %s", line);
         n++;
      }
   if (f)
      fclose(f);
}

static uint64_t next_random(uint64_t *state)
{
   *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
   return *state >> 33;
}

static uint32_t check(const char *program, uint32_t samples)
{
   struct outcome o = run(program, 0);
   if (!o.exited || o.status || !o.count || fault_of(&o)) {
      printf("%s: fails by itself, or makes no requests (status %d, %ld requests, left: %ld %ld %ld)\n", program, o.status,
             o.count, o.allocations, o.mapped_B, o.fds);
      return 1;
   }
   uint32_t faults = 0, runs = 0;
   long total = o.count;
   uint64_t random = 12345;
   for (long i = 0, n = samples && samples < total ? samples : total; i < n; i++) {
      /* one out of each of n equal parts */
      long first = total * i / n, size = total * (i + 1) / n - first;
      long nth = first + 1 + (long)(next_random(&random) % (uint64_t)size);
      o = run(program, nth);
      const char *fault = fault_of(&o);
      runs++;
      if (!fault)
         continue;
      printf("%s: request %ld of %ld: %s (status %d; left: %ld allocations, %ld mapped bytes, %ld descriptors)\n", program,
             nth, total, fault, o.status, o.allocations, o.mapped_B, o.fds);
      show_log();
      faults++;
   }
   printf("%s: %ld requests, %u of them failed in turn, %u faults\n", program, total, runs, faults);
   return faults;
}

int main(int argc, char **argv)
{
   uint32_t faults = 0;
   if (argc < 4) {
      fprintf(stderr, "usage: nomem_run SHIM SAMPLES PROGRAM...\n");
      return 2;
   }
   shim = argv[1];
   for (int i = 3; i < argc; i++)
      faults += check(argv[i], (uint32_t)atoi(argv[2]));
   return faults != 0;
}
