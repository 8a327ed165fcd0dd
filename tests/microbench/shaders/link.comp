#version 450
/* Writes the chain that chase.comp follows. Element i lies at i * push.a bytes or, where push.b is not 0, is one of 32 lines of page
 * i / 32: pages are push.b bytes apart, and their lines are scattered over at most 64 KiB. Each element holds where the next one
 * is; the order is a linear congruential generator of full period, so that one cycle visits every element and no two neighbours
 * follow each other. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(local_size_x = 64) in;
layout(set = 0, binding = 0, std430) buffer Pairs { uvec2 pairs[]; };

uint place(uint i)
{
   if (push.b == 0u)
      return i * push.a;
   uint page = i >> 5, apart = min(push.b >> 7, 512u) >> 5, line = i & 31u;
   return page * push.b + (line * apart + (page * 7u + (page >> 4) + line * 3u) % apart) * 128u;
}

void main()
{
   uint i = gl_GlobalInvocationID.x;
   if (i >= push.count)
      return;
   uint next = place((i * 1645u + 7919u) % push.count);
#if ADDRESS
   uint carry, low = uaddCarry(push.address.x, next, carry);
   pairs[place(i) / 8u] = uvec2(low, push.address.y + carry);
#else
   arena[place(i) / 4u] = next / 4u;
#endif
}
