/* Memory operations of one block: neighbouring loads become one wide load, repeated loads one, neighbouring
 * stores one wide store.
 *
 * A window is a run of loads of one address space with no write to it, barrier or fence between. Loads that
 * share descriptor and offset and touch within four dwords are replaced by one at the place of the first.
 * Coherent accesses are left alone. Range checks are per dword, so widening changes no result. Push constants
 * at constant offsets are first brought together in the entry block.
 */
#include "ir.h"

#include <stdlib.h>

#define MAX_WINDOW 128u
#define MAX_DWORDS 4u
#define MAX_HOISTED 24u /* push constants that live in registers from the start */

enum space { SPACE_BUFFER, SPACE_LDS, SPACE_PUSH, SPACE_COUNT, SPACE_NONE = SPACE_COUNT, SPACE_ALL };

struct window {
   ir_inst *loads[MAX_WINDOW];
   unsigned count;
};

struct memory {
   ir_shader *s;
   struct window windows[SPACE_COUNT];
   ir_inst *store[SPACE_COUNT]; /* the last access of the space if it is a store that can grow */
   bool progress;
};

static enum space space_of(const ir_inst *i)
{
   switch (i->op) {
   case IR_buf_load: case IR_buf_store: case IR_buf_atomic: return SPACE_BUFFER;
   case IR_img_store: case IR_img_atomic: return SPACE_BUFFER; /* a texel buffer may be the same memory */
   case IR_lds_load: case IR_lds_store: case IR_lds_atomic: return SPACE_LDS;
   case IR_push_load: return SPACE_PUSH;
   case IR_barrier: case IR_fence: case IR_demote: return SPACE_ALL;
   default: return SPACE_NONE;
   }
}

static bool is_load(const ir_inst *i)
{
   if (i->aux != IR_W_DWORDS)
      return false;
   return i->op == IR_buf_load || i->op == IR_lds_load || i->op == IR_push_load;
}

static bool is_store(const ir_inst *i)
{
   if (i->aux != IR_W_DWORDS)
      return false;
   return i->op == IR_buf_store || i->op == IR_lds_store;
}

static unsigned address_sources(const ir_inst *i)
{
   return space_of(i) == SPACE_BUFFER ? 2 : 1;
}

static bool same_address(const ir_inst *a, const ir_inst *b)
{
   for (unsigned k = 0; k < address_sources(a); k++) {
      if (a->src[k] != b->src[k])
         return false;
   }
   return a->op == b->op && (a->imm & 3) == (b->imm & 3);
}

static uint32_t end_of(const ir_inst *load)
{
   return load->imm + load->ncomp * 4u;
}

/* One load of [first, end) at `at`, and the members' values out of it. */
static void merge_loads(struct memory *m, ir_inst *at, ir_inst **members, unsigned count, uint32_t first,
                        uint32_t end)
{
   ir_builder b = {.s = m->s, .block = at->block, .before = at, .spirv_word = at->spirv_word};
   ir_inst *wide = ir_emit(&b, (enum ir_op)at->op, IR_T_I32, (end - first) / 4, first, at->nsrc, at->src);
   for (unsigned i = 0; i < count && !m->s->out_of_memory; i++) {
      ir_inst *comp[MAX_DWORDS], *old = members[i];
      for (unsigned c = 0; c < old->ncomp; c++)
         comp[c] = ir_extract(&b, wide, (old->imm - first) / 4 + c);
      ir_inst *value = ir_vec(&b, old->ncomp, comp);
      if (!m->s->out_of_memory)
         old->forward = value;
   }
   m->progress = true;
}

static int by_imm(const void *a, const void *b)
{
   const ir_inst *x = *(ir_inst *const *)a, *y = *(ir_inst *const *)b;
   if (x->imm != y->imm)
      return x->imm < y->imm ? -1 : 1;
   return x->pass_flags < y->pass_flags ? -1 : x->pass_flags > y->pass_flags;
}

/* `group` shares an address and is sorted by offset: cut it into runs without holes. */
static void merge_group(struct memory *m, ir_inst **group, unsigned count)
{
   for (unsigned i = 0; i < count;) {
      uint32_t first = group[i]->imm, end = end_of(group[i]);
      ir_inst *at = group[i];
      unsigned n = 1;
      for (; i + n < count; n++) {
         ir_inst *next = group[i + n];
         if (next->imm > end || end_of(next) < next->imm || end_of(next) - first > MAX_DWORDS * 4)
            break;
         end = end_of(next) > end ? end_of(next) : end;
         at = next->pass_flags < at->pass_flags ? next : at;
      }
      if (n > 1)
         merge_loads(m, at, group + i, n, first, end);
      i += n;
   }
}

