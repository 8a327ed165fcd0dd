/* Command packets as data, and the printer of command streams. Manual: chapter "Packets".
 */
#ifndef GPU_PACKETS_H
#define GPU_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct pkt_field_info {
   uint32_t packet; /* opcode of its packet */
   const char *name;
   uint32_t dw; /* payload dword */
   uint32_t shift, bits;
   const char *doc;
} pkt_field_info;

typedef struct pkt_flag_info {
   uint32_t packet; /* opcode of its packet */
   const char *name;
   uint32_t mask; /* of the header's flag byte */
   const char *doc;
} pkt_flag_info;

typedef struct pkt_info {
   const char *name;
   uint32_t opcode;
   uint32_t min_dw, max_dw; /* payload */
   const char *doc;
} pkt_info;

typedef enum pkt_error {
   PKT_OK,
   PKT_E_OPCODE,    /* no such packet */
   PKT_E_SIZE,      /* payload size out of the packet's range */
   PKT_E_FLAGS,     /* a reserved header flag is set */
   PKT_E_RESERVED,  /* a payload bit that belongs to no field is set */
   PKT_E_TRUNCATED, /* the stream ends inside the payload */
} pkt_error;

const pkt_info *pkt_table(size_t *count);
const pkt_info *pkt_lookup(uint32_t opcode);
const pkt_info *pkt_lookup_name(const char *name, size_t len);
/* The packet's fields and header flags, in table order. */
const pkt_field_info *pkt_fields(const pkt_info *info, size_t *count);
const pkt_flag_info *pkt_flags(const pkt_info *info, size_t *count);
/* Union of the header flags that the packet may carry. */
uint32_t pkt_flag_mask(const pkt_info *info);

/* Judge the packet at dw[0], n >= 1 dwords available, as the firmware does (address alignment and values left
 * aside). On success *used is its size with header; on error *used is 1. *info (may be NULL) is set if the
 * opcode exists. */
pkt_error pkt_check(const uint32_t *dw, size_t n, size_t *used, const pkt_info **info);
const char *pkt_error_text(pkt_error e);

/* Print a stream of n dwords, one call of put per line without newline. Total: a dword that starts no packet
 * is shown with the reason, and printing goes on behind it. Returns the number of such dwords. */
typedef void (*pkt_line_fn)(void *ctx, const char *line);
size_t pkt_print(const uint32_t *dw, size_t n, pkt_line_fn put, void *ctx);

#endif
