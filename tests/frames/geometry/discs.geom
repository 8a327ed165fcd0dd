#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
// Two invocations for each point: a polygon, and a smaller one on it. Twelve corners of the circle by rational points.
layout(points, invocations = 2) in;
layout(triangle_strip, max_vertices = 12) out;
layout(location = 0) in int number[];
layout(location = 0) out vec4 colour;
void main()
{
    float r = gl_InvocationID == 0 ? 0.21 : 0.12;
    for (int i = 0; i < 12; i++) {
        int k = (i & 1) == 0 ? i / 2 : 11 - i / 2; // zigzag across the polygon
        float t = float(k % 3) / 3.0;
        vec2 p = vec2(1.0 - t * t, 2.0 * t) / (1.0 + t * t);
        int q = k / 3;
        p = q == 0 ? p : q == 1 ? vec2(-p.y, p.x) : q == 2 ? -p : vec2(p.y, -p.x);
        gl_Position = gl_in[0].gl_Position + vec4(p * r, 0.0, 0.0);
        colour = vec4(gl_InvocationID == 0 ? palette(number[0]) : palette(number[0] + 3), 1.0);
        EmitVertex();
    }
    EndPrimitive();
}
