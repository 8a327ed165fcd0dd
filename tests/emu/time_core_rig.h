/* A machine of the timing model with a memory of fixed latencies, and jobs whose traces are made from program
 * texts.
 *
 * The sources of the cores are compiled into the test with the memory system and the jobs' units renamed to
 * the ones here, so that cycles can be worked out on paper. Traces follow the program: a backward branch is
 * taken so many times as the test says, a forward one never.
 */
#ifndef TIME_CORE_RIG_H
#define TIME_CORE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/core.h"
#include "time/engine.h"
#include "time/sink.h"

/* ---- memory: addresses choose their latency ------------------------------------------------- */
#define RIG_L1 UINT64_C(0x10000000)
#define RIG_L2 UINT64_C(0x20000000)
#define RIG_DRAM UINT64_C(0x40000000)
#define RIG_L1_CYCLES 28u
#define RIG_L2_CYCLES 200u
#define RIG_DRAM_CYCLES 500u
#define RIG_LDS_CYCLES 20u
#define RIG_SCALAR_CYCLES 16u

struct time_memory {
   uint64_t unit[64][TIME_PORTS], dram;
   uint64_t hash; /* of all calls, for comparisons of runs */
   uint64_t warmed;
};

static uint32_t rig_code_cycles = 4;
static struct time_memory *rig_memory;

time_memory *rig_memory_create(const emu_profile *p);
void rig_memory_destroy(time_memory *m);
time_result rig_memory_record(time_memory *m, uint32_t core, enum time_path path, enum time_op op,
                              const uint32_t *record, uint64_t now, uint64_t *counters);
bool rig_memory_code_hit(time_memory *m, uint32_t core, uint64_t va, uint64_t now, uint64_t *counters);
time_result rig_memory_line(time_memory *m, uint32_t core, enum time_path path, enum time_op op, uint64_t va,
                            uint32_t sectors, uint32_t flags, uint64_t now, uint64_t *counters);
time_result rig_memory_lds(time_memory *m, uint32_t core, uint32_t passes, uint64_t now, uint64_t *counters);
void rig_memory_invalidate(time_memory *m);
void rig_memory_warm(time_memory *m, uint32_t core, enum time_path path, enum time_op op, const uint32_t *record);
void rig_memory_warm_begin(time_memory *m);
uint64_t rig_memory_l2_filled(const time_memory *m);

time_memory *rig_memory_create(const emu_profile *p)
{
   (void)p;
   return rig_memory = calloc(1, sizeof(time_memory));
}
void rig_memory_destroy(time_memory *m)
{
   free(m);
}
void rig_memory_invalidate(time_memory *m)
{
   (void)m;
}

uint64_t rig_memory_l2_filled(const time_memory *m)
{
   (void)m;
   return 0;
}
void rig_memory_warm_begin(time_memory *m)
{
   (void)m;
}
void rig_memory_warm(time_memory *m, uint32_t core, enum time_path path, enum time_op op, const uint32_t *record)
{
   m->warmed++;
   m->hash = (m->hash ^ record[1]) * UINT64_C(0x9e3779b97f4a7c15) + core + 64 * path + 512 * op;
}

static uint64_t rig_unit(time_memory *m, uint32_t core, unsigned unit, uint64_t now, uint64_t cycles)
{
   uint64_t start = time_later(now, m->unit[core][unit]);
   m->unit[core][unit] = start + cycles;
   m->hash = (m->hash ^ now) * UINT64_C(0x9e3779b97f4a7c15) + core;
   return start;
}

time_result rig_memory_record(time_memory *m, uint32_t core, enum time_path path, enum time_op op,
                              const uint32_t *record, uint64_t now, uint64_t *counters)
{
   (void)counters;
   (void)op;
   uint32_t lines = ((*record >> 8 & 0xfffff) + 127) / 128;
   unsigned unit = path == TIME_PATH_SCALAR    ? TIME_PORT_SCALAR
                   : path == TIME_PATH_TEXTURE ? TIME_PORT_TEXTURE
                                               : TIME_PORT_VECTOR;
   uint64_t start = rig_unit(m, core, unit, now, lines ? lines : 1);
   uint64_t latency = path == TIME_PATH_SCALAR ? RIG_SCALAR_CYCLES : RIG_L1_CYCLES;
   if (record[1] & RIG_L2)
      latency = RIG_L2_CYCLES;
   if (record[1] & RIG_DRAM) {
      uint64_t at = time_later(start, m->dram);
      m->dram = at + lines;
      latency = RIG_DRAM_CYCLES + at - start;
   }
   return (time_result){.accepted = start + (lines ? lines : 1), .done = start + latency};
}

