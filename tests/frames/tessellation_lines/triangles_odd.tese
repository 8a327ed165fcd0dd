#version 450
layout(triangles, fractional_odd_spacing, ccw) in;
layout(location = 0) out vec4 colour;
void main()
{
    vec3 t = gl_TessCoord;
    vec2 p = gl_in[0].gl_Position.xy * t.x + gl_in[1].gl_Position.xy * t.y + gl_in[2].gl_Position.xy * t.z;
    gl_Position = vec4(p, 0.0, 1.0);
    colour = vec4(0.3 + 0.7 * t, 1.0);
}
