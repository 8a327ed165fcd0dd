/* Registers, packets and counters: addresses and bits do not overlap, names work both ways, the
 * printer survives noise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gpu.h"
#include "packets.h"
#include "random.h"
#include "regs.h"

/* ---- registers ------------------------------------------------------------------------- */

static void registers_do_not_overlap(void **state)
{
   static uint8_t taken[GPU_BAR0_B / 4];
   size_t count;
   const reg_info *table = reg_table(&count);

   for (size_t i = 0; i < count; i++) {
      const reg_block_info *b = table[i].block;
      assert_int_equal(table[i].offset % 4, 0);
      if (b->count > 1)
         assert_true(table[i].offset + reg_count(&table[i]) * 4 <= b->stride);
      for (uint32_t instance = 0; instance < b->count; instance++)
         for (uint32_t k = 0; k < reg_count(&table[i]); k++) {
            reg_place place = {&table[i], instance, k}, found;
            uint32_t address = reg_address(&place), again;
            char name[64];

            assert_true(address < GPU_BAR0_B);
            if (taken[address / 4]++)
               fail_msg("%s.%s overlaps at 0x%04x", b->name, table[i].name, address);
            assert_true(reg_find(address, &found));
            assert_true(found.info == place.info && found.instance == instance && found.index == k);
            int length = reg_name(address, name, sizeof name);
            assert_int_equal(length, strlen(name));
            assert_true(reg_find_name(name, (size_t)length, &again));
            assert_int_equal(again, address);
         }
   }
   for (uint32_t address = 0; address < GPU_BAR0_B; address += 4) {
      reg_place place;
      assert_int_equal(reg_find(address, &place), taken[address / 4]);
   }
}

static void register_names(void **state)
{
   char name[64];
   uint32_t address;
   reg_place place;

   reg_name(GPU_REG_AT(RING, WPTR, 2), name, sizeof name);
   assert_string_equal(name, "RING2.WPTR");
   reg_name(GPU_REG_AT(CS, USER, 7) + 15 * 4, name, sizeof name);
   assert_string_equal(name, "CS7.USER15");
   reg_name(GPU_REG_GFX_BINDING + 4 * 255, name, sizeof name);
   assert_string_equal(name, "GFX.BINDING255");
   reg_name(0xfffc, name, sizeof name);
   assert_string_equal(name, "0xfffc");
   assert_true(reg_find_name("ID.MAGIC", 8, &address));
   assert_int_equal(address, 0);
   assert_false(reg_find_name("ID.MAGI", 7, &address));
   assert_false(reg_find_name("RING8.WPTR", 10, &address));
   assert_false(reg_find_name("CS0.USER", 8, &address));
   assert_false(reg_find(1, &place));
   assert_false(reg_find(UINT32_MAX, &place));
   assert_int_equal(GPU_CS_USER_REGS, 16);
   assert_int_equal(GPU_COUNT_CS, GPU_RINGS);
   assert_int_equal(GPU_COUNT_RING, GPU_RINGS);
   assert_true((int)GPU_COUNTER_COUNT <= (int)GPU_COUNT_COUNTER);
}

struct lines {
   size_t count;
   size_t longest;
   char all[1 << 16];
};

static void keep(void *ctx, const char *line)
{
   struct lines *l = ctx;
   size_t n = strlen(line), have = strlen(l->all);

   assert_null(strchr(line, '\n'));
   l->count++;
   l->longest = n > l->longest ? n : l->longest;
   if (have + n + 2 < sizeof l->all)
      strcat(strcat(l->all, line), "\n");
}

static uint32_t address_as_value(void *ctx, uint32_t address)
{
   reg_place place;
   assert_true(reg_find(address, &place));
   assert_true(place.info->access != REG_GO && place.info->access != REG_CPGO);
   return address;
}

