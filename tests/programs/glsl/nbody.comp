// 128 bodies, all pairs through shared memory, 4 steps.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 128) in;
shared vec4 body[128];
void main()
{
   vec3 p = vec3(unit(LID * 4), unit(LID * 4 + 1), unit(LID * 4 + 2)) * 2.0 - 1.0, v = vec3(0);
   float m = unit(LID * 4 + 3) + 0.1;
   for (int step = 0; step < 4; step++) {
      body[LID] = vec4(p, m);
      barrier();
      vec3 a = vec3(0);
      for (int j = 0; j < 128; j++) {
         vec3 d = body[j].xyz - p;
         float r2 = dot(d, d) + 0.05;
         a += d * (body[j].w * inversesqrt(r2) / r2);
      }
      v += a * 0.001;
      p += v * 0.01;
      barrier();
   }
   put(LID * 6, p.x); put(LID * 6 + 1, p.y); put(LID * 6 + 2, p.z);
   put(LID * 6 + 3, v.x); put(LID * 6 + 4, v.y); put(LID * 6 + 5, v.z);
}
