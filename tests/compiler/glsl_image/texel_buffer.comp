#version 450
#extension GL_GOOGLE_include_directive : enable
#include "image.glsl"
layout(local_size_x = 64) in;
layout(set = 1, binding = 15, r32ui) uniform coherent uimageBuffer stored[2];
layout(set = 1, binding = 16) uniform usamplerBuffer texels[3];
void main()
{
   int i = int(gl_LocalInvocationIndex);
   CHECK(texelFetch(texels[1], i) == uvec4(texel(i, 0, 0, 0, 0, 1), 0, 0, 1));
   CHECK(texelFetch(texels[0], 64 + i).x == 0u && texelFetch(texels[0], -1 - i).x == 0u);
   CHECK(imageLoad(stored[1], i).x == texel(i, 0, 0, 0, 0, 1));
   imageStore(stored[0], 63 - i, uvec4(i * i));
   imageStore(stored[0], 64 + i, uvec4(9));
   memoryBarrierImage();
   barrier();
   CHECK(imageLoad(stored[0], i).x == uint((63 - i) * (63 - i)));
}