static void register_dump(void **state)
{
   static struct lines l;

   reg_dump(address_as_value, NULL, keep, &l);
   assert_true(l.count > 100);
   assert_non_null(strstr(l.all, "0000  ID.MAGIC"));
   assert_non_null(strstr(l.all, "1050  RING1.WPTR         00001050"));
   assert_non_null(strstr(l.all, "COUNTER0.LO        00005000  GPU_CYCLES"));
}

/* ---- packets ----------------------------------------------------------------------------- */

static void packet_records(void **state)
{
   size_t count, n;
   const pkt_info *table = pkt_table(&count);
   uint8_t seen[256] = {0};

   for (size_t i = 0; i < count; i++) {
      assert_true(table[i].opcode < 256);
      assert_false(seen[table[i].opcode]);
      seen[table[i].opcode] = 1;
      assert_ptr_equal(pkt_lookup(table[i].opcode), &table[i]);
      assert_ptr_equal(pkt_lookup_name(table[i].name, strlen(table[i].name)), &table[i]);
      assert_true(table[i].min_dw <= table[i].max_dw && table[i].max_dw <= 0xffff);

      uint32_t bits[64] = {0};
      const pkt_field_info *f = pkt_fields(&table[i], &n);
      for (size_t k = 0; k < n; k++) {
         assert_true(f[k].dw < table[i].min_dw && f[k].dw < 64);
         assert_true(f[k].bits > 0 && f[k].shift + f[k].bits <= 32);
         uint32_t mask = (f[k].bits < 32 ? (1u << f[k].bits) - 1 : UINT32_MAX) << f[k].shift;
         assert_int_equal(bits[f[k].dw] & mask, 0);
         bits[f[k].dw] |= mask;
      }
   }
   for (uint32_t op = 0; op < 256; op++)
      assert_int_equal(pkt_lookup(op) != NULL, seen[op]);
   assert_null(pkt_lookup(256));
   assert_int_equal(pkt_flag_mask(pkt_lookup(GPU_PKT_TIMESTAMP)), GPU_PKT_F_WAIT);
   assert_int_equal(pkt_flag_mask(pkt_lookup(GPU_PKT_COND)), GPU_PKT_F_INVERT);
   assert_int_equal(pkt_flag_mask(pkt_lookup(GPU_PKT_NOP)), 0);
}

static pkt_error judge(uint32_t header, uint32_t payload0, size_t n)
{
   uint32_t dw[8] = {header, payload0};
   size_t used;
   const pkt_info *info;
   pkt_error e = pkt_check(dw, n, &used, &info);

   assert_int_equal(used, e == PKT_OK ? 1 + (header >> 8 & 0xffff) : 1);
   return e;
}

static void packet_judgement(void **state)
{
   assert_int_equal(judge(GPU_PKT_HEADER(GPU_PKT_DISPATCH, 3, 0), 1, 8), PKT_OK);
   assert_int_equal(judge(GPU_PKT_HEADER(GPU_PKT_DISPATCH, 3, 0), 1, 4), PKT_OK);
   assert_int_equal(judge(GPU_PKT_HEADER(GPU_PKT_DISPATCH, 3, 0), 1, 3), PKT_E_TRUNCATED);
   assert_int_equal(judge(GPU_PKT_HEADER(GPU_PKT_DISPATCH, 2, 0), 1, 8), PKT_E_SIZE);
   assert_int_equal(judge(GPU_PKT_HEADER(GPU_PKT_DISPATCH, 3, 1), 1, 8), PKT_E_FLAGS);
   assert_int_equal(judge(GPU_PKT_HEADER(GPU_PKT_TIMESTAMP, 2, 1), 1, 8), PKT_OK);
   assert_int_equal(judge(GPU_PKT_HEADER(GPU_PKT_TIMESTAMP, 2, 2), 1, 8), PKT_E_FLAGS);
   assert_int_equal(judge(GPU_PKT_HEADER(0xee, 0, 0), 1, 8), PKT_E_OPCODE);
   assert_int_equal(judge(GPU_PKT_HEADER(GPU_PKT_BARRIER, 1, 0), 0x703, 2), PKT_OK);
   assert_int_equal(judge(GPU_PKT_HEADER(GPU_PKT_BARRIER, 1, 0), 0x803, 2), PKT_E_RESERVED);
   for (int e = PKT_OK; e <= PKT_E_TRUNCATED; e++)
      assert_true(strlen(pkt_error_text((pkt_error)e)) > 1);
}

