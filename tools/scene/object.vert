#version 450
#extension GL_GOOGLE_include_directive : require
#include "scene.glsl"
// A mesh, or several of it in a ring; for the camera, and for the light with the specialisation.
layout(constant_id = 0) const bool from_light = false;
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 direction;
layout(location = 2) in vec2 coordinates;
layout(location = 0) out vec3 world;
layout(location = 1) out vec3 normal;
layout(location = 2) out vec2 uv;
layout(push_constant) uniform Push {
    vec4 place; // xyz, scale
    vec4 turn;  // sine and cosine about y, radius of the ring, share of a turn between two of it
    vec4 look;  // material, shine, metal, scale of the texture
} pc;

void main()
{
    float angle = float(gl_InstanceIndex) * pc.turn.w * 6.283185307;
    mat2 spin = mat2(pc.turn.y, pc.turn.x, -pc.turn.x, pc.turn.y);
    vec3 p = position, n = direction;
    p.xz = spin * p.xz;
    n.xz = spin * n.xz;
    p = p * pc.place.w + pc.place.xyz + vec3(cos(angle), 0.0, sin(angle)) * pc.turn.z;
    world = p;
    normal = n;
    uv = coordinates * pc.look.w;
    gl_Position = (from_light ? cam.world_to_light : cam.world_to_clip) * vec4(p, 1.0);
}
