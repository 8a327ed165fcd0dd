/* Every instruction against the reference of interp_ref.h, on random and special values, random masks, every
 * host level; and the levels against each other bit for bit. */
#include "core_rig.h"
#include <cmocka.h>
#include "interp_ref.h"

#define PAGES_B 0x30000u /* guest memory that single instructions may touch: three pages of RIG_VA */
#define ROUNDS 400

static emu_device *dev;
static uint8_t *guest, *guest_small; /* the reference's copies */
static const emu_interp *levels[3];
static unsigned level_count;

static uint8_t *ref_memory(uint64_t va)
{
   if (va >= RIG_SMALL_VA && va < RIG_SMALL_VA + RIG_SMALL_B)
      return guest_small + (va - RIG_SMALL_VA);
   assert_true(va >= RIG_VA && va + 8 <= RIG_VA + PAGES_B);
   return guest + (va - RIG_VA);
}

static uint8_t *small_host(uint64_t offset)
{
   return emu_aperture_map(dev, RIG_PA + 0x800000 + (offset ^ 0x3000), 1);
}

static uint32_t interesting(void)
{
   static const uint32_t special[] = {
       0,          1,          2,          3,          31,         32,         33,         63,
       0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0xfffffffe, 0x3f800000, 0xbf800000, 0x3f000000,
       0xbf000000, 0x40200000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x7f800001, 0x00800000,
       0x007fffff, 0x00000001, 0x80000001, 0x807fffff, 0x7f7fffff, 0xff7fffff, 0x4f000000, 0xcf000000,
       0x4f800000, 0x4effffff, 0x4b000000, 0x4b000001, 0x3f7fffff, 0x3eaaaaab, 0x477fefff, 0x477ff000,
       0x38800000, 0x387fffff, 0x33000000, 0x33000001, 0x7bff,     0x7c00,     0x7c01,     0x03ff,
       0x8001,     0x40490fdb, 0x3fc90fdb, 0x487fffff, 0x48800000, 0x7149f2ca, 0x42ff0000, 0xc3150000,
       0x43000000, 0xc2fc0000, 0x3f3504f3,
   };
   switch (rnd() % 4) {
   case 0:
      return special[rnd() % (sizeof special / sizeof special[0])];
   case 1:
      return rnd() % 65;
   case 2:
      return (rnd() & 0x80ffffffu) + (rnd() % 40 + 108) * 0x800000u; /* floats near 1 */
   default:
      return rnd();
   }
}

/* Numbers of 64 bits on which arithmetic and conversions may stumble. */
static uint64_t interesting64(void)
{
   static const uint64_t special[] = {
       0,
       1,
       2,
       63,
       UINT64_MAX,
       UINT64_MAX - 1,
       0x8000000000000000,
       0x7fffffffffffffff,
       0x8000000000000001,
       0xffffffff,
       0x100000000,
       0xffffffff00000000,
       0x3ff0000000000000,
       0xbff0000000000000,
       0x3fe0000000000000,
       0xbfe0000000000000,
       0x3fefffffffffffff,
       0x4004000000000000,
       0x7ff0000000000000,
       0xfff0000000000000,
       0x7ff8000000000000,
       0xfff8000000000001,
       0x7ff0000000000001,
       0x000fffffffffffff,
       0x0010000000000000,
       0x800fffffffffffff,
       0x7fefffffffffffff,
       0xffefffffffffffff,
       0x41e0000000000000,
       0xc1e0000000000000,
       0xc1e0000000200000,
       0x41efffffffe00000,
       0x41dfffffffc00000,
       0x41dfffffffe00000,
       0x43e0000000000000,
       0xc3e0000000000000,
       0x43dfffffffffffff,
       0x43f0000000000000,
       0x43efffffffffffff,
       0x4330000000000000,
       0x4330000000000001,
       0x4340000000000000,
       0x40effc0000000000,
       0x40effdffffffffff,
       0x40effe0000000000,
       0x3e60000000000000,
       0x3e60000000000001,
       0x36a0000000000000,
       0x3690000000000001,
       0x47efffffefffffff,
       0x47effffff0000000,
   };
   uint64_t any = (uint64_t)rnd() << 32 | rnd(), unit = UINT64_C(1) << (rnd() % 64);
   switch (rnd() % 8) {
   case 0:
   case 1:
      return special[rnd() % (sizeof special / sizeof special[0])];
   case 2:
      return rnd() % 65 - rnd() % 65;
   case 3: /* near 1, with few bits or with many */
      return (any & (rnd() % 2 ? 0x800fffffffffffff : 0x800ff00000000000)) +
             ((UINT64_C(0x3f0) + rnd() % 32) << 52);
   case 4: /* halfway between two f16 or two f32, or beside it */
      return rdu((half_value(rnd() % 0x7c00) + half_value(rnd() % 0x7c00)) * 0.5) + rnd() % 3 - 1;
   case 5:
      return rdu((double)rf(0x20000000 + rnd() % 0x40000000)) + 0x10000000 + rnd() % 3 - 1;
   case 6: /* integers around a tie of f64 and f32 */
      return (any % 2 ? 1 : -UINT64_C(1)) * (unit + unit / 2 + rnd() % 3 - 1);
   default:
      return any;
   }
}

