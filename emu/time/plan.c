/* Segments as steps: what approx.c needs of a program, computed once.
 *
 * Inside a segment arithmetic is laid out in order, as if the wave were alone: an instruction is issued when
 * the one before has been and its sources are there. The layout is cut at memory instructions and where a
 * register is first touched that one of them may be about to write; what happens there is known at run time
 * only. Between segments results of arithmetic that are late are matched by register.
 */
#include <stdlib.h>
#include <string.h>
#include "plan.h"

#define BOARD (ISA_MAX_VREGS + ISA_MAX_SREGS + 1)
#define NOT_YET UINT32_MAX

enum reg_state {
   REG_BEFORE,
   REG_KNOWN,
   REG_PENDING
}; /* not touched in this segment; arithmetic; memory is to write it */

typedef struct maker {
   const time_program *t;
   time_plan *p;
   uint32_t step_room, reg_room;
   bool failed, external;
   bool loaded[BOARD];   /* memory instructions write it somewhere */
   uint8_t state[BOARD]; /* enum reg_state */
   bool read[BOARD];
   uint32_t ready[BOARD];          /* results, on the layout's clock */
   uint32_t ready_stalled[BOARD];  /* on that of a wave that had to wait at the latest step */
   uint32_t now, now_stalled, cut; /* clocks, and the first one's time at the latest step */
   uint32_t issue, from;
} maker;

static void *room(maker *k, void *array, size_t element_B, uint32_t *have, uint32_t need)
{
   if (need <= *have)
      return array;
   uint32_t n = *have ? *have * 2 : 64;
   void *p = realloc(array, n * element_B);
   if (!p)
      k->failed = true;
   else
      *have = n;
   return p ? p : array;
}

static void add_reg(maker *k, uint32_t *count, uint32_t reg, uint32_t cycles)
{
   k->p->reg = room(k, k->p->reg, sizeof *k->p->reg, &k->reg_room, k->p->regs + 1);
   if (k->failed)
      return;
   k->p->reg[k->p->regs++] = (time_plan_reg){(uint16_t)reg, cycles};
   ++*count;
}

static void add_step(maker *k, enum time_step_kind kind, enum time_why why, time_regs regs, uint32_t end)
{
   k->p->step = room(k, k->p->step, sizeof *k->p->step, &k->step_room, k->p->steps + 1);
   if (k->failed)
      return;
   k->p->step[k->p->steps++] = (time_step){.kind = (uint8_t)kind,
                                           .why = (uint8_t)why,
                                           .regs = regs,
                                           .from = k->from,
                                           .end = end,
                                           .issue_cycles = k->issue,
                                           .cycles = k->now - k->cut,
                                           .stalled_cycles = k->now_stalled};
   k->from = end;
   k->issue = 0;
   k->cut = k->now;
   k->now_stalled = 0;
   memset(k->ready_stalled, 0, k->t->board * sizeof *k->ready_stalled);
}

/* ---- instructions --------------------------------------------------------------------------- */
static void wait_for(maker *k, time_regs r, uint32_t inst)
{
   bool wait = false;
   for (uint32_t i = r.first, end = i + r.count; i < end; i++) {
      wait |= k->state[i] == REG_PENDING || (k->state[i] == REG_BEFORE && k->external && k->loaded[i]);
      k->state[i] = REG_KNOWN;
   }
   if (wait)
      add_step(k, TIME_STEP_WAIT, TIME_WHY_DEPENDENCY, r, inst);
}

static void depend(maker *k, time_plan_segment *s, time_regs r)
{
   for (uint32_t i = r.first, end = i + r.count; i < end; i++) {
      k->now = k->ready[i] > k->now ? k->ready[i] : k->now;
      k->now_stalled = k->ready_stalled[i] > k->now_stalled ? k->ready_stalled[i] : k->now_stalled;
      if (k->ready[i] == 0 && !k->read[i] && k->external && k->now < k->t->longest_cycles)
         add_reg(k, &s->reads_count, i, k->now);
      k->read[i] = true;
   }
}

static void add_instruction(maker *k, time_plan_segment *s, uint32_t n)
{
   const time_inst *i = &k->t->inst[n];
   for (uint32_t j = 0; j < i->sources; j++)
      wait_for(k, i->src[j], n);
   wait_for(k, i->dst, n);
   for (uint32_t j = 0; j < i->sources; j++)
      depend(k, s, i->src[j]);
   uint32_t there = k->now + i->latency_cycles, there_stalled = k->now_stalled + i->latency_cycles;
   for (uint32_t r = i->dst.first, end = r + i->dst.count; r < end; r++) {
      bool memory = i->kind == TIME_KIND_MEMORY;
      k->state[r] = memory ? REG_PENDING : REG_KNOWN;
      k->read[r] = true;
      k->ready[r] = memory ? 0 : there;
      k->ready_stalled[r] = memory ? 0 : there_stalled;
   }
   k->issue += i->issue_cycles;
   k->now += i->issue_cycles;
   k->now_stalled += i->issue_cycles;
   if (i->kind == TIME_KIND_BRANCH && i->latency_cycles > i->issue_cycles) {
      k->now = there;
      k->now_stalled = there_stalled;
   }
   if (i->kind == TIME_KIND_MEMORY)
      add_step(k, TIME_STEP_ACCESS, TIME_WHY_DEPENDENCY, (time_regs){0, 0}, n + 1);
   else if (i->kind == TIME_KIND_FENCE)
      add_step(k, TIME_STEP_FENCE, TIME_WHY_DEPENDENCY, (time_regs){0, 0}, n + 1);
   else if (i->kind == TIME_KIND_BARRIER)
      add_step(k, TIME_STEP_BARRIER, TIME_WHY_DEPENDENCY, (time_regs){0, 0}, n + 1);
   for (uint32_t r = 0; i->kind == TIME_KIND_END && r < k->t->board;
        r++) { /* a wave ends with its last result */
      k->now = k->ready[r] > k->now ? k->ready[r] : k->now;
      k->now_stalled = k->ready_stalled[r] > k->now_stalled ? k->ready_stalled[r] : k->now_stalled;
   }
   if (i->kind == TIME_KIND_END)
      add_step(k, TIME_STEP_END, TIME_WHY_DEPENDENCY, (time_regs){0, 0}, n + 1);
}

