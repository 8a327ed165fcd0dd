#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
// A rectangle whose depth runs from the left to the right.
layout(push_constant) uniform Push { float from, to; };
layout(location = 0) out vec4 colour;
void main()
{
    vec2 c = corner(gl_VertexIndex);
    gl_Position = vec4(c * 1.8 - 0.9, mix(from, to, c.x), 1.0);
    colour = vec4(0.95, 0.3 + 0.5 * c.y, 0.25, 1.0);
}
