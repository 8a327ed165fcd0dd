#version 450
#extension GL_GOOGLE_include_directive : require
#include "scene.glsl"
// Blended over the bed of the lake: clear from above, a mirror from the side.
layout(location = 0) in vec3 world;
layout(location = 0) out vec4 target;
void main()
{
    vec3 to_eye = cam.eye.xyz - world;
    float away = length(to_eye), t = cam.eye.w;
    to_eye /= away;
    vec2 a = texture(clouds, world.xz * 0.045 + t * vec2(0.010, 0.006)).bg;
    vec2 b = texture(clouds, world.zx * 0.110 - t * vec2(0.012, 0.017)).gb;
    vec2 slope = (a + b - vec2(0.97, 0.97)) * 0.16 / (1.0 + away * 0.012);
    vec3 n = normalize(vec3(slope.x, 1.0, slope.y)), r = reflect(-to_eye, n);
    r.y = abs(r.y) + 0.01;
    float fresnel = 0.04 + 0.96 * pow(1.0 - max(dot(n, to_eye), 0.0), 5.0);
    vec3 c = mix(vec3(0.015, 0.06, 0.075), sky(normalize(r), 2.0), clamp(fresnel * 1.1, 0.0, 1.0));
    c += vec3(5.0, 3.6, 2.0) * pow(max(dot(normalize(r), cam.sun.xyz), 0.0), 400.0);
    vec3 d = -to_eye;
    c = mix(c, sky_without_clouds(normalize(vec3(d.x, 0.03, d.z))), 1.0 - exp(-0.0045 * max(away - 14.0, 0.0)));
    target = vec4(film(c), clamp(0.62 + fresnel, 0.0, 1.0));
}
