#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
// Thin triangles around the centre, by rational points of the circle, so that no sine is needed.
layout(location = 0) out vec4 colour;
vec2 circle(float t) // t in 0..4, one unit per quarter
{
    float q = floor(t), f = t - q;
    vec2 p = vec2(1.0 - f * f, 2.0 * f) / (1.0 + f * f);
    int k = int(q) & 3;
    return k == 0 ? p : k == 1 ? vec2(-p.y, p.x) : k == 2 ? -p : vec2(p.y, -p.x);
}
void main()
{
    float t = float(gl_InstanceIndex) * 0.2 + 0.03;
    vec2 p = gl_VertexIndex == 0 ? vec2(0.0) : circle(t + (gl_VertexIndex == 1 ? 0.0 : 0.07)) * 0.94;
    gl_Position = vec4(p, 0.0, 1.0);
    colour = vec4(palette(gl_InstanceIndex), 1.0);
}
