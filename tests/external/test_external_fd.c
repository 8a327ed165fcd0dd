/* External memory by file descriptor, with a second process wherever the rule speaks of one. The child
 * processes are forked before any Vulkan object exists and have their own device or none at all.
 */
#define _GNU_SOURCE
#include "ext_gpu.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define SIZE_B (256u * 1024u + 128u)
#define LOCAL VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT

static const VkExportMemoryAllocateInfo export_info = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO,
                                                       .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};

static int export_fd(ext_gpu *g, const ext_buffer *b)
{
   VkMemoryGetFdInfoKHR info = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR, .memory = b->memory,
                                .handleType = ext_handle_type};
   int fd = -1;
   assert_int_equal(vkGetMemoryFdKHR(g->device, &info, &fd), VK_SUCCESS);
   assert_true(fd >= 0);
   return fd;
}

static VkResult import_fd(ext_gpu *g, int fd, ext_buffer *out)
{
   VkImportMemoryFdInfoKHR info = {.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR,
                                   .handleType = ext_handle_type, .fd = fd};
   return ext_buffer_create(g, SIZE_B, LOCAL, true, &info, out);
}

static unsigned open_fds(void)
{
   unsigned n = 0;
   DIR *d = opendir("/proc/self/fd");
   while (readdir(d))
      n++;
   closedir(d);
   return n;
}

static uint32_t *map_shared(int fd)
{
   uint32_t *p = mmap(NULL, SIZE_B, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
   assert_true(p != MAP_FAILED);
   return p;
}

/* ---- a channel to a child process ------------------------------------------------------------- */
typedef struct child {
   pid_t pid;
   int sock;
} child;

static void send_fd(int sock, int fd)
{
   char byte = 'F', control[CMSG_SPACE(sizeof(int))] = {0};
   struct iovec iov = {&byte, 1};
   struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
   struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
   c->cmsg_level = SOL_SOCKET, c->cmsg_type = SCM_RIGHTS, c->cmsg_len = CMSG_LEN(sizeof(int));
   memcpy(CMSG_DATA(c), &fd, sizeof fd);
   assert_int_equal(sendmsg(sock, &msg, 0), 1);
}

static int receive_fd(int sock)
{
   char byte, control[CMSG_SPACE(sizeof(int))] = {0};
   struct iovec iov = {&byte, 1};
   struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
   int fd = -1;
   if (recvmsg(sock, &msg, 0) == 1 && CMSG_FIRSTHDR(&msg))
      memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof fd);
   return fd;
}

static child start(int (*body)(int sock))
{
   int pair[2];
   assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
   child c = {.pid = fork(), .sock = pair[0]};
   if (c.pid == 0) {
      close(pair[0]);
      _exit(body(pair[1]));
   }
   close(pair[1]);
   assert_true(c.pid > 0);
   return c;
}

static int finish(child *c)
{
   int status;
   close(c->sock);
   assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
   return status;
}

static void expect_byte(int sock, char want)
{
   char got = 0;
   assert_int_equal(read(sock, &got, 1), 1);
   assert_int_equal(got, want);
}

/* ---- two processes, two devices ------------------------------------------------------------------ */
static int importer_body(int sock)
{
   ext_gpu g;
   ext_buffer b;
   ext_gpu_open(&g);
   int fd = receive_fd(sock);
   if (import_fd(&g, fd, &b) != VK_SUCCESS)
      return 10;
   if (!ext_all_equal(&g, &b, 0x11111111))
      return 11;
   if (ext_fill(&g, &b, 0x22222222) != VK_SUCCESS)
      return 12;
   if (write(sock, "W", 1) != 1)
      return 13;
   ext_buffer_destroy(&g, &b);
   ext_gpu_close(&g);
   return 0;
}

