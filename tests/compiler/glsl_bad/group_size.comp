// error: limit: workgroup of 4096 invocations
#version 450
layout(local_size_x = 64, local_size_y = 64) in;
void main() {}
