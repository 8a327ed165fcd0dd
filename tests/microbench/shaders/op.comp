#version 450
/* 32 operations a turn, each needing the one before: one wave shows their latency, many show their rate. OP, TYPE and BITS
 * come from the table ops.def. */
#extension GL_GOOGLE_include_directive : require
#if BITS == 16
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#elif BITS == 64
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#elif BITS == 1
#extension GL_KHR_shader_subgroup_shuffle : require
#endif
#include "common.glsl"
layout(local_size_x_id = 0) in;
#define TURN { OP; }
#define TURN8 TURN TURN TURN TURN TURN TURN TURN TURN

void main()
{
   TYPE x = TYPE(gl_LocalInvocationIndex), y = TYPE(push.f) + x, z = TYPE(push.g) + x;
   uint i = gl_LocalInvocationIndex;
   for (uint k = 0; k < push.count; k++) {
      TURN8 TURN8 TURN8 TURN8
   }
   if (uint(x) == 0x7fffffu || uint(y) == 0x7fffffu)
      result[9] = i;
}
