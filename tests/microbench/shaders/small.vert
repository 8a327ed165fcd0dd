#version 450
/* Triangles without vertex buffers, push.a in a row, each in a cell of its own of push.f by push.f (a part of the target, which is 2
 * wide) and half as large as it. push.b: facing away. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

void main()
{
   uint triangle = gl_VertexIndex / 3, corner = gl_VertexIndex % 3;
   if (push.b != 0)
      corner = (3 - corner) % 3;
   vec2 cell = vec2(triangle % push.a, triangle / push.a % push.a);
   gl_Position = vec4((cell + vec2(corner == 1 ? 1.0 : 0.0, corner == 2 ? 1.0 : 0.0)) * push.f - 1.0, 0.5, 1.0);
}
