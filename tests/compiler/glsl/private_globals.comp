#version 450
#extension GL_GOOGLE_include_directive : enable
#include "check.glsl"
layout(local_size_x = 32) in;
int counter = 5;
vec3 state = vec3(1.0, 2.0, 3.0);
float lut[4] = float[](2.0, 4.0, 8.0, 16.0);
uint untouched;
mat2 m;
struct S { int a; bool b; } s = S(3, true);
void step_(int n) { counter += n; state.x += float(n); lut[counter & 3] += 1.0; }
void main()
{
   CHECK(counter == 5 && state == vec3(1, 2, 3) && s.a == 3 && s.b && lut[U(2)] == 8.0);
   step_(I(2));
   step_(I(1));
   CHECK(counter == 8 && state.x == 4.0 && lut[3] == 17.0 && lut[0] == 3.0);
   m = mat2(F(2.0));
   m[U(1)] = vec2(state.yz);
   CHECK(m == mat2(2, 0, 2, 3));
   s.b = !s.b; CHECK(!s.b);
   for (int i = 0; i < 3; i++) step_(i);
   CHECK(counter == 11);
}
