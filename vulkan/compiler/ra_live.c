/* Liveness: segments of every unit, one unit at a time.
 *
 * From each use that no definition of its block precedes, walk the predecessors until definitions are met.
 * The walk touches only blocks where the unit is live, so the cost follows the size of the result.
 */
#include <stdlib.h>
#include <string.h>

#include "ra.h"

struct occurrence {
   uint32_t order;   /* of the block */
   uint32_t inst;
   bool def, early;
};

struct live {
   mach *m;
   enum mach_class cls;
   struct occurrence *occ;
   uint32_t *occ_start;      /* by unit, one more than units */
   uint32_t *preds, *pred_start; /* by order */
   uint32_t *in, *out, *defined, *touched; /* stamps by order: unit + 1 */
   uint32_t *work, *blocks;
   uint32_t block_count;     /* touched blocks of the current unit */
   mach_segment *segs;
   uint32_t seg_count, seg_capacity;
};

static bool writes_early(const mach_inst *i)
{
   if (i->op >= ISA_OPCODES)
      return false;
   const isa_info *info = isa_lookup(i->op);
   return (info->flags & ISA_F_LOAD) && info->dst >= ISA_K_V2 && info->dst <= ISA_K_V4;
}

/* Calls for each unit of the class that the instruction uses and then defines. */
static void visit_units(struct live *l, const mach_inst *i, uint32_t order, uint32_t inst, bool fill)
{
   for (int k = 0; k <= 3; k++) {
      int operand = k < 3 ? k : -1;
      const mach_operand *o = k < 3 ? &i->src[k] : &i->dst;
      for (unsigned n = 0, count = mach_operand_units(i, operand); n < count; n++) {
         uint32_t unit = o->value + n;
         if (l->m->units[unit].cls != l->cls)
            continue;
         if (fill)
            l->occ[l->occ_start[unit]] =
                (struct occurrence){order, inst, operand < 0, operand < 0 && writes_early(i)};
         l->occ_start[unit]++;
      }
   }
}

static void visit_all(struct live *l, bool fill)
{
   mach *m = l->m;
   for (uint32_t o = 0; o < m->order_count; o++) {
      mach_block *b = &m->blocks[m->order[o]];
      for (uint32_t k = 0; k < b->count; k++)
         visit_units(l, &b->insts[k], o, b->start + k, fill);
   }
}

static bool collect(struct live *l)
{
   uint32_t units = l->m->unit_count, total = 0;
   l->occ_start = calloc(units + 2, sizeof *l->occ_start);
   if (!l->occ_start)
      return false;
   visit_all(l, false);
   for (uint32_t u = 0; u < units; u++) {
      uint32_t n = l->occ_start[u];
      l->occ_start[u] = total;
      total += n;
   }
   l->occ_start[units] = total;
   l->occ = malloc((total + 1) * sizeof *l->occ);
   if (!l->occ)
      return false;
   visit_all(l, true); /* moves each start to its end, which is the next one's start */
   memmove(l->occ_start + 1, l->occ_start, units * sizeof *l->occ_start);
   l->occ_start[0] = 0;
   return true;
}

static const uint32_t *successors(const struct live *l, const mach_block *b)
{
   return l->cls == MACH_V ? b->logical : b->physical;
}

static bool build_preds(struct live *l)
{
   mach *m = l->m;
   uint32_t n = m->order_count;
   l->pred_start = calloc(n + 2, sizeof *l->pred_start);
   l->preds = malloc((2 * n + 1) * sizeof *l->preds);
   if (!l->pred_start || !l->preds)
      return false;
   for (int pass = 0; pass < 2; pass++) {
      for (uint32_t o = 0; o < n; o++) {
         const uint32_t *s = successors(l, &m->blocks[m->order[o]]);
         for (int k = 0; k < 2; k++) {
            if (s[k] == MACH_NO_BLOCK || (k && s[1] == s[0]) || m->blocks[s[k]].order == MACH_NO_BLOCK)
               continue;
            uint32_t to = m->blocks[s[k]].order;
            if (pass)
               l->preds[l->pred_start[to]] = o;
            l->pred_start[to]++;
         }
      }
      if (pass)
         continue;
      for (uint32_t o = 0, total = 0; o <= n; o++) {
         uint32_t count = l->pred_start[o];
         l->pred_start[o] = total;
         total += count;
      }
   }
   memmove(l->pred_start + 1, l->pred_start, n * sizeof *l->pred_start);
   l->pred_start[0] = 0;
   return true;
}

static void touch(struct live *l, uint32_t order, uint32_t stamp)
{
   if (l->touched[order] == stamp)
      return;
   l->touched[order] = stamp;
   l->blocks[l->block_count++] = order;
}

static void flow(struct live *l, uint32_t stamp, uint32_t work)
{
   while (work) {
      uint32_t b = l->work[--work];
      for (uint32_t k = l->pred_start[b]; k < l->pred_start[b + 1]; k++) {
         uint32_t p = l->preds[k];
         touch(l, p, stamp);
         l->out[p] = stamp;
         if (l->defined[p] != stamp && l->in[p] != stamp) {
            l->in[p] = stamp;
            l->work[work++] = p;
         }
      }
   }
}

