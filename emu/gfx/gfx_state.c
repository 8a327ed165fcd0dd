/* A draw's registers: what is out of range is a BAD_DRAW fault that names the register, the rest is decoded
 * once for all threads. Programs are read here, too: a stage whose program and scratch are those of the draw
 * before keeps its number (serial), by which workers know that their waves still fit.
 */
#include <stdlib.h>
#include "pipeline.h"

static int bad_stage(const emu_profile *p, const gfx_state *s, unsigned n)
{
   uint32_t base = n * GPU_STAGE_STRIDE;
   uint64_t va = gfx_reg(s, base + GPU_STAGE_PROGRAM_LO) | (uint64_t)gfx_reg(s, base + GPU_STAGE_PROGRAM_HI)
                                                               << 32;
   uint32_t resources = gfx_reg(s, base + GPU_STAGE_RESOURCES),
            scratch = gfx_reg(s, base + GPU_STAGE_SCRATCH_B);
   if (!gfx_reg(s, base + GPU_STAGE_PROGRAM_QW))
      return -1;
   if (va % 8)
      return (int)(base + GPU_STAGE_PROGRAM_LO);
   if (va >> GPU_VA_BITS)
      return (int)(base + GPU_STAGE_PROGRAM_HI);
   if (gfx_reg(s, base + GPU_STAGE_PROGRAM_QW) > EMU_CS_PROGRAM_MAX_QW)
      return (int)(base + GPU_STAGE_PROGRAM_QW);
   if ((resources & 0x1ff) > ISA_MAX_VREGS || (resources >> 16 & 0xff) > ISA_MAX_SREGS ||
       (resources & 0xff00fe00u))
      return (int)(base + GPU_STAGE_RESOURCES);
   if (scratch > p->scratch_max_B || scratch % 4)
      return (int)(base + GPU_STAGE_SCRATCH_B);
   if (n != GPU_STAGE_FS && gfx_reg(s, base + GPU_STAGE_OUT_DW) > GPU_GFX_RECORD_DW_MAX)
      return (int)(base + GPU_STAGE_OUT_DW);
   return gfx_reg(s, base + GPU_STAGE_FLAGS) & ~(uint32_t)GPU_STAGE_FLAGS_ALL ? (int)(base + GPU_STAGE_FLAGS)
                                                                              : -1;
}

static bool stage_on(const gfx_state *s, enum gpu_stage n)
{
   return gfx_reg(s, n * GPU_STAGE_STRIDE + GPU_STAGE_PROGRAM_QW) != 0;
}

static uint32_t bits(uint32_t value, unsigned low, unsigned count)
{
   return value >> low & ((1u << count) - 1);
}

static int bad_patches(const gfx_state *s)
{
   uint32_t tess = gfx_reg(s, GPU_OFF_GFX_TESS), patch_B = gfx_reg(s, GPU_OFF_GFX_PATCH_B),
            points = bits(tess, 8, 6);
   if (stage_on(s, GPU_STAGE_TCS) != stage_on(s, GPU_STAGE_TES))
      return GPU_OFF_GFX_TES;
   if (bits(gfx_reg(s, GPU_OFF_GFX_TOPOLOGY), 0, 4) != GPU_TOPOLOGY_PATCHES)
      return stage_on(s, GPU_STAGE_TCS) ? (int)GPU_OFF_GFX_TOPOLOGY : -1;
   uint32_t input = bits(gfx_reg(s, GPU_OFF_GFX_TOPOLOGY), 8, 6);
   if (!stage_on(s, GPU_STAGE_TCS) || input < 1 || input > GPU_GFX_PATCH_POINTS_MAX)
      return GPU_OFF_GFX_TOPOLOGY;
   if (bits(tess, 0, 2) > GPU_TESS_ISOLINES || bits(tess, 2, 2) > GPU_TESS_FRACTIONAL_ODD || points < 1 ||
       points > GPU_GFX_PATCH_POINTS_MAX)
      return GPU_OFF_GFX_TESS;
   return patch_B % 4 || patch_B < 4 * GPU_PATCH_LOCATION || patch_B > GPU_GFX_PATCH_B_MAX
              ? (int)GPU_OFF_GFX_PATCH_B
              : -1;
}

