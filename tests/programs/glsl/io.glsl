// The interface that every program of this folder has; programs.c makes the buffers (see there for their contents).
layout(set = 0, binding = 0, std430) buffer Result { uint result[]; };             // 16384 dwords, zeros; the only thing compared
layout(set = 0, binding = 1, std430) readonly buffer Random { uint random_dw[]; }; // 16384 dwords of PCG
layout(set = 0, binding = 2, std430) coherent buffer Scratch { uint scratch[]; };  // 16384 dwords, zeros
#define GID gl_GlobalInvocationID.x
#define LID gl_LocalInvocationID.x
#define WG gl_WorkGroupID.x
void put(uint i, uint v) { result[i] = v; }
void put(uint i, int v) { result[i] = uint(v); }
void put(uint i, float v) { result[i] = floatBitsToUint(v); }
float unit(uint i) { return float(random_dw[i & 16383u] >> 8) * (1.0 / 16777216.0); } // [0, 1)
