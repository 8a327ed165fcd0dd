#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
layout(location = 0) out vec4 colour;
void main()
{
    int i = gl_VertexIndex & 3;
    gl_Position = vec4(-0.8 + 0.5 * float(i), (gl_VertexIndex < 4 ? -0.45 : 0.45) + ((i & 1) == 0 ? 0.3 : -0.3), 0.0, 1.0);
    colour = vec4(palette(gl_VertexIndex) * 0.8, 1.0);
}
