#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
struct P { vec2 pos; int id; float hist[3]; };
const float table[6] = float[](1.0, 10.0, 100.0, 1000.0, 10000.0, 100000.0);
int sum(int v[5]) { int s = 0; for (int i = 0; i < v.length(); i++) s += v[i]; return s; }
void fill(out int v[5], int start) { for (int i = 0; i < 5; i++) v[i] = start + i; }
void bump(inout P p, int k) { p.hist[k] += 1.0; p.id++; }
P make(int id) { return P(vec2(float(id)), id, float[](0.0, 1.0, 2.0)); }
void main()
{
   int a[5];
   fill(a, I(3));
   CHECK(sum(a) == 25 && a[U(4)] == 7);
   int b[5] = a;
   a[I(1)] = 0;
   CHECK(b[1] == 4 && a[1] == 0 && a != b);
   CHECK(table[U(3)] == 1000.0);
   float total = 0.0;
   for (int i = 0; i < 6; i++) total += table[i];
   CHECK(total == 111111.0);
   P p = make(I(4));
   bump(p, I(2));
   CHECK(p.hist[2] == 3.0 && p.id == 5 && p.pos == vec2(4));
   P ps[3] = P[](make(1), make(2), make(3));
   bump(ps[U(1)], I(0));
   CHECK(ps[1].hist[0] == 1.0 && ps[U(1)].id == 3 && ps[U(2)].pos.y == 3.0);
   ps[U(0)] = ps[U(2)];
   CHECK(ps[0].id == 3);
   int g[4][3];
   for (int i = 0; i < 4; i++) for (int j = 0; j < 3; j++) g[i][j] = i * 10 + j;
   CHECK(g[U(2)][U(1)] == 21 && g[3] == int[](30, 31, 32));
   mat2 ms[2] = mat2[](mat2(F(1.0)), mat2(F(2.0)));
   ms[U(1)][U(0)][U(1)] = 5.0;
   CHECK(ms[1] == mat2(2, 5, 0, 2));
   bool flags[4];
   for (int i = 0; i < 4; i++) flags[i] = (i & 1) == 0;
   CHECK(flags[U(2)] && !flags[U(3)]);
   float constant_index[3];
   constant_index[0] = F(1.0); constant_index[1] = 2.0; constant_index[2] = constant_index[0] + constant_index[1];
   CHECK(constant_index[2] == 3.0 && constant_index == float[](1.0, 2.0, 3.0));
   float big[300];
   big[7] = F(7.0); big[299] = F(2.0);
   CHECK(big[7] * big[299] == 14.0);
}
