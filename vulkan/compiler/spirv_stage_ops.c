/* SPIR-V reader: instructions that only graphics stages have: derivatives, demotion, vertices of geometry shaders,
 * interpolation at other places than the variable's own; and the execution modes of these stages. Places of inputs and
 * outputs: spirv_stage.c.
 */
#include "spirv_reader.h"

#include <spirv/unified1/GLSL.std.450.h>

#include "gfx_stage.h"

/* ---- derivatives: lanes 4q .. 4q+3 are the pixels (0,0) (1,0) (0,1) (1,1) of a quad ----------------- */

enum { PIXEL_X = 1, PIXEL_Y = 2 };

static ir_inst *of_pixel(spv_reader *r, ir_inst *v, ir_inst *lane)
{
   return ir_op2(&r->b, IR_shuffle, v, lane);
}

/* Difference across the quad in one direction. Coarse: that of its first row or column for all four. */
static ir_inst *derivative(spv_reader *r, ir_inst *v, uint32_t direction, bool coarse)
{
   ir_inst *lane = ir_op0(&r->b, IR_lane_id, 0);
   ir_inst *first = E2(r, and, lane, spv_c32(r, coarse ? ~3u : ~direction));
   ir_inst *second = E2(r, or, first, spv_c32(r, direction));
   return E2(r, fsub, of_pixel(r, v, second), of_pixel(r, v, first));
}

static void emit_derivative(spv_reader *r, const spv_inst *i)
{
   bool fwidth = i->op == SpvOpFwidth || i->op == SpvOpFwidthFine || i->op == SpvOpFwidthCoarse;
   bool coarse = i->op == SpvOpDPdxCoarse || i->op == SpvOpDPdyCoarse || i->op == SpvOpFwidthCoarse;
   uint32_t direction =
      i->op == SpvOpDPdy || i->op == SpvOpDPdyFine || i->op == SpvOpDPdyCoarse ? PIXEL_Y : PIXEL_X;
   spv_operands o = spv_use_operands(r, i, 3, "FF", 0);
   for (uint32_t k = 0; k < o.result->type->scalars; k++) {
      ir_inst *v[2], *d;
      spv_get_operands(r, &o, k, v);
      if (fwidth)
         d = E2(r, fadd, E1(r, fabs, derivative(r, v[0], PIXEL_X, coarse)),
                E1(r, fabs, derivative(r, v[0], PIXEL_Y, coarse)));
      else
         d = derivative(r, v[0], direction, coarse);
      spv_put_component(r, spv_component(o.result->type), o.result->c + k, d);
   }
   spv_set(r, i->w[2], o.result);
}

/* ---- geometry and fragment --------------------------------------------------------------------------- */

static void emit_stream(spv_reader *r, const spv_inst *i)
{
   bool given = i->op == SpvOpEmitStreamVertex || i->op == SpvOpEndStreamPrimitive;
   bool vertex = i->op == SpvOpEmitVertex || i->op == SpvOpEmitStreamVertex;
   spv_need(r, i, given ? 2 : 1);
   uint32_t stream = given ? spv_const_u32(r, i->w[1]) : 0;
   if (r->in->stage != SC_STAGE_GEOMETRY || stream >= GPU_GFX_STREAMS)
      spv_fail(r, SC_E_INVALID, "stream %u of this stage", stream);
   if (vertex)
      spv_emit_outputs(r);
   r->s->stage->streams |= 1u << stream;
   ir_op0(&r->b, vertex ? IR_gs_emit : IR_gs_cut, stream);
}

static void need_fragment(spv_reader *r, const char *what)
{
   if (r->in->stage != SC_STAGE_FRAGMENT)
      spv_fail(r, SC_E_UNSUPPORTED, "%s need a fragment shader", what);
}

void spv_emit_demote(spv_reader *r)
{
   need_fragment(r, "helper invocations");
   ir_op0(&r->b, IR_demote, 0);
}

static void emit_is_helper(spv_reader *r, const spv_inst *i)
{
   need_fragment(r, "helper invocations");
   spv_need(r, i, 3);
   const spv_type *t = spv_get(r, i->w[2])->type;
   if (t->kind != SPV_T_BOOL)
      spv_fail(r, SC_E_INVALID, "the result is not a bool");
   spv_value *v = spv_new_value(r, t);
   v->c[0] = E1(r, bnot, ir_op0(&r->b, IR_live, 0));
   spv_set(r, i->w[2], v);
}

bool spv_emit_stage(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpDPdx: case SpvOpDPdy: case SpvOpFwidth: case SpvOpDPdxFine: case SpvOpDPdyFine: case SpvOpFwidthFine:
   case SpvOpDPdxCoarse: case SpvOpDPdyCoarse: case SpvOpFwidthCoarse:
      need_fragment(r, "derivatives");
      emit_derivative(r, i);
      return true;
   case SpvOpEmitVertex: case SpvOpEndPrimitive: case SpvOpEmitStreamVertex: case SpvOpEndStreamPrimitive:
      emit_stream(r, i);
      return true;
   case SpvOpDemoteToHelperInvocation:
      spv_emit_demote(r);
      return true;
   case SpvOpIsHelperInvocationEXT:
      emit_is_helper(r, i);
      return true;
   default:
      return false;
   }
}

