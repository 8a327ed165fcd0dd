/* SPIR-V reader: table of functions and basic blocks, and which variables must live in memory.
 *
 * Invariant afterwards: every block ends in exactly one terminator; result ids of function bodies are defined
 * once, with a type where the opcode has one. What the instructions mean is checked when they are emitted.
 */
#define SPV_ENABLE_UTILITY_CODE
#include "spirv_reader.h"

#include "sc.h"

/* The header's inline function needs one external definition. */
extern void SpvHasResultAndType(SpvOp opcode, bool *hasResult, bool *hasResultType);

static bool is_terminator(uint32_t op)
{
   switch (op) {
   case SpvOpBranch:
   case SpvOpBranchConditional:
   case SpvOpSwitch:
   case SpvOpKill:
   case SpvOpTerminateInvocation:
   case SpvOpReturn:
   case SpvOpReturnValue:
   case SpvOpUnreachable:
      return true;
   default:
      return false;
   }
}

static bool is_annotation(uint32_t op)
{
   return op == SpvOpLine || op == SpvOpNoLine || op == SpvOpNop;
}

static spv_function *begin_function(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 5);
   spv_id *e = spv_get(r, i->w[2]);
   spv_define(r, e, SPV_K_FUNCTION);
   spv_function *f = spv_alloc(r, sizeof *f);
   f->id = i->w[2];
   f->word = i->word;
   f->type = spv_get_type(r, i->w[4]);
   if (f->type->kind != SPV_T_FUNCTION || f->type->elem != spv_get_type(r, i->w[1]))
      spv_fail(r, SC_E_INVALID, "type %u is not a function type with this return type", i->w[4]);
   f->params = spv_alloc(r, (f->type->count + 1) * sizeof *f->params);
   e->fn = f;
   e->type = f->type;
   if (r->last_function)
      r->last_function->next = f;
   else
      r->functions = f;
   r->last_function = f;
   return f;
}

static void define_local(spv_reader *r, spv_function *f, uint32_t id, const spv_type *type)
{
   spv_id *e = spv_get(r, id);
   spv_define(r, e, SPV_K_LOCAL);
   e->type = type;
   e->fn = f;
}

static void add_parameter(spv_reader *r, spv_function *f, const spv_inst *i)
{
   spv_need(r, i, 3);
   if (f->param_count == f->type->count)
      spv_fail(r, SC_E_INVALID, "more parameters than the function type has");
   if (f->type->members[f->param_count].type != spv_get_type(r, i->w[1]))
      spv_fail(r, SC_E_INVALID, "parameter %u has another type than in the function type", f->param_count);
   define_local(r, f, i->w[2], spv_get_type(r, i->w[1]));
   f->params[f->param_count++] = i->w[2];
}

static spv_block *begin_block(spv_reader *r, spv_function *f, const spv_inst *i)
{
   spv_need(r, i, 2);
   spv_id *e = spv_get(r, i->w[1]);
   spv_define(r, e, SPV_K_LABEL);
   spv_block *b = spv_alloc(r, sizeof *b);
   b->label = i->w[1];
   b->first = i->word + i->n;
   e->block = b;
   e->fn = f;
   if (f->last_block)
      f->last_block->next = b;
   else
      f->blocks = b;
   f->last_block = b;
   return b;
}

static void record_call(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   struct spv_call *c = spv_alloc(r, sizeof *c);
   c->function = i->w[3];
   c->args = i->w + 4;
   c->count = i->n - 4;
   c->next = r->calls;
   r->calls = c;
}

/* One instruction inside a block. Returns false when the block has ended. */
static bool block_instruction(spv_reader *r, spv_function *f, spv_block *b, const spv_inst *i)
{
   bool has_result, has_type;
   if (b->merge && !is_terminator(i->op) && !is_annotation(i->op))
      spv_fail(r, SC_E_INVALID, "an instruction stands between merge instruction and terminator");
   if (is_terminator(i->op)) {
      b->term = i->word;
      r->has_kill |= i->op == SpvOpKill || i->op == SpvOpTerminateInvocation;
      return false;
   }
   if (i->op == SpvOpSelectionMerge || i->op == SpvOpLoopMerge)
      b->merge = i->word;
   b->has_phi |= i->op == SpvOpPhi;
   if (i->op == SpvOpFunctionCall)
      record_call(r, i);
   SpvHasResultAndType((SpvOp)i->op, &has_result, &has_type);
   if (has_result) {
      spv_need(r, i, 2u + has_type);
      define_local(r, f, i->w[has_type ? 2 : 1], has_type ? spv_get_type(r, i->w[1]) : NULL);
   }
   return true;
}

static uint32_t parse_function(spv_reader *r, uint32_t word)
{
   spv_inst i = spv_read(r, word);
   spv_function *f = begin_function(r, &i);
   spv_block *b = NULL;
   for (word += i.n; word < r->word_count; word += i.n) {
      i = spv_read(r, word);
      if (b) {
         if (!block_instruction(r, f, b, &i))
            b = NULL;
      } else if (i.op == SpvOpLabel) {
         if (!f->blocks && f->param_count != f->type->count)
            spv_fail(r, SC_E_INVALID, "function %u lacks parameters", f->id);
         b = begin_block(r, f, &i);
      } else if (i.op == SpvOpFunctionParameter && !f->blocks) {
         add_parameter(r, f, &i);
      } else if (i.op == SpvOpFunctionEnd) {
         return word + i.n;
      } else if (i.op == SpvOpExtInst) { /* debug information may stand between blocks */
         spv_need(r, &i, 5);
         define_local(r, f, i.w[2], NULL);
      } else if (!is_annotation(i.op)) {
         if (f->blocks && !is_terminator(i.op))
            spv_unsupported_op(r, &i);
         spv_fail(r, SC_E_INVALID, "instruction outside of a block");
      }
   }
   r->current = f->word;
   spv_fail(r, SC_E_INVALID, "function %u has no end", f->id);
}

