// Between int, uint, float and bool, of vectors and bits, within the defined range.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
void main()
{
   uint r = random_dw[GID], o = GID * 8;
   float f = unit(GID) * 4294967040.0;
   put(o, float(r)); put(o + 1, float(int(r))); put(o + 2, uint(f)); put(o + 3, int(f * 0.5 - 1073741824.0));
   put(o + 4, uint(bool(r & 1u)) + uint(bool(float(r & 2u)))); put(o + 5, float(r > 0x80000000u)); put(o + 6, int(uvec2(vec2(2.9, 3.1) * unit(GID + 1) * 10.0).y));
   ivec3 v = ivec3(vec3(-1.5, 1.5, 0.99) * float(GID % 16u));
   put(o + 7, v.x * 10000 + v.y * 100 + v.z);
}
