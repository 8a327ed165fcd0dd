// AES-128 with an S-box that is computed, on arrays of bytes; lane 0 has the block of FIPS 197, appendix C.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
shared uint sbox[256];
uint times2(uint x) { return (x << 1 ^ (x >> 7) * 0x1bu) & 255u; }
void make_sbox()
{
   uint p = 1, q = 1;
   do {
      p = p ^ times2(p);
      q ^= q << 1; q ^= q << 2; q ^= q << 4; q &= 255u;
      if ((q & 0x80u) != 0u)
         q ^= 9u;
      uint x = q | q << 8;
      sbox[p] = ((q ^ x >> 7 ^ x >> 6 ^ x >> 5 ^ x >> 4) ^ 0x63u) & 255u;
   } while (p != 1u);
   sbox[0] = 0x63u;
}
void add_key(inout uint s[16], uint k[176], int round) { for (int i = 0; i < 16; i++) s[i] ^= k[round * 16 + i]; }
void main()
{
   if (LID == 0)
      make_sbox();
   barrier();
   uint k[176], s[16];
   for (int i = 0; i < 16; i++) {
      k[i] = GID == 0 ? uint(i) : random_dw[GID] >> i & 255u;
      s[i] = GID == 0 ? uint(i) * 0x11u : random_dw[GID + 100] >> (15 - i) & 255u;
   }
   uint rcon = 1;
   for (int i = 16; i < 176; i += 4) {
      uint t[4] = uint[](k[i - 4], k[i - 3], k[i - 2], k[i - 1]);
      if (i % 16 == 0) {
         t = uint[](sbox[t[1]] ^ rcon, sbox[t[2]], sbox[t[3]], sbox[t[0]]);
         rcon = times2(rcon);
      }
      for (int j = 0; j < 4; j++)
         k[i + j] = k[i - 16 + j] ^ t[j];
   }
   add_key(s, k, 0);
   for (int round = 1; round <= 10; round++) {
      uint t[16];
      for (int i = 0; i < 16; i++)
         t[i] = sbox[s[(i + 4 * (i % 4)) % 16]];
      for (int c = 0; c < 16; c += 4) {
         if (round == 10)
            continue;
         uint all = t[c] ^ t[c + 1] ^ t[c + 2] ^ t[c + 3], first = t[c];
         for (int i = 0; i < 4; i++)
            t[c + i] ^= all ^ times2(t[c + i] ^ (i == 3 ? first : t[c + i + 1]));
      }
      s = t;
      add_key(s, k, round);
   }
   for (int i = 0; i < 4; i++)
      put(GID * 4 + i, s[4 * i] << 24 | s[4 * i + 1] << 16 | s[4 * i + 2] << 8 | s[4 * i + 3]);
}
