// FNV-1a, Jenkins one-at-a-time, Murmur3 finaliser, Wang and an xorshift, chosen per lane by switch with fallthrough.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
uint byte_of(uint i) { return bitfieldExtract(random_dw[i / 4], int(i % 4) * 8, 8); }
uint fnv(uint n) { uint h = 2166136261u; for (uint i = 0; i < n; i++) h = (h ^ byte_of(i)) * 16777619u; return h; }
uint jenkins(uint n)
{
   uint h = 0;
   for (uint i = 0; i < n; ++i) {
      h += byte_of(i);
      h += h << 10;
      h ^= h >> 6;
   }
   h += h << 3;
   h ^= h >> 11;
   return h + (h << 15);
}
void main()
{
   uint h = random_dw[GID], n = GID % 37;
   switch (GID % 7) {
   case 0: h = fnv(n); break;
   case 1: h = jenkins(n); break;
   case 2: h ^= h >> 16; h *= 0x85ebca6bu; // falls through
   case 3: h ^= h >> 13; h *= 0xc2b2ae35u; h ^= h >> 16; break;
   case 5: h = (h ^ 61u) ^ (h >> 16); h *= 9u; h ^= h >> 4; h *= 0x27d4eb2du; h ^= h >> 15; break;
   default:
      for (int i = 0; i < 5; i++) { h ^= h << 13; h ^= h >> 17; h ^= h << 5; }
   }
   put(GID, h);
}
