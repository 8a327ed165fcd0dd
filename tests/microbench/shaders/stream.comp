#version 450
/* Each wave reads push.count times DEEP words, DEEP loads in flight: lane l of wave w reads, k = 0, 1, ..., the word at
 *    l * push.c + (push.address.x + w * push.a + k * push.b & push.address.y)
 * all counted in words of WIDTH dwords. Waves are numbered so that those which start together lie far apart: else one would find
 * in its core's cache what another has just read. There are a power of two of them. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(local_size_x = 32) in;
#if WIDTH == 4
layout(set = 0, binding = 0, std430) buffer Wide { uvec4 wide[]; };
#define WORD uvec4
#define WORDS wide
#else
#define WORD uint
#define WORDS arena
#endif
#define READ(n) WORDS[(at + n * push.b & push.address.y) + lane]

void main()
{
   uint at = push.address.x + gl_WorkGroupID.x * 403u % gl_NumWorkGroups.x * push.a, lane = gl_LocalInvocationIndex * push.c;
   WORD sum = WORD(0);
   for (uint k = 0; k < push.count; k++) {
#if DEEP == 4
      sum ^= READ(0) ^ READ(1) ^ READ(2) ^ READ(3);
#else
      sum ^= READ(0);
#endif
      at += DEEP * push.b;
   }
   if (sum == WORD(0x7fffffffu))
      result[2] = at;
}
