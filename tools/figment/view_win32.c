/* figment view on Windows: waiting, with an eye on standard input. */
#include "view.h"

#include <windows.h>

bool view_wait(bool input, unsigned milliseconds)
{
   HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
   char waste[256];
   DWORD there = 0, n;

   Sleep(milliseconds);
   if (!input)
      return false;
   if (GetFileType(in) == FILE_TYPE_PIPE) {
      if (!PeekNamedPipe(in, NULL, 0, NULL, &there, NULL))
         return true;
      return there && !ReadFile(in, waste, there < sizeof waste ? there : sizeof waste, &n, NULL);
   }
   return GetFileType(in) == FILE_TYPE_DISK && (!ReadFile(in, waste, sizeof waste, &n, NULL) || n == 0);
}
