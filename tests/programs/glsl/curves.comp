// Morton and Hilbert order, there and back.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
uint spread(uint x)
{
   x = (x | x << 8) & 0x00ff00ffu; x = (x | x << 4) & 0x0f0f0f0fu; x = (x | x << 2) & 0x33333333u;
   return (x | x << 1) & 0x55555555u;
}
void rotate(uint n, inout uvec2 p, uvec2 r)
{
   if (r.y != 0u)
      return;
   if (r.x == 1u)
      p = n - 1u - p;
   p = p.yx;
}
uint hilbert(uvec2 p)
{
   uint d = 0u;
   for (uint s = 32u; s > 0u; s /= 2u) {
      uvec2 r = uvec2(greaterThan(p & s, uvec2(0u)));
      d += s * s * ((3u * r.x) ^ r.y);
      rotate(64u, p, r);
   }
   return d;
}
uvec2 unhilbert(uint d)
{
   uvec2 p = uvec2(0u);
   for (uint s = 1u; s < 64u; s *= 2u, d /= 4u) {
      uvec2 r;
      r.x = 1u & d / 2u;
      r.y = 1u & (d ^ r.x);
      rotate(s, p, r);
      p += s * r;
   }
   return p;
}
void main()
{
   uvec2 p = uvec2(GID % 64u, GID / 64u);
   put(GID * 3, spread(p.x) | spread(p.y) << 1);
   put(GID * 3 + 1, hilbert(p));
   put(GID * 3 + 2, unhilbert(hilbert(p)) == p ? 1u : 0u);
}