/* Lines are always asked for, each at its time. */
bool rig_memory_code_hit(time_memory *m, uint32_t core, uint64_t va, uint64_t now, uint64_t *counters)
{
   (void)m, (void)core, (void)va, (void)now, (void)counters;
   return false;
}

time_result rig_memory_line(time_memory *m, uint32_t core, enum time_path path, enum time_op op, uint64_t va,
                            uint32_t sectors, uint32_t flags, uint64_t now, uint64_t *counters)
{
   (void)m, (void)core, (void)path, (void)op, (void)va, (void)sectors, (void)flags, (void)counters;
   return (time_result){.accepted = now + 1, .done = now + rig_code_cycles};
}

time_result rig_memory_lds(time_memory *m, uint32_t core, uint32_t passes, uint64_t now, uint64_t *counters)
{
   (void)counters;
   uint64_t start = rig_unit(m, core, TIME_PORT_LDS, now, passes);
   return (time_result){.accepted = start + passes, .done = start + RIG_LDS_CYCLES + passes - 1};
}

/* ---- jobs: all units are there, or come one per poll ---------------------------------------- */
typedef struct rig_unit_source {
   time_unit *units;
   uint32_t count, taken, released;
   uint32_t withhold; /* every so manieth call finds nothing: the trace has not arrived */
   uint32_t calls;
} rig_units;

time_unit *rig_job_take(emu_time_job *j, bool *starved);
bool rig_unit_poll(emu_time_job *j, time_unit *u);
void rig_unit_release(emu_time_job *j, time_unit *u);
void rig_unit_drop(emu_time_job *j, time_unit *u, time_piece *p);
bool rig_draw_begin(time_machine *m, emu_time_job *j, uint64_t start);
bool rig_copy_begin(time_machine *m, emu_time_job *j, uint64_t start);

static bool rig_unseen; /* of workgroups that nobody need trace every other one is not */
static uint32_t rig_unseen_units;

static bool rig_withholds(rig_units *u)
{
   return u->withhold && ++u->calls % u->withhold == 0;
}
time_unit *rig_job_take(emu_time_job *j, bool *starved)
{
   rig_units *u = (rig_units *)j->queue;
   *starved = rig_withholds(u);
   if (*starved || u->taken == u->count)
      return NULL;
   j->begun = true;
   time_unit *unit = &u->units[u->taken++];
   if (rig_unseen && unit->number % 2 && emu_time_untraced(j, unit->number)) {
      unit->arrived = NULL;
      rig_unseen_units++;
   }
   return unit;
}
/* Pieces come one by one. */
bool rig_unit_poll(emu_time_job *j, time_unit *u)
{
   rig_units *units = (rig_units *)j->queue;
   if (rig_withholds(units))
      return false;
   if (u->arrived) {
      *(u->last ? &u->last->next : &u->first) = u->arrived;
      u->last = u->arrived;
      u->arrived = u->arrived->next;
      u->last->next = NULL;
   }
   u->complete = !u->arrived;
   return true;
}
void rig_unit_drop(emu_time_job *j, time_unit *u, time_piece *p)
{
   (void)j;
   time_piece **at = &u->first;
   while (*at != p)
      at = &(*at)->next;
   *at = p->next;
}
void rig_unit_release(emu_time_job *j, time_unit *u)
{
   (void)u;
   ((rig_units *)j->queue)->released++;
}
bool rig_draw_begin(time_machine *m, emu_time_job *j, uint64_t start)
{
   (void)m, (void)j, (void)start;
   return false;
}
bool rig_copy_begin(time_machine *m, emu_time_job *j, uint64_t start)
{
   return rig_draw_begin(m, j, start);
}

/* ---- whoever looks at the machine ----------------------------------------------------------- */
typedef struct rig_looks {
   uint64_t period, from, count; /* what came before has been reported; samples */
   uint64_t sum[GPU_COUNTER_COUNT];
   bool broken; /* a sample that does not follow the one before, or is no whole period */
   bool last;
} rig_looks;

static rig_looks rig_look;

