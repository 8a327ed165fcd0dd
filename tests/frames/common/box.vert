#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
// A rectangle of one colour by push constants: x0 y0 x1 y1 (of the target, -1..1), depth, r g b a.
layout(push_constant) uniform Push { float x0, y0, x1, y1, depth, r, g, b, a; };
layout(location = 0) out vec4 colour;
void main()
{
    vec2 c = corner(gl_VertexIndex);
    gl_Position = vec4(mix(vec2(x0, y0), vec2(x1, y1), c), depth, 1.0);
    colour = vec4(r, g, b, a);
}
