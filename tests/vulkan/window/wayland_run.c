/* wayland_run FILE PROGRAM...: runs the program on a compositor of its own (wayland_server.c), and saves the last frame that it
 * showed, as a PPM. Exit status is the program's.
 *
 * libwayland drops what a client said last if it has hung up before that was read, and with it, on a busy machine, the last
 * frames. So the program gets a socket whose end stays open here too: it is not hung up before everything has been heard. */
#include "wayland_server.h"
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static bool save(const struct server *s, const char *path)
{
   FILE *f = s->pixels ? fopen(path, "wb") : NULL;
   if (!f)
      return false;
   fprintf(f, "P6\n%u %u\n255\n", s->width, s->height);
   for (uint32_t i = 0; i < s->width * s->height; i++)
      fprintf(f, "%c%c%c", (int)(s->pixels[i] >> 16 & 255), (int)(s->pixels[i] >> 8 & 255), (int)(s->pixels[i] & 255));
   return !fclose(f);
}

/* Starts the program as the client at that end of a socket. */
static pid_t start(char **program, int socket)
{
   char number[16];
   snprintf(number, sizeof number, "%d", socket);
   setenv("WAYLAND_SOCKET", number, 1);
   unsetenv("DISPLAY");
   pid_t child = fork();
   if (!child) {
      execvp(program[0], program);
      _exit(127);
   }
   return child;
}

static void turn(struct server *s)
{
   wl_event_loop_dispatch(s->loop, 10);
   wl_display_flush_clients(s->display);
}

/* What the program, which has ended, said and nobody has read yet. A client that breaks the protocol is thrown out, and then
 * nothing comes any more. */
static void hear_the_rest(struct server *s, int ours)
{
   struct pollfd more = {.fd = ours, .events = POLLIN};
   while (!wl_list_empty(wl_display_get_client_list(s->display)) && poll(&more, 1, 0) > 0)
      turn(s);
}

int main(int count, char **arguments)
{
   struct server s;
   int ends[2]; /* ours, the program's */
   if (count < 3 || !server_open(&s) || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) || fcntl(ends[0], F_SETFD, FD_CLOEXEC) ||
       !wl_client_create(s.display, ends[0]))
      return 2;
   pid_t child = start(arguments + 2, ends[1]);
   int status = -1;
   while (child > 0 && waitpid(child, &status, WNOHANG) == 0)
      turn(&s);
   hear_the_rest(&s, ends[0]);
   bool saved = save(&s, arguments[1]);
   server_close(&s);
   close(ends[1]);
   if (!saved)
      puts("nothing was shown");
   return !saved || !WIFEXITED(status) ? 1 : WEXITSTATUS(status);
}
