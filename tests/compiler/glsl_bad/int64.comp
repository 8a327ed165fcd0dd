// error: unsupported: capability Int64 (11)
#version 450
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : enable
layout(local_size_x = 1) in;
layout(std430, set = 0, binding = 0) buffer B { uint64_t x[]; };
void main() { x[0] *= 2; }
