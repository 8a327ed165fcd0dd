#version 450
/* Samples a texture with waves of WIDE x 32 / WIDE pixels: wave w of W takes the blocks w, w + W, ... of a picture of 1024 pixels in a
 * row. Pixel (x, y) samples at (x, y) turned and stretched by the matrix (f, -g; g, f), in texels of level
 * push.a. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint WIDE = 8u;
layout(set = 1, binding = 0) uniform sampler2D image;

void main()
{
   vec2 texel = 1.0 / vec2(textureSize(image, 0));
   uint wave = gl_GlobalInvocationID.x >> 5, waves = gl_NumWorkGroups.x * gl_WorkGroupSize.x >> 5;
   uvec2 own = uvec2(gl_LocalInvocationIndex % WIDE, (gl_LocalInvocationIndex & 31u) / WIDE);
   vec2 across = vec2(push.f, push.g) * texel, down = vec2(-push.g, push.f) * texel;
   vec4 sum = vec4(0);
   for (uint k = 0; k < push.count; k++) {
      uint block = wave + k * waves;
      vec2 pixel = vec2(uvec2(block % (1024u / WIDE), block / (1024u / WIDE)) * uvec2(WIDE, 32u / WIDE) + own) + 0.5;
      vec2 at = across * pixel.x + down * pixel.y;
      sum += textureLod(image, at, float(push.a));
   }
   if (sum.x == 0.12345)
      result[10] = 1;
}
