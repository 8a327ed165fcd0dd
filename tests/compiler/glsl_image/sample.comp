#version 450
#extension GL_GOOGLE_include_directive : enable
#extension GL_ARB_sparse_texture_clamp : enable
#include "image.glsl"
layout(local_size_x = 64) in;
layout(set = 1, binding = 0) uniform texture2D separate[4];
layout(set = 1, binding = 1) uniform sampler samplers[3];
layout(set = 1, binding = 2) uniform sampler2D combined[3];
layout(set = 1, binding = 3) uniform sampler3D volume;
layout(set = 1, binding = 4) uniform samplerCube cube;
layout(set = 1, binding = 5) uniform sampler2DArray mips;
layout(set = 1, binding = 6) uniform samplerCubeArray cubes;
layout(set = 1, binding = 7) uniform sampler1DArray lines;
layout(set = 1, binding = 8) uniform sampler2DShadow shadow;
layout(set = 1, binding = 25) uniform texture2D nothing;

float through(texture2D t, sampler s, vec2 at) { return textureLod(sampler2D(t, s), at, 0.0).x; }

void main()
{
   uint i = gl_LocalInvocationIndex, x = i & 7u, y = i >> 3;
   vec2 at = (vec2(x, y) + 0.5) / 8.0;
   CHECK(texture(combined[0], at) == vec4(ftexel(x, y, 0, 0, 0), 0, 0, 1));
   CHECK(textureLod(combined[2], at, 0.0).x == ftexel(x, y, 0, 0, 2));
   CHECK(through(separate[1], samplers[0], at) == ftexel(x, y, 0, 0, 1));
   CHECK(through(separate[2], samplers[1], at) == ftexel(x, y, 0, 0, 2));
   CHECK(texelFetch(sampler2D(separate[3], samplers[0]), ivec2(x, y), 0).x == ftexel(x, y, 0, 0, 3));
   CHECK(texelFetchOffset(sampler2D(separate[3], samplers[0]), ivec2(x, y), 0, ivec2(-1, 1)).x ==
         (x > 0u && y < 7u ? ftexel(x - 1u, y + 1u, 0, 0, 3) : 0.0));
   float half_way = textureLod(sampler2D(separate[0], samplers[1]), vec2(2.0 / 8.0, 0.5 / 8.0), 0.0).x;
   CHECK(half_way == 1.5);

   CHECK(textureLod(sampler2D(nothing, samplers[0]), at, 0.0) == vec4(0));
   CHECK(textureLodOffset(combined[0], at, 0.0, ivec2(1, -1)).x == ftexel(min(x + 1u, 7u), y > 0u ? y - 1u : 0u, 0, 0, 0));
   CHECK(textureProjLod(combined[0], vec3(at * 3.0, 3.0), 0.0).x == ftexel(x, y, 0, 0, 0));
   CHECK(textureProj(combined[0], vec4(at * 0.5, 99.0, 0.5)).x == ftexel(x, y, 0, 0, 0));
   CHECK(textureLod(volume, (vec3(x, y & 3u, y >> 1) + 0.5) / vec3(8, 4, 4), 0.0).x == ftexel(x, y & 3u, y >> 1, 0, 0));
   CHECK(textureLod(cube, vec3(2.0 * at - 1.0, 1.0), 0.0).x == ftexel(x, 7u - y, 4, 0, 0));
   CHECK(textureLod(cubes, vec4(2.0 * at - 1.0, 1.0, 1.0), 0.0).x == ftexel(x, 7u - y, 10, 0, 0));
   CHECK(textureGrad(cubes, vec4(2.0 * at - 1.0, 1.0, 0.0), vec3(0), vec3(0)).x == ftexel(x, 7u - y, 4, 0, 0));
   CHECK(textureLod(lines, vec2(at.x, float(y & 3u)), 0.0).x == ftexel(x, 0, y & 3u, 0, 0));
   for (uint n = 0; n < 3u; n++) {
      uint size = 8u >> n;
      CHECK(textureLod(mips, vec3(at, 2.0), float(n)).x == ftexel(x >> n, y >> n, 2, n, 0));
      CHECK(textureGrad(mips, vec3(at, 1.0), vec2(exp2(float(n)) / 8.0, 0), vec2(0)).x == ftexel(x >> n, y >> n, 1, n, 0));
      CHECK(texelFetch(mips, ivec3(x & (size - 1u), y & (size - 1u), 1), int(n)).x ==
            ftexel(x & (size - 1u), y & (size - 1u), 1, n, 0));
   }
   CHECK(texture(mips, vec3(at, 0.0), 1.0).x == ftexel(x >> 1, y >> 1, 0, 1, 0));
   CHECK(textureGradClampARB(mips, vec3(at, 1.0), vec2(0), vec2(0), 1.0).x == ftexel(x >> 1, y >> 1, 1, 1, 0));
   CHECK(textureGradClampARB(mips, vec3(at, 1.0), vec2(0.5, 0), vec2(0), 1.0).x == ftexel(x >> 2, y >> 2, 1, 2, 0));
   float depth = float(i) / 64.0;
   CHECK(textureLod(shadow, vec3(at, depth - 0.005), 0.0) == 1.0 && textureLod(shadow, vec3(at, depth), 0.0) == 0.0);
   CHECK(textureProjLod(shadow, vec4(at, depth - 0.005, 1.0) * 2.0, 0.0) == 1.0);
   vec2 corner = vec2(1 + (x % 6u), 1 + (y % 6u));
   vec4 g = textureGather(combined[1], corner / 8.0, 0);
   uint cx = uint(corner.x) - 1u, cy = uint(corner.y) - 1u;
   CHECK(g == vec4(ftexel(cx, cy + 1u, 0, 0, 1), ftexel(cx + 1u, cy + 1u, 0, 0, 1), ftexel(cx + 1u, cy, 0, 0, 1),
                   ftexel(cx, cy, 0, 0, 1)));
   CHECK(textureGather(combined[1], corner / 8.0, 3) == vec4(1));
   ivec2 moved = ivec2(I(1), I(0));
   CHECK(textureGatherOffset(combined[1], corner / 8.0, moved, 0).w == ftexel(cx + 1u, cy, 0, 0, 1));
   const ivec2 four[4] = ivec2[](ivec2(0, 0), ivec2(1, 0), ivec2(-1, 0), ivec2(0, 1));
   g = textureGatherOffsets(combined[1], corner / 8.0, four, 0);
   CHECK(g == vec4(ftexel(cx, cy, 0, 0, 1), ftexel(cx + 1u, cy, 0, 0, 1), ftexel(cx > 0u ? cx - 1u : 0u, cy, 0, 0, 1),
                   ftexel(cx, cy + 1u, 0, 0, 1)));
   CHECK(textureGather(shadow, corner / 8.0, 2.0) == vec4(0) && textureGather(shadow, corner / 8.0, -1.0) == vec4(1));
}
