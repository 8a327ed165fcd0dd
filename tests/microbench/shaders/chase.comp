#version 450
/* Follows the chain of link.comp with one lane: each load needs the one before, so time / push.count is the latency of a load. */
#extension GL_GOOGLE_include_directive : require
#if ADDRESS
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
#endif
#include "common.glsl"
layout(local_size_x = 32) in;

#if ADDRESS
layout(buffer_reference) buffer Link;
layout(buffer_reference, std430, buffer_reference_align = 8) buffer Link { Link next; };
#define STEP at = at.next;
#else
#define STEP at = arena[at];
#endif

void main()
{
   if (gl_LocalInvocationIndex != 0)
      return;
   /* The lane's index, which is 0, makes this a lane's value, not the wave's. */
#if ADDRESS
   Link at = Link(uvec2(push.address.x + gl_LocalInvocationIndex, push.address.y));
#else
   uint at = gl_LocalInvocationIndex;
#endif
   for (uint i = 0; i < push.count; i += 16) {
      STEP STEP STEP STEP STEP STEP STEP STEP
      STEP STEP STEP STEP STEP STEP STEP STEP
   }
#if ADDRESS
   result[0] = uvec2(at).x;
#else
   result[0] = at;
#endif
}
