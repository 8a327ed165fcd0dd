/* The load/store unit: records of memory instructions to lines and their sectors. Lanes of an instruction
 * that touch one line share one lookup. A line takes a cycle; where the record knows of the banks of the
 * cache's data, several lookups share a cycle and the passes over the banks count. The unit is busy until the
 * last line of the instruction has its miss register, so that a core whose registers are all taken waits.
 */
#include "memory_units.h"

static void add_line(time_memory *m, uint64_t line, uint32_t sectors, uint32_t lanes, uint32_t flags)
{
   uint32_t h = (uint32_t)(time_scatter(line) >> 55);
   if (m->hash_stamp[h] == m->hash_serial) {
      time_line *l = &m->line[m->hash_line[h]];
      if (l->line == line) {
         l->sectors |= sectors;
         l->lanes = lanes > l->lanes ? lanes : l->lanes;
         return;
      }
   }
   m->hash_stamp[h] = m->hash_serial;
   m->hash_line[h] = (uint16_t)m->lines;
   m->line[m->lines++] = (time_line){line, sectors, lanes, flags};
}

/* Most records are of one line: which, and the cycles of its lookup and data. False: of none or several. */
static inline bool is_single(const uint32_t *record, time_line *l, uint64_t *cycles)
{
   *cycles = 1;
   if (record[0] >> 28 == EMU_REC_RUN) {
      uint32_t bytes = record[0] >> 8 & 0xfffff, from = record[1] & ((1u << EMU_LINE_LOG2) - 1);
      uint64_t va = record[1] | (uint64_t)(record[2] & 0xffff) << 32;
      if (!bytes || from + bytes > 1u << EMU_LINE_LOG2)
         return false;
      uint32_t first = from >> EMU_SECTOR_LOG2, last = (from + bytes - 1) >> EMU_SECTOR_LOG2;
      *l = (time_line){va >> EMU_LINE_LOG2, (2u << last) - (1u << first), 1, record[2] >> 16};
      return true;
   }
   const uint32_t *e = record + 1;
   if ((record[0] >> 8 & 0xff) != 1 || emu_lines_continue(record) || !emu_entry_sectors(e))
      return false;
   uint32_t passes = record[0] >> 16 & 0xfff;
   *cycles = passes > 1 ? passes : 1;
   *l = (time_line){emu_entry_line(e), emu_entry_sectors(e), emu_entry_lanes(e), emu_entry_flags(e)};
   return true;
}

static uint64_t run_lines(time_memory *m, const uint32_t *record, uint64_t more)
{
   uint64_t va = record[1] | (uint64_t)(record[2] & 0xffff) << 32, end = va + (record[0] >> 8 & 0xfffff);
   uint32_t flags = record[2] >> 16;
   uint64_t at = more ? more : va;
   while (at < end && m->lines < TIME_RECORD_LINES) {
      uint64_t next = (at | ((1u << EMU_LINE_LOG2) - 1)) + 1, last = (end < next ? end : next) - 1;
      uint32_t from = at >> EMU_SECTOR_LOG2 & 3, to = last >> EMU_SECTOR_LOG2 & 3;
      m->line[m->lines++] = (time_line){at >> EMU_LINE_LOG2, (2u << to) - (1u << from), 1, flags};
      at = next;
   }
   return at < end ? at : 0;
}

uint64_t time_lsu_lines(time_memory *m, const uint32_t *record, uint64_t more)
{
   m->lines = 0;
   if (record[0] >> 28 == EMU_REC_RUN)
      return run_lines(m, record, more);
   record += more; /* of a record that is continued: dwords before the part */
   uint32_t entries = record[0] >> 8 & 0xff;
   m->hash_serial++;
   if (m->hash_serial == 0) {
      memset(m->hash_stamp, 0, sizeof(m->hash_stamp));
      m->hash_serial = 1;
   }
   for (uint32_t i = 0; i < entries; i++) {
      const uint32_t *e = record + 1 + 2 * i;
      if (emu_entry_sectors(e))
         add_line(m, emu_entry_line(e), emu_entry_sectors(e), emu_entry_lanes(e), emu_entry_flags(e));
   }
   return emu_lines_continue(record) ? more + 1 + 2 * entries : 0;
}

/* Cycles that the lookups and the data of a record take, and in 1/1024 cycles what lies between two lines. */
static uint64_t lookup_cycles(const time_memory *m, const uint32_t *record, uint32_t *step)
{
   uint32_t passes = record[0] >> 28 == EMU_REC_LINES ? record[0] >> 16 & 0xfff : 0, n = m->lines;
   *step = 1u << TIME_FRAC_LOG2;
   if (!passes || !n)
      return n;
   uint32_t tags = (n + m->lookup_rate - 1) / m->lookup_rate, cycles = passes > tags ? passes : tags;
   *step = (cycles << TIME_FRAC_LOG2) / n;
   return cycles;
}

/* One line of a record at `slot`: when its data are there. */
static inline uint64_t access_line(time_memory *m, uint32_t core, enum time_op op, const time_line *l,
                                   uint64_t slot, uint64_t *granted, uint64_t *counters)
{
   TIME_COUNT_IN(counters, LSU_SECTORS, time_sector_count(l->sectors));
   return op == TIME_READ ? time_l1_read(m, core, l, slot, granted, counters)
                          : time_l1_write(m, core, l, op, slot, granted, counters);
}

/* All lines of a record, from `at` on; returns when the last one has been looked up. */
static uint64_t access_lines(time_memory *m, uint32_t core, enum time_op op, const uint32_t *record, uint64_t at,
                             uint64_t *done, uint64_t *granted, uint64_t *counters)
{
   uint64_t more = 0;
   do {
      more = time_lsu_lines(m, record, more);
      uint32_t step;
      uint64_t cycles = lookup_cycles(m, record, &step);
      TIME_COUNT_IN(counters, LSU_REQUESTS, m->lines);
      for (uint32_t i = 0; i < m->lines; i++) {
         uint64_t slot = at + (i * step >> TIME_FRAC_LOG2);
         uint64_t t = access_line(m, core, op, &m->line[i], slot, granted, counters);
         *done = t > *done ? t : *done;
      }
      at += cycles;
   } while (more);
   return at;
}

time_result time_lsu_record(time_memory *m, uint32_t core, enum time_op op, const uint32_t *record,
                            uint64_t now, uint64_t *counters)
{
   time_core_memory *c = &m->core[core];
   uint64_t start = now > c->lsu_free ? now : c->lsu_free;
   uint64_t at = start, done = start + (op == TIME_READ ? m->l1_cycles : 1), granted = start;
   time_line l;
   uint64_t cycles;
   if (is_single(record, &l, &cycles)) {
      TIME_COUNT_IN(counters, LSU_REQUESTS, 1);
      uint64_t t = access_line(m, core, op, &l, start, &granted, counters);
      done = t > done ? t : done;
      at += cycles;
   } else {
      at = access_lines(m, core, op, record, start, &done, &granted, counters);
   }
   if (at == start)
      at++; /* every lane was off: the instruction still passes the unit */
   c->lsu_free = granted > at ? granted : at;
   if (op == TIME_READ && done < c->lsu_free - 1 + m->l1_cycles && granted <= at)
      done = at - 1 + m->l1_cycles; /* the last pass over the banks */
   return (time_result){c->lsu_free, done};
}
