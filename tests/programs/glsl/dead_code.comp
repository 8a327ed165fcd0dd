// Functions never called, branches never taken, loops whose result is dropped, unused buffers, shared variables and outputs.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
layout(set = 3, binding = 9) buffer Nowhere { uint nowhere[]; };
layout(push_constant) uniform Unused { vec4 unused_value; };
shared mat4 unused_shared[4];
uint never(uint x) { nowhere[x] = 1; barrier(); return x / (x - x); }
void chatter(uint x, out uint a, out vec3 b, inout float c) { a = x * x; b = vec3(x); c += 1.0; }
void main()
{
   const bool off = false;
   uint a, keep = GID;
   vec3 b;
   float c = 0.0;
   chatter(GID, a, b, c);
   for (int i = 0; i < 100; i++)
      c += sin(float(i)) * b.x;
   if (off)
      keep = never(keep);
   for (int i = 0; i < 0; i++)
      keep = never(uint(i));
   do { keep += 3u; if (true) break; keep = never(9u); } while (keep < 5u);
   uint undefined_value;
   if (GID == 0xffffffffu)
      undefined_value = 1u;
   put(GID, GID == 0xffffffffu ? undefined_value : keep);
   return;
   keep = 0u;
   put(GID, keep);
}