uint64_t rig_sink_period(const time_sink *s, uint32_t ring);
void rig_sink_sample(time_sink *s, const time_sample *x);
void rig_sink_wave(time_sink *s, uint32_t ring, uint32_t core, const emu_time_job *j, unsigned stage,
                   uint64_t start, uint64_t end);

uint64_t rig_sink_period(const time_sink *s, uint32_t ring)
{
   (void)s, (void)ring;
   return rig_look.period;
}
void rig_sink_sample(time_sink *s, const time_sample *x)
{
   (void)s;
   rig_look.broken |= (rig_look.count && x->from != rig_look.from) || x->to - x->from != rig_look.period ||
                      x->to % rig_look.period || rig_look.last;
   rig_look.from = x->to;
   rig_look.count++;
   rig_look.last = x->last;
   for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
      rig_look.sum[c] += x->counters[c];
}
void rig_sink_wave(time_sink *s, uint32_t ring, uint32_t core, const emu_time_job *j, unsigned stage,
                   uint64_t start, uint64_t end)
{
   (void)s, (void)ring, (void)core, (void)j, (void)stage, (void)start, (void)end;
}

/* ---- programs and their traces -------------------------------------------------------------- */
typedef struct rig_program {
   emu_program *p;
   const time_program *t;
   uint64_t base;       /* what memory instructions access */
   uint32_t bytes;      /* of each */
   uint32_t trips;      /* backward branches are taken so often in a row */
   uint32_t lds_passes; /* 0: no conflicts */
   uint32_t lines;      /* the first memory instruction of a wave touches so many lines, or 0 */
   uint64_t (*address)(uint32_t group, uint32_t wave, uint32_t access); /* or NULL: base */
} rig_program;

static rig_program rig_assemble(const emu_profile *profile, const char *text, uint32_t vregs)
{
   char err[200] = "";
   size_t count = 0;
   uint64_t *words = isa_assemble(text, &count, err, sizeof err);
   if (!words) {
      fprintf(stderr, "%s\n", err);
      abort();
   }
   emu_program *p = emu_program_decode(emu_interp_select(EMU_ISA_AUTO), profile, words, count, vregs, 64);
   free(words);
   return (rig_program){.p = p, .t = time_program_get(p, profile), .base = RIG_L1, .bytes = 128};
}

static uint32_t rig_split; /* portions end behind every so manieth segment, too; 0: at barriers only */
static bool rig_pieces;    /* every portion is a piece of its unit; else all of a wave is */

typedef struct rig_trace {
   uint32_t *data;
   size_t count, room;
   size_t segment; /* of the open SEGMENT record + 1 */
   uint64_t instructions;
   bool at_barrier; /* the portion ends there */
} rig_trace;

static void rig_put(rig_trace *t, uint32_t v)
{
   if (t->count == t->room)
      t->data = realloc(t->data, (t->room = t->room ? 2 * t->room : 64) * sizeof *t->data);
   t->data[t->count++] = v;
}

static uint32_t rig_segment_at(const time_program *t, uint32_t word)
{
   for (uint32_t s = 0; s < t->segments; s++)
      if (t->segment[s].count && t->inst[t->segment[s].first].word == word)
         return s;
   return UINT32_MAX;
}

static void rig_access(rig_trace *t, const rig_program *p, const time_inst *i, uint32_t place, uint32_t group,
                       uint32_t wave, uint32_t n)
{
   if (i->port == TIME_PORT_LDS) {
      if (!p->lds_passes)
         return;
      rig_put(t, (uint32_t)EMU_REC_LDS << 28 | p->lds_passes << 8 | place);
   } else if (p->lines && !n) {
      for (uint32_t left = p->lines, part, more = 0; more <= p->lines / EMU_LINES_MAX; left -= part, more++) {
         part = left < EMU_LINES_MAX ? left : EMU_LINES_MAX;
         rig_put(t, (uint32_t)(more ? EMU_REC_MORE_LINES : EMU_REC_LINES) << 28 | part << 8 | place);
         for (uint32_t k = 0; k < part; k++) {
            rig_put(t, (uint32_t)(RIG_L1 >> EMU_LINE_LOG2) + k);
            rig_put(t, 15u << 9);
         }
      }
   } else {
      uint64_t va = i->port == TIME_PORT_SCALAR ? 0 : p->address ? p->address(group, wave, n) : p->base;
      rig_put(t, (uint32_t)EMU_REC_RUN << 28 | p->bytes << 8 | place);
      rig_put(t, (uint32_t)va);
      rig_put(t, (uint32_t)(va >> 32));
   }
   t->segment = 0;
}

