/* Custom mutator of fuzz_spirv: changes a module by whole words and instructions, so that most results are still read
 * to the end. The header's magic number and version stay; its generator word is the choice of layout, its bound
 * follows. Only linked with libFuzzer. */
#include "fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_B, const uint8_t *b, size_t b_B, uint8_t *out,
                                 size_t out_B, unsigned seed);

#define HEADER_DW 5u
#define MAX_DW 4096u

static uint64_t state;

static uint32_t below(size_t n)
{
   state ^= state << 13, state ^= state >> 7, state ^= state << 17;
   return n ? (uint32_t)((state * UINT64_C(0x2545f4914f6cdd1d) >> 32) % n) : 0;
}

static void seed_with(unsigned seed)
{
   state = (seed + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
}

/* A module being changed. */
typedef struct module {
   uint32_t w[MAX_DW];
   size_t count, room;
} module;

static size_t length_at(const module *m, size_t at)
{
   size_t n = m->w[at] >> 16;
   return n == 0 ? 1 : n > m->count - at ? m->count - at : n;
}

static size_t pick(const module *m)
{
   size_t at = HEADER_DW, target = HEADER_DW + below(m->count - HEADER_DW);
   while (at + length_at(m, at) <= target)
      at += length_at(m, at);
   return at;
}

static void erase(module *m, size_t at, size_t n)
{
   memmove(m->w + at, m->w + at + n, (m->count - at - n) * 4);
   m->count -= n;
}

static void insert(module *m, size_t at, const uint32_t *words, size_t n)
{
   uint32_t copy[64];
   if (n > 64 || n > m->room - m->count)
      return;
   memcpy(copy, words, n * 4);
   memmove(m->w + at + n, m->w + at, (m->count - at) * 4);
   memcpy(m->w + at, copy, n * 4);
   m->count += n;
}

static uint32_t interesting(void)
{
   static const uint32_t values[] = {0, 1, 2, 3, 4, 8, 16, 31, 32, 33, 64, 255, 256, 0x7f, 0xffff, 0x10000, 0x7fffffff,
                                     0x80000000, 0xffffffff, 0xfffffffe, 0x3f800000, 0x7fc00000, 0x4f000000};
   return values[below(sizeof values / 4)];
}

static void change_operand(module *m, size_t at)
{
   size_t n = length_at(m, at);
   uint32_t *w = &m->w[at + (n > 1 ? 1 + below(n - 1) : 0)];
   switch (below(6)) {
   case 0: *w ^= 1u << below(32); break;
   case 1: *w = interesting(); break;
   case 2: *w += below(5) - 2; break;
   case 3: *w = m->w[HEADER_DW + below(m->count - HEADER_DW)]; break;
   case 4: *w = below(m->w[3] < 100000 ? m->w[3] + 1 : 100000); break; /* another id */
   default: *w = below(64); break;
   }
}

/* Opcodes of the same family lie near each other and mostly have the same shape. */
static void change_opcode(module *m, size_t at)
{
   uint32_t op = m->w[at] & 0xffff;
   op = below(3) ? op + below(9) - 4 : below(2) ? below(420) : m->w[pick(m)] & 0xffff;
   m->w[at] = (m->w[at] & 0xffff0000u) | (op & 0xffff);
}

static void change_length(module *m, size_t at)
{
   uint32_t n = (uint32_t)length_at(m, at), value = interesting();
   if (below(8) == 0) {
      m->w[at] ^= 1u << (16 + below(16)); /* and what follows falls apart */
   } else if (n > 1 && below(2)) {
      erase(m, at + 1 + below(n - 1), 1);
      m->w[at] -= 0x10000;
   } else {
      insert(m, at + 1 + below(n), &value, 1);
      m->w[at] += 0x10000;
   }
}

/* A copy of an instruction whose result has a new name, perhaps used by its neighbour. */
static void duplicate_renamed(module *m, size_t at)
{
   size_t n = length_at(m, at);
   if (n < 3 || n > m->room - m->count || n > 64)
      return;
   insert(m, at + n, m->w + at, n);
   m->w[at + n + 2] = m->w[3]++;
   size_t next = at + 2 * n;
   if (next < m->count && length_at(m, next) > 3)
      m->w[next + 3 + below(length_at(m, next) - 3)] = m->w[at + n + 2];
}

static void mutate(module *m)
{
   size_t at = pick(m), n = length_at(m, at), other = pick(m);
   switch (below(16)) {
   case 0: erase(m, at, n); break;
   case 1: insert(m, other, m->w + at, n); break;
   case 2: duplicate_renamed(m, at); break;
   case 3: change_length(m, at); break;
   case 4: case 5: change_opcode(m, at); break;
   case 6: m->w[2] = below(2) ? (m->w[2] & ~31u) | below(32) : below(512); break;
   case 7: { /* one id becomes another everywhere */
      uint32_t from = below(m->w[3] % 65536), to = below(m->w[3] % 65536);
      for (size_t i = HEADER_DW; i < m->count; i++)
         if (m->w[i] == from)
            m->w[i] = to;
      break;
   }
   case 8: if (below(8) == 0) m->count = at; break;
   default: change_operand(m, at); break;
   }
   if (m->count <= HEADER_DW)
      m->w[m->count++] = 0x00010000;
}

static void load(module *m, const uint8_t *data, size_t size, size_t max_size)
{
   m->count = size / 4 < MAX_DW ? size / 4 : MAX_DW;
   m->room = max_size / 4 < MAX_DW ? max_size / 4 : MAX_DW;
   memcpy(m->w, data, m->count * 4);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
   static module m;
   seed_with(seed);
   load(&m, data, size, max_size);
   if (m.count <= HEADER_DW || m.room <= HEADER_DW || m.w[0] != 0x07230203 || below(32) == 0)
      return LLVMFuzzerMutate(data, size, max_size);
   for (unsigned rounds = 1 + below(4); rounds && m.count > HEADER_DW; rounds--)
      mutate(&m);
   if (m.count > m.room)
      m.count = m.room;
   memcpy(data, m.w, m.count * 4);
   return m.count * 4;
}

/* Some instructions of b go into a. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_B, const uint8_t *b, size_t b_B, uint8_t *out,
                                 size_t out_B, unsigned seed)
{
   static module m, from;
   seed_with(seed);
   load(&m, a, a_B, out_B);
   load(&from, b, b_B, b_B);
   if (m.count > m.room || m.count <= HEADER_DW || from.count <= HEADER_DW)
      return 0;
   size_t at = pick(&m), source = pick(&from);
   for (unsigned k = 1 + below(8); k && source < from.count; k--) {
      size_t n = length_at(&from, source), before = m.count;
      insert(&m, at, from.w + source, n);
      at += m.count - before;
      source += n;
   }
   memcpy(out, m.w, m.count * 4);
   return m.count * 4;
}
