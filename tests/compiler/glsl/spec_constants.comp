#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x_id = 10, local_size_y = 2, local_size_z_id = 11) in;
layout(constant_id = 0) const uint count = 4;
layout(constant_id = 1) const float scale = 1.5;
layout(constant_id = 2) const bool enabled = false;
layout(constant_id = 3) const int negative = -7;
const uint twice = count * 2u + 1u;
const int divided = negative / 2;
const bool derived = enabled || count > 100u;
const uint picked = enabled ? count : 99u;
const uvec2 pair = uvec2(count, twice);
const int shifted = (negative >> 1) ^ 5;
uint storage[count];
shared uint group[twice];
void main()
{
   // The runner gives: 0 -> 6, 2 -> true, 10 -> 8, 11 -> 2; the rest keep their defaults.
   CHECK(count == 6u && storage.length() == 6 && twice == 13u && group.length() == 13);
   CHECK(scale == 1.5 && enabled && negative == -7 && divided == -3 && derived && picked == 6u && pair.x == 6u && pair.y == 13u && shifted == ((-7 >> 1) ^ 5));
   CHECK(gl_WorkGroupSize.x == 8u && gl_WorkGroupSize.y == 2u && gl_WorkGroupSize.z == 2u);
   for (uint k = 0; k < count; k++) storage[k] = k;
   CHECK(storage[U(5)] == 5u);
   if (gl_LocalInvocationIndex < twice) group[gl_LocalInvocationIndex] = gl_LocalInvocationIndex;
   barrier();
   CHECK(group[U(12)] == 12u);
}
