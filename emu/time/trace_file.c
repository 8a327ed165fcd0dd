/* Trace files of this process. A file lives until the process ends, so that a later device goes on behind an
 * earlier one instead of replacing what it left. Written a buffer at a time, whole packets each: whatever
 * ends the process, the file can be read.
 */
#include "trace_file.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef _WIN32
#include <windows.h>
#endif

#define EXIT_WAIT_MS 1000

struct trace_file {
   trace_file *next;
   FILE *out; /* NULL: no device has it open */
   uint32_t devices, users;
   bool failed;
   trace_tail *tails;
   char path[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static trace_file *files;

static void say(trace_file *f)
{
   if (!f->failed)
      fprintf(stderr, "figment: cannot write FIGMENT_TRACE %s: %s\n", f->path, strerror(errno));
   f->failed = true;
}

bool trace_file_lock_at_exit(pthread_mutex_t *l)
{
   for (int i = 0; pthread_mutex_trylock(l) != 0; i++) {
      if (i == EXIT_WAIT_MS)
         return false;
      nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
   }
   return true;
}

/* At exit other threads may be gone while they held a lock: then what they had stays out. */
static void flush_at_exit(void)
{
   if (!trace_file_lock_at_exit(&lock))
      return;
   trace_tail *tails = NULL;
   for (trace_file *f = files; f; f = f->next)
      while (f->tails) {
         trace_tail *t = f->tails;
         f->tails = t->next;
         t->next = tails;
         tails = t;
      }
   pthread_mutex_unlock(&lock);
   for (trace_tail *t = tails, *next; t; t = next) {
      next = t->next;
      t->flush(t);
   }
}

static void stay_until_exit(void)
{
   atexit(flush_at_exit);
#ifdef _WIN32
   HMODULE self;
   GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                      (const char *)&lock, &self);
#endif
}

/* Under the lock. */
static trace_file *find(const char *path)
{
   trace_file *f = files;
   while (f && strcmp(f->path, path) != 0)
      f = f->next;
   if (f)
      return f;
   f = calloc(1, sizeof *f + strlen(path) + 1);
   if (!f)
      return NULL;
   strcpy(f->path, path);
   f->next = files;
   files = f;
   return f;
}

trace_file *trace_file_open(const char *path, uint32_t *device)
{
   static pthread_once_t once = PTHREAD_ONCE_INIT;
   pthread_once(&once, stay_until_exit);
   pthread_mutex_lock(&lock);
   trace_file *f = find(path);
   if (f && !f->out) {
      f->out = fopen(path, f->devices ? "ab" : "wb");
      if (f->out)
         setvbuf(f->out, NULL, _IONBF, 0); /* writers have buffers of their own, of whole packets */
      else
         say(f);
   }
   bool ok = f && f->out;
   if (ok) {
      *device = f->devices++;
      f->users++;
   }
   pthread_mutex_unlock(&lock);
   return ok ? f : NULL;
}

void trace_file_close(trace_file *f)
{
   pthread_mutex_lock(&lock);
   if (--f->users == 0) {
      if (fclose(f->out) != 0)
         say(f);
      f->out = NULL;
   }
   pthread_mutex_unlock(&lock);
}

void trace_file_write(trace_file *f, const void *data, size_t size)
{
   pthread_mutex_lock(&lock);
   if (f->out && !f->failed && fwrite(data, 1, size, f->out) != size)
      say(f);
   pthread_mutex_unlock(&lock);
}

void trace_file_at_exit(trace_file *f, trace_tail *t)
{
   pthread_mutex_lock(&lock);
   t->next = f->tails;
   f->tails = t;
   pthread_mutex_unlock(&lock);
}

void trace_file_forget(trace_file *f, trace_tail *t)
{
   pthread_mutex_lock(&lock);
   for (trace_tail **at = &f->tails; *at; at = &(*at)->next)
      if (*at == t) {
         *at = t->next;
         break;
      }
   pthread_mutex_unlock(&lock);
}