static int bad_geometry(const gfx_state *s)
{
   uint32_t geometry = gfx_reg(s, GPU_OFF_GFX_GEOMETRY), max = bits(geometry, 4, 12),
            invocations = bits(geometry, 16, 6);
   uint32_t out_dw = gfx_reg(s, GPU_OFF_GFX_GS + GPU_STAGE_OUT_DW);
   if (!stage_on(s, GPU_STAGE_GS))
      return -1;
   if (bits(geometry, 0, 2) > 2 || (max + 1) * out_dw > GPU_GFX_GS_DW_MAX || invocations < 1 ||
       invocations > 32)
      return GPU_OFF_GFX_GEOMETRY;
   return -1;
}

static int bad_input(const gfx_state *s)
{
   uint32_t log2 = gfx_reg(s, GPU_OFF_GFX_INDEX_TYPE);
   if (bits(gfx_reg(s, GPU_OFF_GFX_TOPOLOGY), 0, 4) >= GPU_TOPOLOGY_COUNT)
      return GPU_OFF_GFX_TOPOLOGY;
   if (gfx_reg(s, GPU_OFF_GFX_INDEXED) && log2 > 2)
      return GPU_OFF_GFX_INDEX_TYPE;
   if (gfx_reg(s, GPU_OFF_GFX_INDEXED) && gfx_reg(s, GPU_OFF_GFX_INDEX_LO) & ((1u << log2) - 1))
      return GPU_OFF_GFX_INDEX_LO;
   for (uint32_t i = 0; i < GPU_GFX_ATTRIBUTES; i++) {
      uint32_t at = GPU_OFF_GFX_ATTRIBUTE + 8 * i, number = gfx_reg(s, at) & 0x3ff;
      const fmt_info *f = fmt_lookup(number);
      if (number && (!f || f->layout != FMT_PLAIN))
         return (int)at;
   }
   return -1;
}

static int bad_xfb(const gfx_state *s)
{
   if (!(gfx_reg(s, GPU_OFF_GFX_XFB) & 1))
      return -1;
   if (gfx_reg(s, GPU_OFF_GFX_XFB_ENTRIES) > GPU_GFX_XFB_ENTRIES)
      return GPU_OFF_GFX_XFB_ENTRIES;
   for (uint32_t i = 0; i < 4 * GPU_GFX_XFB_BUFFERS; i++)
      if (i % 4 != 1 && gfx_reg(s, GPU_OFF_GFX_XFB_BUFFER + 4 * i) % 4)
         return (int)(GPU_OFF_GFX_XFB_BUFFER + 4 * i);
   for (uint32_t i = 0; i < gfx_reg(s, GPU_OFF_GFX_XFB_ENTRIES); i++)
      if (gfx_reg(s, GPU_OFF_GFX_XFB_ENTRY + 4 * i) >> 16 & 3)
         return (int)(GPU_OFF_GFX_XFB_ENTRY + 4 * i);
   return -1;
}

/* Offset of the first register that is out of range, or -1. */
static int bad_register(const emu_profile *p, const gfx_state *s)
{
   int bad = -1;
   for (unsigned n = 0; n < GPU_STAGE_COUNT && bad < 0; n++)
      bad = bad_stage(p, s, n);
   if (bad < 0 && !stage_on(s, GPU_STAGE_VS))
      bad = GPU_OFF_GFX_VS + GPU_STAGE_PROGRAM_QW;
   if (bad < 0)
      bad = bad_input(s);
   if (bad < 0)
      bad = bad_patches(s);
   if (bad < 0)
      bad = bad_geometry(s);
   return bad < 0 ? bad_xfb(s) : bad;
}

/* ---- decoding
 * ------------------------------------------------------------------------------------------------------------------
 */
