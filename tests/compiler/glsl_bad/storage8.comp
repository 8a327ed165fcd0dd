// error: unsupported: capability
#version 450
#extension GL_EXT_shader_8bit_storage : enable
layout(local_size_x = 1) in;
layout(std430, set = 0, binding = 0) buffer B { uint8_t x[]; };
void main() { x[0] = uint8_t(uint(x[1]) + 1u); }
