/* Scheduling before register allocation: within a block, loads early and long chains first, as long as
 * registers last.
 *
 * Issue is in order and waits for operands, so the aim is to have something else between a result and its
 * use. A block is cut into runs at whatever changes exec, branches or synchronises; a run is ordered greedily
 * against a scoreboard. Above a register budget the choice that frees most registers wins. Order among memory
 * operations changes only between loads. Deterministic: ties go to the original order.
 */
#include <stdlib.h>
#include <string.h>

#include "ra.h"

#define MAX_RUN 192u      /* longer runs are cut, so that time stays linear */
#define VECTOR_BUDGET 72u /* registers beyond which occupancy matters more than latency */
#define SCALAR_BUDGET 64u

/* Cycles until a result can be used; what the default profile has, the exact numbers do not matter. */
static const uint8_t latencies[ISA_CLASS_COUNT] = {
    [ISA_CLASS_SALU] = 2,    [ISA_CLASS_VALU] = 4,   [ISA_CLASS_VCMP] = 6,   [ISA_CLASS_VMUL] = 6,
    [ISA_CLASS_VTRANS] = 12, [ISA_CLASS_VDIV] = 28,  [ISA_CLASS_XLANE] = 10, [ISA_CLASS_SMEM] = 40,
    [ISA_CLASS_VMEM] = 120,  [ISA_CLASS_ATOM] = 200, [ISA_CLASS_LDS] = 24,   [ISA_CLASS_BRANCH] = 8,
    [ISA_CLASS_SYNC] = 16,   [ISA_CLASS_VDP] = 8,
};

struct edge {
   uint32_t to, next, latency;
};

struct node {
   uint32_t edges;      /* first outgoing edge + 1 */
   uint32_t waiting;    /* unscheduled predecessors */
   uint32_t height;     /* cycles to the end of the run along the longest chain */
   uint32_t ready;      /* cycle its operands are there */
   uint32_t latency;
   bool done;
};

/* What the current run knows of a unit. */
struct unit_state {
   uint32_t run;        /* stamp: other fields are of this run */
   uint32_t def;        /* last definition + 1 */
   uint32_t readers;    /* first entry + 1 of the list of readers since */
   uint32_t uses;       /* reads still to be scheduled */
   bool defined, leaves; /* defined in the run; lives on behind it */
};

struct reader {
   uint32_t node, next;
};

struct sched {
   mach *m;
   struct node nodes[MAX_RUN];
   mach_inst insts[MAX_RUN];
   uint32_t order[MAX_RUN];
   uint32_t count, run;
   struct edge *edges;
   uint32_t edge_count, edge_capacity;
   struct reader *reads;
   uint32_t read_count, read_capacity;
   struct unit_state *units;
   uint32_t store[3], loads[3]; /* per memory space: last write + 1, list of loads since + 1 */
   int live[2], budget[2];
   uint32_t *pressure[2];   /* live units at the start of each instruction */
};

static struct unit_state *unit_state(struct sched *s, uint32_t unit)
{
   struct unit_state *u = &s->units[unit];
   if (u->run != s->run)
      *u = (struct unit_state){.run = s->run};
   return u;
}

static void add_edge(struct sched *s, uint32_t from, uint32_t to, uint32_t latency)
{
   if (from == to || !mach_grow(s->m, &s->edges, &s->edge_capacity, s->edge_count + 1, sizeof *s->edges))
      return;
   s->edges[s->edge_count++] = (struct edge){to, s->nodes[from].edges, latency};
   s->nodes[from].edges = s->edge_count;
   s->nodes[to].waiting++;
}

static void add_reader(struct sched *s, uint32_t *list, uint32_t node)
{
   if (!mach_grow(s->m, &s->reads, &s->read_capacity, s->read_count + 1, sizeof *s->reads))
      return;
   s->reads[s->read_count++] = (struct reader){node, *list};
   *list = s->read_count;
}

/* ---- dependences --------------------------------------------------------------------------------- */

static void order_readers(struct sched *s, uint32_t list, uint32_t before)
{
   for (; list; list = s->reads[list - 1].next)
      add_edge(s, s->reads[list - 1].node, before, 0);
}

static void read_unit(struct sched *s, uint32_t unit, uint32_t n)
{
   struct unit_state *u = unit_state(s, unit);
   if (u->def)
      add_edge(s, u->def - 1, n, s->nodes[u->def - 1].latency);
   add_reader(s, &u->readers, n);
   u->uses++;
}

static void write_unit(struct sched *s, uint32_t unit, uint32_t n)
{
   struct unit_state *u = unit_state(s, unit);
   if (u->def)
      add_edge(s, u->def - 1, n, 1);
   order_readers(s, u->readers, n);
   u->readers = 0;
   u->def = n + 1;
   u->defined = true;
}

static bool is_scratch(unsigned op)
{
   switch (op) {
   case ISA_OP_p_load_x1:
   case ISA_OP_p_store_x1:
   case ISA_OP_p_load_u8:
   case ISA_OP_p_load_i8:
   case ISA_OP_p_load_u16:
   case ISA_OP_p_load_i16: case ISA_OP_p_store_b8: case ISA_OP_p_store_b16:
      return true;
   default:
      return false;
   }
}

