#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
layout(triangles, equal_spacing, ccw) in;
layout(location = 0) out vec2 uv;
layout(location = 1) out vec3 normal;
void main()
{
    vec3 t = gl_TessCoord;
    vec3 p = gl_in[0].gl_Position.xyz * t.x + gl_in[1].gl_Position.xyz * t.y + gl_in[2].gl_Position.xyz * t.z;
    p = normalize(p);
    normal = turn_x(p, 0.28, 0.96);
    uv = t.xy * 2.0;
    gl_Position = perspective(turn_y(normal, 0.28, 0.96) * 1.5 + vec3(0.0, 0.0, 4.5), 2.2, 1.0, 1.0, 12.0);
}
