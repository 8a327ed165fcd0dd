/* SPIR-V reader: what transform feedback captures of a vertex, as a list of dwords of its record (sc_stage_info.xfb).
 *
 * Captured is what has an Offset and an XfbBuffer: a variable, or members of its block. Aggregates lie densely, but whatever
 * holds 64-bit components begins at a multiple of 8 bytes. Element n of an array of blocks goes to the n-th buffer from the block's on.
 */
#include "spirv_reader.h"

#include "gfx_stage.h"

struct capture {
   const spv_variable *v;
   const uint32_t *dwords; /* of the variable's scalars */
   uint32_t buffer, stride_B, stream;
};

static uint32_t argument(spv_reader *r, uint32_t id, uint32_t member, uint32_t what, uint32_t otherwise)
{
   const spv_decoration *d = spv_find_decoration(spv_get(r, id), what, member);
   return d && d->arg_count ? d->args[0] : otherwise;
}

/* What a variable or member says for itself, else what stood around it. */
static struct capture narrowed(spv_reader *r, const struct capture *outer, uint32_t id, uint32_t member)
{
   struct capture c = *outer;
   c.buffer = argument(r, id, member, SpvDecorationXfbBuffer, c.buffer);
   c.stride_B = argument(r, id, member, SpvDecorationXfbStride, c.stride_B);
   c.stream = argument(r, id, member, SpvDecorationStream, c.stream);
   return c;
}

static void put_dword(spv_reader *r, const struct capture *c, uint32_t scalar, uint32_t offset_B)
{
   sc_stage_info *info = r->s->stage;
   if (info->xfb_count == SC_XFB_MAX)
      spv_fail(r, SC_E_LIMIT, "more than %u captured components", SC_XFB_MAX);
   if (c->dwords[scalar] == SPV_UNKNOWN)
      spv_fail(r, SC_E_INVALID, "variable %u is captured and has neither Location nor BuiltIn", c->v->id);
   info->xfb[info->xfb_count++] = (sc_xfb){.dword = (uint8_t)c->dwords[scalar],
                                           .buffer = (uint8_t)c->buffer,
                                           .stream = (uint8_t)c->stream,
                                           .offset_B = (uint16_t)offset_B};
}

/* Type t, whose first scalar is this one, from *offset_B on. */
static void put(spv_reader *r, const struct capture *c, const spv_type *t, uint32_t scalar, uint32_t *offset_B)
{
   if (t->align_B == 8)
      *offset_B = (*offset_B + 7) & ~7u;
   switch (t->kind) {
   case SPV_T_STRUCT:
      for (uint32_t k = 0; k < t->count; k++)
         put(r, c, t->members[k].type, scalar + t->members[k].first, offset_B);
      break;
   case SPV_T_ARRAY:
   case SPV_T_MATRIX:
      for (uint32_t k = 0; k < t->count; k++)
         put(r, c, t->elem, scalar + k * t->elem->scalars, offset_B);
      break;
   default:
      if (*offset_B + 4 * t->scalars > SC_XFB_STRIDE_MAX_B)
         spv_fail(r, SC_E_LIMIT, "a capture reaches beyond byte %u of a vertex", SC_XFB_STRIDE_MAX_B);
      for (uint32_t k = 0; k < t->scalars; k++, *offset_B += 4)
         put_dword(r, c, scalar + k, *offset_B);
   }
}

/* Variable or member, if it is captured at all. */
static void capture(spv_reader *r, const struct capture *outer, uint32_t id, uint32_t member, const spv_type *t,
                    uint32_t scalar)
{
   struct capture c = narrowed(r, outer, id, member);
   uint32_t offset_B = argument(r, id, member, SpvDecorationOffset, SPV_UNKNOWN);
   if (c.buffer == SPV_UNKNOWN || offset_B == SPV_UNKNOWN)
      return;
   if (c.buffer >= SC_XFB_BUFFERS || c.stream >= GPU_GFX_STREAMS)
      spv_fail(r, SC_E_LIMIT, "capture of stream %u into buffer %u", c.stream, c.buffer);
   if (c.stride_B % 4 || c.stride_B > SC_XFB_STRIDE_MAX_B || offset_B % 4 || offset_B > SC_XFB_STRIDE_MAX_B)
      spv_fail(r, SC_E_INVALID, "capture at byte %u of %u: not possible", offset_B, c.stride_B);
   if (c.stride_B)
      r->s->stage->xfb_stride_B[c.buffer] = c.stride_B;
   put(r, &c, t, scalar, &offset_B);
}

static void capture_block(spv_reader *r, const struct capture *outer, const spv_type *t, uint32_t scalar)
{
   for (uint32_t k = 0; k < t->count; k++)
      capture(r, outer, t->id, k, t->members[k].type, scalar + t->members[k].first);
}

static void capture_variable(spv_reader *r, const spv_variable *v)
{
   const spv_type *t = v->type, *inner = t;
   struct capture none = {.v = v, .buffer = SPV_UNKNOWN}, whole = narrowed(r, &none, v->id, SPV_UNKNOWN);
   while (inner->kind == SPV_T_ARRAY)
      inner = inner->elem;
   bool blocks = inner->kind == SPV_T_STRUCT && inner->block && inner->scalars;
   if (!blocks && whole.buffer == SPV_UNKNOWN)
      return;
   uint32_t *dwords = spv_alloc(r, (t->scalars + 1) * sizeof *dwords);
   spv_output_dwords(r, v, t, dwords);
   none.dwords = whole.dwords = dwords;
   if (!blocks)
      capture(r, &none, v->id, SPV_UNKNOWN, t, 0);
   for (uint32_t at = 0; blocks && at < t->scalars; at += inner->scalars) {
      capture_block(r, &whole, inner, at);
      whole.buffer += whole.buffer != SPV_UNKNOWN;
   }
}

void spv_collect_captures(spv_reader *r)
{
   if (!r->s->stage->captures || r->in->stage == SC_STAGE_TESS_CONTROL || r->in->stage == SC_STAGE_FRAGMENT)
      return;
   for (const spv_variable *v = r->variables; v; v = v->next)
      if (v->storage == SpvStorageClassOutput && (v->ptr || spv_get(r, v->id)->in_interface))
         capture_variable(r, v);
}