static int memory_space(const mach_inst *i)
{
   switch (mach_class_of(i)) {
   case ISA_CLASS_LDS: return 1;
   case ISA_CLASS_SMEM: case ISA_CLASS_ATOM: return 0;
   case ISA_CLASS_VMEM: return is_scratch(i->op) ? 2 : 0;
   default: return -1;
   }
}

static void order_memory(struct sched *s, const mach_inst *i, uint32_t n)
{
   int space = memory_space(i);
   if (space < 0)
      return;
   if (s->store[space])
      add_edge(s, s->store[space] - 1, n, 1);
   bool writes = isa_lookup(i->op)->flags & (ISA_F_STORE | ISA_F_ATOMIC) || i->dst.kind == MACH_NONE; /* records: no flag */
   if (!writes && !i->coherent) {
      add_reader(s, &s->loads[space], n);
      return;
   }
   order_readers(s, s->loads[space], n);
   s->loads[space] = 0;
   s->store[space] = n + 1;
}

/* A copy d = s can be coalesced if d's readers come before s's definition: keep them there. */
static void protect_copy(struct sched *s, uint32_t n)
{
   const mach_inst *i = &s->insts[n];
   if (i->op != MACH_COPY || i->src[0].kind != MACH_UNIT)
      return;
   uint32_t def = unit_state(s, i->src[0].value)->def;
   for (uint32_t r = unit_state(s, i->dst.value)->readers; def && r; r = s->reads[r - 1].next) {
      if (s->reads[r - 1].node < def - 1)
         add_edge(s, s->reads[r - 1].node, def - 1, 0);
   }
}

static void build(struct sched *s)
{
   s->edge_count = s->read_count = 0;
   memset(s->store, 0, sizeof s->store);
   memset(s->loads, 0, sizeof s->loads);
   for (uint32_t n = 0; n < s->count && !s->m->out_of_memory; n++) {
      const mach_inst *i = &s->insts[n];
      s->nodes[n] = (struct node){.latency = i->op == MACH_IMPDEF ? 0 : latencies[mach_class_of(i)]};
      protect_copy(s, n);
      for (int k = 0; k < 3; k++) {
         for (unsigned u = mach_operand_units(i, k); u-- > 0;)
            read_unit(s, i->src[k].value + u, n);
      }
      order_memory(s, i, n);
      for (unsigned u = mach_operand_units(i, -1); u-- > 0;)
         write_unit(s, i->dst.value + u, n);
   }
}

static void set_heights(struct sched *s)
{
   for (uint32_t n = s->count; n-- > 0;) { /* edges lead to later instructions */
      struct node *node = &s->nodes[n];
      node->height = node->latency;
      for (uint32_t e = node->edges; e; e = s->edges[e - 1].next) {
         uint32_t through = s->edges[e - 1].latency + s->nodes[s->edges[e - 1].to].height;
         node->height = through > node->height ? through : node->height;
      }
   }
}

/* ---- choice ------------------------------------------------------------------------------------------ */

/* Registers of one file that the instruction occupies anew, less those whose last reader it is. */
static int growth(struct sched *s, const mach_inst *i, enum mach_class cls)
{
   int change = 0;
   for (unsigned u = mach_operand_units(i, -1); u-- > 0;)
      change += s->m->units[i->dst.value + u].cls == cls;
   for (int k = 0; k < 3; k++) {
      for (unsigned u = mach_operand_units(i, k); u-- > 0;) {
         const struct unit_state *state = unit_state(s, i->src[k].value + u);
         change -= s->m->units[i->src[k].value + u].cls == cls && state->uses == 1 && !state->leaves;
      }
   }
   return change;
}

static bool better(struct sched *s, uint32_t a, uint32_t b, uint32_t now)
{
   for (int cls = 0; cls < 2; cls++) {
      if (s->live[cls] < s->budget[cls])
         continue;
      int x = growth(s, &s->insts[a], (enum mach_class)cls),
          y = growth(s, &s->insts[b], (enum mach_class)cls);
      if (x != y)
         return x < y;
      return a < b;
   }
   uint32_t start_a = s->nodes[a].ready > now ? s->nodes[a].ready : now;
   uint32_t start_b = s->nodes[b].ready > now ? s->nodes[b].ready : now;
   if (start_a != start_b)
      return start_a < start_b;
   if (s->nodes[a].height != s->nodes[b].height)
      return s->nodes[a].height > s->nodes[b].height;
   return a < b;
}

static void retire(struct sched *s, uint32_t n, uint32_t now)
{
   const mach_inst *i = &s->insts[n];
   s->live[MACH_S] += growth(s, i, MACH_S);
   s->live[MACH_V] += growth(s, i, MACH_V);
   for (int k = 0; k < 3; k++) {
      for (unsigned u = mach_operand_units(i, k); u-- > 0;)
         unit_state(s, i->src[k].value + u)->uses--;
   }
   s->nodes[n].done = true;
   for (uint32_t e = s->nodes[n].edges; e; e = s->edges[e - 1].next) {
      struct node *to = &s->nodes[s->edges[e - 1].to];
      uint32_t ready = now + s->edges[e - 1].latency;
      to->waiting--;
      to->ready = ready > to->ready ? ready : to->ready;
   }
}

