/* The packet table as data: lookup and the judgement of a packet's shape.
 *
 * Invariant: pkt_check accepts a header exactly if packets.def describes it. Printing is
 * packets_print.c's, execution the firmware's.
 */
#include "packets.h"

#include <string.h>

#include "gpu.h"

enum {
#define PACKET(name, ...) INDEX_##name,
#include "packets.def"
   RECORDS
};

static const pkt_info records[RECORDS] = {
#define PACKET(name, opcode, min, max, doc) {#name, opcode, min, max, doc},
#include "packets.def"
};

static const pkt_field_info fields[] = {
#define PACKET_FIELD(packet, field, dw, shift, bits, doc) {GPU_PKT_##packet, #field, dw, shift, bits, doc},
#include "packets.def"
};

static const pkt_flag_info flags[] = {
#define PACKET_FLAG(packet, name, mask, doc) {GPU_PKT_##packet, #name, mask, doc},
#include "packets.def"
};

/* Opcode -> record index + 1, 0 where undefined. */
static const uint8_t record_of[256] = {
#define PACKET(name, opcode, ...) [opcode] = INDEX_##name + 1,
#include "packets.def"
};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

const pkt_info *pkt_table(size_t *count)
{
   *count = RECORDS;
   return records;
}

const pkt_info *pkt_lookup(uint32_t opcode)
{
   return opcode < COUNT_OF(record_of) && record_of[opcode] ? &records[record_of[opcode] - 1] : NULL;
}

const pkt_info *pkt_lookup_name(const char *name, size_t len)
{
   for (size_t i = 0; i < RECORDS; i++)
      if (strlen(records[i].name) == len && !memcmp(records[i].name, name, len))
         return &records[i];
   return NULL;
}

/* A packet's rows stand together in the table. */
const pkt_field_info *pkt_fields(const pkt_info *info, size_t *count)
{
   size_t first = 0, n = 0;

   while (first < COUNT_OF(fields) && fields[first].packet != info->opcode)
      first++;
   while (first + n < COUNT_OF(fields) && fields[first + n].packet == info->opcode)
      n++;
   *count = n;
   return n ? &fields[first] : NULL;
}

const pkt_flag_info *pkt_flags(const pkt_info *info, size_t *count)
{
   size_t first = 0, n = 0;

   while (first < COUNT_OF(flags) && flags[first].packet != info->opcode)
      first++;
   while (first + n < COUNT_OF(flags) && flags[first + n].packet == info->opcode)
      n++;
   *count = n;
   return n ? &flags[first] : NULL;
}

uint32_t pkt_flag_mask(const pkt_info *info)
{
   size_t n;
   const pkt_flag_info *f = pkt_flags(info, &n);
   uint32_t mask = 0;

   for (size_t i = 0; i < n; i++)
      mask |= f[i].mask;
   return mask;
}

/* Bits of a payload dword that the packet gives a meaning; a dword without any field is free data. */
static uint32_t known_bits(const pkt_field_info *f, size_t n, uint32_t dw)
{
   uint32_t bits = 0;

   for (size_t i = 0; i < n; i++)
      if (f[i].dw == dw)
         bits |= (f[i].bits < 32 ? (1u << f[i].bits) - 1 : UINT32_MAX) << f[i].shift;
   return bits ? bits : UINT32_MAX;
}

static bool reserved_bits_set(const pkt_info *info, const uint32_t *payload, uint32_t payload_dw)
{
   size_t n;
   const pkt_field_info *f = pkt_fields(info, &n);

   for (size_t i = 0; i < n; i++)
      if (f[i].dw < payload_dw && payload[f[i].dw] & ~known_bits(f, n, f[i].dw))
         return true;
   return false;
}

pkt_error pkt_check(const uint32_t *dw, size_t n, size_t *used, const pkt_info **info)
{
   const pkt_info *record = pkt_lookup(dw[0] & 0xff);
   uint32_t payload_dw = dw[0] >> 8 & 0xffff;

   *used = 1;
   if (info)
      *info = record;
   if (!record)
      return PKT_E_OPCODE;
   if (payload_dw < record->min_dw || payload_dw > record->max_dw)
      return PKT_E_SIZE;
   if (dw[0] >> 24 & ~pkt_flag_mask(record))
      return PKT_E_FLAGS;
   if (payload_dw > n - 1)
      return PKT_E_TRUNCATED;
   if (reserved_bits_set(record, dw + 1, payload_dw))
      return PKT_E_RESERVED;
   *used = 1 + (size_t)payload_dw;
   return PKT_OK;
}

const char *pkt_error_text(pkt_error e)
{
   switch (e) {
   case PKT_OK:
      return "ok";
   case PKT_E_OPCODE:
      return "undefined opcode";
   case PKT_E_SIZE:
      return "payload size out of range";
   case PKT_E_FLAGS:
      return "reserved header flag is set";
   case PKT_E_RESERVED:
      return "reserved payload bit is set";
   case PKT_E_TRUNCATED:
      return "stream ends inside the payload";
   }
   return "unknown error";
}
