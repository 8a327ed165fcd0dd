// error: invalid: descriptor 5 of a binding with 2
#version 450
layout(local_size_x = 1) in;
layout(std430, set = 0, binding = 4) buffer B { uint x[]; } b[8];
void main() { b[5].x[0] = 1u; }
