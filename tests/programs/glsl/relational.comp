// Vector comparisons, any, all, not, mix with booleans, swizzled writes, short circuits with side effects.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
int calls = 0;
bool touch(bool b) { calls++; return b; }
uint mask(bvec4 b) { return dot(vec4(b), vec4(1, 2, 4, 8)) > -1.0 ? uint(b.x) | uint(b.y) << 1 | uint(b.z) << 2 | uint(b.w) << 3 : 0u; }
void main()
{
   uvec4 u = uvec4(random_dw[GID], random_dw[GID + 1], random_dw[GID + 2], GID);
   ivec4 i = ivec4(u.yzwx);
   vec4 f = vec4(u & 3u) - 1.0, g = vec4(u.wzyx & 3u) - 1.0;
   uint o = GID * 12;
   put(o, mask(lessThan(f, g))); put(o + 1, mask(greaterThanEqual(i, ivec4(u)))); put(o + 2, mask(equal(f, g))); put(o + 3, mask(notEqual(u, u.xxyy)));
   put(o + 4, uint(any(lessThanEqual(f, g))) + uint(all(greaterThan(f, g))) * 2u); put(o + 5, mask(not(lessThan(u, u.yxwz))));
   uvec4 m = mix(u, uvec4(i), lessThan(f, g));
   m.zx += m.yw;
   m.wzyx = m;
   put(o + 6, m.x); put(o + 7, m.y ^ m.z ^ m.w);
   bool r = touch(f.x > 0.0) && touch(f.y > 0.0) || touch(f.z > 0.0) ^^ touch(f.w > 0.0);
   put(o + 8, uint(calls)); put(o + 9, uint(r)); put(o + 10, f == g ? 1u : 0u); put(o + 11, (u.x & 1u) != 0u ? u.y : (u.x & 2u) != 0u ? u.z : u.w);
}
