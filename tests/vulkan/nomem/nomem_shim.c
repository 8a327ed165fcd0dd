/* Preloaded into a test program: see nomem.h. A request belongs to the driver if it was made from the code of its library.
 * Invariant: memory is told by address, so that whoever frees it, the books agree. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>
#include "nomem.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

/* ---- whose call is it ---------------------------------------------------------------------------------------------- */
static _Atomic uintptr_t code_from, code_to;
static uint32_t code_offset; /* of the code in its file's addresses, as addr2line wants them */

static int look(struct dl_phdr_info *info, size_t size, void *data)
{
   if (!info->dlpi_name || !strstr(info->dlpi_name, "libvulkan_figment"))
      return 0;
   for (int i = 0; i < info->dlpi_phnum; i++)
      if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
         code_to = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
         code_offset = (uint32_t)info->dlpi_phdr[i].p_vaddr;
         code_from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
      }
   return 1;
}

static bool from_driver(const void *caller)
{
   if (!code_from)
      dl_iterate_phdr(look, NULL);
   return (uintptr_t)caller >= code_from && (uintptr_t)caller < code_to && code_from;
}
#define OURS from_driver(__builtin_return_address(0))

/* ---- points ----------------------------------------------------------------------------------------------------------
 * A point is the way by which the driver came to a request: the return addresses inside its library, as offsets, each once
 * (recursion makes no new points). It is the same in every run, whichever thread comes first. */
#define DEPTH_MAX 64
#define POINTS (1u << 16)

struct way {
   uint32_t depth;
   uint32_t offsets[DEPTH_MAX]; /* innermost first */
};

struct point {
   uint64_t name; /* 0: free */
   long count;
};

static pthread_mutex_t point_lock = PTHREAD_MUTEX_INITIALIZER;
static struct point points[POINTS];
static uint32_t point_order[POINTS], point_count; /* as they were met first */
static struct way hit_way;

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *data)
{
   struct way *w = data;
   uintptr_t at = (uintptr_t)_Unwind_GetIP(context);
   if (!from_driver((void *)at))
      return _URC_NO_REASON;
   uint32_t offset = (uint32_t)(at - code_from), i = 0;
   while (i < w->depth && w->offsets[i] != offset)
      i++;
   if (i == w->depth && i < DEPTH_MAX)
      w->offsets[w->depth++] = offset;
   return _URC_NO_REASON;
}

static uint64_t name_of(const struct way *w)
{
   uint64_t name = UINT64_C(0xcbf29ce484222325);
   for (uint32_t i = 0; i < w->depth; i++)
      name = (name ^ w->offsets[i]) * UINT64_C(0x100000001b3);
   return name ? name : 1;
}

/* How often it has been met, this time included. */
static long meet(uint64_t name)
{
   pthread_mutex_lock(&point_lock);
   uint32_t i = (uint32_t)(name >> 48) % POINTS;
   while (points[i].name && points[i].name != name)
      i = (i + 1) % POINTS;
   if (!points[i].name && point_count < POINTS - 1) {
      points[i].name = name;
      point_order[point_count++] = i;
   }
   long count = ++points[i].count;
   pthread_mutex_unlock(&point_lock);
   return count;
}

/* ---- the request that fails ---------------------------------------------------------------------------------------- */
static atomic_long armed, counted;
static atomic_int hit;
static bool by_point; /* then ways are looked at */
static uint64_t armed_name;
static long armed_nth;

static bool fails(void)
{
   bool now = atomic_fetch_add(&counted, 1) + 1 == atomic_load(&armed);
   if (by_point || now) {
      struct way w = {0};
      _Unwind_Backtrace(step, &w);
      uint64_t name = name_of(&w);
      now |= by_point && meet(name) == armed_nth && name == armed_name;
      if (now)
         hit_way = w;
   }
   if (now)
      hit = 1;
   return now;
}

void nomem_arm(long nth)
{
   hit = 0;
   counted = 0;
   armed = nth;
}

long nomem_count(void) { return counted; }
int nomem_hit(void) { return hit; }

/* ---- the books ----------------------------------------------------------------------------------------------------- */
#define SLOTS (1u << 20)
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uintptr_t slots[SLOTS];
static struct nomem_live live;
static bool fd_ours[65536];

