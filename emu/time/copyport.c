/* The copy engine's way to memory: one stream that reads and writes blocks, past L2, at copy_B_per_cycle at
 * most and never faster than DRAM or the bus deliver. A job begins with a fixed time of its own, longer when
 * it crosses the bus: descriptors are fetched, the link is woken, completion is seen. Short copies cost
 * little else.
 */
#include "memory_units.h"

#define BLOCK_B 256u

static uint64_t read_block(time_memory *m, uint64_t va, uint32_t bytes, uint32_t flags, uint64_t at,
                           uint64_t *counters)
{
   if (flags & TIME_COPY_FILL)
      return at;
   if (flags & TIME_COPY_FROM_BUS)
      return time_bus_read(m, bytes, at, counters);
   return time_dram_access(m, va >> EMU_LINE_LOG2, (bytes + 31) / 32, false, at, counters);
}

static uint64_t write_block(time_memory *m, uint64_t va, uint32_t bytes, uint32_t flags, uint64_t at,
                            uint64_t *counters)
{
   uint64_t last = (va + bytes - 1) >> EMU_LINE_LOG2;
   for (uint64_t line = va >> EMU_LINE_LOG2; m->tags.used && line <= last; line++)
      time_tags_written(m, line, 15);
   if (flags & TIME_COPY_TO_BUS)
      return time_bus_write(m, bytes, at, counters);
   return time_dram_access(m, va >> EMU_LINE_LOG2, (bytes + 31) / 32, true, at, counters);
}

time_result time_copy_stream(time_memory *m, uint64_t bytes, uint64_t from_va, uint64_t to_va, uint32_t flags,
                             uint64_t now, uint64_t *counters)
{
   uint64_t at = now > m->copy_free ? now : m->copy_free, done = at;
   if (!(flags & TIME_COPY_MORE))
      at += flags & (TIME_COPY_FROM_BUS | TIME_COPY_TO_BUS) ? m->copy_bus_setup_cycles : m->copy_setup_cycles;
   uint64_t engine = at << TIME_FRAC_LOG2;
   for (uint64_t i = 0; i < bytes;) {
      uint64_t left = BLOCK_B - (to_va + i) % BLOCK_B;
      uint32_t n = (uint32_t)(bytes - i < left ? bytes - i : left);
      at = engine >> TIME_FRAC_LOG2;
      uint64_t there = read_block(m, from_va + i, n, flags, at, counters);
      uint64_t written = write_block(m, to_va + i, n, flags, there, counters);
      done = written > done ? written : done;
      engine += n * (uint64_t)m->copy_cost_B >> 6;
      /* So much may be between the two sides. */
      if (done > at + m->copy_window)
         engine = engine > (done - m->copy_window) << TIME_FRAC_LOG2
                      ? engine
                      : (done - m->copy_window) << TIME_FRAC_LOG2;
      i += n;
   }
   at = (engine + (1u << TIME_FRAC_LOG2) - 1) >> TIME_FRAC_LOG2;
   m->copy_free = at;
   return (time_result){at, done > at ? done : at};
}
