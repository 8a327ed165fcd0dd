// pack and unpack of every kind, on noise and at the ends of the ranges.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
void main()
{
   uint r = random_dw[GID], o = GID * 16;
   vec4 v = vec4(unit(GID), unit(GID + 1), unit(GID + 2), unit(GID + 3)) * 3.0 - 1.5;
   if (GID < 4)
      v = vec4[](vec4(0, 1, -1, 0.5), vec4(2, -2, 1e-3, 1), vec4(-0.5, 0.75, 0.25, -0.25), vec4(1.0 / 255.0, 128.0 / 255.0, 1.0 / 127.0, -1.0 / 127.0))[GID];
   put(o, packUnorm4x8(v)); put(o + 1, packSnorm4x8(v)); put(o + 2, packUnorm2x16(v.xy)); put(o + 3, packSnorm2x16(v.zw)); put(o + 4, packHalf2x16(v.xy * 100.0));
   vec4 a = unpackUnorm4x8(r), b = unpackSnorm4x8(r);
   vec2 c = unpackUnorm2x16(r), d = unpackSnorm2x16(r), h = unpackHalf2x16(r & 0xbfffbfffu);
   for (uint i = 0; i < 4; i++) {
      put(o + 5 + i, a[i]);
      put(o + 9 + i, b[i]);
   }
   put(o + 13, c.x + d.y); put(o + 14, h.x); put(o + 15, h.y);
}
