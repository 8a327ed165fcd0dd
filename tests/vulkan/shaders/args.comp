#version 450
// Writes the arguments of an indirect dispatch.
layout(local_size_x = 1) in;
layout(set = 0, binding = 0) buffer Args { uint a[]; };
void main() { a[0] = 4; a[1] = 1; a[2] = 1; }