static uint32_t any_mask(void)
{
   switch (rnd() % 4) {
   case 0:
      return 0xffffffffu;
   case 1:
      return rnd() % 8 ? 1u << (rnd() % 32) : 0;
   default:
      return rnd();
   }
}

/* ---- operands -------------------------------------------------------------------------------- */
static uint16_t operand_of(unsigned kind, isa_inst *in)
{
   unsigned n = isa_kind_regs(kind);
   switch (kind) {
   case ISA_K_N:
      return 0;
   case ISA_K_V1:
   case ISA_K_V2:
   case ISA_K_V3:
   case ISA_K_V4:
      return (uint16_t)(rnd() % (32 - n + 1));
   case ISA_K_S1:
      return rnd() % 12 ? (uint16_t)(ISA_S0 + rnd() % 64) : (uint16_t)ISA_EXEC;
   case ISA_K_S2:
   case ISA_K_S4:
   case ISA_K_S8:
      return (uint16_t)(ISA_S0 + rnd() % (64 - n + 1));
   case ISA_K_P2:
   case ISA_K_D4:
      return (uint16_t)(rnd() % 2 ? rnd() % (32 - n + 1) : ISA_S0 + rnd() % (64 - n + 1));
   }
   switch (rnd() % (kind == ISA_K_U1 ? 6 : 10)) {
   case 0:
      return (uint16_t)(ISA_S0 + rnd() % (65 - n));
   case 1:
      return (uint16_t)(ISA_INT_M16 + rnd() % 64);
   case 2:
      return (uint16_t)(ISA_FLT_0_5 + rnd() % 8);
   case 3:
      in->literal = in->has_literal ? in->literal : interesting();
      in->has_literal = true;
      return ISA_LITERAL;
   case 4:
      if (n == 1)
         return ISA_EXEC; /* fall through */
   case 5:
      return (uint16_t)(ISA_S0 + rnd() % (65 - n));
   default:
      return (uint16_t)(rnd() % (33 - n));
   }
}

static isa_inst instruction_of(const isa_info *info)
{
   isa_inst in = {.op = info->opcode};
   in.dst = operand_of(info->dst, &in);
   for (unsigned i = 0; i < 3; i++)
      in.src[i] = operand_of(info->src[i], &in);
   if (info->flags & ISA_F_FMOD && rnd() % 2) {
      for (unsigned i = 0; i < 3; i++) {
         in.neg |= info->src[i] != ISA_K_N ? (rnd() & 1) << i : 0;
         in.abs |= info->src[i] != ISA_K_N ? (rnd() & 1) << i : 0;
      }
      in.sat = info->dst <= ISA_K_V2 && (rnd() & 1);
   }
   if (info->format == ISA_FMT_MEM) {
      unsigned unit = ref_unit(info);
      in.imm = rnd() % 3 ? 0 : rnd() % 64 * (unit < 4 ? unit : 4 * (unit / 4));
      in.ret = info->flags & ISA_F_ATOMIC ? rnd() & 1 : 0;
      in.coherent = rnd() & 1;
   }
   return in;
}

/* ---- states ---------------------------------------------------------------------------------- */
static void fill_state(ref_state *st)
{
   for (unsigned i = 0; i < 32; i++)
      for (unsigned l = 0; l < 32; l++)
         st->v[i][l] = interesting();
   for (unsigned i = 0; i < 64; i++)
      st->s[i] = interesting();
   st->exec = any_mask();
   for (unsigned i = 0; i < sizeof st->lds; i++)
      st->lds[i] = (uint8_t)rnd();
   for (unsigned l = 0; l < 32; l++)
      for (unsigned i = 0; i < 16; i++)
         st->scratch[l][i] = rnd();
}

