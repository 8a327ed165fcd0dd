#version 450
/* Samples a texture as a rasteriser's waves do, 8 x 4 pixels each: wave w of W takes the blocks w, w + W, ... of a picture of
 * 128 blocks in a row. Pixel (x, y) samples at (x, y) turned and stretched by the matrix (f, -g; g, f), in texels of level
 * push.a. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(local_size_x_id = 0) in;
layout(set = 1, binding = 0) uniform sampler2D image;

void main()
{
   vec2 texel = 1.0 / vec2(textureSize(image, 0));
   uint wave = gl_GlobalInvocationID.x >> 5, waves = gl_NumWorkGroups.x * gl_WorkGroupSize.x >> 5;
   uvec2 own = uvec2(gl_LocalInvocationIndex & 7u, gl_LocalInvocationIndex >> 3 & 3u);
   vec2 across = vec2(push.f, push.g) * texel, down = vec2(-push.g, push.f) * texel;
   vec4 sum = vec4(0);
   for (uint k = 0; k < push.count; k++) {
      uint block = wave + k * waves;
      vec2 pixel = vec2(uvec2(block & 127u, block >> 7) * uvec2(8, 4) + own) + 0.5;
      vec2 at = across * pixel.x + down * pixel.y;
      sum += textureLod(image, at, float(push.a));
   }
   if (sum.x == 0.12345)
      result[10] = 1;
}