static uint32_t home_of(uintptr_t p)
{
   return (uint32_t)(((uint64_t)p >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 44) & (SLOTS - 1);
}

static void enter(void *p)
{
   if (!p)
      return;
   pthread_mutex_lock(&lock);
   uint32_t i = home_of((uintptr_t)p);
   while (slots[i])
      i = (i + 1) & (SLOTS - 1);
   slots[i] = (uintptr_t)p;
   live.allocations++;
   pthread_mutex_unlock(&lock);
}

/* Linear probing without tombstones: what follows in the run moves up. */
static void leave(void *p)
{
   if (!p)
      return;
   pthread_mutex_lock(&lock);
   uint32_t i = home_of((uintptr_t)p);
   while (slots[i] && slots[i] != (uintptr_t)p)
      i = (i + 1) & (SLOTS - 1);
   if (slots[i]) {
      live.allocations--;
      for (uint32_t j = i;;) {
         slots[i] = 0;
         uint32_t home;
         do {
            j = (j + 1) & (SLOTS - 1);
            if (!slots[j])
               goto done;
            home = home_of(slots[j]);
         } while (i <= j ? i < home && home <= j : i < home || home <= j);
         slots[i] = slots[j];
         i = j;
      }
   }
done:
   pthread_mutex_unlock(&lock);
}

static void book(long mapped_B, long fds, long threads)
{
   pthread_mutex_lock(&lock);
   live.mapped_B += mapped_B;
   live.fds += fds;
   live.threads += threads;
   pthread_mutex_unlock(&lock);
}

void nomem_live(struct nomem_live *out)
{
   pthread_mutex_lock(&lock);
   *out = live;
   pthread_mutex_unlock(&lock);
}

/* ---- memory -------------------------------------------------------------------------------------------------------- */
void *malloc(size_t size)
{
   if (!OURS)
      return __libc_malloc(size);
   void *p = fails() ? NULL : __libc_malloc(size);
   enter(p);
   return p;
}

void *calloc(size_t n, size_t size)
{
   if (!OURS)
      return __libc_calloc(n, size);
   void *p = fails() ? NULL : __libc_calloc(n, size);
   enter(p);
   return p;
}

void *realloc(void *old, size_t size)
{
   bool ours = OURS;
   if (ours && fails())
      return NULL;
   leave(old);
   void *p = __libc_realloc(old, size);
   if (ours)
      enter(p ? p : old);
   return p;
}

void free(void *p)
{
   leave(p);
   __libc_free(p);
}

char *strdup(const char *s)
{
   bool ours = OURS;
   size_t n = strlen(s) + 1;
   char *p = ours && fails() ? NULL : __libc_malloc(n);
   if (ours)
      enter(p);
   return p ? memcpy(p, s, n) : NULL;
}

FILE *open_memstream(char **text, size_t *size)
{
   static FILE *(*real)(char **, size_t *);
   if (!real)
      *(void **)&real = dlsym(RTLD_NEXT, "open_memstream");
   return OURS && fails() ? NULL : real(text, size);
}

/* ---- mappings, descriptors, threads -------------------------------------------------------------------------------- */
static long pages_B(size_t size)
{
   return (long)((size + 4095) & ~(size_t)4095);
}

void *mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
   bool ours = OURS;
   if (ours && fails()) {
      errno = ENOMEM;
      return MAP_FAILED;
   }
   void *p = (void *)syscall(SYS_mmap, at, size, prot, flags, fd, offset);
   if (ours && p != MAP_FAILED)
      book(pages_B(size), 0, 0);
   return p;
}

int munmap(void *at, size_t size)
{
   int r = (int)syscall(SYS_munmap, at, size);
   if (!r && OURS)
      book(-pages_B(size), 0, 0);
   return r;
}

static int new_fd(int fd)
{
   if (fd >= 0 && fd < 65536) {
      fd_ours[fd] = true;
      book(0, 1, 0);
   }
   return fd;
}

int memfd_create(const char *name, unsigned flags)
{
   bool ours = OURS;
   if (ours && fails()) {
      errno = EMFILE;
      return -1;
   }
   int fd = (int)syscall(SYS_memfd_create, name, flags);
   return ours ? new_fd(fd) : fd;
}

int ftruncate(int fd, off_t size)
{
   if (OURS && fails()) {
      errno = ENOSPC;
      return -1;
   }
   return (int)syscall(SYS_ftruncate, fd, size);
}

int fcntl(int fd, int command, ...)
{
   va_list args;
   va_start(args, command);
   long arg = va_arg(args, long);
   va_end(args);
   bool ours = OURS && command == F_DUPFD_CLOEXEC;
   if (ours && fails()) {
      errno = EMFILE;
      return -1;
   }
   int r = (int)syscall(SYS_fcntl, fd, command, arg);
   return ours ? new_fd(r) : r;
}

int close(int fd)
{
   if (fd >= 0 && fd < 65536 && fd_ours[fd]) {
      fd_ours[fd] = false;
      book(0, -1, 0);
   }
   return (int)syscall(SYS_close, fd);
}

int pthread_create(pthread_t *out, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
   static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
   if (!real)
      *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
   bool ours = OURS;
   if (ours && fails())
      return EAGAIN;
   int r = real(out, attr, start, arg);
   if (ours && !r)
      book(0, 0, 1);
   return r;
}

/* The tests' library would catch crashes and make exit statuses of them. */
void (*signal(int number, void (*handler)(int)))(int)
{
   static void (*(*real)(int, void (*)(int)))(int);
   if (!real)
      *(void **)&real = dlsym(RTLD_NEXT, "signal");
   bool is_crash = number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE;
   return is_crash ? SIG_DFL : real(number, handler);
}

/* ---- whole programs ------------------------------------------------------------------------------------------------ */
static void __attribute__((constructor)) at_start(void)
{
   const char *nth = getenv("NOMEM_FAIL"), *point = getenv("NOMEM_POINT");
   by_point = point || getenv("NOMEM_POINTS");
   if (point && sscanf(point, "%" SCNx64 ":%ld", &armed_name, &armed_nth) != 2)
      abort();
   nomem_arm(nth ? atol(nth) : 0);
}

static void report_points(const char *path)
{
   FILE *f = path ? fopen(path, "w") : NULL;
   if (!f)
      return;
   for (uint32_t i = 0; i < point_count; i++)
      fprintf(f, "%" PRIx64 " %ld\n", points[point_order[i]].name, points[point_order[i]].count);
   fclose(f);
}

static void __attribute__((destructor)) at_exit(void)
{
   const char *path = getenv("NOMEM_REPORT");
   FILE *f = path ? fopen(path, "w") : NULL;
   if (f) {
      fprintf(f, "%ld %d %ld %ld %ld\n", counted, hit, live.allocations, live.mapped_B, live.fds);
      for (uint32_t i = 0; i < hit_way.depth; i++)
         fprintf(f, "%x\n", hit_way.offsets[i] + code_offset);
      fclose(f);
   }
   report_points(getenv("NOMEM_POINTS"));
}