static void set_operand(ref_state *st, unsigned operand, unsigned lane, uint32_t value)
{
   if (operand < 256)
      st->v[operand][lane] = value;
   else if (operand < 384)
      st->s[operand - 256] = value;
}

/* Give the 64-bit sources, and data of atomics, values to stumble on. */
static void fill_pairs(ref_state *st, const isa_inst *in, const isa_info *info)
{
   for (unsigned i = 0; i < 3; i++)
      for (unsigned l = 0; l < 32 && isa_kind_regs(info->src[i]) % 2 == 0; l++)
         for (unsigned k = 0; k < isa_kind_regs(info->src[i]); k += 2) {
            uint64_t value = interesting64();
            set_operand(st, in->src[i] + k, l, (uint32_t)value);
            set_operand(st, in->src[i] + k + 1, l, (uint32_t)(value >> 32));
         }
}

/* Make addresses that hit memory: runs, one page, page crossings, small pages, buffers that end in the
 * middle. False if the chosen operands cannot be made to (constants, overlaps). */
static bool aim(ref_state *st, const isa_inst *in, const isa_info *info)
{
   char space = info->name[0] == 's' ? (info->name[2] == 'b' ? 'b' : 'g') : info->name[0];
   bool small = rnd() % 4 == 0;
   uint32_t unit = ref_unit(info);
   uint64_t base = (small ? RIG_SMALL_VA : RIG_VA) + (unit > 4 ? unit : 4) * (rnd() % 64);
   uint32_t span = space == 'l' ? 500 : space == 'p' ? 72 : small ? 0xe000 : 0x2f000;
   uint32_t start =
       rnd() % 4 ? rnd() % (span / 2) & ~(unit - 1) : (small ? 0x1000 : 0x10000) - unit * (rnd() % 40);
   unsigned pattern = rnd() % 4, step = unit * (rnd() % 2 ? 1 : 1 + rnd() % 4);
   start = start > span / 2 ? 0 : start;
   for (unsigned l = 0; l < 32; l++) {
      uint32_t offset = pattern == 0 ? rnd() % span & ~(unit - 1) : pattern == 1 ? start : start + step * l;
      set_operand(st, in->src[1], l, offset);
      if (space == 'g' || space == 'b') {
         set_operand(st, in->src[0], l, (uint32_t)base);
         set_operand(st, in->src[0] + 1u, l, (uint32_t)(base >> 32));
      }
      if (space == 'b') {
         uint32_t size = rnd() % 3 ? span : start + unit * (rnd() % 70) + rnd() % 5;
         if (in->src[0] >= 256 && l)
            size = st->s[in->src[0] - 256 + 2];
         set_operand(st, in->src[0] + 2u, l, size);
      }
   }
   for (unsigned l = 0; l < 32; l++) {
      uint32_t offset = ref_read(st, in, in->src[1], l);
      if (space == 'g' || space == 'b') {
         uint64_t got = ref_read(st, in, in->src[0], l) | (uint64_t)ref_read(st, in, in->src[0] + 1u, l)
                                                              << 32;
         uint32_t size = space == 'b' ? ref_read(st, in, in->src[0] + 2u, l) : span;
         if (got != base || size > span || offset % unit || (space == 'g' && offset > span))
            return false;
      } else if (offset % unit) {
         return false;
      }
   }
   return true;
}

/* ---- running --------------------------------------------------------------------------------- */
static void upload(void)
{
   rig_copy(dev, 0, guest, PAGES_B, true);
   for (uint32_t i = 0; i < RIG_SMALL_B; i += 4096)
      memcpy(small_host(i), guest_small + i, 4096);
}

