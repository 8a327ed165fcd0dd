// abs, sign, floor ... on special values: zeros, denormals, infinities; results that GLSL leaves open are not looked at.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
const uint special[16] = uint[](0u, 0x80000000u, 0x3f800000u, 0xbf800000u, 0x3f000000u, 0xbf000000u, 0x3fc00000u, 0x40200000u, 0xc0200000u,
   0x4b000001u, 0xcb800001u, 0x7f7fffffu, 0xff7fffffu, 0x7f800000u, 0xff800000u, 0x3f7fffffu);
void main()
{
   for (uint k = 0; k < 16; k++) {
      float a = uintBitsToFloat(special[(k + scratch[0]) & 15]), b = uintBitsToFloat(special[LID & 15]), c = LID < 16 ? 0.25 : -3.0;
      uint o = (LID * 16 + k) * 16;
      bool fa = !isinf(a), fb = !isinf(b), small = abs(a) < 1e30;
      put(o, abs(a));
      put(o + 1, sign(a));
      put(o + 2, floor(a));
      put(o + 3, ceil(a) + 0.0);
      put(o + 4, trunc(a));
      put(o + 5, fa ? roundEven(a) : 0.0);
      put(o + 6, fa ? fract(a) : 0.0);
      put(o + 7, small && fb && b != 0.0 && abs(b) < 1e9 ? mod(a, b) : 0.0);
      put(o + 8, a == b ? a : min(a, b));
      put(o + 9, a == b ? a : max(a, b));
      put(o + 10, clamp(a, -1.0, 2.0));
      put(o + 11, small && fb ? mix(a, c, 0.25) : 0.0);
      put(o + 12, step(a, b));
      put(o + 13, fa ? smoothstep(-1.0, 3.0, a) : 0.0);
      put(o + 14, (isinf(a) ? 1.0 : 0.0) + (isnan(a) ? 2.0 : 0.0) + (a < b ? 4.0 : 0.0) + (a != b ? 8.0 : 0.0));
      float whole, part = modf(fa ? a : 1.5, whole);
      put(o + 15, part + whole * 0.5);
   }
}
