/* The debug log, character by character, and the two functions that the compiler may call on its own. */
#include <stddef.h>
#include "fw.h"

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
   for (size_t i = 0; i < n; i++)
      ((volatile char *)dst)[i] = ((const char *)src)[i];
   return dst;
}

void *memset(void *dst, int c, size_t n)
{
   for (size_t i = 0; i < n; i++)
      ((volatile char *)dst)[i] = (char)c;
   return dst;
}

void fw_log(const char *text)
{
   while (*text)
      hw_write(GPU_REG_CPL_LOG, (uint8_t)*text++);
}

void fw_log_hex(uint64_t v)
{
   int digits = 1;
   for (uint64_t rest = v >> 4; rest; rest >>= 4)
      digits++;
   for (int i = digits - 1; i >= 0; i--) {
      uint32_t half = i < 8 ? (uint32_t)v : (uint32_t)(v >> 32);
      hw_write(GPU_REG_CPL_LOG, (uint8_t)"0123456789abcdef"[half >> (i % 8 * 4) & 15]);
   }
}
