#version 450
#extension GL_GOOGLE_include_directive : enable
#extension GL_ARB_sparse_texture2 : require
#include "image.glsl"
layout(local_size_x = 32) in;
layout(set = 1, binding = 3) uniform sampler3D volume;
layout(set = 1, binding = 4) uniform samplerCube cube;
layout(set = 1, binding = 5) uniform sampler2DArray mips;
layout(set = 1, binding = 10, r32ui) uniform uimage2D flat_[4];
/* What is asked for with a residency code is what is asked for without; everything is resident. */
void main()
{
   float f = float(I(int(gl_LocalInvocationIndex))) / 40;
   vec3 at = vec3(f, 0.3 + f / 2, 1 - f);
   vec4 texel;
   int code = sparseTextureLodARB(volume, at, 0, texel);
   CHECK(sparseTexelsResidentARB(code) && texel == textureLod(volume, at, 0));
   CHECK(sparseTexelsResidentARB(sparseTextureLodARB(cube, at - 0.5, 0, texel)) && texel == textureLod(cube, at - 0.5, 0));
   CHECK(sparseTexelsResidentARB(sparseTexelFetchARB(mips, ivec3(at * 2), 1, texel)) && texel == texelFetch(mips, ivec3(at * 2), 1));
   CHECK(sparseTexelsResidentARB(sparseTextureGatherARB(mips, at, texel, 1)) && texel == textureGather(mips, at, 1));
   uvec4 raw;
   CHECK(sparseTexelsResidentARB(sparseImageLoadARB(flat_[1], ivec2(at * 9), raw)) && raw == imageLoad(flat_[1], ivec2(at * 9)));
}
