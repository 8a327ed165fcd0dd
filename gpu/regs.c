/* The register table as data: lookup by address and by name, and the dump.
 *
 * Invariant: reg_find and reg_find_name are inverse to each other on every register of regs.def. What
 * a register does is the emulator's.
 */
#include "regs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gpu.h"

enum {
#define REG_BLOCK(block, ...) BLOCK_##block,
#include "regs.def"
   BLOCKS
};

static const reg_block_info blocks[BLOCKS] = {
#define REG_BLOCK(block, base, stride, count, doc) {#block, base, stride, count, doc},
#include "regs.def"
};

enum {
#define REG(block, name, ...) INDEX_##block##_##name,
#include "regs.def"
   RECORDS
};

static const reg_info records[RECORDS] = {
#define REG(block, name, offset, access, reset, doc)                                               \
   {&blocks[BLOCK_##block], #name, offset, REG_##access, reset, doc},
#include "regs.def"
};

/* Array lengths; 0 where the record is a single register. */
static const uint16_t array_count[RECORDS + 1] = {
   [RECORDS] = 0,
#define REG_ARRAY(block, name, count) [INDEX_##block##_##name] = count,
#include "regs.def"
};

static const char *const counter_names[GPU_COUNTER_COUNT] = {
#define COUNTER(name, unit, block, doc) #name,
#include "counters.def"
};

const reg_info *reg_table(size_t *count)
{
   *count = RECORDS;
   return records;
}

const reg_block_info *reg_block_table(size_t *count)
{
   *count = BLOCKS;
   return blocks;
}

uint32_t reg_count(const reg_info *info)
{
   uint32_t n = array_count[info - records];
   return n ? n : 1;
}

uint32_t reg_address(const reg_place *place)
{
   const reg_block_info *b = place->info->block;
   return b->base + place->instance * b->stride + place->info->offset + place->index * 4;
}

/* Place of an address relative to the record, false if it lies elsewhere. */
static bool place_in(const reg_info *info, uint32_t address, reg_place *out)
{
   const reg_block_info *b = info->block;
   uint32_t first = b->base + info->offset, instance = 0, within;

   if (address < first || address % 4)
      return false;
   within = address - first;
   if (b->stride) {
      instance = within / b->stride;
      within %= b->stride;
   }
   *out = (reg_place){info, instance, within / 4};
   return instance < b->count && out->index < reg_count(info);
}

bool reg_find(uint32_t address, reg_place *out)
{
   for (size_t i = 0; i < RECORDS; i++)
      if (place_in(&records[i], address, out))
         return true;
   return false;
}

static int print_place(const reg_place *place, char *buf, size_t size)
{
   const reg_block_info *b = place->info->block;
   char instance[12] = "", index[12] = "";

   if (b->count > 1)
      snprintf(instance, sizeof instance, "%" PRIu32, place->instance);
   if (reg_count(place->info) > 1)
      snprintf(index, sizeof index, "%" PRIu32, place->index);
   return snprintf(buf, size, "%s%s.%s%s", b->name, instance, place->info->name, index);
}

int reg_name(uint32_t address, char *buf, size_t size)
{
   reg_place place;

   if (!reg_find(address, &place))
      return snprintf(buf, size, "0x%04" PRIx32, address);
   return print_place(&place, buf, size);
}

/* Calls visit for every register of every instance, in table order, until it returns true. */
static bool visit_all(bool (*visit)(void *ctx, const reg_place *place), void *ctx)
{
   for (size_t b = 0; b < BLOCKS; b++)
      for (uint32_t instance = 0; instance < blocks[b].count; instance++)
         for (size_t i = 0; i < RECORDS; i++) {
            if (records[i].block != &blocks[b])
               continue;
            for (uint32_t index = 0; index < reg_count(&records[i]); index++) {
               reg_place place = {&records[i], instance, index};
               if (visit(ctx, &place))
                  return true;
            }
         }
   return false;
}

struct name_search {
   const char *name;
   size_t len;
   uint32_t address;
};

static bool match_name(void *ctx, const reg_place *place)
{
   struct name_search *s = ctx;
   char name[64];
   size_t n = strlen(place->info->block->name);

   if (n > s->len || memcmp(place->info->block->name, s->name, n)) /* most of them: printing takes long */
      return false;
   if ((size_t)print_place(place, name, sizeof name) != s->len || memcmp(name, s->name, s->len))
      return false;
   s->address = reg_address(place);
   return true;
}

bool reg_find_name(const char *name, size_t len, uint32_t *address)
{
   struct name_search s = {name, len, 0};

   if (!visit_all(match_name, &s))
      return false;
   *address = s.address;
   return true;
}

const char *reg_access_text(enum reg_access access)
{
   static const char *const text[] = {"RO", "RW", "W1C", "CP", "GO", "CPGO"};
   return (unsigned)access < sizeof text / sizeof *text ? text[access] : "?";
}

struct dump {
   reg_read_fn read;
   void *read_ctx;
   reg_line_fn put;
   void *put_ctx;
};

static bool dump_one(void *ctx, const reg_place *place)
{
   struct dump *d = ctx;
   char name[64], line[256];
   const char *doc = place->info->doc;

   if (place->info->access == REG_GO || place->info->access == REG_CPGO)
      return false;
   if (!strcmp(place->info->block->name, "COUNTER")) {
      if (place->instance >= GPU_COUNTER_COUNT)
         return false;
      doc = counter_names[place->instance];
   }
   uint32_t address = reg_address(place);
   print_place(place, name, sizeof name);
   snprintf(line, sizeof line, "%04" PRIx32 "  %-18s %08" PRIx32 "  %s", address, name,
            d->read(d->read_ctx, address), doc);
   d->put(d->put_ctx, line);
   return false;
}

void reg_dump(reg_read_fn read, void *read_ctx, reg_line_fn put, void *put_ctx)
{
   struct dump d = {read, read_ctx, put, put_ctx};
   visit_all(dump_one, &d);
}
