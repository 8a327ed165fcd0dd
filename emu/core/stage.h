/* What waves of graphics stages reach besides memory: records of vertices, patch memory, fragments (stage.c).
 * Compute waves have none of it (x->stage is NULL): there these instructions read 0 and do nothing. Rules:
 * manual, chapter "Graphics pipeline".
 */
#ifndef EMU_CORE_STAGE_H
#define EMU_CORE_STAGE_H

#include "core.h"

#define EMU_STAGE_QUADS (ISA_WAVE_LANES / 4u)
#define EMU_STAGE_STREAMS 4u

/* A geometry lane's output: vertices behind one another, and what became of each. */
enum { EMU_VERTEX_STREAM = 3, EMU_VERTEX_CUT = 4 /* the strip of its stream ends behind it */ };

typedef struct emu_stage emu_stage;
struct emu_stage {
   /* Output records; NULL: the lane has none. Geometry: the one being built, out[l] = emitted[l] + count[l] *
    * out_dw. */
   uint32_t *out[ISA_WAVE_LANES];
   uint32_t out_dw,
       out_stride; /* stride: dwords from lane to lane where they are evenly spaced from lane 0, else 0 */
   /* Input primitives: records of their vertices. */
   const uint32_t *const *in[ISA_WAVE_LANES];
   uint32_t in_vertices, in_dw;
   uint32_t *patch[ISA_WAVE_LANES];
   uint32_t patch_dw;
   /* Geometry; max_vertices 0: not a geometry stage. emitted[l] has room for max_vertices + 1 records. */
   uint32_t max_vertices;
   uint32_t *emitted[ISA_WAVE_LANES];
   uint8_t *tags[ISA_WAVE_LANES]; /* [max_vertices] stream and EMU_VERTEX_CUT */
   uint32_t count[ISA_WAVE_LANES];
   uint32_t last[ISA_WAVE_LANES][EMU_STAGE_STREAMS]; /* number of the stream's latest vertex + 1, 0: none */
   /* Fragments. */
   bool fragment;
   uint32_t (*fragment_out)[ISA_WAVE_LANES];   /* out_dw rows take the place of out[] */
   bool one_shape;                             /* the vertices of all quads are those of quad 0 */
   uint32_t live;                              /* lanes that are no helpers */
   const uint32_t *vertex[EMU_STAGE_QUADS][3]; /* records; never NULL for quads that exist, else NULL */
   uint8_t provoking[EMU_STAGE_QUADS];
   /* Weights of vertices 1 and 2 for all lanes. what: [1:0] 0 centre, 1 centroid, 2 sample, 3 offset x y from
    * the centre; [2] without perspective. For 2, `sample` names another sample than the lane's own unless it
    * is NULL. */
   void (*bary)(const emu_stage *s, unsigned what, const float *x, const float *y, const uint32_t *sample,
                float *i, float *j);
   const void *quads; /* of the back half, for bary */
};

/* One instruction for all active lanes. */
void emu_stage_o_store(const emu_uop *u, emu_wave *w, emu_core_ctx *x);
void emu_stage_i_load(const emu_uop *u, emu_wave *w, emu_core_ctx *x);
void emu_stage_t_load(const emu_uop *u, emu_wave *w, emu_core_ctx *x);
void emu_stage_t_store(const emu_uop *u, emu_wave *w, emu_core_ctx *x);
void emu_stage_gs_emit(const emu_uop *u, emu_wave *w, emu_core_ctx *x);
void emu_stage_gs_cut(const emu_uop *u, emu_wave *w, emu_core_ctx *x);
void emu_stage_f_bary(const emu_uop *u, emu_wave *w, emu_core_ctx *x);
void emu_stage_f_bary_at(const emu_uop *u, emu_wave *w, emu_core_ctx *x);
void emu_stage_f_bary_sample(const emu_uop *u, emu_wave *w, emu_core_ctx *x);
void emu_stage_f_flat(const emu_uop *u, emu_wave *w, emu_core_ctx *x);
void emu_stage_f_vertex(const emu_uop *u, emu_wave *w, emu_core_ctx *x);
/* Operands of f_interp: p0, p1 - p0 and p2 - p0 of every lane to rows 0, 1, 2 of x->temp. */
void emu_stage_interp_rows(const emu_uop *u, emu_wave *w, emu_core_ctx *x);

#endif
