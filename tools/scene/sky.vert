#version 450
#extension GL_GOOGLE_include_directive : require
#include "scene.glsl"
// One triangle over the picture, as far away as can be.
layout(location = 0) out vec3 ray;
void main()
{
    vec2 p = vec2((gl_VertexIndex & 1) * 4 - 1, (gl_VertexIndex & 2) * 2 - 1);
    ray = cam.forward.xyz + p.x * cam.right.xyz - p.y * cam.up.xyz;
    gl_Position = vec4(p, 1.0, 1.0);
}
