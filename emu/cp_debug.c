/* Debug output of the command processor: the firmware's log and its packets, on stderr by whole lines. FIGMENT_FW
 * takes comma-separated nouns; the nouns log and packets of FIGMENT_EMU do the same. Printing reads the
 * machine's state and never changes it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cp.h"
#include "packets.h"
#include "settings.h"

static const struct {
   const char *noun, *doc;
} nouns[] = {
#define X(name, noun, doc) { noun, doc },
   CP_DEBUG_LIST(X)
#undef X
};
#define NOUN_COUNT (sizeof nouns / sizeof nouns[0])

static void list_nouns(void)
{
   fprintf(stderr, "FIGMENT_FW nouns:\n");
   for (size_t i = 0; i < NOUN_COUNT; i++)
      fprintf(stderr, "   %-8s %s\n", nouns[i].noun, nouns[i].doc);
}

static uint32_t noun_bit(const char *noun, size_t length)
{
   for (size_t i = 0; i < NOUN_COUNT; i++)
      if (strlen(nouns[i].noun) == length && !memcmp(nouns[i].noun, noun, length))
         return 1u << i;
   if (length != 4 || memcmp(noun, "help", 4))
      fprintf(stderr, "FIGMENT_FW: unknown noun %.*s\n", (int)(length < 40 ? length : 40), noun);
   list_nouns();
   return 0;
}

uint32_t cp_debug_settings(const emu_device *dev)
{
   uint32_t debug = (dev->settings.debug & EMU_DEBUG_LOG ? CP_DEBUG_LOG : 0) |
                    (dev->settings.debug & EMU_DEBUG_PACKETS ? CP_DEBUG_PACKETS : 0);
   const char *v = getenv("FIGMENT_FW");
   while (v && *v) {
      size_t length = strcspn(v, ",");
      if (length)
         debug |= noun_bit(v, length);
      v += length + (v[length] == ',');
   }
   return debug;
}

void cp_debug_log(emu_cp *cp, char c)
{
   if (!(cp->debug & CP_DEBUG_LOG))
      return;
   bool full = cp->log_used == sizeof cp->log - 1;
   if (c != '\n' && !full)
      cp->log[cp->log_used++] = (c >= ' ' && c < 127) || c == '\t' ? c : '?';
   if (c != '\n' && !full)
      return;
   cp->log[cp->log_used] = 0;
   fprintf(stderr, "figment-fw log: %s\n", cp->log);
   cp->log_used = 0;
}

static void print_line(void *context, const char *line)
{
   fprintf(stderr, "figment-fw ring %u: %s\n", *(const uint32_t *)context, line);
}

/* The firmware shows as much of a packet as it holds in SRAM, at least the payload that describes it. */
void cp_debug_packet(emu_cp *cp, uint32_t trace)
{
   uint32_t dw[80], address = trace & 0xfffffc, ring = trace >> 24;
   if (!(cp->debug & CP_DEBUG_PACKETS) || address >= cp->core.sram_B)
      return;
   uint32_t avail_dw = (cp->core.sram_B - address) / 4;
   memcpy(dw, cp->core.sram + address, 4);
   uint32_t size_dw = 1 + (dw[0] >> 8 & 0xffff), n = size_dw < 80 ? size_dw : 80;
   if (n > avail_dw)
      n = avail_dw;
   memcpy(dw, cp->core.sram + address, n * 4);
   const pkt_info *info = pkt_lookup(dw[0] & 0xff);
   if (n == size_dw || !info)
      pkt_print(dw, n, print_line, &ring);
   else
      fprintf(stderr, "figment-fw ring %u: %s, %u dwords of payload\n", ring, info->name, size_dw - 1);
}
