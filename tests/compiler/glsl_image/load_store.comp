#version 450
#extension GL_GOOGLE_include_directive : enable
#extension GL_EXT_shader_image_load_formatted : enable
#extension GL_EXT_samplerless_texture_functions : enable
#include "image.glsl"
layout(local_size_x = 64) in;
layout(set = 1, binding = 9) uniform utexture2DMS ms;
layout(set = 1, binding = 10, r32ui) uniform uimage2D flat_[4];
layout(set = 1, binding = 11, rgba32f) uniform image2DArray layered;
layout(set = 1, binding = 12, rgba8) uniform image3D volume;
layout(set = 1, binding = 13, r32i) uniform iimageCube cube;
layout(set = 1, binding = 14, r32ui) uniform uimageCubeArray cubes;
layout(set = 1, binding = 18, r32ui) uniform uimage1D line;
layout(set = 1, binding = 19, r32ui) uniform uimage1DArray lines;
layout(set = 1, binding = 20, r32ui) uniform uimage2DMS samples;
layout(set = 1, binding = 21) uniform image2D floats[8];
layout(set = 1, binding = 22) uniform uimage2D uints[4];
layout(set = 1, binding = 23) uniform iimage2D ints[4];

vec4 load_of(image2D image, ivec2 at) { return imageLoad(image, at); }

void main()
{
   uint i = gl_LocalInvocationIndex, x = i & 7u, y = i >> 3;
   CHECK(imageLoad(flat_[0], ivec2(x, y)) == uvec4(texel(x, y, 0, 0, 0, 0), 0, 0, 1));
   CHECK(imageLoad(flat_[3], ivec2(x, y)).x == texel(x, y, 0, 0, 0, 3));
   CHECK(imageLoad(flat_[1], ivec2(-1, y)).x == 0u && imageLoad(flat_[1], ivec2(x, 16)) == uvec4(0, 0, 0, 1));
   CHECK(texelFetch(ms, ivec2(x & 3u, y & 3u), int(i & 3u)).x == texel(x & 3u, y & 3u, 0, 0, i & 3u, 0));
   for (int n = 0; n < 4; n++) {
      imageStore(layered, ivec3(x, y, n), vec4(i, n, -1.5, float(i) * 0.25));
      CHECK(imageLoad(layered, ivec3(x, y, n)) == vec4(i, n, -1.5, float(i) * 0.25));
   }
   imageStore(layered, ivec3(x, y, 4), vec4(1));
   CHECK(imageLoad(layered, ivec3(x, y, 4)) == vec4(0));
   ivec3 at = ivec3(x, y & 3u, i >> 5);
   imageStore(volume, at, vec4(0, 1, 51.0 / 255.0, i / 255.0));
   CHECK(round(imageLoad(volume, at) * 255.0) == vec4(0, 255, 51, i));
   for (int face = 0; face < 6; face++) {
      CHECK(imageLoad(cube, ivec3(x, y, face)).x == int(texel(x, y, face, 0, 0, 0)));
      imageStore(cube, ivec3(x, y, face), ivec4(-int(i) * face));
      CHECK(imageLoad(cube, ivec3(x, y, face)).x == -int(i) * face);
   }
   CHECK(imageLoad(cubes, ivec3(x & 3u, y & 3u, 6 + (i & 3u))).x == texel(x & 3u, y & 3u, 6 + (i & 3u), 0, 0, 0));
   CHECK(imageLoad(line, int(i)).x == i);
   imageStore(line, int(i), uvec4(i * 3u));
   CHECK(imageLoad(line, int(i)).x == i * 3u);
   imageStore(lines, ivec2(i & 31u, i >> 5), uvec4(i + 7u));
   CHECK(imageLoad(lines, ivec2(i & 31u, i >> 5)).x == i + 7u);
   CHECK(imageLoad(lines, ivec2(i & 31u, 2)).x == texel(i & 31u, 0, 2, 0, 0, 0));
   imageStore(samples, ivec2(x & 3u, y & 3u), int(i >> 4), uvec4(i));
   barrier();
   CHECK(imageLoad(samples, ivec2(x & 3u, y & 3u), int(i & 3u)).x % 4u == (x & 3u));

   const float tolerance[8] = float[](0.002, 0.0, 0.004, 0.0, 0.0005, 0.0, 0.002, 0.0);
   for (int k = 0; k < 8; k++) {
      vec4 v = vec4(0.25, 0.5, 0.0, 1.0);
      if (U(0) == 0u) // one wave only: both write the same texels
         imageStore(floats[k], ivec2(i & 31u, 1), v);
      vec4 got = load_of(floats[k], ivec2(i & 31u, 1));
      CHECK(abs(got.x - v.x) <= tolerance[k] && got.w == 1.0);
   }
   imageStore(uints[0], ivec2(i & 31u, 0), uvec4(i & 31u, 200, 255, 0));
   CHECK(imageLoad(uints[0], ivec2(i & 31u, 0)) == uvec4(i & 31u, 200, 255, 0));
   imageStore(uints[2], ivec2(i & 31u, 0), uvec4(i & 31u, 0xffffffffu, 0x80000000u, 7));
   CHECK(imageLoad(uints[2], ivec2(i & 31u, 0)) == uvec4(i & 31u, 0xffffffffu, 0x80000000u, 7));
   imageStore(ints[0], ivec2(i & 31u, 0), ivec4(-128, 127, -int(i & 31u), 0));
   CHECK(imageLoad(ints[0], ivec2(i & 31u, 0)) == ivec4(-128, 127, -int(i & 31u), 0));
   imageStore(ints[1], ivec2(i & 31u, 0), ivec4(-32768, int(i & 31u), 9, 9));
   CHECK(imageLoad(ints[1], ivec2(i & 31u, 0)) == ivec4(-32768, int(i & 31u), 0, 1));
}