static void printed_stream(void **state)
{
   static struct lines l;
   const uint32_t dw[] = {
      GPU_PKT_HEADER(GPU_PKT_SET_REGS, 4, 0), GPU_OFF_CS_GROUP_Z, 1, 0xaa, 0xbb,
      GPU_PKT_HEADER(GPU_PKT_LABEL, 2, 0), 0x6c6c6568, 0x0000006f,
      GPU_PKT_HEADER(GPU_PKT_FENCE, 4, 0), 0x1000, 0x12, 7, 0,
      0xdeadbeef,
      GPU_PKT_HEADER(GPU_PKT_WAIT_MEM, 5, 0), 0x2000, 0, 1, 0xffffffff, GPU_WAIT_GE,
      GPU_PKT_HEADER(GPU_PKT_TIMESTAMP, 2, GPU_PKT_F_WAIT), 8, 0,
      GPU_PKT_HEADER(GPU_PKT_COUNTERS, 3, 0), 8, 0, 2 | 1 << 16,
      GPU_PKT_HEADER(GPU_PKT_COUNTERS, 3, GPU_PKT_F_DELTA), 8, 0, 2 | 1 << 16,
      GPU_PKT_HEADER(GPU_PKT_SET_GFX, 4, 0), GPU_OFF_GFX_VIEWPORT + 12, 7, 8, 9,
   };
   static const char *const expected[] = {
      "000000  00000402  SET_REGS\n", "FIRST        0x20\n", "CS.GROUP_Z   0x00000001\n", "CS.GRID_X    0x000000aa\n",
      "CS.GRID_Y    0x000000bb\n", "text         \"hello\"\n", "VA           0x001200001000\n",
      "VALUE        0x000000000007\n", "00000d  deadbeef  ? undefined opcode\n", "FUNC         5  >=\n",
      "TIMESTAMP.WAIT\n", "FIRST        2  WORKGROUPS\n", "COUNT        1\n", "COUNTERS.DELTA\n", "GFX.VIEWPORT3 0x00000007\n", "GFX.VIEWPORT5 0x00000009\n",
   };

   assert_int_equal(pkt_print(dw, sizeof dw / sizeof *dw, keep, &l), 1);
   for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
      if (!strstr(l.all, expected[i]))
         fail_msg("missing: %s\nin:\n%s", expected[i], l.all);
}

/* Noise, and streams of likely opcodes with wrong sizes and tails: every dword is accounted for. */
static void printer_survives_noise(void **state)
{
   static struct lines l;
   uint32_t dw[256];

   for (int round = 0; round < 2000; round++) {
      size_t n = random_below(257);
      for (size_t i = 0; i < n; i++)
         dw[i] = random_below(2) ? (uint32_t)random_u64()
                                 : GPU_PKT_HEADER(random_below(40), random_below(9), random_below(16) == 0);
      l.count = 0, l.longest = 0, l.all[0] = '\0';
      size_t bad = pkt_print(dw, n, keep, &l);
      assert_true(bad <= n && l.count >= bad);
      assert_true(l.longest < 160);
   }
   assert_int_equal(pkt_print(dw, 0, keep, &l), 0);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(registers_do_not_overlap), cmocka_unit_test(register_names),
      cmocka_unit_test(register_dump),            cmocka_unit_test(packet_records),
      cmocka_unit_test(packet_judgement),         cmocka_unit_test(printed_stream),
      cmocka_unit_test(printer_survives_noise),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
