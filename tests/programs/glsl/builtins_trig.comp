// Angles and trigonometry, direct, inverse and hyperbolic.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
void main()
{
   float x = unit(GID) * 12.0 - 6.0, u = unit(GID + 5) * 1.98 - 0.99;
   uint o = GID * 16;
   put(o, sin(x)); put(o + 1, cos(x)); put(o + 2, abs(cos(x)) > 0.1 ? tan(x) : 0.0); put(o + 3, asin(u)); put(o + 4, acos(u));
   put(o + 5, atan(x)); put(o + 6, atan(x, u)); put(o + 7, atan(-u, -abs(x))); put(o + 8, sinh(x)); put(o + 9, cosh(x)); put(o + 10, tanh(x));
   put(o + 11, asinh(x)); put(o + 12, acosh(1.1 + abs(x))); put(o + 13, atanh(u)); put(o + 14, radians(x)); put(o + 15, degrees(x));
}
