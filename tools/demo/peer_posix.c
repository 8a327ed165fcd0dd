/* The second process on Linux: the fd arrives over a socket, mmap does the rest. */
#include "peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static int reply = -1;

static int receive_fd(int sock)
{
   char byte;
   struct iovec iov = {.iov_base = &byte, .iov_len = 1};
   union {
      struct cmsghdr align;
      char bytes[CMSG_SPACE(sizeof(int))];
   } control = {0};
   struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes,
                        .msg_controllen = sizeof control.bytes};
   if (recvmsg(sock, &msg, 0) != 1)
      return -1;
   struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
   if (!c || c->cmsg_type != SCM_RIGHTS)
      return -1;
   int fd;
   memcpy(&fd, CMSG_DATA(c), sizeof fd);
   return fd;
}

uint8_t *peer_map(const peer_source *src, uint64_t size_B)
{
   if (!src->socket) {
      fprintf(stderr, "figment-peer: only --socket works on this system\n");
      return NULL;
   }
   reply = atoi(src->socket);
   int fd = receive_fd(reply);
   if (fd < 0) {
      fprintf(stderr, "figment-peer: no file descriptor arrived\n");
      return NULL;
   }
   void *p = mmap(NULL, size_B, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
   if (p == MAP_FAILED) {
      fprintf(stderr, "figment-peer: mmap: %s\n", strerror(errno));
      return NULL;
   }
   return p;
}

bool peer_send(const void *data, uint64_t size_B)
{
   const uint8_t *p = data;
   while (size_B) {
      ssize_t n = send(reply, p, size_B, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR)
         continue;
      if (n <= 0)
         return false;
      p += n;
      size_B -= (uint64_t)n;
   }
   return true;
}
