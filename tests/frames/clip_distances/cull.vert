#version 450
#extension GL_GOOGLE_include_directive : require
#include "view.glsl"
out gl_PerVertex {
    vec4 gl_Position;
    float gl_CullDistance[2];
};
layout(location = 0) out vec4 colour;
void main()
{
    vec2 p = (vec2(gl_InstanceIndex & 7, gl_InstanceIndex >> 3) + corner(gl_VertexIndex)) * 0.24 - 0.96;
    gl_Position = vec4(p, 0.0, 1.0);
    gl_CullDistance[0] = 0.5 - p.x - 0.5 * p.y;
    gl_CullDistance[1] = p.x + 0.5 + 0.6 * p.y;
    colour = vec4(palette(gl_InstanceIndex + (gl_InstanceIndex >> 3)), 1.0);
}
