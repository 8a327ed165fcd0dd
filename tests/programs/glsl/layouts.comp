// std140, std430, row_major, column_major, explicit offsets and alignments; blocks within blocks.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 1) in;
struct inner { vec3 a; float b; mat2 m; };
layout(set = 0, binding = 3, std430) buffer A { layout(row_major) mat3x2 ra; layout(column_major) mat3x2 ca; float fa[3]; vec3 va[2]; inner ia[2]; layout(row_major) inner ir; } a430;
layout(set = 0, binding = 4, std140) uniform B { layout(row_major) mat3x2 rb; mat3x2 cb; float fb[3]; vec3 vb[2]; inner ib[2]; layout(row_major) inner irb; layout(offset = 1024) uint far; layout(align = 64) uvec2 apart; uint next; } b140;
layout(set = 0, binding = 5, std140) buffer C { layout(row_major) mat4 rc[2]; layout(column_major) mat4 cc[2]; uvec4 dyn[]; } c140;
uint at = 0;
void out_u(uint v) { put(at, v); at++; }
void out_f(float f) { out_u(floatBitsToUint(f)); }
void out_i(inner i)
{
   for (int k = 0; k < 3; k++) out_f(i.a[k]);
   out_f(i.b);
   for (int k = 0; k < 4; k++) out_f(i.m[k / 2][k % 2]);
}
void main()
{
   for (int c = 0; c < 3; c++)
      for (int r = 0; r < 2; r++) {
         out_f(b140.rb[c][r]);
         out_f(b140.cb[c][r]);
      }
   for (int i = 0; i < 3; i++)
      out_f(b140.fb[i]);
   out_f(b140.vb[1].z);
   out_i(b140.ib[0]);
   out_i(b140.ib[1]);
   out_i(b140.irb);
   out_u(b140.far);
   out_u(b140.apart.y);
   out_u(b140.next);
   out_u(uint(c140.dyn.length()));
   a430.ra = b140.rb;
   a430.ca = b140.rb;
   a430.ia[1] = b140.ib[0];
   a430.ir = b140.ib[1];
   a430.va[1] = b140.vb[0];
   a430.fa = b140.fb;
   c140.rc[1] = mat4(b140.irb.m);
   c140.cc[0] = transpose(mat4(b140.cb));
   c140.rc[0][2] = vec4(b140.vb[1], 7.0);
   for (uint i = 0; i < 4; i++)
      c140.dyn[i * 5][i] = i + 1000;
   c140.cc[1] = c140.rc[0];
   memoryBarrier();
   at = 128;
   out_i(a430.ia[1]);
   out_i(a430.ir);
   for (int i = 0; i < 6; i++) {
      out_f(a430.ra[i / 2][i % 2]);
      out_f(a430.ca[i / 2][i % 2]);
   }
   for (int i = 0; i < 16; i++) {
      out_f(c140.rc[1][i / 4][i % 4]);
      out_f(c140.cc[0][i / 4][i % 4]);
      out_f(c140.cc[1][i / 4][i % 4]);
   }
}
