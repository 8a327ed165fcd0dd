/* Producer and consumer in two processes, each with a card of its own: frames go through exported VRAM and are paced by one exported
 * timeline semaphore (frame i written: 2i - 1, read: 2i), with no word between the processes otherwise. Then either side
 * is killed at random moments; the survivor times out, lets itself go and goes on with a new peer. Handles are counted.
 */
#define _GNU_SOURCE
#include "ext_gpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifndef _WIN32
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#define SIZE_B 16384u
#define FRAMES 1000u
#define KILLS 6u
#define LOCAL VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT
#define TIMEOUT_NS UINT64_C(20000000000)
#define SHORT_TIMEOUT_NS UINT64_C(300000000)

static int failures;
#define CHECK(cond)                                                                                          \
   do {                                                                                                      \
      if (!(cond)) {                                                                                         \
         fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #cond);                                  \
         failures++;                                                                                         \
      }                                                                                                      \
   } while (0)

struct link {
   ext_gpu g;
   ext_buffer frame, host;
   VkSemaphore semaphore;
};

/* ---- what differs between the systems: handles and processes ------------------------------------------------ */
#ifdef _WIN32
typedef HANDLE process;
static intptr_t export_memory(struct link *l)
{
   HANDLE h = NULL;
   VkMemoryGetWin32HandleInfoKHR info = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_WIN32_HANDLE_INFO_KHR,
                                         .memory = l->frame.memory, .handleType = ext_handle_type};
   CHECK(vkGetMemoryWin32HandleKHR(l->g.device, &info, &h) == VK_SUCCESS);
   return (intptr_t)h;
}
static intptr_t export_semaphore(struct link *l)
{
   HANDLE h = NULL;
   VkSemaphoreGetWin32HandleInfoKHR info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_GET_WIN32_HANDLE_INFO_KHR,
                                            .semaphore = l->semaphore,
                                            .handleType = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_WIN32_BIT};
   PFN_vkGetSemaphoreWin32HandleKHR get =
      (PFN_vkGetSemaphoreWin32HandleKHR)ext_command(&l->g, "vkGetSemaphoreWin32HandleKHR");
   CHECK(get(l->g.device, &info, &h) == VK_SUCCESS);
   return (intptr_t)h;
}
static void import_both(struct link *l, intptr_t memory, intptr_t semaphore)
{
   VkImportMemoryWin32HandleInfoKHR m = {.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_WIN32_HANDLE_INFO_KHR,
                                         .handleType = ext_handle_type, .handle = (HANDLE)memory};
   CHECK(ext_buffer_create(&l->g, SIZE_B, LOCAL, true, &m, &l->frame) == VK_SUCCESS);
   VkImportSemaphoreWin32HandleInfoKHR s = {.sType = VK_STRUCTURE_TYPE_IMPORT_SEMAPHORE_WIN32_HANDLE_INFO_KHR,
                                            .semaphore = l->semaphore,
                                            .handleType = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_WIN32_BIT,
                                            .handle = (HANDLE)semaphore};
   PFN_vkImportSemaphoreWin32HandleKHR import =
      (PFN_vkImportSemaphoreWin32HandleKHR)ext_command(&l->g, "vkImportSemaphoreWin32HandleKHR");
   CHECK(import(l->g.device, &s) == VK_SUCCESS);
}
static process start(const char *role, intptr_t memory, intptr_t semaphore, uint32_t frames)
{
   char self[MAX_PATH], command[MAX_PATH + 200];
   GetModuleFileNameA(NULL, self, sizeof self);
   snprintf(command, sizeof command, "\"%s\" %s %lld %lld %u", self, role, (long long)memory, (long long)semaphore, frames);
   SetHandleInformation((HANDLE)memory, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
   SetHandleInformation((HANDLE)semaphore, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
   STARTUPINFOA si = {.cb = sizeof si};
   PROCESS_INFORMATION pi = {0};
   CHECK(CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi));
   CloseHandle(pi.hThread);
   CloseHandle((HANDLE)memory);
   CloseHandle((HANDLE)semaphore);
   return pi.hProcess;
}
static void kill_process(process p) { TerminateProcess(p, 99); }
static int finish(process p)
{
   DWORD code = (DWORD)-1;
   WaitForSingleObject(p, INFINITE);
   GetExitCodeProcess(p, &code);
   CloseHandle(p);
   return (int)code;
}
static void sleep_ms(uint32_t ms) { Sleep(ms); }
static unsigned open_handles(void)
{
   DWORD n = 0;
   GetProcessHandleCount(GetCurrentProcess(), &n);
   return n;
}
static const VkExternalSemaphoreHandleTypeFlags semaphore_type = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_WIN32_BIT;
#else
typedef pid_t process;
static intptr_t export_memory(struct link *l)
{
   int fd = -1;
   VkMemoryGetFdInfoKHR info = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR, .memory = l->frame.memory,
                                .handleType = ext_handle_type};
   CHECK(vkGetMemoryFdKHR(l->g.device, &info, &fd) == VK_SUCCESS);
   return fd;
}
static intptr_t export_semaphore(struct link *l)
{
   int fd = -1;
   VkSemaphoreGetFdInfoKHR info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_GET_FD_INFO_KHR, .semaphore = l->semaphore,
                                   .handleType = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT};
   PFN_vkGetSemaphoreFdKHR get = (PFN_vkGetSemaphoreFdKHR)ext_command(&l->g, "vkGetSemaphoreFdKHR");
   CHECK(get(l->g.device, &info, &fd) == VK_SUCCESS);
   return fd;
}
static void import_both(struct link *l, intptr_t memory, intptr_t semaphore)
{
   VkImportMemoryFdInfoKHR m = {.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR, .handleType = ext_handle_type,
                                .fd = (int)memory};
   CHECK(ext_buffer_create(&l->g, SIZE_B, LOCAL, true, &m, &l->frame) == VK_SUCCESS);
   VkImportSemaphoreFdInfoKHR s = {.sType = VK_STRUCTURE_TYPE_IMPORT_SEMAPHORE_FD_INFO_KHR, .semaphore = l->semaphore,
                                   .handleType = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT, .fd = (int)semaphore};
   PFN_vkImportSemaphoreFdKHR import = (PFN_vkImportSemaphoreFdKHR)ext_command(&l->g, "vkImportSemaphoreFdKHR");
   CHECK(import(l->g.device, &s) == VK_SUCCESS);
}
static process start(const char *role, intptr_t memory, intptr_t semaphore, uint32_t frames)
{
   char m[32], s[32], f[32];
   snprintf(m, sizeof m, "%d", (int)memory);
   snprintf(s, sizeof s, "%d", (int)semaphore);
   snprintf(f, sizeof f, "%u", frames);
   pid_t pid = fork();
   if (pid == 0) {
      fcntl((int)memory, F_SETFD, 0);
      fcntl((int)semaphore, F_SETFD, 0);
      execl("/proc/self/exe", "test_frames", role, m, s, f, (char *)NULL);
      _exit(98);
   }
   CHECK(pid > 0);
   close((int)memory);
   close((int)semaphore);
   return pid;
}
static void kill_process(process p) { kill(p, SIGKILL); }
static int finish(process p)
{
   int status = 0;
   waitpid(p, &status, 0);
   return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}
