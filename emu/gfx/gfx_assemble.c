/* Input assembly: indices in order, primitives of every topology, and batches of at most 32 different
 * vertices.
 *
 * A vertex is a pair of index and instance; in a batch it is shaded once. A primitive that needs more new
 * vertices than there is room for waits for the next batch. Which batch a primitive falls into depends on the
 * draw alone.
 */
#include "pipeline.h"

uint32_t gfx_topology_vertices(const gfx_state *s)
{
   static const uint8_t vertices[GPU_TOPOLOGY_COUNT] = {1, 2, 2, 3, 3, 3, 4, 4, 6, 6, 0};
   return s->topology == GPU_TOPOLOGY_PATCHES ? s->patch_points : vertices[s->topology];
}

void gfx_assemble_start(gfx_assembler *a, const gfx_state *s)
{
   *a = (gfx_assembler){.s = s};
}

/* ---- indices
 * ------------------------------------------------------------------------------------------------------------------
 */
static bool fetch_indices(gfx_assembler *a, gfx_worker *wk, gfx_draw *d, uint64_t from)
{
   const gfx_state *s = a->s;
   uint64_t n = sizeof a->buffer / sizeof a->buffer[0], left = s->count - from, fault_va = 0;
   uint64_t first = from + s->first, inside = s->index_B >> s->index_log2;
   uint8_t raw[sizeof a->buffer];
   a->buffer_first = from;
   a->buffer_count = n = n < left ? n : left;
   uint64_t there = first >= inside ? 0 : inside - first < n ? inside - first : n;
   enum gpu_fault f =
       emu_mem_read(&wk->tlb, s->index_va + (first << s->index_log2), raw, there << s->index_log2, &fault_va);
   if (f)
      return gfx_stop(wk, d, &(emu_fault_info){.type = f, .access = GPU_ACCESS_READ, .va = fault_va});
   for (uint64_t i = 0; i < n; i++) {
      uint16_t half;
      if (i >= there)
         a->buffer[i] = 0;
      else if (s->index_log2 == 0)
         a->buffer[i] = raw[i];
      else if (s->index_log2 == 1)
         memcpy(&half, raw + 2 * i, 2), a->buffer[i] = half;
      else
         memcpy(&a->buffer[i], raw + 4 * i, 4);
   }
   return true;
}

/* ---- topologies
 * --------------------------------------------------------------------------------------------------------------
 */
/* Where a vertex is remembered; a fan's first one for good. */
static unsigned place(const gfx_assembler *a, uint64_t vertex)
{
   if (a->s->topology == GPU_TOPOLOGY_TRIANGLE_FAN && vertex)
      return 1 + (unsigned)((vertex - 1) % 15);
   return vertex % 16;
}

static uint32_t back(const gfx_assembler *a, uint64_t vertex)
{
   return a->history[place(a, vertex)];
}

/* The primitive made of these vertices since the restart, corner number `provoking` being the one that
 * counts. */
static void put(gfx_assembler *a, const uint64_t *vertex, unsigned n, unsigned provoking, bool continues)
{
   for (unsigned i = 0; i < n; i++)
      a->pending.index[i] = back(a, vertex[i]);
   a->pending.instance = a->instance;
   a->pending.id = a->primitive++;
   a->pending.provoking = (uint8_t)provoking;
   a->pending.continues = continues;
   a->pending.there = true;
}

/* Triangle i of a strip with adjacency; `last`: nothing follows it. */
static void put_adjacent(gfx_assembler *a, uint64_t i, bool last)
{
   uint64_t v = 2 * i, before = i ? v - 2 : 1, behind = v + (last ? 5 : 6);
   bool odd = i & 1, late = a->s->provoking_last;
   const uint64_t even_order[6] = {v, before, v + 2, behind, v + 4, v + 3};
   const uint64_t odd_order[6] = {v, v + 3, v + 4, behind, v + 2, before};
   put(a, odd ? odd_order : even_order, 6, late ? (odd ? 1 : 2) : 0, false);
   a->flushed_adjacency = i + 1;
}

