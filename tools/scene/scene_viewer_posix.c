/* The second process on Linux: `figment view` inherits the file descriptor; the end of its standard input says that the last picture is there. */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct scene_viewer {
   pid_t pid;
   int input; /* write end of its standard input */
};

static void exec_viewer(const scene *s, int fd, int input)
{
   char number[16], size[32], stride[24];
   const char *argv[] = {s->opt.viewer, "view", "--fd", number, "--size", size, "--format", "R8G8B8A8_UNORM", "--stride", stride,
                         "--until-eof", "--png", s->opt.viewer_png, s->opt.window ? "--window" : NULL, NULL};
   snprintf(number, sizeof number, "%d", fd);
   snprintf(size, sizeof size, "%ux%u", s->opt.width, s->opt.height);
   snprintf(stride, sizeof stride, "%llu", (unsigned long long)s->target_stride_B);
   fcntl(fd, F_SETFD, 0);
   dup2(input, 0);
   execv(argv[0], (char *const *)argv);
   fprintf(stderr, "scene: cannot start %s: %s\n", argv[0], strerror(errno));
   _exit(127);
}

scene_viewer *scene_viewer_start(const scene *s, intptr_t handle)
{
   scene_viewer *v = calloc(1, sizeof *v);
   int pipe_ends[2];
   if (!v || pipe(pipe_ends)) {
      fprintf(stderr, "scene: no pipe: %s\n", strerror(errno));
      free(v);
      return NULL;
   }
   fcntl(pipe_ends[1], F_SETFD, FD_CLOEXEC);
   v->pid = fork();
   if (v->pid == 0)
      exec_viewer(s, (int)handle, pipe_ends[0]);
   close(pipe_ends[0]);
   v->input = pipe_ends[1];
   if (v->pid > 0)
      return v;
   fprintf(stderr, "scene: no second process: %s\n", strerror(errno));
   close(v->input);
   free(v);
   return NULL;
}

bool scene_viewer_finish(scene_viewer *v)
{
   int status = 1;
   close(v->input);
   while (waitpid(v->pid, &status, 0) < 0 && errno == EINTR)
      ;
   free(v);
   return WIFEXITED(status) && !WEXITSTATUS(status);
}