static void sleep_ms(uint32_t ms)
{
   struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};
   nanosleep(&t, NULL);
}
static unsigned open_handles(void)
{
   unsigned n = 0;
   DIR *d = opendir("/proc/self/fd");
   while (readdir(d))
      n++;
   closedir(d);
   return n;
}
static const VkExternalSemaphoreHandleTypeFlags semaphore_type = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT;
#endif

/* ---- the link ------------------------------------------------------------------------------------------------ */
static void make_semaphore(struct link *l, bool export)
{
   PFN_vkCreateSemaphore create = (PFN_vkCreateSemaphore)ext_command(&l->g, "vkCreateSemaphore");
   VkExportSemaphoreCreateInfo e = {.sType = VK_STRUCTURE_TYPE_EXPORT_SEMAPHORE_CREATE_INFO, .handleTypes = semaphore_type};
   VkSemaphoreTypeCreateInfo t = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO, .pNext = export ? &e : NULL,
                                  .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
   VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &t};
   CHECK(create(l->g.device, &info, NULL, &l->semaphore) == VK_SUCCESS);
}

static void make_link(struct link *l)
{
   VkExportMemoryAllocateInfo e = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO, .handleTypes = ext_handle_type};
   CHECK(ext_buffer_create(&l->g, SIZE_B, LOCAL, true, &e, &l->frame) == VK_SUCCESS);
   CHECK(ext_buffer_create(&l->g, SIZE_B, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, false, NULL, &l->host) == VK_SUCCESS);
   make_semaphore(l, true);
}

static void close_link(struct link *l)
{
   PFN_vkDestroySemaphore destroy = (PFN_vkDestroySemaphore)ext_command(&l->g, "vkDestroySemaphore");
   destroy(l->g.device, l->semaphore, NULL);
   ext_buffer_destroy(&l->g, &l->frame);
   ext_buffer_destroy(&l->g, &l->host);
}

static VkResult step(struct link *l, const ext_buffer *from, const ext_buffer *to, uint32_t frame, uint64_t wait,
                     uint64_t timeout_ns)
{
   uint64_t signal = wait + 1;
   VkTimelineSemaphoreSubmitInfo values = {.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
                                           .waitSemaphoreValueCount = 1, .pWaitSemaphoreValues = &wait,
                                           .signalSemaphoreValueCount = 1, .pSignalSemaphoreValues = &signal};
   return ext_submit_with(&l->g, from, to, frame, l->semaphore, &values, timeout_ns);
}

