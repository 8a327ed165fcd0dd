/* The graphics pipeline inside: what its parts hand to each other. Manual: chapter "Graphics pipeline".
 *
 * gfx.c       registers, latch, queue               gfx_pool.c      host threads, work shared among them
 * gfx_draw.c  a draw from GO to its end             gfx_state.c     registers judged and decoded
 * gfx_wave.c  waves of all stages                   gfx_arena.c     memory that lives as long as a batch
 * gfx_assemble.c  indices, topologies, batches      gfx_attribute.c vertex fetch
 * gfx_front.c vertex waves, order of the stages     gfx_tess.c, gfx_tessellator.c, gfx_geometry.c, gfx_xfb.c
 * gfx_clip.c  clipping, viewport, facing            gfx_trace.c     what the timing model is told
 *
 * A draw is latched registers. The front half turns it into batches of primitives, which several host threads
 * work on; what they put out is joined in the order of the batches, so nothing depends on the threads.
 */
#ifndef EMU_GFX_PIPELINE_H
#define EMU_GFX_PIPELINE_H

#include <string.h>
#include "../cs.h"
#include "../core/stage.h"
#include "formats.h"
#include "gfx.h"
#include "image.h"
#include "gfx_trace.h"

#define GFX_STATE_DW (0xe70u / 4) /* registers that a draw latches */
#define GFX_BATCH_VERTICES ISA_WAVE_LANES
#define GFX_BATCH_PRIMITIVES 64u
#define GFX_BATCH_SLOTS 384u       /* primitives x their vertices */
#define GFX_BATCH_BUCKETS 64u
#define GFX_PRIMITIVE_VERTICES 32u /* of a patch */

typedef struct emu_gfx emu_gfx;
typedef struct gfx_draw gfx_draw;
typedef struct gfx_worker gfx_worker;

/* ---- gfx_arena.c
 * ------------------------------------------------------------------------------------------------------------
 */
typedef struct gfx_arena {
   struct gfx_arena_block *first, *current;
   size_t used_B;  /* of the current block */
   size_t total_B; /* of all blocks */
} gfx_arena;
/* 16-byte aligned, not cleared; NULL when host memory is exhausted. */
void *gfx_alloc(gfx_arena *a, size_t size_B);
void gfx_arena_reset(gfx_arena *a); /* keeps the blocks */
void gfx_arena_free(gfx_arena *a);
/* Room for one more element of an array that moves as it grows (malloc). False when exhausted. */
bool gfx_grow(void *array, uint32_t count, uint32_t *capacity, size_t element_B);

/* ---- state (gfx_state.c)
 * ------------------------------------------------------------------------------------------------------ */
typedef struct gfx_stage {
   bool on, ordered;
   uint32_t flags, out_dw;
   emu_program *program;
   emu_launch launch;
   uint64_t serial; /* same number: same program and scratch */
} gfx_stage;

typedef struct gfx_attribute {
   const fmt_info *format;
   uint32_t binding, reg, offset_B;
} gfx_attribute;

typedef struct gfx_binding {
   uint64_t va;
   uint32_t size_B, stride_B, divisor;
   bool by_instance;
} gfx_binding;

typedef struct gfx_state {
   uint32_t regs[GFX_STATE_DW];
   gfx_stage stage[GPU_STAGE_COUNT];
   enum gpu_topology topology;
   bool restart, provoking_last, indexed;
   uint32_t patch_points, index_log2, index_B;
   uint64_t index_va;
   uint32_t count, instances, first, vertex_offset, first_instance, draw_index;
   /* tessellation */
   enum gpu_tess_domain domain;
   enum gpu_tess_spacing spacing;
   bool clockwise, point_mode;
   uint32_t output_points, patch_B, patch_dw;
   /* geometry */
   uint32_t gs_output, gs_max_vertices, gs_invocations;
   gfx_attribute attribute[GPU_GFX_ATTRIBUTES];
   uint32_t attributes;
   gfx_binding binding[GPU_GFX_BINDINGS];
   bool xfb, discard;
   uint32_t raster_stream;
} gfx_state;

static inline uint32_t gfx_reg(const gfx_state *s, uint32_t offset)
{
   return s->regs[offset / 4];
}
static inline float gfx_reg_f32(const gfx_state *s, uint32_t offset)
{
   float f;
   memcpy(&f, &s->regs[offset / 4], sizeof f);
   return f;
}
/* Output record of the last stage before rasterisation: the stage whose records fragments and transform
 * feedback read. */
