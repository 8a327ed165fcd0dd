// error: unsupported: capability Float64 (10)
#version 450
layout(local_size_x = 1) in;
layout(std430, set = 0, binding = 0) buffer B { double x[]; };
void main() { x[0] *= 2.0; }
