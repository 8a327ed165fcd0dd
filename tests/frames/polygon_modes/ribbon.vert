#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
// A strip that twists, so that some of its triangles show their back.
layout(location = 0) out vec4 colour;
layout(location = 1) flat out vec4 provoking;
void main()
{
    const float up[6] = float[6](0.7, 0.5, -0.3, -0.6, 0.2, 0.8);
    int i = gl_VertexIndex >> 1;
    gl_Position = vec4(-0.85 + 0.34 * float(i), (gl_VertexIndex & 1) == 0 ? up[i] : -up[i], 0.0, 1.0);
    colour = provoking = vec4(palette(gl_VertexIndex), 1.0);
}