static inline const gfx_stage *gfx_last_stage(const gfx_state *s)
{
   return &s->stage[s->stage[GPU_STAGE_GS].on    ? GPU_STAGE_GS
                    : s->stage[GPU_STAGE_TES].on ? GPU_STAGE_TES
                                                 : GPU_STAGE_VS];
}
/* Judge the registers, decode them and read the programs. False: a fault has been recorded, the draw is over.
 */
bool gfx_state_prepare(gfx_worker *wk, gfx_draw *d);
void gfx_state_release(gfx_worker *wk, gfx_draw *d);

/* ---- batches
 * --------------------------------------------------------------------------------------------------------------------
 */
/* A primitive as it comes from the input, tessellation or a geometry shader. */
typedef struct gfx_input {
   const uint32_t *const *record; /* of its vertices */
   uint32_t id;
   uint8_t vertices;  /* records: points 1, lines 2 or 4, triangles 3 or 6, patches any */
   uint8_t corners;   /* 1 point, 2 line, 3 triangle, 0 patch */
   uint8_t provoking; /* corner whose flat values count */
   uint8_t stream;
   bool continues; /* lines: the stipple pattern goes on from the line before */
} gfx_input;

typedef struct gfx_input_list {
   gfx_input *list;
   uint32_t count, capacity;
} gfx_input_list;

/* One corner of a primitive in window space. Weights are those of original corners 1 and 2. */
typedef struct gfx_corner {
   double x, y, z; /* pixels; z before bias and clamp */
   double inv_w;
   double i, j;   /* in clip space */
   double li, lj; /* in the window */
} gfx_corner;

enum gfx_kind { GFX_POINT = 1, GFX_LINE, GFX_TRIANGLE };

/* What is rasterised: polygon modes have been applied. */
typedef struct gfx_prim {
   uint8_t kind, provoking;
   bool front, continues, from_triangle;
   uint8_t polygon_mode; /* of the triangle it comes from: which bias applies */
   uint32_t id, layer, viewport;
   float point_size, slope; /* slope: greatest change of z per pixel, for bias */
   double line_start;       /* stipple: length of the strip before it */
   gfx_corner corner[3];
   const uint32_t *record[3]; /* of the original corners */
} gfx_prim;

/* Counters of the contract from DRAWS on. */
#define GFX_COUNTERS (GPU_COUNTER_PRIMITIVES_OUT3 - GPU_COUNTER_DRAWS + 1)
#define GFX_COUNT(block, name, n) ((block)[GPU_COUNTER_##name - GPU_COUNTER_DRAWS] += (n))

typedef struct gfx_batch {
   gfx_arena arena;
   /* from assembly */
   uint32_t vertices, primitives, per_primitive, most; /* most: primitives it may take */
   uint32_t index[GFX_BATCH_VERTICES], instance[GFX_BATCH_VERTICES];
   uint8_t slot[GFX_BATCH_SLOTS];
   uint8_t bucket[GFX_BATCH_BUCKETS], next[GFX_BATCH_VERTICES]; /* vertices by hash: the latest, the one before it */
   uint32_t id[GFX_BATCH_PRIMITIVES];
   uint8_t provoking[GFX_BATCH_PRIMITIVES];
   bool continues[GFX_BATCH_PRIMITIVES];
   /* results */
   gfx_input_list out; /* after the last stage, all streams */
   gfx_prim *prims;
   uint32_t prim_count, prim_capacity;
   struct gfx_shape *shapes; /* back half: what is seen of them */
   uint32_t shape_count;
   uint64_t counters[GFX_COUNTERS];
   /* for the timing model: indices that were read for it, primitives that clipping cut */
   uint64_t first_index, indices;
   uint32_t cut;
} gfx_batch;

/* ---- gfx_assemble.c
 * ----------------------------------------------------------------------------------------------------------------
 */
typedef struct gfx_assembler {
   const gfx_state *s;
   uint32_t instance;
   uint64_t at;        /* next vertex of the instance */
   uint32_t primitive; /* next id */
   uint64_t since_restart;
   uint64_t flushed_adjacency; /* strip with adjacency: primitives put out since restart */
   uint32_t history[16];
   uint32_t buffer[1024]; /* indices fetched ahead */
   uint64_t buffer_first, buffer_count;
   struct {
      uint32_t index[GFX_PRIMITIVE_VERTICES], instance, id;
      uint8_t provoking;
      bool continues, there;
   } pending; /* did not fit the batch before */
   uint32_t steps;
   bool ended;
} gfx_assembler;
void gfx_assemble_start(gfx_assembler *a, const gfx_state *s);
/* Fill the next batch; 0 primitives: the draw is at its end. False: fault, recorded. */
bool gfx_assemble(gfx_assembler *a, gfx_worker *wk, gfx_draw *d, gfx_batch *b);
uint32_t gfx_topology_vertices(const gfx_state *s); /* of a primitive */

