#version 450
#extension GL_GOOGLE_include_directive : enable
#extension GL_EXT_samplerless_texture_functions : enable
#include "image.glsl"
layout(local_size_x = 32) in;
layout(set = 1, binding = 3) uniform sampler3D volume;
layout(set = 1, binding = 4) uniform samplerCube cube;
layout(set = 1, binding = 5) uniform sampler2DArray mips;
layout(set = 1, binding = 6) uniform samplerCubeArray cubes;
layout(set = 1, binding = 7) uniform sampler1DArray lines;
layout(set = 1, binding = 9) uniform utexture2DMS ms;
layout(set = 1, binding = 10, r32ui) uniform uimage2D flat_[4];
layout(set = 1, binding = 11, rgba32f) uniform image2DArray layered;
layout(set = 1, binding = 12, rgba8) uniform image3D stored;
layout(set = 1, binding = 13, r32i) uniform iimageCube stored_cube;
layout(set = 1, binding = 14, r32ui) uniform uimageCubeArray stored_cubes;
layout(set = 1, binding = 15, r32ui) uniform uimageBuffer buffer_;
layout(set = 1, binding = 16) uniform usamplerBuffer texels;
layout(set = 1, binding = 18, r32ui) uniform uimage1D line;
layout(set = 1, binding = 25) uniform texture2D nothing;
void main()
{
   CHECK(textureSize(volume, 0) == ivec3(8, 4, 4) && textureQueryLevels(volume) == 1);
   CHECK(textureSize(cube, 0) == ivec2(8) && textureSize(cubes, 0) == ivec3(8, 8, 2));
   CHECK(textureSize(lines, 0) == ivec2(8, 5));
   int n = I(int(gl_LocalInvocationIndex) % 3);
   CHECK(textureSize(mips, n) == ivec3(8 >> n, 8 >> n, 3) && textureQueryLevels(mips) == 3);
   CHECK(textureSize(ms) == ivec2(4));
   CHECK(imageSize(flat_[I(2)]) == ivec2(16) && imageSize(layered) == ivec3(8, 8, 4));
   CHECK(imageSize(stored) == ivec3(8, 4, 4) && imageSize(stored_cube) == ivec2(8));
   CHECK(imageSize(stored_cubes) == ivec3(4, 4, 2) && imageSize(buffer_) == 64 && textureSize(texels) == 64);
   CHECK(imageSize(line) == 64 && textureSize(nothing, 0) == ivec2(0));
}
