#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
layout(location = 0) out vec2 uv;
void main()
{
    vec2 c = corner(gl_VertexIndex);
    vec3 p = vec3((c.x - 0.5) * 24.0, 1.0, 0.55 + c.y * 40.0);
    gl_Position = perspective(p, 1.0, 0.5, 0.5, 60.0);
    gl_Position.y -= 0.85 * gl_Position.w; // the horizon is near the upper border
    uv = p.xz * 0.5;
}