static void choose_order(struct sched *s)
{
   uint32_t now = 0;
   for (uint32_t placed = 0; placed < s->count; placed++) {
      uint32_t best = UINT32_MAX;
      for (uint32_t n = 0; n < s->count; n++) {
         if (!s->nodes[n].done && !s->nodes[n].waiting && (best == UINT32_MAX || better(s, n, best, now)))
            best = n;
      }
      now = s->nodes[best].ready > now ? s->nodes[best].ready : now;
      retire(s, best, now);
      now++;
      s->order[placed] = best;
   }
}

/* ---- runs ---------------------------------------------------------------------------------------------- */

static bool ends_run(const mach_inst *i)
{
   if (i->op == ISA_OP_f_demote || i->op == ISA_OP_f_live) /* decides which lanes store */
      return true;
   if (i->op == MACH_FIXED || i->dst.kind == MACH_EXEC)
      return true;
   enum isa_class cls = mach_class_of(i);
   return cls == ISA_CLASS_BRANCH || cls == ISA_CLASS_SYNC;
}

/* Does the unit live behind the instruction with this number? */
static bool lives_behind(const mach_unit *u, uint32_t inst)
{
   uint32_t low = 0, high = u->seg_count, position = 2 * inst + 2;
   while (low < high) {
      uint32_t middle = (low + high) / 2;
      if (u->segs[middle].end <= position)
         low = middle + 1;
      else
         high = middle;
   }
   return low < u->seg_count && u->segs[low].start <= position;
}

static void run_at(struct sched *s, mach_block *b, uint32_t first, uint32_t count)
{
   if (count < 3)
      return;
   s->run++;
   s->count = count;
   memcpy(s->insts, b->insts + first, count * sizeof *s->insts);
   build(s);
   if (s->m->out_of_memory)
      return;
   for (uint32_t n = 0; n < count; n++) {
      for (int k = 0; k < 3; k++) {
         for (unsigned u = mach_operand_units(&s->insts[n], k); u-- > 0;) {
            uint32_t unit = s->insts[n].src[k].value + u;
            unit_state(s, unit)->leaves = lives_behind(&s->m->units[unit], b->start + first + count - 1);
         }
      }
   }
   for (int cls = 0; cls < 2; cls++)
      s->live[cls] = (int)s->pressure[cls][b->start + first];
   set_heights(s);
   choose_order(s);
   for (uint32_t n = 0; n < count; n++)
      b->insts[first + n] = s->insts[s->order[n]];
}

static void schedule_block(struct sched *s, mach_block *b)
{
   uint32_t first = 0;
   for (uint32_t k = 0; k <= b->count && !s->m->out_of_memory; k++) {
      bool end = k == b->count || ends_run(&b->insts[k]);
      if (end || k - first == MAX_RUN) {
         run_at(s, b, first, k - first);
         first = end ? k + 1 : k;
      }
   }
}

/* Live units of each file at every instruction, from the segments. */
static bool measure_pressure(struct sched *s)
{
   mach *m = s->m;
   for (int cls = 0; cls < 2; cls++) {
      s->pressure[cls] = calloc(m->inst_count + 2, sizeof(uint32_t));
      if (!s->pressure[cls])
         return false;
   }
   for (uint32_t u = 0; u < m->unit_count; u++) {
      uint32_t *p = s->pressure[m->units[u].cls];
      for (uint32_t k = 0; k < m->units[u].seg_count; k++) {
         p[(m->units[u].segs[k].start + 1) / 2]++;
         p[(m->units[u].segs[k].end + 1) / 2]--; /* wraps, and the running sum unwraps it */
      }
   }
   for (int cls = 0; cls < 2; cls++) {
      for (uint32_t n = 1; n < m->inst_count + 1; n++)
         s->pressure[cls][n] += s->pressure[cls][n - 1];
   }
   return true;
}

static int smaller(uint32_t a, uint32_t b)
{
   return (int)(a < b ? a : b);
}

void sched(mach *m)
{
   ra_ctx r = {.m = m};
   struct sched *s = calloc(1, sizeof *s);
   ra_liveness(&r, MACH_S);
   ra_liveness(&r, MACH_V);
   if (s) {
      s->m = m;
      s->budget[MACH_V] = smaller(VECTOR_BUDGET, m->max_vregs / 2);
      s->budget[MACH_S] = smaller(SCALAR_BUDGET, m->max_sregs / 2);
      s->units = calloc(m->unit_count + 1, sizeof *s->units);
   }
   if (s && s->units && !m->out_of_memory && measure_pressure(s)) {
      for (uint32_t o = 0; o < m->order_count; o++)
         schedule_block(s, &m->blocks[m->order[o]]);
   } else {
      m->out_of_memory = true;
   }
   if (s) {
      free(s->edges);
      free(s->reads);
      free(s->units);
      free(s->pressure[MACH_S]);
      free(s->pressure[MACH_V]);
   }
   free(s);
}
