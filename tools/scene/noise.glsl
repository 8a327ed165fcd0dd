// Value noise of whole numbers: the same bits wherever it runs.
#ifndef NOISE_GLSL
#define NOISE_GLSL
uint hash(uvec2 p)
{
    uint h = p.x * 0x9e3779b1u ^ p.y * 0x85ebca77u;
    h = (h ^ (h >> 15)) * 0x2c1b3c6du;
    h = (h ^ (h >> 12)) * 0x297a2d39u;
    return h ^ (h >> 15);
}

// Repeats every `period` cells (a power of two).
float noise(vec2 p, uint period)
{
    vec2 i = floor(p), f = p - i;
    f = f * f * (3.0 - 2.0 * f);
    uvec2 a = uvec2(ivec2(i)) & (period - 1u), b = (a + 1u) & (period - 1u);
    float n00 = float(hash(a) >> 8), n10 = float(hash(uvec2(b.x, a.y)) >> 8);
    float n01 = float(hash(uvec2(a.x, b.y)) >> 8), n11 = float(hash(b) >> 8);
    return mix(mix(n00, n10, f.x), mix(n01, n11, f.x), f.y) * (1.0 / 16777216.0);
}

float fbm(vec2 p, uint period, int octaves)
{
    float sum = 0.0, weight = 0.5;
    for (int i = 0; i < octaves; i++) {
        sum += weight * noise(p + float(i) * 17.0, period);
        p *= 2.0;
        period *= 2u;
        weight *= 0.5;
    }
    return sum;
}
#endif