static void rig_enter(rig_trace *t, uint32_t s)
{
   if (t->segment && (t->data[t->segment - 1] & 0xfffff) == s && t->data[t->segment - 1] >> 20 != 0xff) {
      t->data[t->segment - 1] += 1u << 20;
      return;
   }
   rig_put(t, (uint32_t)EMU_REC_SEGMENT << 28 | s);
   t->segment = t->count;
}

/* A wave from its first instruction to its last; `records` only, without a WAVE record. cut: a portion ends
 * behind each barrier. */
static void rig_run(rig_trace *t, const rig_program *p, uint32_t group, uint32_t wave,
                    void (*cut)(rig_trace *t, void *), void *arg)
{
   uint32_t taken[64] = {0}, n = 0, segments = 0;
   const time_program *tp = p->t;
   for (uint32_t s = 0; s < tp->segments;) {
      const time_segment *seg = &tp->segment[s];
      const time_inst *last = &tp->inst[seg->first + seg->count - 1];
      if (rig_split && cut && ++segments % rig_split == 0) {
         t->segment = 0;
         cut(t, arg);
      }
      rig_enter(t, s);
      t->instructions += seg->count;
      for (uint32_t k = 0; k < seg->count; k++)
         if (tp->inst[seg->first + k].kind == TIME_KIND_MEMORY)
            rig_access(t, p, &tp->inst[seg->first + k], k, group, wave, n++);
      isa_inst inst;
      unsigned used;
      isa_decode(p->p->words + last->word, p->p->word_count - last->word, &inst, &used);
      uint32_t next = last->word + used;
      if (last->kind == TIME_KIND_END)
         return;
      if (isa_lookup(inst.op)->format == ISA_FMT_BRANCH && inst.target < 0 &&
          taken[s % 64]++ % (p->trips + 1) < p->trips)
         next = (uint32_t)((int64_t)next + inst.target);
      if (last->kind == TIME_KIND_BARRIER && cut) {
         t->segment = 0;
         t->at_barrier = true;
         cut(t, arg);
         t->at_barrier = false;
      }
      s = rig_segment_at(tp, next);
   }
}

typedef struct rig_cut {
   size_t wave; /* of the WAVE record */
   uint32_t index;
} rig_cut;

static void rig_open(rig_trace *t, rig_cut *c, bool first)
{
   c->wave = t->count;
   rig_put(t, (uint32_t)EMU_REC_WAVE << 28 | (uint32_t)first << 20 | c->index);
   rig_put(t, 0);
   t->segment = 0;
}
static void rig_close(rig_trace *t, rig_cut *c, bool last)
{
   t->data[c->wave] |= (uint32_t)last << 21 | (uint32_t)t->at_barrier << 22;
   t->data[c->wave + 1] = (uint32_t)(t->count - c->wave - 2);
}
static void rig_barrier(rig_trace *t, void *arg)
{
   rig_close(t, arg, false);
   rig_open(t, arg, false);
}

/* A job of `groups` workgroups, everything allocated by it. */
typedef struct rig_job {
   emu_time_job job;
   rig_units units;
   rig_program program;
   time_piece *pieces;
   uint32_t piece_count, *unit_pieces; /* how many up to each unit's end */
   uint64_t *unit_instructions; /* the same */
   uint32_t **data;
   uint32_t data_count;
   uint64_t instructions;
} rig_job;

static void rig_add_piece(rig_job *r, const uint32_t *data, size_t dwords)
{
   if (!(r->piece_count & (r->piece_count - 1)))
      r->pieces = realloc(r->pieces, (r->piece_count ? 2 * r->piece_count : 1) * sizeof *r->pieces);
   r->pieces[r->piece_count++] = (time_piece){.data = data, .dwords = (uint32_t)dwords};
}

static void rig_add_wave(rig_job *r, const rig_trace *t)
{
   size_t from = 0;
   for (size_t at = 0, n; at < t->count; at += n) {
      n = 2 + t->data[at + 1];
      if (rig_pieces || at + n == t->count) {
         rig_add_piece(r, t->data + from, at + n - from);
         from = at + n;
      }
   }
   r->data[r->data_count++] = t->data;
   r->instructions += t->instructions;
}

