/* wayland_run FILE PROGRAM...: runs the program on a compositor of its own (wayland_server.c), and saves the last frame that it
 * showed, as a PPM. Exit status is the program's. */
#include "wayland_server.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

int main(int count, char **arguments)
{
   char directory[] = "/tmp/wayland_run_XXXXXX";
   struct server s;
   if (count < 3 || !mkdtemp(directory) || setenv("XDG_RUNTIME_DIR", directory, 1) || !server_open(&s))
      return 2;
   const char *name = wl_display_add_socket_auto(s.display);
   if (!name)
      return 2;
   setenv("WAYLAND_DISPLAY", name, 1);
   unsetenv("DISPLAY");
   pid_t child = fork();
   if (!child) {
      execvp(arguments[2], arguments + 2);
      _exit(127);
   }
   int status = -1;
   while (child > 0 && waitpid(child, &status, WNOHANG) == 0) {
      wl_event_loop_dispatch(s.loop, 10);
      wl_display_flush_clients(s.display);
   }
   for (int i = 0; i < 500 && !wl_list_empty(wl_display_get_client_list(s.display)); i++)
      wl_event_loop_dispatch(s.loop, 10); /* what it said at last, up to its farewell */
   bool saved = save(&s, arguments[1]);
   server_close(&s);
   rmdir(directory);
   if (!saved)
      puts("nothing was shown");
   return !saved || !WIFEXITED(status) ? 1 : WEXITSTATUS(status);
}
