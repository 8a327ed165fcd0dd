#version 450
/* One workgroup reads its first-level cache: eight loads a turn whose lanes lie push.a dwords apart. */
#extension GL_GOOGLE_include_directive : require
#if ADDRESS
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
#endif
#include "common.glsl"
layout(local_size_x_id = 0) in;
#if ADDRESS
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint word[]; };
#define READ(n) at.word[n]
#else
#define READ(n) arena[at + n]
#endif

void main()
{
   uint place = (gl_LocalInvocationIndex & 31u) * push.a, sum = 0;
   for (uint k = 0; k < push.count; k++) {
      place ^= 1024u; /* else the loads would be the same in every turn, and done once */
#if ADDRESS
      Words at = Words(uvec2(push.address.x + place * 4u, push.address.y));
#else
      uint at = place;
#endif
      sum ^= READ(0) ^ READ(64) ^ READ(128) ^ READ(192) ^ READ(256) ^ READ(320) ^ READ(384) ^ READ(448);
   }
   if (sum == 0x7fffffffu)
      result[4] = sum;
}
