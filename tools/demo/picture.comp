#version 450
// The demonstration picture: a Mandelbulb over a reflecting floor, by distance-estimated ray marching.
// One invocation per pixel. A first sample of every pixel of the 16 x 16 tile goes to shared
// memory; behind the barrier only pixels that differ from a neighbour take three more samples.
layout(local_size_x = 16, local_size_y = 16) in;

layout(set = 0, binding = 0) writeonly buffer Picture { uint pixels[]; };
layout(push_constant) uniform Push { uvec2 size; float power; float threshold; } pc;

shared vec3 tile[16][16];

const float FLOOR_Y = -1.15;

// Distance to the bulb; trap receives the smallest orbit radius, which colours the surface.
float bulb(vec3 p, out float trap)
{
    float bound = length(p) - 1.25;
    trap = 1.0;
    if (bound > 0.2)
        return bound;
    vec3 z = p;
    float dr = 1.0, r = length(z);
    for (int i = 0; i < 7 && r < 2.0; i++) {
        float theta = acos(clamp(z.y / max(r, 1e-9), -1.0, 1.0)) * pc.power;
        float phi = atan(z.z, z.x) * pc.power;
        float rp = pow(r, pc.power - 1.0);
        dr = rp * pc.power * dr + 1.0;
        z = rp * r * vec3(sin(theta) * cos(phi), cos(theta), sin(theta) * sin(phi)) + p;
        r = length(z);
        trap = min(trap, r);
    }
    return 0.5 * log(max(r, 1e-9)) * r / dr;
}

bool march(vec3 o, vec3 d, float limit, int steps, out float t, out float trap)
{
    t = 0.0;
    trap = 1.0;
    float b = dot(o, d), c = dot(o, o) - 1.45 * 1.45, disc = b * b - c;
    if (disc < 0.0)
        return false;
    t = max(0.0, -b - sqrt(disc));
    for (int i = 0; i < steps; i++) {
        float h = bulb(o + d * t, trap);
        if (h < 0.0008 * (1.0 + t))
            return true;
        t += h;
        if (t > limit)
            break;
    }
    return false;
}

vec3 sky(vec3 d)
{
    float sun = max(dot(d, normalize(vec3(0.6, 0.55, -0.5))), 0.0);
    vec3 c = mix(vec3(0.93, 0.71, 0.52), vec3(0.10, 0.22, 0.50), smoothstep(-0.05, 0.65, d.y));
    return c + vec3(1.0, 0.8, 0.5) * (0.25 * pow(sun, 12.0) + pow(sun, 400.0));
}

vec3 bulb_colour(vec3 p, vec3 d, float trap)
{
    float e = 0.0012, ignore, h = bulb(p, ignore);
    vec3 n = normalize(vec3(bulb(p + vec3(e, 0, 0), ignore) - h, bulb(p + vec3(0, e, 0), ignore) - h,
                            bulb(p + vec3(0, 0, e), ignore) - h));
    vec3 l = normalize(vec3(0.6, 0.75, -0.5));
    float st, strap;
    float lit = march(p + n * 0.006, l, 3.0, 40, st, strap) ? 0.15 : 1.0;
    float diffuse = max(dot(n, l), 0.0) * lit;
    vec3 base = 0.5 + 0.42 * cos(vec3(5.4, 6.3, 7.6) + 13.0 * trap * trap);
    float occlusion = clamp(trap * 1.25, 0.2, 1.0);
    vec3 c = base * (diffuse * vec3(1.15, 1.0, 0.85) + occlusion * 0.38 * sky(n));
    float shine = pow(max(dot(reflect(d, n), l), 0.0), 32.0) * lit;
    return c + shine * 0.4;
}

vec3 trace(vec3 o, vec3 d)
{
    vec3 weight = vec3(1.0), sum = vec3(0.0);
    for (int bounce = 0; bounce < 2; bounce++) {
        float t, trap;
        float tfloor = d.y < 0.0 ? (FLOOR_Y - o.y) / d.y : 1e9;
        if (march(o, d, min(tfloor, 8.0), 90, t, trap) && t < tfloor)
            return sum + weight * bulb_colour(o + d * t, d, trap);
        if (tfloor > 40.0)
            return sum + weight * sky(d);
        vec3 p = o + d * tfloor;
        vec2 cell = floor(p.xz * 1.5);
        bool dark = mod(cell.x + cell.y, 2.0) > 0.5;
        float st, strap;
        float lit = march(p + vec3(0, 0.01, 0), normalize(vec3(0.6, 0.75, -0.5)), 4.0, 40, st, strap) ? 0.35 : 1.0;
        vec3 base = (dark ? vec3(0.13, 0.14, 0.17) : vec3(0.62, 0.58, 0.52)) * lit;
        float fog = exp(-0.06 * tfloor);
        sum += weight * mix(sky(d), base, fog) * 0.72;
        weight *= 0.28 * fog;
        o = p + vec3(0, 0.002, 0);
        d = reflect(d, vec3(0, 1, 0));
    }
    return sum + weight * sky(d);
}

vec3 sample_at(vec2 pixel)
{
    vec2 uv = (2.0 * pixel - vec2(pc.size)) / float(pc.size.y);
    vec3 eye = vec3(1.55, 0.62, -2.35), f = normalize(vec3(0.0, -0.12, 0.0) - eye);
    vec3 r = normalize(cross(vec3(0, 1, 0), f)), u = cross(f, r);
    vec3 c = trace(eye, normalize(f * 1.75 + uv.x * r - uv.y * u));
    c *= 0.42;
    c = c * (2.51 * c + 0.03) / (c * (2.43 * c + 0.59) + 0.14); // filmic curve
    return pow(clamp(c, 0.0, 1.0), vec3(1.0 / 2.2));
}

void main()
{
    uvec2 id = gl_GlobalInvocationID.xy, l = gl_LocalInvocationID.xy;
    vec3 c = sample_at(vec2(id) + 0.5);
    tile[l.y][l.x] = c;
    barrier();

    float contrast = 0.0;
    for (int k = 0; k < 4; k++) {
        ivec2 n = ivec2(l) + ivec2(k == 0 ? 1 : k == 1 ? -1 : 0, k == 2 ? 1 : k == 3 ? -1 : 0);
        if (all(greaterThanEqual(n, ivec2(0))) && all(lessThan(n, ivec2(16)))) {
            vec3 delta = abs(tile[n.y][n.x] - c);
            contrast = max(contrast, max(delta.x, max(delta.y, delta.z)));
        }
    }
    if (contrast > pc.threshold) {
        for (int s = 1; s < 4; s++)
            c += sample_at(vec2(id) + vec2((s & 1) != 0 ? 0.875 : 0.25, (s & 2) != 0 ? 0.75 : 0.125));
        c *= 0.25;
    }
    if (id.x < pc.size.x && id.y < pc.size.y)
        pixels[id.y * pc.size.x + id.x] = packUnorm4x8(vec4(c, 1.0));
}