static void lay_out(maker *k, time_plan_segment *s, const time_segment *seg, bool external)
{
   const uint32_t regs = k->t->board; /* those that the program has */
   memset(k->state, 0, regs * sizeof *k->state);
   memset(k->read, 0, regs * sizeof *k->read);
   memset(k->ready, 0, regs * sizeof *k->ready);
   memset(k->ready_stalled, 0, regs * sizeof *k->ready_stalled);
   k->external = external;
   k->now = k->now_stalled = k->cut = k->issue = 0;
   k->from = seg->first;
   s->first[external] = k->p->steps;
   for (uint32_t n = seg->first; n < seg->first + seg->count && !k->failed; n++)
      add_instruction(k, s, n);
   const time_inst *last = seg->count ? &k->t->inst[seg->first + seg->count - 1] : NULL;
   enum time_why why = last && last->kind == TIME_KIND_BRANCH ? TIME_WHY_FETCH : TIME_WHY_DEPENDENCY;
   add_step(k, TIME_STEP_TAIL, why, (time_regs){0, 0}, seg->first + seg->count);
}

/* ---- programs ------------------------------------------------------------------------------- */
static void add_segment(maker *k, uint32_t n)
{
   time_plan_segment *s = &k->p->segment[n];
   s->reads = k->p->regs;
   s->after[0] = s->after[1] = NOT_YET;
   lay_out(k, s, &k->t->segment[n], true);
   s->leaves = k->p->regs;
   for (uint32_t r = 0; r < k->t->board; r++)
      if (k->ready[r] > k->now)
         add_reg(k, &s->leaves_count, r, k->ready[r] - k->now);
   lay_out(k, s, &k->t->segment[n], false);
   const time_segment *seg = &k->t->segment[n];
   s->plain = seg->count && k->p->steps == s->first[0] + 1;
   if (s->plain && !k->failed) {
      const time_step *tail = &k->p->step[s->first[0]];
      s->cycles = tail->cycles;
      s->issue_cycles = tail->issue_cycles;
      s->instructions = tail->end - tail->from;
      s->branches = tail->why == TIME_WHY_FETCH;
   }
   s->first_word = seg->count ? k->t->inst[seg->first].word : 0;
   s->last_word = seg->count ? k->t->inst[seg->first + seg->count - 1].word : 0;
}

time_plan *time_plan_get(time_program *t)
{
   if (t->plan)
      return t->plan;
   maker *k = calloc(1, sizeof *k);
   time_plan *p = calloc(1, sizeof *p);
   if (p)
      p->segment = calloc(t->segments ? t->segments : 1, sizeof *p->segment);
   if (k && p && p->segment) {
      k->t = t;
      k->p = p;
      for (uint32_t n = 0; n < t->insts; n++)
         for (uint32_t r = 0; t->inst[n].kind == TIME_KIND_MEMORY && r < t->inst[n].dst.count; r++)
            k->loaded[t->inst[n].dst.first + r] = true;
      for (uint32_t n = 0; n < t->segments && !k->failed; n++)
         add_segment(k, n);
   }
   if (!k || !p || !p->segment || k->failed)
      time_plan_destroy(p);
   else
      t->plan = p;
   free(k);
   return t->plan;
}

void time_plan_destroy(time_plan *p)
{
   if (!p)
      return;
   free(p->segment);
   free(p->step);
   free(p->reg);
   free(p);
}

static uint32_t match(const time_plan *p, const time_plan_segment *a, const time_plan_segment *b)
{
   uint32_t penalty = 0;
   for (uint32_t i = a->leaves; i < a->leaves + a->leaves_count; i++)
      for (uint32_t k = b->reads; k < b->reads + b->reads_count; k++)
         if (p->reg[i].reg == p->reg[k].reg && p->reg[i].cycles > p->reg[k].cycles + penalty)
            penalty = p->reg[i].cycles - p->reg[k].cycles;
   return penalty;
}

uint32_t time_plan_match(time_plan *p, uint32_t s, uint32_t next)
{
   time_plan_segment *a = &p->segment[s];
   uint32_t i = a->turn++ % 2;
   a->after[i] = next;
   return a->penalty[i] = match(p, a, &p->segment[next]);
}
