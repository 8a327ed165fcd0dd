#version 450
layout(location = 0) in vec2 position;
layout(location = 1) in vec2 at;
layout(location = 2) in vec4 rgba;
layout(location = 3) in vec4 turn;
layout(location = 0) out vec4 colour;
void main()
{
    vec2 p = vec2(position.x * turn.x - position.y * turn.y, position.x * turn.y + position.y * turn.x) * 0.33;
    gl_Position = vec4(p + at, 0.0, 1.0);
    colour = rgba;
}
