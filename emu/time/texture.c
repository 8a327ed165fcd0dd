/* The texture unit of a core: filters at tex_quads_per_cycle (bilinear quads of four texels; the record says
 * how many an instruction takes) and reads texels through the core's L1, whose lookups it shares with the
 * load/store unit. Image stores and atomics go the same way.
 */
#include "memory_units.h"

time_result time_texture_record(time_memory *m, uint32_t core, enum time_op op, const uint32_t *record,
                                uint64_t now, uint64_t *counters)
{
   time_core_memory *c = &m->core[core];
   uint32_t quads = record[0] >> 28 == EMU_REC_LINES ? record[0] >> 16 & 0xfff : 0;
   uint64_t filter = (quads + m->filter_rate - 1) / m->filter_rate;
   filter = filter ? filter : 1;
   uint64_t start = now > c->texture_free ? now : c->texture_free;
   uint64_t at = start > c->lsu_free ? start : c->lsu_free, first = at, granted = at,
            data = at + m->l1_cycles, more = 0;
   do {
      more = time_lsu_lines(m, record, more);
      for (uint32_t i = 0; i < m->lines; i++) {
         uint64_t slot = at + i / m->lookup_rate;
         uint64_t t = op == TIME_READ ? time_l1_read(m, core, &m->line[i], slot, &granted, counters)
                                      : time_l1_write(m, core, &m->line[i], op, slot, &granted, counters);
         data = t > data ? t : data;
      }
      at += (m->lines + m->lookup_rate - 1) / m->lookup_rate;
   } while (more);
   c->lsu_free = granted > at ? granted : at;
   c->texture_free = c->lsu_free > first + filter ? c->lsu_free : first + filter;
   TIME_COUNT_IN(counters, TEX_REQUESTS, 1);
   TIME_COUNT_IN(counters, TEX_FILTER_CYCLES, filter);
   uint64_t filtered = first + m->l1_cycles + filter - 1;
   if (op == TIME_READ)
      data = (data > filtered ? data : filtered) + m->profile.tex_latency_cycles;
   return (time_result){c->texture_free, data};
}
