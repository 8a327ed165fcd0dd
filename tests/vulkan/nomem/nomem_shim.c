/* Preloaded into a test program: see nomem.h. A request belongs to the driver if it was made from the code of its library.
 * Invariant: memory is told by address, so that whoever frees it, the books agree. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
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
#include "nomem.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

/* ---- whose call is it ---------------------------------------------------------------------------------------------- */
static _Atomic uintptr_t code_from, code_to;

static int look(struct dl_phdr_info *info, size_t size, void *data)
{
   if (!info->dlpi_name || !strstr(info->dlpi_name, "libvulkan_figment"))
      return 0;
   for (int i = 0; i < info->dlpi_phnum; i++)
      if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
         code_to = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
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

/* ---- the nth request ----------------------------------------------------------------------------------------------- */
static atomic_long armed, counted;
static atomic_int hit;

static bool fails(void)
{
   bool now = atomic_fetch_add(&counted, 1) + 1 == atomic_load(&armed);
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
   const char *nth = getenv("NOMEM_FAIL");
   nomem_arm(nth ? atol(nth) : 0);
}

static void __attribute__((destructor)) at_exit(void)
{
   const char *path = getenv("NOMEM_REPORT");
   FILE *f = path ? fopen(path, "w") : NULL;
   if (!f)
      return;
   fprintf(f, "%ld %d %ld %ld %ld\n", counted, hit, live.allocations, live.mapped_B, live.fds);
   fclose(f);
}