/* Frames written or read by the card until all are done or one takes too long; *done counts whole ones. */
static VkResult run(struct link *l, bool producer, uint32_t frames, uint64_t timeout_ns, uint32_t *done)
{
   for (*done = 0; *done < frames; ++*done) {
      uint32_t i = *done + 1;
      VkResult r = producer ? step(l, NULL, &l->frame, i, 2 * (uint64_t)i - 2, timeout_ns)
                            : step(l, &l->frame, &l->host, 0, 2 * (uint64_t)i - 1, timeout_ns);
      if (r != VK_SUCCESS)
         return r;
      const uint32_t *words = l->host.map;
      for (uint32_t w = 0; !producer && w < SIZE_B / 4; w++)
         if (words[w] != i) {
            fprintf(stderr, "frame %u: word %u is %u\n", i, w, words[w]);
            return VK_ERROR_UNKNOWN;
         }
   }
   return VK_SUCCESS;
}

static int child(bool producer, intptr_t memory, intptr_t semaphore, uint32_t frames)
{
   static struct link l;
   uint32_t done;
   ext_gpu_open(&l.g);
   CHECK(ext_buffer_create(&l.g, SIZE_B, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, false, NULL, &l.host) == VK_SUCCESS);
   make_semaphore(&l, false);
   import_both(&l, memory, semaphore);
   VkResult r = failures ? VK_ERROR_UNKNOWN : run(&l, producer, frames, TIMEOUT_NS, &done);
   if (failures)
      return 3;
   close_link(&l);
   ext_gpu_close(&l.g);
   return r == VK_SUCCESS ? 0 : 4;
}

/* ---- tests ----------------------------------------------------------------------------------------------------- */
static void test_all_frames(struct link *l, bool producer)
{
   uint32_t done = 0;
   make_link(l);
   process p = start(producer ? "consumer" : "producer", export_memory(l), export_semaphore(l), FRAMES);
   time_t begin = time(NULL);
   CHECK(run(l, producer, FRAMES, TIMEOUT_NS, &done) == VK_SUCCESS);
   CHECK(finish(p) == 0);
   printf("%u frames as %s: about %d s\n", done, producer ? "producer" : "consumer", (int)(time(NULL) - begin));
   close_link(l);
}

/* The peer dies at a random moment; the wait ends by its timeout, the rest by the survivor's own signal. */
static void test_killed(struct link *l, bool producer, uint32_t delay_ms)
{
   uint32_t done = 0;
   make_link(l);
   process p = start(producer ? "consumer" : "producer", export_memory(l), export_semaphore(l), 1u << 30);
   uint32_t first = 0;
   CHECK(run(l, producer, 5, TIMEOUT_NS, &first) == VK_SUCCESS); /* it is there and at work */
   sleep_ms(delay_ms);
   kill_process(p);
   CHECK(finish(p) == 99);
   /* Go on from frame 6 alone: at most the frame in flight comes through. */
   VkResult r = VK_SUCCESS;
   uint64_t wait = 0;
   for (uint32_t i = first + 1; r == VK_SUCCESS && done < 3; i++, done++) {
      wait = producer ? 2 * (uint64_t)i - 2 : 2 * (uint64_t)i - 1;
      r = producer ? step(l, NULL, &l->frame, i, wait, SHORT_TIMEOUT_NS)
                   : step(l, &l->frame, &l->host, 0, wait, SHORT_TIMEOUT_NS);
   }
   CHECK(r == VK_TIMEOUT);
   PFN_vkSignalSemaphoreKHR signal = (PFN_vkSignalSemaphoreKHR)ext_command(&l->g, "vkSignalSemaphoreKHR");
   VkSemaphoreSignalInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO, .semaphore = l->semaphore, .value = wait};
   CHECK(signal(l->g.device, &info) == VK_SUCCESS);
   CHECK(vkWaitForFences(l->g.device, 1, &l->g.fence, VK_TRUE, TIMEOUT_NS) == VK_SUCCESS);
   close_link(l);
}

int main(int argc, char **argv)
{
   if (argc == 5)
      return child(!strcmp(argv[1], "producer"), (intptr_t)strtoll(argv[2], NULL, 10), (intptr_t)strtoll(argv[3], NULL, 10),
                   (uint32_t)strtoul(argv[4], NULL, 10));
   static struct link l;
   ext_gpu_open(&l.g);
   make_link(&l); /* what is opened once for the process is open before the count */
   CHECK(ext_fill(&l.g, &l.frame, 1) == VK_SUCCESS);
   close_link(&l);
   unsigned before = open_handles();
   test_all_frames(&l, true);
   test_all_frames(&l, false);
   unsigned seed = (unsigned)time(NULL);
   printf("seed %u\n", seed);
   srand(seed);
   for (uint32_t i = 0; i < KILLS; i++)
      test_killed(&l, i % 2, (uint32_t)rand() % 40);
   unsigned after = open_handles();
   if (after > before)
      fprintf(stderr, "%u handles, %u before\n", after, before);
   CHECK(after <= before);
   ext_gpu_close(&l.g);
   printf("frames: %s\n", failures ? "FAILED" : "ok");
   return failures != 0;
}
