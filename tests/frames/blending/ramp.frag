#version 450
layout(location = 0) in vec2 place;
layout(location = 0) out vec4 target;
void main() { target = vec4(place.x, place.y, 1.0 - place.x, place.x * 0.75 + 0.25 * place.y); }