/* ---- stages
 * ------------------------------------------------------------------------------------------------------------------------
 */
/* gfx_attribute.c: fill the wave's vector registers. False: fault, recorded. */
bool gfx_fetch_attributes(gfx_worker *wk, gfx_draw *d, emu_wave *w, const gfx_batch *b);
/* Which element of the binding a vertex of the batch reads. */
uint64_t gfx_element_number(const gfx_state *s, const gfx_binding *g, const gfx_batch *b, unsigned vertex);
/* gfx_front.c: everything up to primitives in window space. Stops early when the draw is killed. */
void gfx_front(gfx_worker *wk, gfx_draw *d, gfx_batch *b);
bool gfx_input_add(gfx_input_list *l, const gfx_input *in);
/* gfx_tess.c: patches to primitives. gfx_geometry.c. False: stop. */
bool gfx_tessellate(gfx_worker *wk, gfx_draw *d, gfx_batch *b, const gfx_input_list *patches,
                    gfx_input_list *out);
bool gfx_geometry(gfx_worker *wk, gfx_draw *d, gfx_batch *b, const gfx_input_list *in, gfx_input_list *out);
/* gfx_clip.c: primitives of the rasterised stream from b->out into b->prims. False: host memory exhausted. */
bool gfx_clip(const gfx_state *s, gfx_batch *b);
/* The same for triangles as they were assembled, without b->out; record[i] is that of slot i. */
bool gfx_clip_assembled(const gfx_state *s, gfx_batch *b, const uint32_t *const *record);
/* gfx_xfb.c: write what a batch put out, in order. False: fault, recorded. */
bool gfx_xfb_write(gfx_worker *wk, gfx_draw *d, const gfx_batch *b);

/* gfx_tessellator.c: fixed-function tessellation of one patch. */
typedef struct gfx_domain_point {
   uint32_t u, v; /* 1/65536; w of triangles is 65536 - u - v */
} gfx_domain_point;
typedef struct gfx_tessellation {
   gfx_domain_point *point;
   uint32_t points, point_capacity;
   uint32_t *index; /* 1, 2 or 3 per primitive */
   uint32_t indices, index_capacity, per_primitive;
} gfx_tessellation;
/* False when host memory is exhausted. A patch with a level that is not positive gives nothing. */
bool gfx_tessellate_patch(enum gpu_tess_domain domain, enum gpu_tess_spacing spacing, bool clockwise,
                          bool point_mode, const float outer[4], const float inner[2], gfx_tessellation *t);

/* ---- a draw (gfx_draw.c)
 * ---------------------------------------------------------------------------------------------------------------
 */
struct gfx_draw {
   gfx_draw *next;
   uint64_t number; /* from 1 */
   atomic_bool kill;
   gfx_state state;
   uint32_t xfb_written[GPU_GFX_XFB_BUFFERS];
   bool clears;           /* a clear of a target, no draw */
   double stipple;        /* length of the line strip so far */
   struct gfx_back *back; /* decoded state of the back half; NULL if everything is discarded */
   _Atomic uint64_t back_counters[GFX_COUNTERS];
   _Atomic uint64_t shaded_quads, shaded_places;
   bool several;             /* rounds, perhaps */
   struct gfx_places *places; /* where it has shaded, if there are several; or NULL */
   emu_time_job *job;        /* NULL: nobody asks for time */
   uint64_t first_unit, units;
   /* results; workers add theirs under the lock */
   uint64_t counters[GFX_COUNTERS];
   emu_core_sums sums;
   uint64_t waves;
};
void gfx_draw_run(gfx_worker *wk, gfx_draw *d);
/* The draw cannot go on: record the fault unless it has stopped already. Always false. */
bool gfx_stop(gfx_worker *wk, gfx_draw *d, const emu_fault_info *f);
bool gfx_stop_memory(gfx_worker *wk, gfx_draw *d); /* host memory is exhausted */
static inline bool gfx_killed(const gfx_draw *d)
{
   return atomic_load_explicit(&d->kill, memory_order_relaxed);
}

/* ---- waves (gfx_wave.c)
 * ------------------------------------------------------------------------------------------------------------------
 */