static void run_wave(const emu_interp *interp, const isa_inst *in, const ref_state *from, ref_state *to)
{
   uint64_t words[3];
   unsigned used;
   rig_wave t;
   assert_int_equal(isa_encode(in, words, &used), ISA_OK);
   words[used] = ISA_OP_s_endpgm;
   rig_wave_open(&t, dev, interp, words, used + 1, sizeof from->lds, sizeof from->scratch[0]);
   memcpy(t.wave->s, from->s, sizeof from->s);
   memcpy(t.wave->rows, from->v, sizeof from->v);
   memcpy(t.group->lds, from->lds, sizeof from->lds);
   for (unsigned l = 0; l < 32; l++)
      for (unsigned i = 0; i < 16; i++)
         t.wave->scratch[32 * i + l] = from->scratch[l][i];
   t.wave->exec = from->exec;
   rig_wave_refresh(&t);
   enum emu_turn turn = rig_wave_run(&t);
   if (turn != EMU_TURN_DONE) {
      char text[256];
      isa_print(in, 0, text, sizeof text);
      fail_msg("%s: %s: fault %d at %llx", interp->name, text, t.x->fault.type,
               (unsigned long long)t.x->fault.va);
   }
   *to = *from;
   memcpy(to->s, t.wave->s, sizeof to->s);
   memcpy(to->v, t.wave->rows, sizeof to->v);
   memcpy(to->lds, t.group->lds, sizeof to->lds);
   for (unsigned l = 0; l < 32; l++)
      for (unsigned i = 0; i < 16; i++)
         to->scratch[l][i] = t.wave->scratch[32 * i + l];
   to->exec = t.wave->exec;
   rig_wave_close(&t);
}

/* Within 1 ulp of the exact value; sine and cosine of special values are NaN. */
static bool close_enough(uint32_t got, double exact, bool sat)
{
   float g = rf(got), e = (float)exact;
   if (sat)
      return got == ref_saturate(ru(e)) || fabs((double)g - exact) < 1e-6;
   if (isnan(e) || isinf(e))
      return got == ru(e);
   double ulp = ldexp(1, (int)fmax(ilogb(e == 0 ? 1e-45f : e), -126) - 23);
   return fabs((double)g - exact) <= 0.6 * ulp;
}

static void compare(const isa_inst *in, const char *level, const ref_state *before, ref_state *want,
                    const ref_state *got)
{
   char text[256];
   isa_print(in, 0, text, sizeof text);
   for (unsigned l = 0; l < 32 && want->approximate; l++) {
      if (!(before->exec >> l & 1))
         continue;
      if (!close_enough(got->v[in->dst][l], want->exact[l], in->sat))
         fail_msg("%s: %s lane %u: %08x for %g (of %08x)", level, text, l, got->v[in->dst][l], want->exact[l],
                  ref_modified(before, in, 0, l));
      want->v[in->dst][l] = got->v[in->dst][l];
   }
   for (unsigned i = 0; i < 32; i++)
      for (unsigned l = 0; l < 32; l++)
         if (want->v[i][l] != got->v[i][l])
            fail_msg("%s: %s: v%u lane %u: %08x should be %08x (sources %08x %08x %08x, exec %08x)", level,
                     text, i, l, got->v[i][l], want->v[i][l], ref_read(before, in, in->src[0], l),
                     ref_read(before, in, in->src[1], l), ref_read(before, in, in->src[2], l), before->exec);
   for (unsigned i = 0; i < 64; i++)
      if (want->s[i] != got->s[i])
         fail_msg("%s: %s: s%u: %08x should be %08x (sources %08x %08x)", level, text, i, got->s[i],
                  want->s[i], ref_read(before, in, in->src[0], 0), ref_read(before, in, in->src[1], 0));
   if (want->exec != got->exec)
      fail_msg("%s: %s: exec %08x should be %08x", level, text, got->exec, want->exec);
   if (memcmp(want->lds, got->lds, sizeof want->lds) ||
       memcmp(want->scratch, got->scratch, sizeof want->scratch))
      fail_msg("%s: %s: LDS or scratch differs", level, text);
}

static void compare_memory(const isa_inst *in, const char *level)
{
   char text[256];
   isa_print(in, 0, text, sizeof text);
   for (uint32_t i = 0; i < PAGES_B; i += 0x10000)
      if (memcmp(rig_host(dev, i), guest + i, 0x10000))
         fail_msg("%s: %s: guest memory differs in page %u", level, text, i >> 16);
   for (uint32_t i = 0; i < RIG_SMALL_B; i += 4096)
      if (memcmp(small_host(i), guest_small + i, 4096))
         fail_msg("%s: %s: guest memory differs in small page %u", level, text, i >> 12);
}

