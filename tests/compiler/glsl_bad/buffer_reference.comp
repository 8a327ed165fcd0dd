// error: unsupported: capability PhysicalStorageBufferAddresses
#version 450
#extension GL_EXT_buffer_reference : enable
layout(local_size_x = 1) in;
layout(buffer_reference, std430) buffer P { uint v; };
layout(std430, set = 0, binding = 0) buffer B { P p; };
void main() { p.v = 1u; }
