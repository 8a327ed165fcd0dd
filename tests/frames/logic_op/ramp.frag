#version 450
layout(location = 0) in vec2 place;
layout(location = 0) out vec4 target;
void main() { target = vec4(place, 0.5, 1.0); }
