/* Second process on Linux: a socket pair carries the fd (SCM_RIGHTS) one way, the bytes the other. */
#include "link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static bool send_fd(int sock, int fd)
{
   char byte = 'F';
   struct iovec iov = {.iov_base = &byte, .iov_len = 1};
   union {
      struct cmsghdr align;
      char bytes[CMSG_SPACE(sizeof(int))];
   } control = {0};
   struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes,
                        .msg_controllen = sizeof control.bytes};
   struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
   c->cmsg_level = SOL_SOCKET;
   c->cmsg_type = SCM_RIGHTS;
   c->cmsg_len = CMSG_LEN(sizeof(int));
   memcpy(CMSG_DATA(c), &fd, sizeof fd);
   return sendmsg(sock, &msg, MSG_NOSIGNAL) == 1;
}

static bool read_all(int fd, uint8_t *dst, uint64_t size_B)
{
   while (size_B) {
      ssize_t n = read(fd, dst, size_B);
      if (n < 0 && errno == EINTR)
         continue;
      if (n <= 0)
         return false;
      dst += n;
      size_B -= (uint64_t)n;
   }
   return true;
}

static void exec_peer(const demo_request *rq, int sock)
{
   char fd[16], size[24], w[16], h[16], first[16], words[16], seed[16];
   snprintf(fd, sizeof fd, "%d", sock);
   snprintf(size, sizeof size, "%llu", (unsigned long long)rq->size_B);
   snprintf(w, sizeof w, "%u", rq->width);
   snprintf(h, sizeof h, "%u", rq->height);
   snprintf(first, sizeof first, "%u", rq->stamp.first_word);
   snprintf(words, sizeof words, "%u", rq->stamp.words);
   snprintf(seed, sizeof seed, "%u", rq->stamp.seed);
   execl(rq->peer_path, rq->peer_path, "--socket", fd, "--size", size, "--width", w, "--height", h, "--png",
         rq->png_path, "--stamp-first", first, "--stamp-words", words, "--stamp-seed", seed, (char *)NULL);
   fprintf(stderr, "demo: cannot start %s: %s\n", rq->peer_path, strerror(errno));
   _exit(127);
}

bool demo_link_run(const demo_request *rq, uint8_t *seen)
{
   int pair[2];
   if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) {
      fprintf(stderr, "demo: socketpair: %s\n", strerror(errno));
      return false;
   }
   pid_t pid = fork();
   if (pid == 0) {
      close(pair[0]);
      exec_peer(rq, pair[1]);
   }
   close(pair[1]);
   char done = 0;
   bool ok = pid > 0 && send_fd(pair[0], (int)rq->handle) && read_all(pair[0], seen, rq->size_B) &&
             read(pair[0], &done, 1) == 1 && done == 'S';
   close(pair[0]);
   int status = 0;
   if (pid > 0)
      waitpid(pid, &status, 0);
   if (!ok || !WIFEXITED(status) || WEXITSTATUS(status)) {
      fprintf(stderr, "demo: the second process failed (status %#x)\n", (unsigned)status);
      return false;
   }
   return true;
}
