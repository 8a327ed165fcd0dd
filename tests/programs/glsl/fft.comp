// 256-point FFT, radix 2, in shared memory; then back, so that the input must come out.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 128) in;
shared vec2 z[256];
vec2 mul(vec2 a, vec2 b) { return vec2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }
void transform(float sign)
{
   for (uint i = LID; i < 256; i += 128) {
      uint r = bitfieldReverse(i) >> 24;
      if (r > i) {
         vec2 t = z[i];
         z[i] = z[r];
         z[r] = t;
      }
   }
   for (uint half_n = 1; half_n < 256; half_n *= 2) {
      barrier();
      uint k = LID % half_n, i = (LID / half_n) * half_n * 2 + k;
      float angle = sign * 3.14159265358979 * float(k) / float(half_n);
      vec2 a = z[i], b = mul(z[i + half_n], vec2(cos(angle), sin(angle)));
      z[i] = a + b;
      z[i + half_n] = a - b;
   }
   barrier();
}
void main()
{
   for (uint i = LID; i < 256; i += 128)
      z[i] = vec2(unit(2 * i), unit(2 * i + 1)) - 0.5;
   barrier();
   transform(-1.0);
   for (uint i = LID; i < 256; i += 128) {
      put(2 * i, z[i].x);
      put(2 * i + 1, z[i].y);
   }
   barrier();
   transform(1.0);
   for (uint i = LID; i < 256; i += 128) {
      put(512 + 2 * i, z[i].x / 256.0);
      put(512 + 2 * i + 1, z[i].y / 256.0);
   }
}
