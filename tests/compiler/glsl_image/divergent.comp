#version 450
#extension GL_GOOGLE_include_directive : enable
#extension GL_EXT_nonuniform_qualifier : enable
#include "image.glsl"
layout(local_size_x = 64) in;
layout(set = 1, binding = 0) uniform texture2D separate[4];
layout(set = 1, binding = 1) uniform sampler samplers[2];
layout(set = 1, binding = 2) uniform sampler2D combined[];
layout(set = 1, binding = 10, r32ui) uniform uimage2D flat_[2][2];
layout(set = 1, binding = 15, r32ui) uniform uimageBuffer buffers[2];
layout(set = 1, binding = 16) uniform usamplerBuffer texels[3];
void main()
{
   uint i = gl_LocalInvocationIndex, x = i & 7u, y = i >> 3, k = (i * 7u) % 3u, j = (i / 3u) & 1u, four = (i >> 1) & 3u;
   vec2 at = (vec2(x, y) + 0.5) / 8.0;
   CHECK(textureLod(combined[nonuniformEXT(k)], at, 0.0).x == ftexel(x, y, 0, 0, k));
   CHECK(textureLod(sampler2D(separate[nonuniformEXT(four)], samplers[nonuniformEXT(j)]), at, 0.0).x ==
         ftexel(x, y, 0, 0, four));
   CHECK(imageLoad(flat_[nonuniformEXT(four >> 1)][nonuniformEXT(four & 1u)], ivec2(x, y)).x == texel(x, y, 0, 0, 0, four));
   CHECK(texelFetch(texels[nonuniformEXT(k)], int(i)).x == texel(i, 0, 0, 0, 0, k));
   CHECK(textureSize(combined[nonuniformEXT(k)], 0) == ivec2(8));
   if ((i & 4u) != 0u) {
      imageStore(buffers[nonuniformEXT(j)], int(i), uvec4(i + 1000u * j));
      CHECK(imageLoad(buffers[nonuniformEXT(j)], int(i)).x == i + 1000u * j);
   }
   barrier();
   uint old = imageAtomicAdd(flat_[nonuniformEXT(j)][0], ivec2(x, y), 5u);
   CHECK(old == texel(x, y, 0, 0, 0, 2u * j));
   imageAtomicAdd(flat_[nonuniformEXT(j)][1], ivec2(9), 1u);
   barrier();
   CHECK(imageLoad(flat_[0][1], ivec2(9)).x + imageLoad(flat_[1][1], ivec2(9)).x ==
         64u + texel(9, 9, 0, 0, 0, 1) + texel(9, 9, 0, 0, 0, 3));
   // uniform inside the loop, divergent behind it
   uint n = 0u;
   float last = 0.0;
   for (;; n++) {
      last = textureLod(sampler2D(separate[n], samplers[0]), at, 0.0).x;
      if (n == four)
         break;
   }
   CHECK(last == ftexel(x, y, 0, 0, four));
   CHECK(textureLod(sampler2D(separate[nonuniformEXT(n)], samplers[0]), at, 0.0).x == last);
   // out of range: no fault; which element it is does not matter
   float any = textureLod(combined[nonuniformEXT(i * 100000u)], at, 0.0).x;
   CHECK(any >= 0.0);
   // a dynamic but uniform index
   CHECK(textureLod(combined[U(2)], at, 0.0).x == ftexel(x, y, 0, 0, 2));
   for (uint e = 0u; e < U(4); e++)
      CHECK(texelFetch(sampler2D(separate[e], samplers[0]), ivec2(x, y), 0).x == ftexel(x, y, 0, 0, e));
}
