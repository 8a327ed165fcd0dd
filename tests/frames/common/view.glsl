// Helpers of the frames' shaders: a camera and simple shapes from numbers.
#ifndef VIEW_GLSL
#define VIEW_GLSL

// Perspective with the depth from 0 at `near` to 1 at `far`; focal: 1 / tan of half the angle of view.
vec4 perspective(vec3 p, float focal, float aspect, float near, float far)
{
    return vec4(p.x * focal / aspect, p.y * focal, far * (p.z - near) / (far - near), p.z);
}

vec3 turn_x(vec3 p, float s, float c) { return vec3(p.x, p.y * c - p.z * s, p.y * s + p.z * c); }
vec3 turn_y(vec3 p, float s, float c) { return vec3(p.x * c + p.z * s, p.y, p.z * c - p.x * s); }

// Corner i (0..5) of two triangles that cover the unit square.
vec2 corner(int i)
{
    return vec2(i == 1 || i == 2 || i == 4 ? 1.0 : 0.0, i == 2 || i == 4 || i == 5 ? 1.0 : 0.0);
}

// Eight pleasant colours.
vec3 palette(int i)
{
    const vec3 c[8] = vec3[8](vec3(0.90, 0.30, 0.24), vec3(0.95, 0.61, 0.18), vec3(0.95, 0.85, 0.30), vec3(0.30, 0.70, 0.36),
                              vec3(0.18, 0.65, 0.75), vec3(0.22, 0.40, 0.80), vec3(0.56, 0.32, 0.70), vec3(0.85, 0.85, 0.88));
    return c[i & 7];
}
#endif
