#version 450
/* One colour. */
layout(location = 0) out vec4 colour;
void main() { colour = vec4(0.25, 0.5, 0.75, 0.5); }
