#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
layout(std430, set = 0, binding = 2) buffer Data { int data[64]; vec4 v; };
shared float tile[32];
int early(int x) { if (x < 0) return -1; if (x == 0) return 0; if (x > 100) return 100; return x * 2; }
int loop_return(int limit) { for (int i = 0; i < 100; i++) { for (int j = 0; j < 10; j++) { if (i * 10 + j == limit) return i * 1000 + j; } } return -5; }
int switch_return(int x) { switch (x) { case 1: return 10; case 2: if (I(1) == 1) return 20; break; default: return 99; } return 0; }
void swap(inout int a, inout int b) { int t = a; a = b; b = t; }
float poly(float x) { return early(int(x)) > 3 ? x * x : -x; }
int depth0(int x) { return x + 1; }
int depth1(int x) { return depth0(x) * depth0(x + 1); }
int depth2(int x) { return depth1(x) + depth1(x + 1); }
void outs(out vec2 a, out int b, in float c) { a = vec2(c, -c); b = int(c); }
void nothing() { if (I(0) == 1) return; }
mat2 rot(float c, float s) { return mat2(c, s, -s, c); }
int side = 3;
int effects(int x) { side += x; return side; }
void main()
{
   CHECK(early(I(-4)) == -1 && early(I(0)) == 0 && early(I(7)) == 14 && early(I(500)) == 100);
   CHECK(loop_return(I(37)) == 3007 && loop_return(I(-1)) == -5);
   CHECK(switch_return(I(1)) == 10 && switch_return(I(2)) == 20 && switch_return(I(3)) == 99);
   int a = I(1), b = I(2);
   swap(a, b);
   CHECK(a == 2 && b == 1);
   int arr[3] = int[](5, 6, 7);
   swap(arr[U(0)], arr[U(2)]);
   CHECK(arr[0] == 7 && arr[2] == 5);
   CHECK(poly(F(2.0)) == 4.0 && poly(F(1.0)) == -1.0);
   CHECK(depth2(I(2)) == 12 + 20);
   vec2 o; int n;
   outs(o, n, F(6.0));
   CHECK(o == vec2(6, -6) && n == 6);
   vec4 w = vec4(0);
   outs(w.zw, a, F(2.0));
   CHECK(w == vec4(0, 0, 2, -2));
   nothing();
   CHECK(rot(F(0.0), F(1.0)) * vec2(1, 0) == vec2(0, 1));
   int order = effects(1) * 10 + effects(2);
   CHECK(order == 46 && side == 6);
   if (gl_GlobalInvocationID.x == 0) {
      swap(data[U(3)], data[U(4)]);
      data[1] = I(11); data[2] = I(22);
      swap(data[1], data[2]);
      CHECK(data[1] == 22 && data[2] == 11);
      v = vec4(F(1.0)); outs(v.xy, n, F(9.0));
      CHECK(v == vec4(9, -9, 1, 1));
   }
   tile[gl_LocalInvocationIndex] = F(3.0);
   int unused;
   vec2 q; outs(q, unused, tile[gl_LocalInvocationIndex]);
   CHECK(q.x == 3.0);
}
