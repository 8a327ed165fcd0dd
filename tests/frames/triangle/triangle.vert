#version 450
layout(location = 0) in vec2 position;
layout(location = 1) in vec3 rgb;
layout(location = 0) out vec4 colour;
void main()
{
    gl_Position = vec4(position, 0.0, 1.0);
    colour = vec4(rgb, 1.0);
}
