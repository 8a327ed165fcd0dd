#version 450
layout(quads, fractional_odd_spacing, cw, point_mode) in;
layout(location = 0) out vec4 colour;
void main()
{
    vec2 t = gl_TessCoord.xy;
    vec2 p = mix(mix(gl_in[0].gl_Position.xy, gl_in[1].gl_Position.xy, t.x), mix(gl_in[2].gl_Position.xy, gl_in[3].gl_Position.xy, t.x), t.y);
    p += vec2(t.y * (1.0 - t.y), t.x * (1.0 - t.x)) * 0.5 - 0.12;
    gl_Position = vec4(p, 0.0, 1.0);
    gl_PointSize = 1.0;
    colour = vec4(t.x, 0.4 + 0.5 * fract(t.y * 3.0), 1.0 - t.x * t.y, 1.0);
}
