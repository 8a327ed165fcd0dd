#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
layout(location = 0) out vec2 local;
layout(location = 1) flat out int number;
void main()
{
    local = corner(gl_VertexIndex) * 2.0 - 1.0;
    number = gl_InstanceIndex;
    vec2 at = vec2(gl_InstanceIndex % 4, gl_InstanceIndex / 4) * vec2(0.5, 0.6) - vec2(0.75, 0.6);
    gl_Position = vec4(at + local * 0.42, 0.3 + 0.04 * float((gl_InstanceIndex * 5) % 12), 1.0);
}