void spv_parse_functions(spv_reader *r, uint32_t word)
{
   while (word < r->word_count) {
      spv_inst i = spv_read(r, word);
      if (is_annotation(i.op) || i.op == SpvOpExtInst) { /* non-semantic instructions may stand here */
         word += i.n;
         continue;
      }
      if (i.op != SpvOpFunction)
         spv_fail(r, SC_E_INVALID, "instruction outside of a function");
      word = parse_function(r, word);
   }
}

/* ---- variables that need memory ---------------------------------------------------------------- */

/* The variable or parameter that a pointer leads back to, NULL if it is none. */
static spv_id *pointer_root(spv_reader *r, uint32_t id)
{
   for (unsigned steps = 0; steps < 1000; steps++) {
      if (!id || id >= r->bound)
         return NULL;
      spv_id *e = r->ids[id];
      if (!e || (e->kind != SPV_K_LOCAL && e->kind != SPV_K_GLOBAL))
         return NULL;
      spv_work(r, 1);
      const uint32_t *w = r->w + e->word;
      uint32_t op = w[0] & 0xffff, n = w[0] >> 16;
      if (e->kind == SPV_K_GLOBAL ||
          (op != SpvOpAccessChain && op != SpvOpInBoundsAccessChain && op != SpvOpCopyObject))
         return e;
      id = n > 3 ? w[3] : 0;
   }
   return NULL;
}

/* Whether an access chain indexes an array (not just a vector or matrix) by something that is not constant.
 */
static bool indexes_dynamically(spv_reader *r, const spv_inst *i)
{
   spv_id *base = i->n > 3 && i->w[3] && i->w[3] < r->bound ? r->ids[i->w[3]] : NULL;
   if (!base || !base->type || base->type->kind != SPV_T_POINTER)
      return false;
   const spv_type *t = base->type->elem;
   for (uint32_t k = 4; k < i->n && t; k++) {
      uint32_t index;
      bool known = spv_try_const_u32(r, i->w[k], &index);
      if ((t->kind == SPV_T_ARRAY || t->kind == SPV_T_RUNTIME_ARRAY) && !known)
         return true;
      if (t->kind == SPV_T_STRUCT)
         t = known && index < t->count ? t->members[index].type : NULL;
      else
         t = t->kind == SPV_T_POINTER || t->kind == SPV_T_FUNCTION ? NULL : t->elem;
   }
   return false;
}

/* Members of an output block that an instruction may write: what is declared and never touched counts as absent. */
static void mark_outputs(spv_reader *r, const spv_inst *i)
{
   bool chain = i->op == SpvOpAccessChain || i->op == SpvOpInBoundsAccessChain;
   uint32_t first = chain || i->op == SpvOpCopyObject ? 3 : i->op == SpvOpFunctionCall ? 4 : 1;
   uint32_t end = i->op == SpvOpFunctionCall ? i->n : first + 1, member;
   if (!chain && i->op != SpvOpStore && i->op != SpvOpCopyMemory && i->op != SpvOpFunctionCall && i->op != SpvOpCopyObject)
      return;
   for (uint32_t k = first; k < end && k < i->n; k++) {
      const spv_id *e = i->w[k] && i->w[k] < r->bound ? r->ids[i->w[k]] : NULL;
      if (!e || e->kind != SPV_K_GLOBAL || e->var->storage != SpvStorageClassOutput)
         continue;
      bool known = chain && i->n > 4 && e->var->type->kind == SPV_T_STRUCT && spv_try_const_u32(r, i->w[4], &member);
      e->var->written |= known ? UINT64_C(1) << member % 64 : UINT64_MAX;
   }
}

static void mark_block(spv_reader *r, const spv_block *b)
{
   for (uint32_t word = b->first; word < b->term;) {
      spv_inst i = spv_read(r, word);
      if (r->in->stage != SC_STAGE_COMPUTE)
         mark_outputs(r, &i);
      if ((i.op == SpvOpAccessChain || i.op == SpvOpInBoundsAccessChain) && indexes_dynamically(r, &i)) {
         spv_id *root = pointer_root(r, i.w[3]);
         if (root)
            root->needs_memory = true;
      }
      word += i.n;
   }
}

/* A parameter that needs memory makes the arguments' variables need it. True if something changed. */
static bool mark_arguments(spv_reader *r, const struct spv_call *c)
{
   spv_id *e = c->function && c->function < r->bound ? r->ids[c->function] : NULL;
   bool changed = false;
   if (!e || e->kind != SPV_K_FUNCTION)
      return false;
   for (uint32_t k = 0; k < c->count && k < e->fn->param_count; k++) {
      spv_work(r, 1);
      if (!r->ids[e->fn->params[k]]->needs_memory)
         continue;
      spv_id *root = pointer_root(r, c->args[k]);
      if (root && !root->needs_memory)
         root->needs_memory = changed = true;
   }
   return changed;
}

void spv_mark_memory_variables(spv_reader *r)
{
   for (spv_function *f = r->functions; f; f = f->next)
      for (spv_block *b = f->blocks; b; b = b->next)
         mark_block(r, b);
   for (bool changed = true; changed;) {
      changed = false;
      for (struct spv_call *c = r->calls; c; c = c->next)
         changed |= mark_arguments(r, c);
   }
}
