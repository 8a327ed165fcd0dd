#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
// Boxes: the first is the ground. push: 1 as the light sees them, 0 as the eye does.
layout(push_constant) uniform Push { float from_light; };
layout(location = 0) out vec3 in_map;
layout(location = 1) out vec3 colour;
vec4 light(vec3 p)
{
    vec3 q = turn_x(turn_y(p, 0.6, 0.8), 0.8, 0.6);
    return vec4(q.xy * 0.2, 0.5 + q.z * 0.1, 1.0);
}
void main()
{
    const vec4 boxes[6] = vec4[6](vec4(0, 0.5, 0, 4), vec4(-1.5, -0.5, 0.5, 0.5), vec4(0.2, -0.2, -0.8, 0.35), vec4(1.6, -0.8, 1.2, 0.6),
                                  vec4(0.3, -1.7, 1.6, 0.45), vec4(-0.9, -0.1, -1.7, 0.25));
    int face = gl_VertexIndex / 6, axis = face >> 1;
    vec2 c = corner(gl_VertexIndex % 6) * 2.0 - 1.0;
    float s = (face & 1) == 0 ? -1.0 : 1.0;
    vec3 p = axis == 0 ? vec3(s, c) : axis == 1 ? vec3(c.x, s, c.y) : vec3(c, s);
    vec4 b = boxes[gl_InstanceIndex];
    p = b.xyz + p * (gl_InstanceIndex == 0 ? vec3(b.w, 0.5, b.w) : vec3(b.w));
    vec4 l = light(p);
    vec3 n = axis == 0 ? vec3(s, 0, 0) : axis == 1 ? vec3(0, s, 0) : vec3(0, 0, s);
    float lambert = max(-dot(turn_x(turn_y(n, 0.6, 0.8), 0.8, 0.6), vec3(0, 0, 1)), 0.0);
    in_map = vec3(l.xy * 0.5 + 0.5, l.z);
    colour = palette(gl_InstanceIndex == 0 ? 7 : gl_InstanceIndex - 1) * (0.3 + 0.7 * lambert);
    gl_Position = from_light > 0.5 ? l : perspective(turn_x(turn_y(p, -0.28, 0.96), 0.5, 0.866) + vec3(0.0, 0.4, 7.5), 1.7, 1.0, 2.0, 14.0);
}
