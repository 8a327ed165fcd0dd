// error: limit: is too large to be handled as a value
#version 450
layout(local_size_x = 1) in;
struct S { uint a[70000]; };
layout(std430, set = 0, binding = 0) buffer B { S x; };
layout(std430, set = 0, binding = 1) buffer C { S y; };
void main() { y = x; }
