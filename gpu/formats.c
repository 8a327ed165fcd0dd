/* The format table as data. Texel conversion is fmt_texel.c's. */
#include "formats.h"

#include <string.h>

static const fmt_info records[] = {
#define FMT(name, number, layout, block_B, w, h, type, n, r, rb, g, gb, b, bb, a, ab)              \
   {#name, number, FMT_##layout, block_B, w, h, FMT_##type, n, {{r, rb}, {g, gb}, {b, bb}, {a, ab}}},
#include "formats.def"
#undef FMT
};

#define RECORDS (sizeof records / sizeof *records)

const fmt_info *fmt_table(size_t *count)
{
   *count = RECORDS;
   return records;
}

/* The table holds 1, 2, 3, ... without a gap; the test keeps it so. */
const fmt_info *fmt_lookup(uint32_t number)
{
   if (number < 1 || number > RECORDS || records[number - 1].number != number)
      return NULL;
   return &records[number - 1];
}

const fmt_info *fmt_lookup_name(const char *name, size_t len)
{
   for (size_t i = 0; i < RECORDS; i++)
      if (strlen(records[i].name) == len && !memcmp(records[i].name, name, len))
         return &records[i];
   return NULL;
}

const char *fmt_layout_text(enum fmt_layout layout)
{
   static const char *const text[] = {"PLAIN", "SHARED_EXP", "DEPTH", "BC", "ETC2", "ASTC"};
   return (unsigned)layout < sizeof text / sizeof *text ? text[layout] : "?";
}

const char *fmt_type_text(enum fmt_type type)
{
   static const char *const text[] = {"UNORM", "SNORM", "USCALED", "SSCALED", "UINT",
                                      "SINT",  "SFLOAT", "UFLOAT", "SRGB"};
   return (unsigned)type < sizeof text / sizeof *text ? text[type] : "?";
}

enum fmt_type fmt_component_type(const fmt_info *info, unsigned c)
{
   if (info->layout == FMT_DEPTH && c == 1)
      return FMT_UINT;
   if (info->type == FMT_SRGB && c == 3)
      return FMT_UNORM;
   return info->type;
}
