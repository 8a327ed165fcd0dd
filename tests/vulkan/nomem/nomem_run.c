/* Runs test programs again and again, each time with another request of the driver failing, and judges how they end:
 *   nomem_run SHIM MODE PROGRAM...
 * MODE says which requests:
 *   points       of each point in the driver (nomem.h) the first two and the last, or of a slow program the first, in the first
 *                program that comes by it, whose tests after that one are left out
 *   points-each  of each point of each program the first two and the last two
 *   all          every single one
 *   NUMBER       so many, spread over all
 * A run may pass, since the helper of the tests asks once more for what was refused, and then nothing may be left behind; or it
 * may fail, if the first thing it complains of is an error that such a failure explains. It must not crash and not hang. */
#define _GNU_SOURCE
#include <inttypes.h>
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
#define LONG_LIMIT_S 600 /* for a second try: a busy machine is no hang */
#define SLOW_S 0.15
#define LOG "nomem.log"
#define REPORT "nomem.report"
#define POINTS "nomem.points"
#define POINTS_MAX 65536

/* What is to fail. */
struct target {
   long nth;       /* request, or, if there is a point, request from there; 0: none */
   uint64_t point; /* 0: none */
};

struct outcome {
   bool exited;
   int status; /* exit status or signal */
   long count, hit, allocations, mapped_B, fds;
};

struct tally {
   uint32_t runs, missed, clean, faults;
};

static const char *shim;
static bool in_short; /* what comes after the test that a failure hits is left out */

/* ---- one run -------------------------------------------------------------------------------------------------------- */
static void child(const char *program, const struct target *t, unsigned limit_s)
{
   char text[64];
   snprintf(text, sizeof text, "%ld", t->point ? 0 : t->nth);
   setenv("NOMEM_FAIL", text, 1);
   if (t->point) {
      snprintf(text, sizeof text, "%" PRIx64 ":%ld", t->point, t->nth);
      setenv("NOMEM_POINT", text, 1);
   }
   if (!t->nth)
      setenv("NOMEM_POINTS", POINTS, 1);
   if (in_short)
      setenv("NOMEM_STOP", "1", 1);
   setenv("NOMEM_REPORT", REPORT, 1);
   setenv("LD_PRELOAD", shim, 1);
   if (!freopen(LOG, "w", stdout) || dup2(1, 2) < 0)
      _exit(125);
   alarm(limit_s);
   execl(program, program, (char *)NULL);
   _exit(126);
}

