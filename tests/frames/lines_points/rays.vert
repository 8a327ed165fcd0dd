#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
layout(location = 0) out vec4 colour;
void main()
{
    int ray = gl_VertexIndex >> 1;
    float t = float(ray % 3) / 3.0;
    vec2 p = vec2(1.0 - t * t, 2.0 * t) / (1.0 + t * t);
    int q = ray / 3;
    p = q == 0 ? p : q == 1 ? vec2(-p.y, p.x) : q == 2 ? -p : vec2(p.y, -p.x);
    gl_Position = vec4(p * ((gl_VertexIndex & 1) == 0 ? 0.25 : 0.9), 0.0, 1.0);
    colour = vec4(palette(ray) * 0.8, 1.0);
}
