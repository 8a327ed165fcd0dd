#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
layout(location = 0) out vec4 colour;
void main()
{
    vec2 at = vec2(gl_InstanceIndex & 3, gl_InstanceIndex >> 2) * 0.5 - 0.75;
    vec2 c = corner(gl_VertexIndex % 6) - 0.5;
    gl_Position = vec4(at + c * (gl_VertexIndex >= 6 ? 0.2 : 0.42), 0.0, 1.0);
    colour = vec4(palette(gl_InstanceIndex) * (0.7 + 0.1 * float(gl_VertexIndex % 4)), 1.0);
}
