#version 450
#extension GL_GOOGLE_include_directive : require
#include "scene.glsl"
layout(location = 0) in vec3 world;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec2 uv;
layout(location = 0) out vec4 target;
layout(push_constant) uniform Push { vec4 place, turn, look; } pc;

// Normal tilted by the height in alpha, from how it changes across the pixels.
vec3 bumped(vec3 n, float height)
{
    vec3 dx = dFdx(world), dy = dFdy(world), a = cross(dy, n), b = cross(n, dx);
    float det = dot(dx, a);
    vec3 slope = sign(det) * (dFdx(height) * a + dFdy(height) * b);
    return normalize(abs(det) * n - 0.045 * slope);
}

float sunlight(vec3 n)
{
    vec4 p = cam.world_to_light * vec4(world + n * 0.06, 1.0);
    vec3 at = vec3(p.xy * 0.5 + 0.5, min(p.z, 1.0)); // nothing is further than the map is cleared to
    const float d = 0.6 / 1024.0;
    return 0.5 * (texture(shadow, at + vec3(-d, -d, 0.0)) + texture(shadow, at + vec3(d, d, 0.0)));
}

vec4 ground(vec3 n)
{
    vec4 grass = texture(materials[GRASS], uv), rock = texture(materials[ROCK], uv * 0.5);
    float steep = smoothstep(0.80, 0.62, n.y + (rock.a - 0.5) * 0.25), shore = smoothstep(0.75, 0.25, world.y + (rock.a - 0.5) * 0.5);
    vec4 c = mix(grass, rock, max(steep, shore * 0.9));
    float snow = smoothstep(9.5, 12.0, world.y + (rock.a - 0.5) * 3.0) * smoothstep(0.55, 0.75, n.y);
    c.rgb = mix(c.rgb, vec3(0.86, 0.88, 0.93), snow);
    c.rgb *= mix(1.0, 0.55, smoothstep(0.25, -0.05, world.y)); // wet
    return c;
}

void main()
{
    vec3 n = normalize(normal), to_eye = cam.eye.xyz - world;
    float away = length(to_eye);
    to_eye /= away;
    int material = int(pc.look.x);
    vec4 texel;
    if (material == GRASS)
        texel = ground(n);
    else
        texel = texture(materials[material], uv);
    n = bumped(n, texel.a);
    vec3 base = texel.rgb * texel.rgb; // the materials are stored as a screen shows them
    float lit = max(dot(n, cam.sun.xyz), 0.0);
    if (lit > 0.0)
        lit *= sunlight(normalize(normal));
    vec3 sun = vec3(4.3, 3.0, 1.8), half_way = normalize(cam.sun.xyz + to_eye);
    vec3 ambient = mix(vec3(0.26, 0.19, 0.15), vec3(0.40, 0.50, 0.72), n.y * 0.5 + 0.5) * (0.40 + 0.45 * texel.a);
    vec3 c = base * (sun * lit + ambient);
    float shine = pow(max(dot(n, half_way), 0.0), 60.0) * lit;
    if (pc.look.z > 0.0) {
        vec3 gold = vec3(1.0, 0.70, 0.28), mirrored = reflect(-to_eye, n);
        float grazing = pow(1.0 - max(dot(n, to_eye), 0.0), 5.0);
        vec3 seen = mirrored.y > 0.0 ? sky_without_clouds(mirrored) : mix(vec3(0.30, 0.22, 0.15), vec3(0.85, 0.5, 0.3), exp(mirrored.y * 6.0));
        c = seen * mix(gold, vec3(1.0), grazing) + gold * sun * (0.25 * lit + 3.0 * shine);
    } else
        c += sun * shine * pc.look.y;
    vec3 d = -to_eye;
    float fog = 1.0 - exp(-0.0058 * max(away - 14.0, 0.0));
    c = mix(c, sky_without_clouds(normalize(vec3(d.x, 0.03 + max(d.y, 0.0), d.z))), fog);
    target = vec4(film(c), 1.0);
}
