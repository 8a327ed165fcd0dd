#version 450
/* push.a + 1 ways, a power of two up to 32, of 128 dependent multiply-adds each: lanes of one wave take different ones if push.b,
 * else whole waves do. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(local_size_x_id = 0) in;
#define FMA4(n) x = fma(x, y, n); x = fma(x, y, z); x = fma(x, z, n); x = fma(x, z, y);
#define LEAF(n) for (uint j = 0; j < 4u; j++) { FMA32(n) }
#define FMA32(n) FMA4(n) FMA4(n) FMA4(n) FMA4(n) FMA4(n) FMA4(n) FMA4(n) FMA4(n)
#define WAYS2(n) if ((mine & 16u) != 0) { LEAF(n + 16) } else { LEAF(n) }
#define WAYS4(n) if ((mine & 8u) != 0) { WAYS2(n + 8) } else { WAYS2(n) }
#define WAYS8(n) if ((mine & 4u) != 0) { WAYS4(n + 4) } else { WAYS4(n) }
#define WAYS16(n) if ((mine & 2u) != 0) { WAYS8(n + 2) } else { WAYS8(n) }
#define WAYS32(n) if ((mine & 1u) != 0) { WAYS16(n + 1) } else { WAYS16(n) }

void main()
{
   uint mine = (push.b != 0 ? gl_LocalInvocationIndex : gl_LocalInvocationIndex / 32u) & push.a;
   float x = float(gl_LocalInvocationIndex), y = push.f, z = push.g;
   for (uint k = 0; k < push.count; k++) {
      WAYS32(0.5)
   }
   if (x == 0.12345)
      result[7] = 1;
}
