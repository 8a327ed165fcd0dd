#version 450
layout(location = 0) in vec4 colour;
layout(location = 0) out vec4 target;
void main()
{
    vec2 d = gl_PointCoord * 2.0 - 1.0;
    if (dot(d, d) > 1.0)
        discard;
    target = vec4(colour.rgb + vec3(gl_PointCoord, 0.0) * 0.5, 1.0);
}
