/* The second process on Windows: an inherited HANDLE or a name, MapViewOfFile does the rest. */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

uint8_t *peer_map(const peer_source *src, uint64_t size_B)
{
   HANDLE section = NULL;
   if (src->handle)
      section = (HANDLE)(uintptr_t)strtoull(src->handle, NULL, 10);
   else if (src->name)
      section = OpenFileMappingA(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, src->name);
   if (!section) {
      fprintf(stderr, "figment-peer: no section, error %lu\n", GetLastError());
      return NULL;
   }
   void *p = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, (SIZE_T)size_B);
   if (!p)
      fprintf(stderr, "figment-peer: MapViewOfFile failed, error %lu\n", GetLastError());
   return p;
}

bool peer_send(const void *data, uint64_t size_B)
{
   const uint8_t *p = data;
   HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
   while (size_B) {
      DWORD n = 0, want = size_B > 1u << 20 ? 1u << 20 : (DWORD)size_B;
      if (!WriteFile(out, p, want, &n, NULL) || !n)
         return false;
      p += n;
      size_B -= n;
   }
   return true;
}