static void decode_input(gfx_state *s)
{
   uint32_t topology = gfx_reg(s, GPU_OFF_GFX_TOPOLOGY);
   s->topology = (enum gpu_topology)bits(topology, 0, 4);
   s->restart = bits(topology, 4, 1);
   s->provoking_last = bits(topology, 5, 1);
   s->patch_points = bits(topology, 8, 6);
   s->indexed = gfx_reg(s, GPU_OFF_GFX_INDEXED) != 0;
   s->index_va = gfx_reg(s, GPU_OFF_GFX_INDEX_LO) | (uint64_t)gfx_reg(s, GPU_OFF_GFX_INDEX_HI) << 32;
   s->index_B = gfx_reg(s, GPU_OFF_GFX_INDEX_B);
   s->index_log2 = gfx_reg(s, GPU_OFF_GFX_INDEX_TYPE);
   s->count = gfx_reg(s, GPU_OFF_GFX_COUNT);
   s->instances = gfx_reg(s, GPU_OFF_GFX_INSTANCES);
   s->first = gfx_reg(s, GPU_OFF_GFX_FIRST);
   s->vertex_offset = gfx_reg(s, GPU_OFF_GFX_VERTEX_OFFSET);
   s->first_instance = gfx_reg(s, GPU_OFF_GFX_FIRST_INSTANCE);
   s->draw_index = gfx_reg(s, GPU_OFF_GFX_DRAW_INDEX);
   for (unsigned i = 0; i < GPU_GFX_ATTRIBUTES; i++) {
      uint32_t at = GPU_OFF_GFX_ATTRIBUTE + 8 * i, dw = gfx_reg(s, at);
      if (dw & 0x3ff)
         s->attribute[s->attributes++] =
             (gfx_attribute){fmt_lookup(dw & 0x3ff), bits(dw, 10, 5), bits(dw, 16, 8), gfx_reg(s, at + 4)};
   }
   for (unsigned i = 0; i < GPU_GFX_BINDINGS; i++) {
      const uint32_t *b = &s->regs[GPU_OFF_GFX_BINDING / 4 + 8 * i];
      s->binding[i] = (gfx_binding){b[0] | (uint64_t)b[1] << 32, b[2], b[3], b[5], b[4] & 1};
   }
}

static void decode_stages(gfx_state *s)
{
   uint32_t tess = gfx_reg(s, GPU_OFF_GFX_TESS), geometry = gfx_reg(s, GPU_OFF_GFX_GEOMETRY);
   s->domain = (enum gpu_tess_domain)bits(tess, 0, 2);
   s->spacing = (enum gpu_tess_spacing)bits(tess, 2, 2);
   s->clockwise = bits(tess, 4, 1);
   s->point_mode = bits(tess, 5, 1);
   s->output_points = bits(tess, 8, 6);
   s->patch_B = gfx_reg(s, GPU_OFF_GFX_PATCH_B);
   s->patch_dw = s->patch_B / 4 + s->output_points * gfx_reg(s, GPU_OFF_GFX_TCS + GPU_STAGE_OUT_DW);
   s->gs_output = bits(geometry, 0, 2);
   s->gs_max_vertices = bits(geometry, 4, 12);
   s->gs_invocations = bits(geometry, 16, 6);
   s->xfb = gfx_reg(s, GPU_OFF_GFX_XFB) & 1;
   s->raster_stream = bits(gfx_reg(s, GPU_OFF_GFX_XFB), 4, 2);
   s->discard = gfx_reg(s, GPU_OFF_GFX_RASTER) & 1;
}

/* ---- programs
 * ----------------------------------------------------------------------------------------------------------------------
 */
static bool read_program(gfx_worker *wk, gfx_draw *d, uint64_t va, size_t qw)
{
   if (qw > wk->program_buffer_qw) {
      uint64_t *p = realloc(wk->program_buffer, qw * sizeof *p);
      if (!p)
         return gfx_stop_memory(wk, d);
      wk->program_buffer = p;
      wk->program_buffer_qw = qw;
   }
   uint64_t fault_va = 0;
   enum gpu_fault f = emu_mem_read(&wk->tlb, va, wk->program_buffer, qw * 8, &fault_va);
   return f == GPU_FAULT_NONE ||
          gfx_stop(
              wk, d,
              &(emu_fault_info){.type = f, .access = GPU_ACCESS_EXECUTE, .va = fault_va, .pc = fault_va});
}

