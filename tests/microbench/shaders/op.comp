#version 450
/* 64 times OP a turn, each needing the one before: one wave shows their latency, many show their rate. CHAINS 4: of four
 * sequences that do not need each other. OP, TYPE and BITS
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
layout(constant_id = 1) const uint CHAINS = 1;
struct chain {
   TYPE x, y, z;
};
chain step(chain c, uint i)
{
   TYPE x = c.x, y = c.y, z = c.z;
   OP;
   return chain(x, y, z);
}
#define TURN one = step(one, i); if (CHAINS == 4) { two = step(two, i); three = step(three, i); four = step(four, i); }
#define TURN8 TURN TURN TURN TURN TURN TURN TURN TURN

void main()
{
   TYPE start = TYPE(gl_LocalInvocationIndex);
   chain one = chain(start, TYPE(push.f) + start, TYPE(push.g) + start), two = chain(one.z, one.x, one.y), three = two, four = two;
   three.y = one.z;
   four.x = one.y;
   uint i = gl_LocalInvocationIndex;
   for (uint k = 0; k < push.count; k++) {
      TURN8 TURN8 TURN8 TURN8 TURN8 TURN8 TURN8 TURN8
   }
   if (uint(one.x + two.x + three.x + four.x) == 0x7fffffu || uint(one.y + two.y + three.y + four.y) == 0x7fffffu)
      result[9] = i;
}
