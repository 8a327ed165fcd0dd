#version 450
#extension GL_GOOGLE_include_directive : require
#include "scene.glsl"
#include "noise.glsl"
// Sparks that rise around the knot: small squares that face the eye.
layout(location = 0) out vec2 local;
layout(location = 1) out float strength;
void main()
{
    uint h = hash(uvec2(gl_InstanceIndex, 77)), g = hash(uvec2(gl_InstanceIndex, 78));
    float life = fract(float(h & 1023u) / 1024.0 + cam.eye.w * (0.05 + float(g & 63u) / 1500.0));
    float angle = float(h >> 10 & 1023u) / 163.0 + life * 5.0, r = 0.5 + float(h >> 20 & 1023u) / 500.0;
    vec3 p = vec3(cos(angle) * r, 3.6 + life * 6.5, sin(angle) * r);
    local = vec2(gl_VertexIndex == 1 || gl_VertexIndex == 2 || gl_VertexIndex == 4 ? 1.0 : -1.0,
                 gl_VertexIndex == 2 || gl_VertexIndex == 4 || gl_VertexIndex == 5 ? 1.0 : -1.0);
    strength = sin(life * 3.14159265) * (0.5 + float(g >> 24) / 400.0);
    p += (normalize(cam.right.xyz) * local.x + normalize(cam.up.xyz) * local.y) * (0.05 + 0.06 * strength);
    gl_Position = cam.world_to_clip * vec4(p, 1.0);
}
