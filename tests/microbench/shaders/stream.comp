#version 450
/* Each wave reads push.count times, one load in flight: lane l of wave w reads the word at
 *    l * push.c + (push.address.x + w * push.a + k * push.b & push.address.y)
 * all counted in words of WIDTH dwords. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(local_size_x = 32) in;
#if WIDTH == 4
layout(set = 0, binding = 0, std430) buffer Wide { uvec4 wide[]; };
#define READ(i) wide[i]
#define WORD uvec4
#else
#define READ(i) arena[i]
#define WORD uint
#endif

void main()
{
   uint at = push.address.x + gl_WorkGroupID.x * push.a, lane = gl_LocalInvocationIndex * push.c;
   WORD sum = WORD(0);
   for (uint k = 0; k < push.count; k++) {
      sum ^= READ((at & push.address.y) + lane);
      at += push.b;
   }
   if (sum == WORD(0x7fffffffu))
      result[2] = at;
}
