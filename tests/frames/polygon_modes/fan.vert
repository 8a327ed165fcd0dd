#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
layout(location = 0) out vec4 colour;
layout(location = 1) flat out vec4 provoking;
void main()
{
    int i = gl_VertexIndex - 1;
    float t = float(i % 2) / 2.0;
    vec2 p = vec2(1.0 - t * t, 2.0 * t) / (1.0 + t * t);
    int q = (i / 2) & 3;
    p = q == 0 ? p : q == 1 ? vec2(-p.y, p.x) : q == 2 ? -p : vec2(p.y, -p.x);
    gl_Position = vec4(gl_VertexIndex == 0 ? vec2(0.05, 0.03) : p * 0.87, 0.0, 1.0);
    gl_PointSize = 4.0;
    colour = provoking = vec4(palette(gl_VertexIndex), 1.0);
}
