#version 450
/* Four samples a turn near the same place, whose texels stay in the first-level cache. MODE 0: at level push.a / 256; 1: by gradients
 * of one texel in y and push.b texels in x (anisotropy). */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint MODE = 0;
layout(set = 1, binding = 0) uniform sampler2D image;

void main()
{
   vec2 texel = 1.0 / vec2(textureSize(image, 0));
   uint wave = gl_LocalInvocationIndex >> 5;
   uvec2 own = uvec2(gl_LocalInvocationIndex & 7u, gl_LocalInvocationIndex >> 3 & 3u) + uvec2(wave & 3u, wave >> 2 & 3u) * uvec2(8, 4);
   vec2 at = (vec2(own) + 0.75) * texel, dx = vec2(texel.x * float(push.b), 0), dy = vec2(0, texel.y);
   float level = float(push.a) / 256.0, sum = 0;
#define SAMPLE(n) sum += MODE == 0 ? textureLod(image, at + vec2(n, n), level).x : textureGrad(image, at + vec2(n, n), dx, dy).x;
   for (uint k = 0; k < push.count; k++) {
      SAMPLE(0.0) SAMPLE(0.0625) SAMPLE(0.125) SAMPLE(0.1875)
      at.x += texel.x;
   }
   if (sum == 0.12345)
      result[11] = 1;
}
