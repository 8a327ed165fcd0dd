// error: invalid: set 0 binding 0 is of another kind in the pipeline layout
#version 450
layout(local_size_x = 1) in;
layout(set = 0, binding = 0, rgba8) uniform image2D i;
void main() { imageStore(i, ivec2(0), vec4(1)); }
