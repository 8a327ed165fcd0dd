/* Copy coalescing: the two sides of a copy become one unit if they are never live at once.
 *
 * Copies in the deepest loops first. A member of a group can take in a single unit, not a member of another
 * group. Aggressive: it may make allocation harder, but spilling undoes less than copies cost.
 */
#include <stdlib.h>
#include <string.h>

#include "ra.h"

#define MAX_SEGMENTS 20000u /* webs larger than this are left alone, to stay linear */

struct copy {
   uint32_t dst, src, depth, number;
};

static int deepest_first(const void *a, const void *b)
{
   const struct copy *x = a, *y = b;
   if (x->depth != y->depth)
      return x->depth > y->depth ? -1 : 1;
   return x->number < y->number ? -1 : x->number > y->number;
}

static bool merge_segments(mach_unit *into, const mach_unit *from)
{
   uint32_t i = 0, j = 0, n = 0;
   mach_segment *out = malloc((into->seg_count + from->seg_count + 1) * sizeof *out);
   if (!out)
      return false;
   while (i < into->seg_count || j < from->seg_count) {
      bool first = j == from->seg_count || (i < into->seg_count && into->segs[i].start < from->segs[j].start);
      mach_segment s = first ? into->segs[i++] : from->segs[j++];
      if (n && out[n - 1].end == s.start)
         out[n - 1].end = s.end;
      else
         out[n++] = s;
   }
   free(into->segs);
   into->segs = out;
   into->seg_count = n;
   return true;
}

static void try_merge(ra_ctx *r, const struct copy *copy)
{
   mach *m = r->m;
   uint32_t a = ra_find(m, copy->dst), b = ra_find(m, copy->src);
   mach_unit *x = &m->units[a], *y = &m->units[b];
   if (a == b || x->fixed >= 0 || y->fixed >= 0 || (x->size > 1 && y->size > 1) ||
       x->seg_count + y->seg_count > MAX_SEGMENTS || ra_segments_meet(x, y))
      return;
   mach_unit *keep = y->size > 1 ? y : x, *gone = keep == x ? y : x;
   if (!merge_segments(keep, gone)) {
      m->out_of_memory = true;
      return;
   }
   gone->same_as = keep == x ? a : b;
   keep->weight += gone->weight;
   if (keep->hint < 0 && keep->size == 1)
      keep->hint = gone->hint;
   free(gone->segs);
   gone->segs = NULL;
   gone->seg_count = 0;
}

static void rename_operand(const mach *m, mach_operand *o)
{
   if (o->kind == MACH_UNIT)
      o->value = ra_find(m, o->value);
}

static void rename_all(mach *m, enum mach_class cls)
{
   for (uint32_t b = 0; b < m->block_count; b++) {
      mach_block *block = &m->blocks[b];
      uint32_t kept = 0;
      for (uint32_t k = 0; k < block->count; k++) {
         mach_inst *i = &block->insts[k];
         rename_operand(m, &i->dst);
         for (int s = 0; s < 3; s++)
            rename_operand(m, &i->src[s]);
         bool same = i->op == MACH_COPY && i->src[0].kind == MACH_UNIT && i->src[0].value == i->dst.value;
         if (!same)
            block->insts[kept++] = *i;
      }
      block->count = kept;
   }
}

void ra_coalesce(ra_ctx *r, enum mach_class cls)
{
   mach *m = r->m;
   struct copy *copies = NULL;
   uint32_t count = 0, capacity = 0;
   for (uint32_t o = 0; o < m->order_count; o++) {
      mach_block *b = &m->blocks[m->order[o]];
      for (uint32_t k = 0; k < b->count; k++) {
         mach_inst *i = &b->insts[k];
         if (i->op != MACH_COPY || i->src[0].kind != MACH_UNIT || m->units[i->dst.value].cls != cls ||
             m->units[i->src[0].value].cls != cls)
            continue;
         if (!mach_grow(m, &copies, &capacity, count + 1, sizeof *copies))
            break;
         copies[count] = (struct copy){i->dst.value, i->src[0].value, b->loop_depth, count};
         count++;
      }
   }
   if (count) {
      qsort(copies, count, sizeof *copies, deepest_first);
      for (uint32_t k = 0; k < count && !m->out_of_memory; k++)
         try_merge(r, &copies[k]);
      rename_all(m, cls);
   }
   free(copies);
}