static void test_two_devices_share(void **state)
{
   child c = start(importer_body);
   ext_gpu g;
   ext_buffer b;
   ext_gpu_open(&g);
   assert_int_equal(ext_buffer_create(&g, SIZE_B, LOCAL, true, &export_info, &b), VK_SUCCESS);
   assert_int_equal(ext_fill(&g, &b, 0x11111111), VK_SUCCESS);
   int fd = export_fd(&g, &b);
   send_fd(c.sock, fd);
   close(fd);
   expect_byte(c.sock, 'W');
   assert_true(ext_all_equal(&g, &b, 0x22222222));
   assert_int_equal(finish(&c), 0);
   assert_true(ext_all_equal(&g, &b, 0x22222222));
   ext_buffer_destroy(&g, &b);
   ext_gpu_close(&g);
}

/* ---- a peer without Vulkan ------------------------------------------------------------------------ */
static int killed_writer_body(int sock)
{
   int fd = receive_fd(sock);
   volatile uint32_t *p = mmap(NULL, SIZE_B, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
   if (p == MAP_FAILED || write(sock, "R", 1) != 1)
      return 1;
   for (uint32_t n = 0;; n++)
      p[n % (SIZE_B / 4)] = n;
}

static void test_killed_peer(void **state)
{
   child c = start(killed_writer_body);
   ext_gpu g;
   ext_buffer b;
   ext_gpu_open(&g);
   assert_int_equal(ext_buffer_create(&g, SIZE_B, LOCAL, true, &export_info, &b), VK_SUCCESS);
   int fd = export_fd(&g, &b);
   send_fd(c.sock, fd);
   expect_byte(c.sock, 'R');
   for (int i = 0; i < 20; i++)
      assert_int_equal(ext_fill(&g, &b, 0x33333333), VK_SUCCESS);
   kill(c.pid, SIGKILL);
   assert_true(WIFSIGNALED(finish(&c)));
   assert_int_equal(ext_fill(&g, &b, 0x44444444), VK_SUCCESS);
   assert_true(ext_all_equal(&g, &b, 0x44444444));
   close(fd);
   ext_buffer_destroy(&g, &b);
   ext_gpu_close(&g);
}

static void test_plain_bytes_at_offset_zero(void **state)
{
   ext_gpu *g = *state;
   ext_buffer b;
   assert_int_equal(ext_buffer_create(g, SIZE_B, LOCAL, true, &export_info, &b), VK_SUCCESS);
   assert_int_equal(ext_fill(g, &b, 0x0badf00d), VK_SUCCESS);
   int fd = export_fd(g, &b);
   uint32_t *p = map_shared(fd);
   for (uint32_t i = 0; i < SIZE_B / 4; i++)
      assert_int_equal(p[i], 0x0badf00d);
   for (uint32_t i = 0; i < SIZE_B / 4; i++)
      p[i] = 0x5ca1ab1e;
   assert_true(ext_all_equal(g, &b, 0x5ca1ab1e));
   munmap(p, SIZE_B);
   close(fd);
   ext_buffer_destroy(g, &b);
}

static void test_outlives_memory_and_device(void **state)
{
   ext_gpu g;
   ext_buffer b;
   ext_gpu_open(&g);
   assert_int_equal(ext_buffer_create(&g, SIZE_B, LOCAL, true, &export_info, &b), VK_SUCCESS);
   assert_int_equal(ext_fill(&g, &b, 0x600d), VK_SUCCESS);
   int fd = export_fd(&g, &b);
   ext_buffer_destroy(&g, &b);
   ext_gpu_close(&g);
   uint32_t *p = map_shared(fd);
   assert_int_equal(p[0], 0x600d);
   assert_int_equal(p[SIZE_B / 4 - 1], 0x600d);
   munmap(p, SIZE_B);
   ext_gpu_open(&g);
   assert_int_equal(import_fd(&g, fd, &b), VK_SUCCESS); /* takes the fd */
   assert_true(ext_all_equal(&g, &b, 0x600d));
   ext_buffer_destroy(&g, &b);
   ext_gpu_close(&g);
}

static void test_only_this_allocation(void **state)
{
   ext_gpu *g = *state;
   ext_buffer secret, b;
   assert_int_equal(ext_buffer_create(g, SIZE_B, LOCAL, false, NULL, &secret), VK_SUCCESS);
   assert_int_equal(ext_fill(g, &secret, 0x5ec2e7), VK_SUCCESS);
   assert_int_equal(ext_buffer_create(g, SIZE_B, LOCAL, true, &export_info, &b), VK_SUCCESS);
   int fd = export_fd(g, &b);
   struct stat st;
   assert_int_equal(fstat(fd, &st), 0);
   assert_true(st.st_size <= (off_t)(b.allocation_B + 4 * 65536));
   uint32_t *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
   assert_true(p != MAP_FAILED);
   for (off_t i = 0; i < st.st_size / 4; i++)
      assert_int_not_equal(p[i], 0x5ec2e7);
   munmap(p, (size_t)st.st_size);
   close(fd);
   ext_buffer_destroy(g, &b);
   ext_buffer_destroy(g, &secret);
}

static void test_fresh_memory_is_zero(void **state)
{
   ext_gpu *g = *state;
   for (int round = 0; round < 4; round++) {
      ext_buffer b;
      const void *next = round & 1 ? &export_info : NULL;
      assert_int_equal(ext_buffer_create(g, SIZE_B, LOCAL, round & 1, next, &b), VK_SUCCESS);
      assert_true(ext_all_equal(g, &b, 0));
      assert_int_equal(ext_fill(g, &b, 0xdeadbeef), VK_SUCCESS);
      ext_buffer_destroy(g, &b);
   }
}

static void test_peer_cannot_resize(void **state)
{
   ext_gpu *g = *state;
   ext_buffer b;
   assert_int_equal(ext_buffer_create(g, SIZE_B, LOCAL, true, &export_info, &b), VK_SUCCESS);
   int fd = export_fd(g, &b);
   struct stat st;
   fstat(fd, &st);
   assert_int_equal(ftruncate(fd, 0), -1);
   assert_int_equal(errno, EPERM);
   assert_int_equal(ftruncate(fd, st.st_size * 2), -1);
   assert_int_equal(ext_fill(g, &b, 1), VK_SUCCESS);
   close(fd);
   ext_buffer_destroy(g, &b);
}

static void expect_refused(ext_gpu *g, int fd)
{
   ext_buffer b;
   unsigned before = open_fds();
   assert_int_equal(import_fd(g, fd, &b), VK_ERROR_INVALID_EXTERNAL_HANDLE);
   assert_int_equal(open_fds(), before); /* a refused fd stays the caller's, nothing else is left behind */
}

static void test_refuses_what_is_no_export(void **state)
{
   ext_gpu *g = *state;
   int pipe_fds[2], null = open("/dev/null", O_RDWR), closed = dup(null);
   assert_int_equal(pipe(pipe_fds), 0);
   close(closed);
   expect_refused(g, pipe_fds[0]);
   expect_refused(g, null);
   expect_refused(g, closed);
   expect_refused(g, -7);
   int small = memfd_create("small", MFD_ALLOW_SEALING), plain = memfd_create("plain", MFD_ALLOW_SEALING);
   assert_int_equal(ftruncate(small, 4096), 0);
   assert_int_equal(ftruncate(plain, 4 * SIZE_B), 0);
   expect_refused(g, plain);
   fcntl(small, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
   fcntl(plain, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
   expect_refused(g, small);
   expect_refused(g, plain);
   close(pipe_fds[0]), close(pipe_fds[1]), close(null), close(small), close(plain);
}

static void test_refuses_other_size_or_type(void **state)
{
   ext_gpu *g = *state;
   ext_buffer b, other;
   assert_int_equal(ext_buffer_create(g, SIZE_B, LOCAL, true, &export_info, &b), VK_SUCCESS);
   int fd = export_fd(g, &b);
   VkImportMemoryFdInfoKHR info = {.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR,
                                   .handleType = ext_handle_type, .fd = fd};
   for (int larger = 0; larger < 2; larger++) {
      VkDeviceSize size = larger ? SIZE_B * 2 : SIZE_B / 2;
      assert_int_equal(ext_buffer_create(g, size, LOCAL, true, &info, &other), VK_ERROR_INVALID_EXTERNAL_HANDLE);
   }
   VkMemoryPropertyFlags host = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
   assert_int_equal(ext_buffer_create(g, SIZE_B, host, true, &info, &other), VK_ERROR_INVALID_EXTERNAL_HANDLE);
   close(fd);
   ext_buffer_destroy(g, &b);
}

/* Whatever a peer writes into the metadata behind the payload: refused or the same memory, never a crash. */
static void test_trailer_noise(void **state)
{
   ext_gpu *g = *state;
   ext_buffer b, other;
   assert_int_equal(ext_buffer_create(g, SIZE_B, LOCAL, true, &export_info, &b), VK_SUCCESS);
   int fd = export_fd(g, &b);
   struct stat st;
   fstat(fd, &st);
   uint8_t *p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
   assert_true(p != MAP_FAILED);
   size_t first = (size_t)b.allocation_B, refused = 0;
   for (size_t i = first; i < (size_t)st.st_size; i++) {
      if (!p[i])
         continue; /* the bytes in use are not all zero: each of them is spoiled in turn */
      p[i] ^= 0xff;
      int copy = dup(fd);
      if (import_fd(g, copy, &other) == VK_SUCCESS) {
         ext_buffer_destroy(g, &other);
      } else {
         close(copy);
         refused++;
      }
      p[i] ^= 0xff;
   }
   assert_true(refused > 30); /* magic, sizes, type and two UUIDs at the least */
   int copy = dup(fd);
   assert_int_equal(import_fd(g, copy, &other), VK_SUCCESS);
   ext_buffer_destroy(g, &other);
   munmap(p, (size_t)st.st_size);
   close(fd);
   ext_buffer_destroy(g, &b);
}

static void test_nothing_leaks(void **state)
{
   ext_gpu *g = *state;
   unsigned before = 0;
   for (int i = 0; i < 200; i++) {
      ext_buffer b, twin, twin2;
      assert_int_equal(ext_buffer_create(g, SIZE_B, LOCAL, true, &export_info, &b), VK_SUCCESS);
      int fd = export_fd(g, &b), fd2 = export_fd(g, &b);
      assert_int_equal(import_fd(g, fd, &twin), VK_SUCCESS);
      assert_int_equal(import_fd(g, fd2, &twin2), VK_SUCCESS);
      assert_int_equal(ext_fill(g, &twin, (uint32_t)i), VK_SUCCESS);
      if (i % 50 == 0)
         assert_true(ext_all_equal(g, &b, (uint32_t)i) && ext_all_equal(g, &twin2, (uint32_t)i));
      ext_buffer_destroy(g, &b);
      ext_buffer_destroy(g, &twin2);
      ext_buffer_destroy(g, &twin);
      if (i == 10)
         before = open_fds();
   }
   assert_int_equal(open_fds(), before);
}

static int setup(void **state)
{
   static ext_gpu g;
   ext_gpu_open(&g);
   *state = &g;
   return 0;
}

static int teardown(void **state)
{
   ext_gpu_close(*state);
   return 0;
}

int main(void)
{
   /* These fork and must run before this process has a device. */
   const struct CMUnitTest alone[] = {
      cmocka_unit_test(test_two_devices_share),
      cmocka_unit_test(test_killed_peer),
      cmocka_unit_test(test_outlives_memory_and_device),
   };
   const struct CMUnitTest shared[] = {
      cmocka_unit_test(test_plain_bytes_at_offset_zero),  cmocka_unit_test(test_only_this_allocation),
      cmocka_unit_test(test_fresh_memory_is_zero),        cmocka_unit_test(test_peer_cannot_resize),
      cmocka_unit_test(test_refuses_what_is_no_export),   cmocka_unit_test(test_refuses_other_size_or_type),
      cmocka_unit_test(test_trailer_noise),               cmocka_unit_test(test_nothing_leaks),
   };
   int failed = cmocka_run_group_tests_name("processes", alone, NULL, NULL);
   return failed + cmocka_run_group_tests_name("one device", shared, setup, teardown);
}
