#version 450
// Reads and writes around the end of buffers, and says what lengths they have. Which: index into everything.
layout(local_size_x = 32) in;
layout(set = 0, binding = 0) buffer Out { uint out_v[]; };
layout(set = 0, binding = 1) buffer Data { uint pad; uvec4 data[]; };
layout(set = 0, binding = 2) uniform Constants { uvec4 constants[8]; };
layout(push_constant) uniform Push { uint first, store; };
void main() {
   uint i = gl_GlobalInvocationID.x;
   uvec4 a = data[first + i];
   uvec4 b = constants[min(i, 7)];
   uint at = i * 12;
   for (uint c = 0; c < 4; c++) {
      out_v[at + c] = a[c];
      out_v[at + 4 + c] = b[c];
   }
   out_v[at + 8] = uint(data.length());
   out_v[at + 9] = store != 0 ? atomicAdd(data[first + i].y, 5) : 0;
   if (store != 0)
      data[first + i].z = 0xabcd0000 + i;
}
