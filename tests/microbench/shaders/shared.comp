#version 450
/* One workgroup reads shared memory: eight loads a turn whose lanes lie push.a dwords apart. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(local_size_x_id = 0) in;
shared uint words[4][2048];

void main()
{
   for (uint i = gl_LocalInvocationIndex; i < 2048u; i += gl_WorkGroupSize.x)
      words[0][i] = words[1][i] = words[2][i] = words[3][i] = i;
   barrier();
   uint at = (gl_LocalInvocationIndex & 31u) * push.a, sum = 0;
   for (uint k = 0; k < push.count; k++) {
      at ^= 1024u; /* else the loads would be the same in every turn, and done once */
      sum ^= words[0][at] ^ words[1][at] ^ words[2][at] ^ words[3][at];
      at ^= 512u;
      sum ^= words[0][at] ^ words[1][at] ^ words[2][at] ^ words[3][at];
   }
   if (sum == 0x7fffffffu)
      result[5] = sum;
}
