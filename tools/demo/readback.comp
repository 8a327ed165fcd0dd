#version 450
// What the GPU finds in VRAM after the other process has written there: copies `count` words from
// word `first` on into the answer, and adds them up by an atomic as a second witness.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) readonly buffer Picture { uint pixels[]; };
layout(set = 0, binding = 1) buffer Answer { uint sum; uint words[]; };
layout(push_constant) uniform Push { uint first; uint count; };

void main()
{
    uint i = gl_GlobalInvocationID.x;
    if (i < count) {
        uint w = pixels[first + i];
        words[i] = w;
        atomicAdd(sum, w);
    }
}
