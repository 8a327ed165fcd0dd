/* Second process on Windows: the section HANDLE is inherited (or opened by name), a pipe brings the bytes back. */
#include "link.h"

#include <stdio.h>
#include <windows.h>

static bool read_all(HANDLE pipe, uint8_t *dst, uint64_t size_B)
{
   while (size_B) {
      DWORD n = 0, want = size_B > 1u << 20 ? 1u << 20 : (DWORD)size_B;
      if (!ReadFile(pipe, dst, want, &n, NULL) || !n)
         return false;
      dst += n;
      size_B -= n;
   }
   return true;
}

bool demo_link_run(const demo_request *rq, uint8_t *seen)
{
   SECURITY_ATTRIBUTES inherit = {.nLength = sizeof inherit, .bInheritHandle = TRUE};
   HANDLE from_peer, to_us;
   if (!CreatePipe(&from_peer, &to_us, &inherit, 1u << 20)) {
      fprintf(stderr, "demo: CreatePipe failed, error %lu\n", GetLastError());
      return false;
   }
   SetHandleInformation(from_peer, HANDLE_FLAG_INHERIT, 0);

   char source[300], command[2048];
   if (rq->name)
      snprintf(source, sizeof source, "--name %s", rq->name);
   else
      snprintf(source, sizeof source, "--handle %llu", (unsigned long long)rq->handle);
   snprintf(command, sizeof command,
            "\"%s\" %s --size %llu --width %u --height %u --png \"%s\" --stamp-first %u --stamp-words %u "
            "--stamp-seed %u",
            rq->peer_path, source, (unsigned long long)rq->size_B, rq->width, rq->height, rq->png_path,
            rq->stamp.first_word, rq->stamp.words, rq->stamp.seed);
   STARTUPINFOA si = {.cb = sizeof si, .dwFlags = STARTF_USESTDHANDLES, .hStdOutput = to_us,
                      .hStdError = GetStdHandle(STD_ERROR_HANDLE), .hStdInput = GetStdHandle(STD_INPUT_HANDLE)};
   PROCESS_INFORMATION pi;
   BOOL started = CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi);
   DWORD start_error = GetLastError();
   CloseHandle(to_us);
   if (!started) {
      fprintf(stderr, "demo: cannot start %s, error %lu\n", rq->peer_path, start_error);
      CloseHandle(from_peer);
      return false;
   }
   char done = 0;
   DWORD n = 0, code = 1;
   bool ok = read_all(from_peer, seen, rq->size_B) && ReadFile(from_peer, &done, 1, &n, NULL) && n == 1 && done == 'S';
   WaitForSingleObject(pi.hProcess, INFINITE);
   GetExitCodeProcess(pi.hProcess, &code);
   CloseHandle(pi.hProcess);
   CloseHandle(pi.hThread);
   CloseHandle(from_peer);
   if (!ok || code) {
      fprintf(stderr, "demo: the second process failed (exit code %lu)\n", code);
      return false;
   }
   return true;
}
