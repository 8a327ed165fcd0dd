#version 450
/* Atomic additions: lane i adds to word (i & push.a) * push.b. SHARED: in shared memory. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#if SHARED
layout(local_size_x_id = 0) in;
shared uint words[2048];
#define WORDS words
#define ME gl_LocalInvocationIndex
#else
layout(local_size_x = 64) in;
#define WORDS arena
#define ME gl_GlobalInvocationID.x
#endif

void main()
{
#if SHARED
   for (uint i = ME; i < 2048u; i += gl_WorkGroupSize.x)
      words[i] = 0;
   barrier();
#endif
   uint at = (ME & push.a) * push.b, what = ME | 1u;
   for (uint k = 0; k < push.count; k++) {
      atomicAdd(WORDS[at], what);
      atomicAdd(WORDS[at], what ^ k);
   }
#if SHARED
   barrier();
   result[8] = words[ME];
#endif
}
