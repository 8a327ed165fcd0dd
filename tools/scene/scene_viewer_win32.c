/* The second process on Windows: `figment view` inherits the section HANDLE; the end of its standard input says that the last picture is there. */
#include "scene.h"

struct scene_viewer {
   HANDLE process, input;
};

scene_viewer *scene_viewer_start(const scene *s, intptr_t handle)
{
   SECURITY_ATTRIBUTES inherit = {.nLength = sizeof inherit, .bInheritHandle = TRUE};
   scene_viewer *v = calloc(1, sizeof *v);
   HANDLE its_input;
   if (!v || !CreatePipe(&its_input, &v->input, &inherit, 0)) {
      fprintf(stderr, "scene: no pipe (error %lu)\n", GetLastError());
      free(v);
      return NULL;
   }
   SetHandleInformation(v->input, HANDLE_FLAG_INHERIT, 0);
   char command[2048];
   snprintf(command, sizeof command,
            "\"%s\" view --handle %llu --size %ux%u --format R8G8B8A8_UNORM --stride %llu --until-eof --png \"%s\"%s", s->opt.viewer,
            (unsigned long long)handle, s->opt.width, s->opt.height, (unsigned long long)s->target_stride_B, s->opt.viewer_png,
            s->opt.window ? " --window" : "");
   STARTUPINFOA si = {.cb = sizeof si, .dwFlags = STARTF_USESTDHANDLES, .hStdInput = its_input,
                      .hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE), .hStdError = GetStdHandle(STD_ERROR_HANDLE)};
   PROCESS_INFORMATION pi;
   BOOL started = CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi);
   DWORD error = GetLastError();
   CloseHandle(its_input);
   if (!started) {
      fprintf(stderr, "scene: cannot start %s (error %lu)\n", s->opt.viewer, error);
      CloseHandle(v->input);
      free(v);
      return NULL;
   }
   CloseHandle(pi.hThread);
   v->process = pi.hProcess;
   return v;
}

bool scene_viewer_finish(scene_viewer *v)
{
   DWORD code = 1;
   CloseHandle(v->input);
   WaitForSingleObject(v->process, INFINITE);
   GetExitCodeProcess(v->process, &code);
   CloseHandle(v->process);
   free(v);
   return code == 0;
}
