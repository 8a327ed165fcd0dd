/* Report: FIGMENT_REPORT=file gets one JSON object with the counters of every device of this process, written
 * when a device closes and, for devices still open, when the process exits. The file is replaced in one step,
 * so a reader never sees half of it. What stands in it is report_json.c's, records of jobs are
 * report_jobs.c's.
 */
#include "report.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef _WIN32
#include <windows.h>
#include <process.h>
#define getpid _getpid
#else
#include <unistd.h>
#endif

#define EXIT_WAIT_MS 1000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static report_entry *entries, **last = &entries;

/* All entries of one path; false with errno set. */
static bool write_file(const char *name, const char *path)
{
   bool first = true;
   FILE *f = fopen(name, "wb");
   if (!f)
      return false;
   fprintf(f, "{\"figment\":1,\"devices\":[");
   for (report_entry *e = entries; e; e = e->next)
      if (strcmp(e->path, path) == 0) {
         fputs(first ? "\n" : ",\n", f);
         report_json_device(f, e);
         first = false;
      }
   fprintf(f, "\n]}\n");
   bool ok = !ferror(f);
   return fclose(f) == 0 && ok;
}

static bool replace_file(const char *from, const char *to)
{
#ifdef _WIN32
   if (MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING))
      return true;
   errno = EACCES;
   return false;
#else
   return rename(from, to) == 0;
#endif
}

static void write_report(const char *path)
{
   char temporary[sizeof(entries->path) + 32];
   snprintf(temporary, sizeof(temporary), "%s.%ld.tmp", path, (long)getpid());
   if (write_file(temporary, path) && replace_file(temporary, path))
      return;
   fprintf(stderr, "figment: cannot write FIGMENT_REPORT %s: %s\n", path, strerror(errno));
   remove(temporary);
}

static void take_counters(report_entry *e)
{
   for (unsigned i = 0; i < GPU_COUNTER_COUNT; i++)
      e->counters[i] = atomic_load_explicit(&e->dev->counters[i], memory_order_relaxed);
}

/* At exit other threads may be gone while they held the lock, which nobody holds for long: then there is no
 * report rather than no exit. */
static void write_at_exit(void)
{
   for (int i = 0; pthread_mutex_trylock(&lock) != 0; i++) {
      if (i == EXIT_WAIT_MS)
         return;
      nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
   }
   for (report_entry *e = entries; e; e = e->next)
      if (e->dev) {
         take_counters(e);
         write_report(e->path);
      }
   pthread_mutex_unlock(&lock);
}

/* Once: write at exit, and let nobody unload this list before. Linux: linked with -z nodelete. */
static void stay_until_exit(void)
{
   atexit(write_at_exit);
#ifdef _WIN32
   HMODULE self;
   GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                      (const char *)&lock, &self);
#endif
}

void emu_report_open(emu_device *dev)
{
   static pthread_once_t once = PTHREAD_ONCE_INIT;
   report_entry *e = dev->settings.report[0] ? calloc(1, sizeof(*e)) : NULL;
   if (!e)
      return;
   e->dev = dev;
   strcpy(e->path, dev->settings.report);
   e->profile = dev->profile;
   e->timing = dev->settings.timing;
   e->jobs_wanted = dev->settings.report_jobs;
   e->shaders_wanted = dev->settings.report_shaders;
   dev->report = e;
   pthread_once(&once, stay_until_exit);
   pthread_mutex_lock(&lock);
   *last = e;
   last = &e->next;
   pthread_mutex_unlock(&lock);
}

void emu_report_close(emu_device *dev)
{
   pthread_mutex_lock(&lock);
   for (report_entry *e = entries; e; e = e->next)
      if (e->dev == dev) {
         take_counters(e);
         e->dev = NULL;
         write_report(e->path);
      }
   pthread_mutex_unlock(&lock);
}

struct time_inst_cost *emu_report_shader(emu_device *dev, const struct emu_program *p,
                                         const struct time_program *t, unsigned stage)
{
   struct time_inst_cost *cost = NULL;
   if (!dev->report || !dev->report->shaders_wanted)
      return NULL;
   pthread_mutex_lock(&lock);
   cost = report_shader_cost(dev->report, p, t, stage);
   pthread_mutex_unlock(&lock);
   return cost;
}

uint64_t emu_report_period(const emu_device *dev, uint32_t ring)
{
   uint64_t period = UINT64_MAX;
   if (!dev->report)
      return period;
   pthread_mutex_lock(&lock);
   period = report_timeline_period(dev->report, ring);
   pthread_mutex_unlock(&lock);
   return period;
}

void emu_report_sample(emu_device *dev, const struct time_sample *x)
{
   if (!dev->report)
      return;
   pthread_mutex_lock(&lock);
   report_timeline_add(dev->report, x);
   pthread_mutex_unlock(&lock);
}

void emu_report_job(emu_device *dev, const emu_job_report *job)
{
   if (!dev->report)
      return;
   pthread_mutex_lock(&lock);
   report_jobs_add(dev->report, job);
   pthread_mutex_unlock(&lock);
}
