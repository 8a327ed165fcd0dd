#version 450
/* Writes the chain that chase.comp follows: element i of push.count is at i * push.a bytes, plus a line of its own within its
 * page where push.b says so, and holds where the next one is. The order is a linear congruential generator of full period, so
 * that one cycle visits every element and no two neighbours follow each other. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(local_size_x = 64) in;

uint place(uint i)
{
   return i * push.a + (i * 7u + (i >> 5) & push.b) * 128u;
}

void main()
{
   uint i = gl_GlobalInvocationID.x;
   if (i >= push.count)
      return;
   uint next = place((i * 1645u + 7919u) % push.count);
#if ADDRESS
   uint carry, low = uaddCarry(push.address.x, next, carry);
   arena[place(i) / 4u] = low;
   arena[place(i) / 4u + 1u] = push.address.y + carry;
#else
   arena[place(i) / 4u] = next / 4u;
#endif
}
