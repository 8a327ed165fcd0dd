#version 450
/* 64 dependent multiply-adds; CUT: some pixels are discarded, so that depth is known only afterwards. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(constant_id = 1) const uint CUT = 0;
layout(location = 0) out vec4 colour;
#define FMA2 x = fma(x, y, 0.25); y = fma(y, x, 0.125);
#define FMA8 FMA2 FMA2 FMA2 FMA2
void main()
{
   float x = gl_FragCoord.x * 0.001, y = gl_FragCoord.y * 0.001;
   FMA8 FMA8 FMA8 FMA8 FMA8 FMA8 FMA8 FMA8
   if (CUT != 0 && x == 0.12345)
      discard;
   colour = vec4(x, y, 0, 1);
}