/* The stage's program takes the place of the one kept from before, unless it is the same. */
static void keep(emu_gfx *g, gfx_stage *st, enum gpu_stage n)
{
   gfx_kept *k = &g->kept[n];
   if (k->program == st->program && k->scratch_B == st->launch.scratch_B) {
      emu_program_cache_put(g->programs, st->program); /* one reference is enough */
   } else {
      emu_program_cache_put(g->programs, k->program);
      *k = (gfx_kept){st->program, st->launch.scratch_B, ++g->serial};
   }
   st->serial = k->serial;
}

static bool prepare_stage(gfx_worker *wk, gfx_draw *d, enum gpu_stage n)
{
   emu_gfx *g = wk->gfx;
   gfx_state *s = &d->state;
   gfx_stage *st = &s->stage[n];
   uint32_t base = n * GPU_STAGE_STRIDE, resources = gfx_reg(s, base + GPU_STAGE_RESOURCES);
   size_t qw = gfx_reg(s, base + GPU_STAGE_PROGRAM_QW);
   emu_launch *l = &st->launch;
   if (!stage_on(s, n))
      return true;
   l->program_va = gfx_reg(s, base + GPU_STAGE_PROGRAM_LO) | (uint64_t)gfx_reg(s, base + GPU_STAGE_PROGRAM_HI)
                                                                 << 32;
   l->scratch_B = gfx_reg(s, base + GPU_STAGE_SCRATCH_B);
   l->size[0] = ISA_WAVE_LANES;
   l->size[1] = l->size[2] = l->grid[0] = l->grid[1] = l->grid[2] = 1;
   memcpy(l->user, &s->regs[(base + GPU_STAGE_USER) / 4], GPU_GFX_USER_REGS * 4);
   l->watchdog = (uint64_t)gfx_reg(s, GPU_OFF_GFX_WATCHDOG) << 20;
   if (!l->watchdog)
      l->watchdog = g->dev->profile.watchdog_wave_instructions;
   st->flags = gfx_reg(s, base + GPU_STAGE_FLAGS);
   st->ordered = (st->flags & GPU_STAGE_ORDERED) && !g->dev->settings.relaxed;
   st->out_dw = n == GPU_STAGE_FS ? GPU_FRAGMENT_DW : gfx_reg(s, base + GPU_STAGE_OUT_DW);
   if (!read_program(wk, d, l->program_va, qw))
      return false;
   st->program =
       emu_program_cache_get(g->programs, wk->program_buffer, qw, resources & 0x1ff,
                             (resources >> 16 & 0xff) | (n == GPU_STAGE_FS ? EMU_PROGRAM_FRAGMENT : 0));
   l->program = st->program;
   if (!st->program)
      return gfx_stop_memory(wk, d);
   keep(g, st, n);
   if (!emu_launch_prepare(l))
      return gfx_stop_memory(wk, d);
   st->on = true;
   return true;
}

bool gfx_state_prepare(gfx_worker *wk, gfx_draw *d)
{
   gfx_state *s = &d->state;
   int bad = bad_register(&wk->gfx->dev->profile, s);
   if (bad >= 0)
      return gfx_stop(wk, d, &(emu_fault_info){.type = GPU_FAULT_BAD_DRAW, .info = (uint32_t)bad});
   decode_input(s);
   decode_stages(s);
   for (unsigned n = 0; n < GPU_STAGE_COUNT; n++)
      if (!prepare_stage(wk, d, (enum gpu_stage)n))
         return false;
   return true;
}

void gfx_state_release(gfx_worker *wk, gfx_draw *d)
{
   (void)wk;
   for (unsigned n = 0; n < GPU_STAGE_COUNT; n++)
      emu_launch_release(&d->state.stage[n].launch);
}
