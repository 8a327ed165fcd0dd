// What the shaders of the scene share: the camera's block, numbers without a library, the sky.
#ifndef SCENE_GLSL
#define SCENE_GLSL

layout(set = 0, binding = 0) uniform Camera {
    mat4 world_to_clip;
    mat4 world_to_light;
    vec4 eye;       // w: seconds
    vec4 right, up, forward; // of the picture: right and up reach its border
    vec4 sun;       // direction to it
} cam;
layout(set = 0, binding = 1) uniform sampler2D materials[4]; // anisotropic
layout(set = 0, binding = 2) uniform sampler2DShadow shadow;
layout(set = 0, binding = 3) uniform sampler2D clouds; // trilinear

const int GRASS = 0, ROCK = 1, MARBLE = 2, TILES = 3;

vec3 sky_without_clouds(vec3 d)
{
    float up = max(d.y, 0.0), s = max(dot(d, cam.sun.xyz), 0.0);
    vec3 c = mix(vec3(0.98, 0.62, 0.36), vec3(0.16, 0.32, 0.66), smoothstep(-0.02, 0.42, up));
    c = mix(c, vec3(0.06, 0.15, 0.42), smoothstep(0.3, 1.0, up));
    return c + vec3(1.0, 0.62, 0.30) * (0.45 * pow(s, 10.0) + 0.5 * pow(s, 80.0));
}

// sharpness: the level of the clouds that is read.
vec3 sky(vec3 d, float sharpness)
{
    vec3 c = sky_without_clouds(d);
    float s = max(dot(d, cam.sun.xyz), 0.0);
    c += vec3(6.0, 4.6, 3.0) * smoothstep(0.9994, 0.9997, s);
    if (d.y > 0.01) {
        vec2 p = d.xz / (d.y + 0.12);
        vec4 a = textureLod(clouds, p * 0.10 + cam.eye.w * vec2(0.004, 0.002), sharpness);
        float cover = smoothstep(0.50, 0.82, a.r) * smoothstep(0.01, 0.16, d.y);
        vec3 lit = mix(vec3(0.48, 0.36, 0.42), vec3(1.25, 0.86, 0.62), a.g) + vec3(0.9, 0.5, 0.2) * pow(s, 6.0) * (1.0 - a.r * 0.6);
        c = mix(c, lit, cover * 0.85);
    }
    return c;
}

// From light to what a screen shows.
vec3 film(vec3 c)
{
    c *= 0.78;
    c = c * (2.51 * c + 0.03) / (c * (2.43 * c + 0.59) + 0.14);
    return pow(clamp(c, 0.0, 1.0), vec3(1.0 / 2.2));
}
#endif
