#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
layout(quads, equal_spacing, ccw) in;
layout(location = 0) out vec2 uv;
layout(location = 1) out vec3 normal;
// Polynomial hills, with their slopes.
vec3 hill(vec2 t)
{
    vec2 a = t * (1.0 - t) * 4.0, d = 4.0 - 8.0 * t;
    float bump = (t.x - 0.35) * (0.7 - t.y);
    return vec3(a.x * a.y * bump, d.x * a.y * bump + a.x * a.y * (0.7 - t.y), a.x * d.y * bump - a.x * a.y * (t.x - 0.35));
}
void main()
{
    vec3 h = hill(gl_TessCoord.xy) * vec3(5.0, 5.0 / 5.0, 5.0 / 5.0);
    vec3 p = vec3((gl_TessCoord.x - 0.5) * 5.0, -h.x, (gl_TessCoord.y - 0.5) * 5.0);
    normal = normalize(vec3(-h.y, -1.0, -h.z));
    uv = gl_TessCoord.xy * 2.0;
    gl_Position = perspective(turn_x(turn_y(p, 0.6, 0.8), 0.6, 0.8) + vec3(0.0, 0.1, 6.5), 1.6, 1.0, 1.0, 12.0);
}