/* The vertex with number n since the restart has come; puts out a primitive if one is complete. */
static void vertex_came(gfx_assembler *a, uint64_t n)
{
   bool late = a->s->provoking_last;
   uint64_t v[6];
   if (a->s->topology == GPU_TOPOLOGY_TRIANGLES && n % 3 != 2)
      return;
   for (unsigned i = 0; i < 6; i++)
      v[i] = n - (gfx_topology_vertices(a->s) - 1) + i;
   switch (a->s->topology) {
   case GPU_TOPOLOGY_POINTS:
      put(a, v, 1, 0, false);
      break;
   case GPU_TOPOLOGY_LINES:
      if (n % 2 == 1)
         put(a, v, 2, late, false);
      break;
   case GPU_TOPOLOGY_LINE_STRIP:
      if (n >= 1)
         put(a, v, 2, late, n > 1);
      break;
   case GPU_TOPOLOGY_TRIANGLES:
      if (n % 3 == 2)
         put(a, v, 3, late ? 2 : 0, false);
      break;
   case GPU_TOPOLOGY_TRIANGLE_STRIP:
      if (n >= 2 && n % 2 == 0)
         put(a, v, 3, late ? 2 : 0, false);
      else if (n >= 2)
         put(a, (const uint64_t[3]){n - 2, n, n - 1}, 3, late ? 1 : 0, false);
      break;
   case GPU_TOPOLOGY_TRIANGLE_FAN:
      if (n >= 2)
         put(a, (const uint64_t[3]){n - 1, n, 0}, 3, late ? 1 : 0, false);
      break;
   case GPU_TOPOLOGY_LINES_ADJACENCY:
      if (n % 4 == 3)
         put(a, v, 4, late, false);
      break;
   case GPU_TOPOLOGY_LINE_STRIP_ADJACENCY:
      if (n >= 3)
         put(a, v, 4, late, n > 3);
      break;
   case GPU_TOPOLOGY_TRIANGLES_ADJACENCY:
      if (n % 6 == 5)
         put(a, v, 6, late ? 2 : 0, false);
      break;
   case GPU_TOPOLOGY_TRIANGLE_STRIP_ADJACENCY:
      if (n >= 7 && n % 2 == 1)
         put_adjacent(a, (n - 7) / 2, false);
      break;
   default:
      break;
   }
}

/* The strip is over: the last triangle with adjacency was waiting for what may follow it. */
static void strip_ended(gfx_assembler *a)
{
   if (a->s->topology == GPU_TOPOLOGY_TRIANGLE_STRIP_ADJACENCY && a->since_restart >= 6) {
      uint64_t last = (a->since_restart - 4) / 2 - 1;
      if (last >= a->flushed_adjacency)
         put_adjacent(a, last, true);
   }
   a->since_restart = 0;
   a->flushed_adjacency = 0;
}

static bool is_patch_end(const gfx_assembler *a)
{
   return a->s->topology == GPU_TOPOLOGY_PATCHES && a->since_restart % a->s->patch_points == 0;
}

/* A triangle of a list whose indices are all at hand, which is what most draws are made of; `history` is not touched, because
 * no later triangle looks back at it. */
static bool next_triangle(gfx_assembler *a)
{
   const gfx_state *s = a->s;
   uint64_t from = a->at - a->buffer_first;
   if (s->topology != GPU_TOPOLOGY_TRIANGLES || !s->indexed || s->restart || a->since_restart % 3 || a->ended ||
       a->at < a->buffer_first || from + 3 > a->buffer_count || a->at + 3 > s->count)
      return false;
   for (unsigned i = 0; i < 3; i++)
      a->pending.index[i] = a->buffer[from + i] + s->vertex_offset;
   a->at += 3;
   a->since_restart += 3;
   a->pending.instance = a->instance;
   a->pending.id = a->primitive++;
   a->pending.provoking = s->provoking_last ? 2 : 0;
   a->pending.continues = false;
   a->pending.there = true;
   return true;
}

/* Read vertices until a primitive is pending or the draw ends. */
static bool advance(gfx_assembler *a, gfx_worker *wk, gfx_draw *d)
{
   const gfx_state *s = a->s;
   static const uint32_t ones[3] = {0xff, 0xffff, 0xffffffffu};
   if (!a->pending.there && next_triangle(a))
      return true;
   while (!a->pending.there && !a->ended) {
      if ((++a->steps & 0xfff) == 0) { /* a long way without any primitive must not hold up others */
         gfx_quiesce(wk);
         if (gfx_killed(d))
            return false;
      }
      if (a->at >= s->count) {
         strip_ended(a);
         a->at = 0;
         a->primitive = 0;
         a->ended = ++a->instance >= s->instances;
         continue;
      }
      uint32_t index;
      if (s->indexed) {
         if ((a->at < a->buffer_first || a->at - a->buffer_first >= a->buffer_count) &&
             !fetch_indices(a, wk, d, a->at))
            return false;
         index = a->buffer[a->at - a->buffer_first];
         a->at++;
         if (s->restart && index == ones[s->index_log2]) {
            strip_ended(a);
            continue;
         }
         index += s->vertex_offset;
      } else {
         index = s->first + (uint32_t)a->at++;
      }
      if (s->topology == GPU_TOPOLOGY_PATCHES)
         a->pending.index[a->since_restart % s->patch_points] = index;
      else
         a->history[place(a, a->since_restart)] = index;
      uint64_t n = a->since_restart++;
      if (s->topology != GPU_TOPOLOGY_PATCHES) {
         vertex_came(a, n);
      } else if (is_patch_end(a)) {
         a->pending.instance = a->instance;
         a->pending.id = a->primitive++;
         a->pending.provoking = 0;
         a->pending.continues = false;
         a->pending.there = true;
      }
   }
   return true;
}