static struct outcome run_for(const char *program, const struct target *t, unsigned limit_s)
{
   struct outcome o = {0};
   remove(REPORT);
   fflush(NULL);
   pid_t pid = fork();
   if (pid == 0)
      child(program, t, limit_s);
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

static struct outcome run(const char *program, const struct target *t)
{
   struct outcome o = run_for(program, t, LIMIT_S);
   return !o.exited && o.status == SIGALRM ? run_for(program, t, LONG_LIMIT_S) : o;
}

/* ---- judgement ------------------------------------------------------------------------------------------------------ */
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

static bool log_has(const char *words)
{
   char line[1024];
   bool has = false;
   FILE *f = fopen(LOG, "r");
   while (f && !has && fgets(line, sizeof line, f))
      has = strstr(line, words) != NULL;
   if (f)
      fclose(f);
   return has;
}

/* Nothing at all went wrong, setup and teardown included, which do not count for the exit status. */
static bool is_clean(void)
{
   return !log_has("ERROR") && !log_has("FAILED");
}

static const char *fault_of(const struct outcome *o)
{
   if (!o->exited)
      return o->status == SIGALRM ? "hang" : "crash";
   if (log_has("must not answer"))
      return "an error that the command does not have";
   if (o->status == 255 && o->hit) /* an assertion in a thread of the test's own, which cmocka cannot print */
      return NULL;
   if (o->status)
      return o->hit && is_explained() ? NULL : "an error that is none of memory";
   return is_clean() && (o->allocations || o->mapped_B || o->fds) ? "leak" : NULL;
}

/* What the log says, and the way to the request for addr2line. */
static void show(void)
{
   char line[1024];
   FILE *f = fopen(LOG, "r");
   for (uint32_t n = 0; f && n < 12 && fgets(line, sizeof line, f);)
      if (strstr(line, "ERROR") || strstr(line, "LINE") || strstr(line, "figment") || strstr(line, "must not")) {
         printf("      %s", line);
         n++;
      }
   if (f)
      fclose(f);
   f = fopen(REPORT, "r");
   printf("      failed at");
   for (uint32_t n = 0; f && n < 20 && fgets(line, sizeof line, f); n++) {
      line[strcspn(line, "\n")] = 0;
      if (n)
         printf(" 0x%s", line);
   }
   printf("\n");
   if (f)
      fclose(f);
}

static void try_one(const char *program, const struct target *t, struct tally *sum)
{
   struct outcome o = run(program, t);
   const char *fault = fault_of(&o);
   sum->runs++;
   sum->missed += o.exited && !o.hit;
   sum->clean += o.exited && o.hit && !o.status && is_clean();
   if (!fault)
      return;
   printf("%s: request %ld", program, t->nth);
   if (t->point)
      printf(" of point %" PRIx64, t->point);
   printf(": %s (status %d; left: %ld allocations, %ld mapped bytes, %ld descriptors)\n", fault, o.status, o.allocations,
          o.mapped_B, o.fds);
   show();
   sum->faults++;
}

/* ---- which requests ------------------------------------------------------------------------------------------------- */
static uint64_t next_random(uint64_t *state)
{
   *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
   return *state >> 33;
}

static void check_counted(const char *program, long total, long samples, struct tally *sum)
{
   uint64_t random = 12345;
   for (long i = 0, n = samples && samples < total ? samples : total; i < n; i++) {
      /* one out of each of n equal parts */
      long first = total * i / n, size = total * (i + 1) / n - first;
      struct target t = {.nth = first + 1 + (long)(next_random(&random) % (uint64_t)size)};
      try_one(program, &t, sum);
   }
}

static bool is_new(uint64_t point)
{
   static uint64_t seen[POINTS_MAX];
   static uint32_t count;
   for (uint32_t i = 0; i < count; i++)
      if (seen[i] == point)
         return false;
   if (count < POINTS_MAX)
      seen[count++] = point;
   return true;
}

static void check_point(const char *program, uint64_t point, long count, bool each, bool slow, struct tally *sum)
{
   const long nths[] = {1, 2, each ? count - 1 : count, count};
   for (int i = 0, last = 0; i < (slow ? 1 : 4); i++)
      if (nths[i] > last) {
         try_one(program, &(struct target){nths[i], point}, sum);
         last = (int)nths[i];
      }
}

static void check_points(const char *program, bool each, bool slow, struct tally *sum)
{
   struct {
      uint64_t name;
      long count;
   } *points = malloc(POINTS_MAX * sizeof *points);
   uint32_t n = 0;
   FILE *f = fopen(POINTS, "r");
   while (points && f && n < POINTS_MAX && fscanf(f, "%" SCNx64 " %ld", &points[n].name, &points[n].count) == 2)
      n++;
   if (f)
      fclose(f);
   for (uint32_t i = 0; i < n; i++)
      if (is_new(points[i].name) || each)
         check_point(program, points[i].name, points[i].count, each, slow, sum);
   free(points);
}

static uint32_t check(const char *program, const char *mode)
{
   struct tally sum = {0};
   time_t start = time(NULL);
   struct timespec before, after;
   clock_gettime(CLOCK_MONOTONIC, &before);
   struct outcome o = run(program, &(struct target){0});
   clock_gettime(CLOCK_MONOTONIC, &after);
   bool slow = (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9 > SLOW_S;
   if (!o.exited || o.status || !o.count || fault_of(&o)) {
      printf("%s: fails by itself, or makes no requests (status %d, %ld requests, left: %ld %ld %ld)\n", program, o.status,
             o.count, o.allocations, o.mapped_B, o.fds);
      return 1;
   }
   if (!strncmp(mode, "points", 6))
      check_points(program, mode[6] != 0, in_short && slow, &sum);
   else
      check_counted(program, o.count, atol(mode), &sum);
   printf("%s: %ld requests; %u runs with one failed, %u went on clean, %u never came to it; %u faults; %ld s\n", program,
          o.count, sum.runs, sum.clean, sum.missed, sum.faults, (long)(time(NULL) - start));
   return sum.faults;
}

int main(int argc, char **argv)
{
   uint32_t faults = 0;
   if (argc < 4) {
      fprintf(stderr, "usage: nomem_run SHIM points|points-each|all|NUMBER PROGRAM...\n");
      return 2;
   }
   setvbuf(stdout, NULL, _IOLBF, 0);
   shim = argv[1];
   in_short = !strcmp(argv[2], "points");
   for (int i = 3; i < argc; i++)
      faults += check(argv[i], argv[2]);
   return faults != 0;
}
