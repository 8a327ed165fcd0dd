// error: unsupported: capability Float16 (9)
#version 450
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : enable
layout(local_size_x = 1) in;
layout(std430, set = 0, binding = 0) buffer B { uint x[]; };
void main() { x[0] = uint(float16_t(x[1]) * float16_t(2.0)); }
