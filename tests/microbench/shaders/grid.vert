#version 450
/* Vertex gl_VertexIndex of a grid of push.a in a row, with push.count multiply-adds to make it worth reusing; all lie outside
 * the target, so that nothing but vertices is worked on. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

void main()
{
   float x = float(gl_VertexIndex % push.a), y = float(gl_VertexIndex / push.a);
   for (uint k = 0; k < push.count; k++)
      x = fma(x, push.f, y);
   gl_Position = vec4(x * 1e-6 + 2.0, y * 1e-6 + 2.0, 0.5, 1.0);
}
