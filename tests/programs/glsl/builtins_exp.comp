// exp, log, pow, square roots over many magnitudes and at special values.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
void main()
{
   float x = unit(GID) * 20.0 - 10.0, big = exp2(unit(GID + 1) * 200.0 - 100.0);
   put(GID * 12, exp(x)); put(GID * 12 + 1, exp2(x)); put(GID * 12 + 2, log(big)); put(GID * 12 + 3, log2(big));
   put(GID * 12 + 4, sqrt(big)); put(GID * 12 + 5, inversesqrt(big)); put(GID * 12 + 6, pow(unit(GID) + 0.01, x)); put(GID * 12 + 7, big);
   float inf = uintBitsToFloat(0x7f800000u + scratch[0]), zero = float(scratch[1]);
   float s[8] = float[](exp2(-inf), exp2(zero), log2(zero), log2(inf), sqrt(zero), inversesqrt(inf), pow(2.0 + zero, 10.0), exp(-200.0 + zero));
   put(GID * 12 + 8, s[GID & 7]);
   int e;
   float m = frexp(big, e);
   put(GID * 12 + 9, m);
   put(GID * 12 + 10, float(e));
   put(GID * 12 + 11, ldexp(m, e + 3));
}
