// Eight mat4 alive at once across a loop with calls: more values than registers, so that spilling is met.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
mat4 load(uint o) { mat4 m; for (int i = 0; i < 16; i++) m[i >> 2][i & 3] = unit(o + uint(i)) - 0.5; return m; }
void main()
{
   mat4 a = load(GID), b = load(GID + 16), c = load(GID + 32), d = load(GID + 48), e = load(GID + 64), f = load(GID + 80), g = load(GID + 96), h = load(GID + 112);
   mat4 p = load(GID + 130), q = load(GID + 140), r = load(GID + 150), s = load(GID + 160), t = load(GID + 170), u = load(GID + 180), v = load(GID + 190), w = load(GID + 200);
   for (uint i = 0; i < 2 + (random_dw[GID] & 1u); i++) {
      mat4 x = a * b + c;
      a = b * 0.5 + d; b = c * e * 0.3; c = d + f * 0.25; d = e - x * 0.125; e = f * g * 0.3 + h; f = g + a; g = h * 0.5 - p; h = x * 0.2 + q;
      p = q + r * 0.1; q = r * s * 0.2; r = s - t; s = t * 0.5 + u; t = u * v * 0.2; u = v + w * 0.1; v = w - a * 0.1; w = p * 0.1 + b;
   }
   mat4 z = a + b * 2.0 + c * 3.0 + d * 4.0 + e * 5.0 + f * 6.0 + g * 7.0 + h * 8.0 + p + q * 2.0 + r * 3.0 + s * 4.0 + t * 5.0 + u * 6.0 + v * 7.0 + w * 8.0;
   for (int i = 0; i < 16; i++)
      put(GID * 16 + uint(i), z[i >> 2][i & 3]);
}