typedef struct gfx_runner { /* of one worker and stage */
   uint64_t serial;
   emu_group *group;
   emu_segment_count *segments;
   const emu_program *program;
   uint64_t waves;
   uint32_t scalars[ISA_MAX_SREGS]; /* as they stand when a wave of the draw starts */
   uint64_t draw; /* number of the draw whose scalar registers stand in the rows of those that are never written */
   uint32_t input_points;
} gfx_runner;
/* A wave ready to run but for its vector registers and wk->stage; NULL: host memory is exhausted, fault
 * recorded. */
emu_wave *gfx_wave_start(gfx_worker *wk, gfx_draw *d, enum gpu_stage stage, uint32_t exec,
                         uint32_t input_points);
/* Row of vector register n, or a row that nobody reads if the program has fewer. */
uint32_t *gfx_wave_row(gfx_worker *wk, const gfx_draw *d, enum gpu_stage stage, emu_wave *w, uint32_t n);
/* Run it to its end. False: fault (recorded) or killed. */
bool gfx_wave_run(gfx_worker *wk, gfx_draw *d, enum gpu_stage stage);
/* Add what the worker's waves did to the draw; under the pool's lock. */
void gfx_wave_merge(gfx_worker *wk, gfx_draw *d);
void gfx_runner_release(gfx_runner *r);

/* ---- host threads (gfx_pool.c)
 * ---------------------------------------------------------------------------------------------------------------
 */
struct gfx_worker {
   emu_gfx *gfx;
   pthread_t thread;
   bool started, entered;
   emu_agent *agent;
   emu_tlb tlb;
   emu_core_ctx *x;
   emu_stage stage;
   gfx_runner runner[GPU_STAGE_COUNT];
   gfx_tessellation tessellation;
   uint32_t spare_row[ISA_WAVE_LANES];
   uint64_t *program_buffer;
   size_t program_buffer_qw;
   uint32_t *gs_memory; /* records being emitted */
   size_t gs_memory_B;
   struct gfx_tile *tile;
   struct emu_tex_cache *tex_cache;
   bool dirty; /* has something to merge */
   emu_trace *writer; /* of the timing model; made with the first unit */
   emu_trace *trace;  /* the same while on a unit of a draw with a job, else NULL */
   uint32_t unit_waves;
};
typedef void (*gfx_item)(gfx_worker *wk, gfx_draw *d, void *arg, uint32_t index);
/* Items 0..count-1, each once, by whichever worker is free; all are done when it returns. serial: by the
 * caller, in order. */
void gfx_parallel(gfx_worker *captain, gfx_draw *d, gfx_item item, void *arg, uint32_t count, bool serial);
/* Give way to those who take memory away; host pointers from before are void. */
void gfx_quiesce(gfx_worker *wk);
bool gfx_pool_start(emu_gfx *g, uint32_t threads);
void gfx_pool_stop(emu_gfx *g);

/* ---- the engine (gfx.c)
 * ---------------------------------------------------------------------------------------------------------------------
 */
typedef struct gfx_kept { /* program of a stage, kept from draw to draw */
   emu_program *program;
   uint32_t scratch_B;
   uint64_t serial;
} gfx_kept;

struct emu_gfx {
   emu_device *dev;
   const emu_interp *interp;
   const struct gfx_lanes *lanes;
   emu_program_cache *programs;
   pthread_mutex_t lock;
   pthread_cond_t work;    /* workers wait for draws and for items */
   pthread_cond_t done;    /* the captain waits for the others */
   pthread_cond_t drained; /* reset waits for the end of all draws */
   bool stop, stopped;     /* stopped: by a fault, until KILL */
   uint32_t regs[GPU_STRIDE_GFX / 4];
   gfx_draw *oldest, *newest;
   uint32_t inflight;
   uint64_t draws; /* so far */
   bool busy; /* somebody is captain */
   /* the captain's items */
   gfx_item item;
   void *item_arg;
   gfx_draw *item_draw;
   uint32_t item_count;
   atomic_uint item_next;
   unsigned working; /* helpers at items */
   gfx_worker *workers;
   uint32_t worker_count;
   /* captains only */
   gfx_kept kept[GPU_STAGE_COUNT];
   uint64_t serial;
   gfx_batch *batches;
   uint32_t batch_count;
   struct gfx_bins *bins;
};
/* The next draw, which stays in the queue while it is worked on; under the lock. */
void gfx_retire(emu_gfx *g, gfx_draw *d);

#endif
