#version 450
#extension GL_GOOGLE_include_directive : require
#include "noise.glsl"
// The materials, one layer each: grass, rock, marble, tiles, clouds. All repeat. Alpha is a height for bumps.
layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 0, rgba8) uniform writeonly image2DArray target;

vec4 grass(vec2 p)
{
    float a = fbm(p * 8.0, 8u, 5), b = fbm(p * 32.0 + 5.0, 32u, 3), blade = fbm(p * vec2(128.0, 64.0), 64u, 2);
    vec3 c = mix(vec3(0.17, 0.24, 0.07), vec3(0.36, 0.38, 0.13), smoothstep(0.3, 0.7, a));
    return vec4(c * (0.7 + 0.6 * b) * (0.75 + 0.5 * blade), blade);
}

vec4 rock(vec2 p)
{
    float a = fbm(p * 4.0, 4u, 6), crack = abs(fbm(p * 8.0 + 3.0, 8u, 5) - 0.47);
    float line = smoothstep(0.0, 0.035, crack);
    return vec4(mix(vec3(0.30, 0.25, 0.22), vec3(0.62, 0.55, 0.47), a) * (0.55 + 0.45 * line), a * 0.6 + line * 0.4);
}

vec4 marble(vec2 p)
{
    float warp = fbm(p * 4.0, 4u, 5), vein = abs(fbm(p * 4.0 + warp * 2.0, 256u, 5) - 0.5);
    float line = 1.0 - smoothstep(0.0, 0.05, vein);
    vec3 c = mix(vec3(0.90, 0.87, 0.82), vec3(0.78, 0.74, 0.70), smoothstep(0.35, 0.7, warp));
    return vec4(mix(c, vec3(0.42, 0.40, 0.42), line * 0.55), 1.0 - line * 0.2);
}

vec4 tiles(vec2 p)
{
    vec2 cell = p * vec2(8.0, 4.0);
    cell.x += 0.5 * mod(floor(cell.y), 2.0);
    vec2 f = fract(cell), edge = min(f, 1.0 - f) * vec2(1.0, 2.0);
    float joint = smoothstep(0.02, 0.06, min(edge.x, edge.y));
    uvec2 which = uvec2(cell) & uvec2(7u, 3u);
    float shade = float(hash(which) >> 24) / 255.0, grain = fbm(p * 32.0, 32u, 4);
    vec3 c = mix(vec3(0.52, 0.42, 0.32), vec3(0.74, 0.64, 0.50), shade) * (0.75 + 0.5 * grain);
    return vec4(mix(vec3(0.24, 0.21, 0.18), c, joint), joint * (0.8 + 0.2 * grain));
}

vec4 clouds(vec2 p)
{
    float a = fbm(p * 8.0, 8u, 6), b = fbm(p * 8.0 + vec2(0.25, 0.1), 8u, 6);
    return vec4(a, clamp(0.5 + (a - b) * 4.0, 0.0, 1.0), fbm(p * 16.0, 16u, 5), noise(p * 64.0, 64u));
}

void main()
{
    uvec3 id = gl_GlobalInvocationID;
    vec2 p = (vec2(id.xy) + 0.5) / vec2(gl_NumWorkGroups.xy * 8u);
    vec4 c = id.z == 0u ? grass(p) : id.z == 1u ? rock(p) : id.z == 2u ? marble(p) : id.z == 3u ? tiles(p) : clouds(p);
    imageStore(target, ivec3(id), c);
}
