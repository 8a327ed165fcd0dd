#version 450
// Smooth in the red half of the palette, flat in the rest: both interpolations, and the face.
layout(location = 0) in vec4 colour;
layout(location = 1) flat in vec4 provoking;
layout(location = 0) out vec4 target;
void main() { target = gl_FrontFacing ? colour : vec4(provoking.rgb * 0.5, 1.0); }
