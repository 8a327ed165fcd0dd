#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
layout(location = 0) in vec3 corner_at;
layout(push_constant) uniform Push { vec3 at; float sy, cy, sx, cx; };
layout(location = 0) out vec3 local;
void main()
{
    vec3 p = turn_x(turn_y(corner_at, sy, cy), sx, cx) + at;
    gl_Position = perspective(p, 1.8, 1.0, 1.0, 10.0);
    local = corner_at;
}
