/* Which interpreter the host can run: x86-64 levels v2, v3, v4 by cpuid and by what the operating system
 * saves. */
#include <cpuid.h>
#include "core.h"

#define BIT(n) (1u << (n))

static bool has(uint32_t value, uint32_t bits)
{
   return (value & bits) == bits;
}

static uint64_t xcr0(void)
{
   uint32_t lo, hi;
   __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
   return lo | (uint64_t)hi << 32;
}

static enum emu_isa_level host_level(void)
{
   uint32_t a, b, c, d, features_c, ext_c = 0, seven_b = 0;
   if (!__get_cpuid(1, &a, &b, &features_c, &d))
      return EMU_ISA_AUTO;
   if (__get_cpuid(0x80000001, &a, &b, &c, &d))
      ext_c = c;
   if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
      seven_b = b;
   /* v2: SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT; LAHF */
   if (!has(features_c, BIT(0) | BIT(9) | BIT(13) | BIT(19) | BIT(20) | BIT(23)) || !has(ext_c, BIT(0)))
      return EMU_ISA_AUTO;
   /* v3: FMA, MOVBE, OSXSAVE, AVX, F16C; BMI1, AVX2, BMI2; LZCNT; ymm state saved */
   if (!has(features_c, BIT(12) | BIT(22) | BIT(27) | BIT(28) | BIT(29)) ||
       !has(seven_b, BIT(3) | BIT(5) | BIT(8)) || !has(ext_c, BIT(5)) || (xcr0() & 0x6) != 0x6)
      return EMU_ISA_V2;
   /* v4: AVX512 F, DQ, CD, BW, VL; zmm and mask state saved */
   if (!has(seven_b, BIT(16) | BIT(17) | BIT(28) | BIT(30) | BIT(31)) || (xcr0() & 0xe6) != 0xe6)
      return EMU_ISA_V3;
   return EMU_ISA_V4;
}

const emu_interp *emu_interp_select(enum emu_isa_level level)
{
   enum emu_isa_level best = host_level();
   if (level == EMU_ISA_AUTO)
      level = best;
   if (level > best)
      return NULL;
   switch (level) {
   case EMU_ISA_V4:
      return &emu_interp_v4;
   case EMU_ISA_V3:
      return &emu_interp_v3;
   case EMU_ISA_V2:
      return &emu_interp_v2;
   default:
      return NULL;
   }
}