/* ---- batches
 * --------------------------------------------------------------------------------------------------------------------
 */
enum { NO_VERTEX = 0xff };

static uint8_t *bucket_of(gfx_batch *b, uint32_t index, uint32_t instance)
{
   return &b->bucket[(index + instance * 7) * 0x9e3779b1u >> 26];
}

/* Slot of a vertex, or one more if it is new; GFX_BATCH_VERTICES: no room. */
static uint32_t slot_of(gfx_batch *b, uint32_t index, uint32_t instance)
{
   uint8_t *bucket = bucket_of(b, index, instance);
   for (uint32_t i = *bucket; i != NO_VERTEX; i = b->next[i])
      if (b->index[i] == index && b->instance[i] == instance)
         return i;
   if (b->vertices == GFX_BATCH_VERTICES)
      return GFX_BATCH_VERTICES;
   b->index[b->vertices] = index;
   b->instance[b->vertices] = instance;
   b->next[b->vertices] = *bucket;
   *bucket = (uint8_t)b->vertices;
   return b->vertices++;
}

/* Without the vertices from slot `to` on; the latest goes first, so each is the head of its list. */
static void take_back(gfx_batch *b, uint32_t to)
{
   while (b->vertices > to) {
      b->vertices--;
      *bucket_of(b, b->index[b->vertices], b->instance[b->vertices]) = b->next[b->vertices];
   }
}

static bool add_pending(gfx_assembler *a, gfx_batch *b)
{
   uint32_t n = b->per_primitive, before = b->vertices;
   uint8_t *slot = &b->slot[b->primitives * n];
   if (b->primitives == b->most || (b->primitives + 1) * n > GFX_BATCH_SLOTS)
      return false;
   for (uint32_t i = 0; i < n; i++) {
      uint32_t at = slot_of(b, a->pending.index[i], a->pending.instance);
      if (at == GFX_BATCH_VERTICES) {
         take_back(b, before);
         return false;
      }
      slot[i] = (uint8_t)at;
   }
   b->id[b->primitives] = a->pending.id;
   b->provoking[b->primitives] = a->pending.provoking;
   b->continues[b->primitives] = a->pending.continues;
   b->primitives++;
   a->pending.there = false;
   return true;
}

/* Fewer where each may become many, so that what a batch needs in the end stays bounded. */
static uint32_t most_primitives(const gfx_state *s)
{
   const gfx_stage *gs = &s->stage[GPU_STAGE_GS];
   uint64_t most = s->stage[GPU_STAGE_TCS].on ? 8 : GFX_BATCH_PRIMITIVES;
   if (gs->on) {
      uint64_t each = (uint64_t)s->gs_invocations * (s->gs_max_vertices + 1) * (gs->out_dw + 80),
               room = (1u << 20) / each;
      most = room < most ? room : most;
   }
   return most ? (uint32_t)most : 1;
}

bool gfx_assemble(gfx_assembler *a, gfx_worker *wk, gfx_draw *d, gfx_batch *b)
{
   b->vertices = b->primitives = 0;
   memset(b->bucket, NO_VERTEX, sizeof b->bucket);
   b->per_primitive = gfx_topology_vertices(a->s);
   b->most = most_primitives(a->s);
   b->first_index = a->at < a->s->count ? a->at : 0;
   uint64_t before = a->instance * (uint64_t)a->s->count + a->at;
   do {
      if (!advance(a, wk, d))
         return false;
   } while (a->pending.there && add_pending(a, b));
   b->indices = a->instance * (uint64_t)a->s->count + a->at - before;
   GFX_COUNT(b->counters, IA_PRIMITIVES, b->primitives);
   GFX_COUNT(b->counters, IA_VERTICES, (uint64_t)b->primitives * b->per_primitive);
   return true;
}
