#version 450
/* A triangle over the whole target for each instance. push.f: depth of the first, push.g: how much farther each next one is. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

void main()
{
   vec2 corner = vec2(gl_VertexIndex == 1 ? 3.0 : -1.0, gl_VertexIndex == 2 ? 3.0 : -1.0);
   gl_Position = vec4(corner, push.f + push.g * float(gl_InstanceIndex), 1.0);
}