/* One instruction on one state on all levels. */
static void check(const isa_inst *in, const ref_state *before)
{
   const isa_info *info = isa_lookup(in->op);
   bool writes = info->format == ISA_FMT_MEM && info->flags & (ISA_F_STORE | ISA_F_ATOMIC) &&
                 info->name[0] != 'l' && info->name[0] != 'p';
   static uint8_t saved[PAGES_B], saved_small[RIG_SMALL_B];
   ref_state want = *before, got, first;
   if (writes) {
      memcpy(saved, guest, PAGES_B);
      memcpy(saved_small, guest_small, RIG_SMALL_B);
   }
   ref_execute(&want, in);
   for (unsigned i = 0; i < level_count; i++) {
      if (writes && i) {
         for (uint32_t k = 0; k < PAGES_B; k += 0x10000)
            memcpy(rig_host(dev, k), saved + k, 0x10000);
         for (uint32_t k = 0; k < RIG_SMALL_B; k += 4096)
            memcpy(small_host(k), saved_small + k, 4096);
      }
      ref_state expected = want;
      run_wave(levels[i], in, before, &got);
      compare(in, levels[i]->name, before, &expected, &got);
      if (writes)
         compare_memory(in, levels[i]->name);
      if (i == 0)
         first = got;
      else if (memcmp(first.v, got.v, sizeof got.v))
         fail_msg("%s and %s differ on opcode %x", levels[0]->name, levels[i]->name, in->op);
   }
}

/* ---- tests ----------------------------------------------------------------------------------- */
static void every_record_has_a_reference(void **state)
{
   size_t count;
   const isa_info *t = isa_table(&count);
   for (size_t i = 0; i < count; i++) {
      if (t[i].format == ISA_FMT_IMG) /* images: test_tex_*.c */
         continue;
      if (references[t[i].opcode].kind == REF_NONE)
         fail_msg("%s has no reference", t[i].name);
      for (unsigned k = 0; k < level_count; k++) {
         assert_non_null(levels[k]->op[t[i].opcode]);
         bool fmod = t[i].flags & ISA_F_FMOD;
         assert_true(fmod == (levels[k]->op_modified[t[i].opcode] != NULL));
      }
   }
}

static void instructions_do_what_they_say(void **state)
{
   size_t count;
   const isa_info *t = isa_table(&count);
   static ref_state st;
   for (size_t i = 0; i < count; i++) {
      enum ref_kind kind = references[t[i].opcode].kind;
      if (kind == REF_CONTROL || t[i].format == ISA_FMT_IMG)
         continue;
      unsigned done = 0;
      for (unsigned round = 0; done < ROUNDS; round++) {
         assert_true(round < ROUNDS * 200);
         fill_state(&st);
         isa_inst in = instruction_of(&t[i]);
         fill_pairs(&st, &in, &t[i]);
         if (kind == REF_MEMORY && !aim(&st, &in, &t[i]))
            continue;
         check(&in, &st);
         done++;
      }
   }
}

/* With ND only active lanes count; without it the others keep their value even when every operand is the same
 * register. */
static void dead_lanes(void **state)
{
   static ref_state st;
   for (unsigned round = 0; round < 200; round++) {
      fill_state(&st);
      isa_inst in = {.op = ISA_OP_v_fma_f32, .dst = 3, .src = {3, 3, 3}};
      check(&in, &st);
      ref_state want = st, got;
      ref_execute(&want, &in);
      in.nd = true;
      for (unsigned i = 0; i < level_count; i++) {
         run_wave(levels[i], &in, &st, &got);
         for (unsigned l = 0; l < 32; l++)
            if (st.exec >> l & 1)
               assert_int_equal(got.v[3][l], want.v[3][l]);
      }
   }
}

static int set_up(void **state)
{
   dev = rig_open(1);
   guest = malloc(PAGES_B);
   guest_small = malloc(RIG_SMALL_B);
   for (unsigned i = 0; i < PAGES_B; i++)
      guest[i] = (uint8_t)rnd();
   for (unsigned i = 0; i < RIG_SMALL_B; i++)
      guest_small[i] = (uint8_t)rnd();
   upload();
   level_count = rig_levels(levels);
   return level_count ? 0 : -1;
}

static int tear_down(void **state)
{
   emu_device_close(dev);
   free(guest);
   free(guest_small);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {
       cmocka_unit_test(every_record_has_a_reference),
       cmocka_unit_test(instructions_do_what_they_say),
       cmocka_unit_test(dead_lanes),
   };
   return cmocka_run_group_tests(tests, set_up, tear_down);
}
