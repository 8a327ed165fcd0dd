#version 450
layout(quads, fractional_odd_spacing) in;
void main() {
   gl_Position = vec4(gl_TessCoord.xy * 2 - 1, 0.5, 1);
}
