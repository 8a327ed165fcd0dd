#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
// Walls that run through the eye: corners behind it have a negative w.
layout(location = 0) out vec4 colour;
void main()
{
    vec2 c = corner(gl_VertexIndex);
    float z = mix(-2.0, 6.0, c.y);
    vec3 p = gl_InstanceIndex < 2 ? vec3(gl_InstanceIndex == 0 ? -1.0 : 1.2, c.x * 2.0 - 1.0, z)
                                  : vec3(c.x * 2.2 - 1.0, gl_InstanceIndex == 2 ? 1.0 : -1.0, z);
    gl_Position = perspective(p, 1.2, 1.0, 0.2, 8.0);
    colour = vec4(palette(gl_InstanceIndex * 2) * (0.25 + 0.75 * c.y), 1.0);
}