/* Units as they were before the engine took them. */
static void rig_job_refill(rig_job *r)
{
   for (uint32_t g = 0, at = 0; g < r->units.count; at = r->unit_pieces[g++]) {
      time_unit *u = &r->units.units[g];
      *u = (time_unit){.number = g, .kind = EMU_UNIT_GROUP, .arrived = &r->pieces[at]};
      u->instructions = r->unit_instructions[g] - (g ? r->unit_instructions[g - 1] : 0);
      for (; at < r->unit_pieces[g]; at++)
         r->pieces[at].next = at + 1 < r->unit_pieces[g] ? &r->pieces[at + 1] : NULL;
   }
}

static rig_job *rig_job_create(rig_program p, uint32_t groups, uint32_t waves, uint32_t lds_B)
{
   rig_job *r = calloc(1, sizeof *r);
   r->program = p;
   r->units = (rig_units){.units = calloc(groups ? groups : 1, sizeof(time_unit)), .count = groups};
   r->unit_pieces = calloc(groups + 1, sizeof *r->unit_pieces);
   r->unit_instructions = calloc(groups + 1, sizeof *r->unit_instructions);
   r->data = calloc((size_t)groups * waves + 1, sizeof *r->data);
   r->job = (emu_time_job){
       .kind = EMU_JOB_DISPATCH,
       .groups = groups,
       .group_waves = waves,
       .queue = (struct time_job_queue *)&r->units,
       .stage[0] = {.program = p.p, .program_va = 0x8000, .vregs = p.p->vregs, .lds_B = lds_B}};
   for (uint32_t g = 0; g < groups; g++) {
      for (uint32_t w = 0; w < waves; w++) {
         rig_trace t = {0};
         rig_cut c = {.index = w};
         rig_open(&t, &c, true);
         rig_run(&t, &p, g, w, rig_barrier, &c);
         rig_close(&t, &c, true);
         rig_add_wave(r, &t);
      }
      r->unit_pieces[g] = r->piece_count;
      r->unit_instructions[g] = r->instructions;
   }
   rig_job_refill(r);
   return r;
}

/* The job goes through the machine again: units as they were. */
static void rig_job_rewind(rig_job *r)
{
   r->units.taken = r->units.released = r->units.calls = 0;
   rig_job_refill(r);
   memset(r->job.counters, 0, sizeof r->job.counters);
   r->job.done = r->job.begun = false;
   r->job.untraced = 0;
   r->job.written = r->job.end = 0;
}

static void rig_job_destroy(rig_job *r)
{
   for (uint32_t i = 0; i < r->data_count; i++)
      free(r->data[i]);
   emu_program_destroy(r->program.p);
   free(r->data);
   free(r->unit_pieces);
   free(r->unit_instructions);
   free(r->pieces);
   free(r->units.units);
   free(r);
}

/* ---- profiles ------------------------------------------------------------------------------- */
/* One core of one scheduler, no launch costs, every class one cycle of issue. */
static emu_profile rig_profile(void)
{
   emu_profile p = {.cores = 1,
                    .schedulers_per_core = 1,
                    .waves_per_core = 32,
                    .vregs_per_core = 2048,
                    .lds_B_per_core = 65536,
                    .lds_B_per_group = 65536,
                    .port_queue = 4};
   for (unsigned c = 0; c < ISA_CLASS_COUNT; c++)
      p.cost[c] = (emu_class_cost){1, 4};
   p.cost[ISA_CLASS_SALU].latency_cycles = 2;
   p.cost[ISA_CLASS_VCMP].latency_cycles = 6;
   p.cost[ISA_CLASS_VDIV] = (emu_class_cost){8, 28};
   p.cost[ISA_CLASS_VTRANS] = (emu_class_cost){4, 12};
   p.cost[ISA_CLASS_BRANCH].latency_cycles = 8;
   p.cost[ISA_CLASS_SYNC].latency_cycles = 16;
   return p;
}

/* Cycles of a job alone on a new machine, all of them. */
static inline uint64_t rig_cycles(const emu_profile *p, bool detailed, rig_job *r)
{
   time_machine *m = time_machine_create(p, detailed);
   m->sampler = NULL;
   rig_job_rewind(r);
   memset(r->job.program, 0, sizeof r->job.program);
   time_machine_launch(m, &r->job, 0);
   for (unsigned i = 0; !r->job.done; i++)
      time_machine_run(m, UINT64_MAX);
   time_machine_destroy(m);
   return r->job.end;
}

#endif