static void add_segment(struct live *l, uint32_t start, uint32_t end)
{
   if (start >= end)
      return;
   if (l->seg_count && l->segs[l->seg_count - 1].end >= start) {
      if (l->segs[l->seg_count - 1].end < end)
         l->segs[l->seg_count - 1].end = end;
      return;
   }
   if (mach_grow(l->m, &l->segs, &l->seg_capacity, l->seg_count + 1, sizeof *l->segs))
      l->segs[l->seg_count++] = (mach_segment){start, end};
}

/* Segments inside one block; returns the occurrence behind it. */
static uint32_t block_segments(struct live *l, uint32_t order, uint32_t stamp, uint32_t at, uint32_t end)
{
   const mach_block *b = &l->m->blocks[l->m->order[order]];
   uint32_t first = 2 * b->start, last = 2 * (b->start + b->count);
   bool live = l->in[order] == stamp;
   uint32_t start = first, until = first;
   for (; at < end && l->occ[at].order == order; at++) {
      const struct occurrence *o = &l->occ[at];
      if (!o->def) {
         start = live ? start : 2 * o->inst;
         live = true;
         until = 2 * o->inst + 1;
         continue;
      }
      if (live)
         add_segment(l, start, until);
      live = true;
      start = 2 * o->inst + !o->early;
      until = 2 * o->inst + 2;
   }
   if (l->out[order] == stamp)
      add_segment(l, start, last);
   else if (live)
      add_segment(l, start, until);
   return at;
}

static int by_number(const void *a, const void *b)
{
   uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
   return x < y ? -1 : x > y;
}

/* Touched blocks in program order: few are sorted, many are found by looking at all. */
static void sort_blocks(struct live *l, uint32_t stamp)
{
   if (l->block_count < 2)
      return;
   if (l->block_count < l->m->order_count / 16) {
      qsort(l->blocks, l->block_count, sizeof *l->blocks, by_number);
      return;
   }
   uint32_t n = 0;
   for (uint32_t o = 0; o < l->m->order_count; o++) {
      if (l->touched[o] == stamp)
         l->blocks[n++] = o;
   }
}

static float frequency(const mach *m, uint32_t order)
{
   uint32_t depth = m->blocks[m->order[order]].loop_depth;
   float f = 1;
   for (uint32_t i = 0; i < depth && i < 6; i++)
      f *= 8;
   return f;
}

static void unit_liveness(struct live *l, uint32_t unit)
{
   uint32_t stamp = unit + 1, begin = l->occ_start[unit], end = l->occ_start[unit + 1], work = 0;
   mach_unit *u = &l->m->units[unit];
   float cost = 0;
   l->block_count = l->seg_count = 0;
   for (uint32_t k = begin; k < end; k++) {
      const struct occurrence *o = &l->occ[k];
      touch(l, o->order, stamp);
      cost += frequency(l->m, o->order);
      if (o->def) {
         l->defined[o->order] = stamp;
      } else if (l->defined[o->order] != stamp && l->in[o->order] != stamp) {
         l->in[o->order] = stamp;
         l->work[work++] = o->order;
      }
   }
   flow(l, stamp, work);
   sort_blocks(l, stamp);
   for (uint32_t k = 0, at = begin; k < l->block_count; k++)
      at = block_segments(l, l->blocks[k], stamp, at, end);
   free(u->segs);
   u->segs = NULL;
   u->seg_count = 0;
   u->weight = cost;
   if (!l->seg_count)
      return;
   u->segs = malloc(l->seg_count * sizeof *u->segs);
   if (!u->segs) {
      l->m->out_of_memory = true;
      return;
   }
   memcpy(u->segs, l->segs, l->seg_count * sizeof *u->segs);
   u->seg_count = l->seg_count;
}

void ra_liveness(ra_ctx *r, enum mach_class cls)
{
   mach *m = r->m;
   struct live l = {.m = m, .cls = cls};
   mach_number(m);
   uint32_t n = m->order_count + 1;
   uint32_t *stamps = calloc(n, 6 * sizeof *stamps);
   if (stamps && collect(&l) && build_preds(&l)) {
      l.in = stamps;
      l.out = stamps + n;
      l.defined = stamps + 2 * n;
      l.touched = stamps + 3 * n;
      l.work = stamps + 4 * n;
      l.blocks = stamps + 5 * n;
      for (uint32_t u = 0; u < m->unit_count && !m->out_of_memory; u++) {
         if (m->units[u].cls == cls)
            unit_liveness(&l, u);
      }
   } else {
      m->out_of_memory = true;
   }
   free(stamps);
   free(l.occ);
   free(l.occ_start);
   free(l.preds);
   free(l.pred_start);
   free(l.segs);
}

bool ra_segments_meet(const mach_unit *a, const mach_unit *b)
{
   uint32_t i = 0, j = 0;
   while (i < a->seg_count && j < b->seg_count) {
      if (a->segs[i].end <= b->segs[j].start)
         i++;
      else if (b->segs[j].end <= a->segs[i].start)
         j++;
      else
         return true;
   }
   return false;
}