static void flush(struct memory *m, struct window *w)
{
   for (unsigned i = 0; i < w->count; i++)
      w->loads[i]->pass_flags = i + 1; /* position, 0 = taken */
   for (unsigned i = 0; i < w->count && !m->s->out_of_memory; i++) {
      ir_inst *group[MAX_WINDOW], *taken[MAX_WINDOW];
      unsigned count = 0, n = 0;
      if (!w->loads[i])
         continue;
      for (unsigned j = i; j < w->count; j++) {
         if (!w->loads[j] || !same_address(w->loads[i], w->loads[j]))
            continue;
         group[count++] = w->loads[j];
         if (j != i)
            w->loads[j] = NULL;
      }
      for (; n < count; n++)
         taken[n] = group[n];
      if (count > 1) {
         qsort(taken, count, sizeof *taken, by_imm);
         merge_group(m, taken, count);
      }
   }
   w->count = 0;
}

static void merge_stores(struct memory *m, ir_inst *a, ir_inst *b)
{
   unsigned value = address_sources(b);
   ir_inst *low = a->imm < b->imm ? a : b, *high = low == a ? b : a, *comp[MAX_DWORDS], *src[3];
   unsigned n = 0;
   ir_builder build = {.s = m->s, .block = b->block, .before = b, .spirv_word = b->spirv_word};
   for (unsigned c = 0; c < low->src[value]->ncomp; c++)
      comp[n++] = ir_extract(&build, low->src[value], c);
   for (unsigned c = 0; c < high->src[value]->ncomp; c++)
      comp[n++] = ir_extract(&build, high->src[value], c);
   for (unsigned k = 0; k < value; k++)
      src[k] = b->src[k];
   src[value] = ir_vec(&build, n, comp);
   ir_inst *wide = ir_emit(&build, (enum ir_op)b->op, IR_T_NONE, 1, low->imm, value + 1, src);
   if (m->s->out_of_memory)
      return;
   ir_remove(a);
   ir_remove(b);
   m->store[space_of(wide)] = wide;
   m->progress = true;
}

static bool stores_touch(const ir_inst *a, const ir_inst *b)
{
   unsigned value = address_sources(b);
   uint32_t na = a->src[value]->ncomp, nb = b->src[value]->ncomp;
   return same_address(a, b) && na + nb <= MAX_DWORDS &&
          (a->imm + na * 4 == b->imm || b->imm + nb * 4 == a->imm);
}

static void visit(struct memory *m, ir_inst *i)
{
   enum space space = space_of(i);
   if (space == SPACE_NONE)
      return;
   if (space == SPACE_ALL) {
      for (unsigned k = 0; k < SPACE_COUNT; k++) {
         flush(m, &m->windows[k]);
         m->store[k] = NULL;
      }
      return;
   }
   struct window *w = &m->windows[space];
   ir_inst *store = m->store[space];
   m->store[space] = NULL;
   if (is_load(i) && !i->coherent) {
      if (w->count == MAX_WINDOW)
         flush(m, w);
      w->loads[w->count++] = i;
      return;
   }
   if (i->type != IR_T_NONE && (ir_op_flags((enum ir_op)i->op) & IR_OPF_LOAD) && !i->coherent)
      return; /* a narrow load: it does not end the run of loads, only the store before it cannot grow */
   flush(m, w);
   if (!is_store(i) || i->coherent)
      return;
   m->store[space] = i;
   if (store && stores_touch(store, i))
      merge_stores(m, store, i);
}

/* Loads of push constants that can run anywhere move to the start. */
static void gather_push_constants(ir_shader *s)
{
   ir_block *entry = ir_first_block(s);
   ir_inst *first = entry->first, *zero = NULL;
   unsigned count = 0;
   for (ir_block *b = entry; b && first && count < MAX_HOISTED; b = ir_next_block(b)) {
      for (ir_inst *i = b->first, *next; i && count < MAX_HOISTED; i = next) {
         next = i->next;
         if (i->op != IR_push_load || i->src[0]->op != IR_const || i->src[0]->imm > 4096 || i->imm > 4096)
            continue;
         ir_builder build = {.s = s, .block = entry, .before = first};
         zero = zero ? zero : ir_const(&build, 0);
         if (s->out_of_memory)
            return;
         i->imm += i->src[0]->imm;
         i->src[0] = zero;
         count += i->ncomp;
         if (b != entry) {
            ir_unlink(i);
            ir_insert_before(first, i);
         }
      }
   }
}

bool opt_memory(ir_shader *s)
{
   struct memory *m = calloc(1, sizeof *m);
   if (!m) {
      s->out_of_memory = true;
      return false;
   }
   m->s = s;
   gather_push_constants(s);
   for (ir_block *b = ir_first_block(s); b && !s->out_of_memory; b = ir_next_block(b)) {
      for (ir_inst *i = b->first, *next; i && !s->out_of_memory; i = next) {
         next = i->next;
         visit(m, i);
      }
      for (unsigned k = 0; k < SPACE_COUNT; k++) {
         flush(m, &m->windows[k]);
         m->store[k] = NULL;
      }
   }
   if (!s->out_of_memory)
      ir_apply_forwards(s);
   bool progress = m->progress;
   free(m);
   return progress;
}