/* ---- GLSL.std.450 InterpolateAt* ------------------------------------------------------------------------ */

void spv_emit_interpolate_at(spv_reader *r, const spv_inst *i, uint32_t function)
{
   need_fragment(r, "InterpolateAt*");
   spv_need(r, i, function == GLSLstd450InterpolateAtCentroid ? 6 : 7);
   const spv_pointer *p = spv_use_pointer(r, i->w[5]);
   if (p->kind != SPV_P_INPUT || !p->stage)
      spv_fail(r, SC_E_INVALID, "operand %u is not an input", i->w[5]);
   uint32_t linear = spv_stage_is_linear(p) ? GPU_BARY_LINEAR : 0;
   ir_inst *where;
   if (function == GLSLstd450InterpolateAtCentroid) {
      where = ir_emit(&r->b, IR_bary, IR_T_I32, 2, GPU_BARY_CENTROID | linear, 0, NULL);
   } else if (function == GLSLstd450InterpolateAtSample) {
      ir_inst *sample = spv_use_index(r, i->w[6]);
      where = ir_emit(&r->b, IR_bary_sample, IR_T_I32, 2, linear, 1, &sample);
   } else {
      const spv_value *offset = spv_use_kind(r, i->w[6], 'f', 2);
      ir_inst *src[] = {spv_get_component(r, offset, 0, false), spv_get_component(r, offset, 1, false)};
      where = ir_emit(&r->b, IR_bary_at, IR_T_I32, 2, linear, 2, src);
   }
   r->barycentrics = where;
   spv_value *v = spv_load(r, p, false);
   r->barycentrics = NULL;
   spv_set(r, i->w[2], v);
}

const uint32_t spv_execution_models[SC_STAGE_COUNT] = {
   [SC_STAGE_COMPUTE] = SpvExecutionModelGLCompute,
   [SC_STAGE_VERTEX] = SpvExecutionModelVertex,
   [SC_STAGE_TESS_CONTROL] = SpvExecutionModelTessellationControl,
   [SC_STAGE_TESS_EVAL] = SpvExecutionModelTessellationEvaluation,
   [SC_STAGE_GEOMETRY] = SpvExecutionModelGeometry,
   [SC_STAGE_FRAGMENT] = SpvExecutionModelFragment,
};

const char *const spv_model_names[SC_STAGE_COUNT] = {
   "GLCompute", "Vertex", "TessellationControl", "TessellationEvaluation", "Geometry", "Fragment",
};

/* ---- execution modes -------------------------------------------------------------------------------------- */


bool spv_stage_mode(spv_reader *r, struct sc_stage_info *info, const spv_inst *i)
{
   switch (i->w[2]) {
   case SpvExecutionModeInvocations: spv_need(r, i, 4); info->invocations = i->w[3]; return true;
   case SpvExecutionModeOutputVertices: spv_need(r, i, 4); info->output_vertices = i->w[3]; return true;
   case SpvExecutionModeInputPoints: info->input_vertices = 1; return true;
   case SpvExecutionModeInputLines: info->input_vertices = 2; return true;
   case SpvExecutionModeInputLinesAdjacency: info->input_vertices = 4; return true;
   case SpvExecutionModeTriangles: info->input_vertices = 3; info->domain = SC_DOMAIN_TRIANGLES; return true;
   case SpvExecutionModeInputTrianglesAdjacency: info->input_vertices = 6; return true;
   case SpvExecutionModeQuads: info->domain = SC_DOMAIN_QUADS; return true;
   case SpvExecutionModeIsolines: info->domain = SC_DOMAIN_ISOLINES; return true;
   case SpvExecutionModeOutputPoints: info->output_primitive = SC_OUTPUT_POINTS; return true;
   case SpvExecutionModeOutputLineStrip: info->output_primitive = SC_OUTPUT_LINES; return true;
   case SpvExecutionModeOutputTriangleStrip: info->output_primitive = SC_OUTPUT_TRIANGLES; return true;
   case SpvExecutionModeSpacingEqual: info->spacing = SC_SPACING_EQUAL; return true;
   case SpvExecutionModeSpacingFractionalEven: info->spacing = SC_SPACING_EVEN; return true;
   case SpvExecutionModeSpacingFractionalOdd: info->spacing = SC_SPACING_ODD; return true;
   case SpvExecutionModeVertexOrderCw: info->clockwise = true; return true;
   case SpvExecutionModeVertexOrderCcw: info->clockwise = false; return true;
   case SpvExecutionModePointMode: info->point_mode = true; return true;
   case SpvExecutionModeEarlyFragmentTests: info->early_tests = true; return true;
   case SpvExecutionModeDepthReplacing: info->depth = info->depth ? info->depth : SC_DEPTH_ANY; return true;
   case SpvExecutionModeDepthGreater: info->depth = SC_DEPTH_GREATER; return true;
   case SpvExecutionModeDepthLess: info->depth = SC_DEPTH_LESS; return true;
   case SpvExecutionModeDepthUnchanged: info->depth = SC_DEPTH_UNCHANGED; return true;
   case SpvExecutionModeOriginUpperLeft:
   case SpvExecutionModeStencilRefReplacingEXT: return true;
   case SpvExecutionModeXfb: info->captures = true; return true;
   default: return false;
   }
}
