/* Zeroed host pages aligned to 64 KiB, straight from the operating system: what the bus shows as system
 * memory. */
#include "vkf_bo.h"

#ifdef _WIN32

void *vkf_pages_alloc(uint64_t size_B)
{
   /* The allocation granularity of Windows is 64 KiB. */
   return VirtualAlloc(NULL, (SIZE_T)size_B, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

void vkf_pages_free(void *pages, uint64_t size_B)
{
   if (pages)
      VirtualFree(pages, 0, MEM_RELEASE);
}

#else
#include <sys/mman.h>

void *vkf_pages_alloc(uint64_t size_B)
{
   uint64_t span_B = size_B + GPU_CHUNK_B;
   if (span_B < size_B)
      return NULL;
   char *p = mmap(NULL, span_B, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
   if (p == MAP_FAILED)
      return NULL;
   uint64_t skip = (uint64_t)(-(intptr_t)p & (intptr_t)(GPU_CHUNK_B - 1));
   if (skip)
      munmap(p, skip);
   munmap(p + skip + size_B, GPU_CHUNK_B - skip);
   return p + skip;
}

void vkf_pages_free(void *pages, uint64_t size_B)
{
   if (pages)
      munmap(pages, size_B);
}

#endif
