/* Intermediate representation: arena, construction of instructions and structured control flow.
 *
 * Invariant: after every call the tree obeys ir.h (lists begin and end with a block, blocks alternate
 * with ifs and loops). Out of memory is sticky: nothing is linked any more, dummies are handed out, and the
 * caller checks s->out_of_memory once at the end. Walking and analyses are in ir_cfg.c.
 */
#include "ir.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sc.h"

#define DUMMY_B 65536u
#define CHUNK_B 65536u

struct ir_chunk {
   struct ir_chunk *next;
   size_t used, size;
   _Alignas(16) unsigned char bytes[];
};

struct ir_arena {
   struct ir_chunk *chunks;
   size_t total_B, limit_B;
   _Alignas(16) unsigned char dummy[DUMMY_B]; /* what callers may scribble on once memory is out */
};

static const struct {
   const char *name;
   int nsrc;
   int type;
   unsigned flags, ncomp;
   const char *src_ncomp; /* digits; NULL: all 1 */
} op_info[IR_OP_COUNT] = {
#define TYPE_I IR_T_I32
#define TYPE_D IR_T_I32
#define TYPE_B IR_T_BOOL
#define TYPE_N IR_T_NONE
#define TYPE_S (-1)
#define NCOMP_I 1
#define NCOMP_D 2
#define NCOMP_B 1
#define NCOMP_N 1
#define NCOMP_S 1
#define FLAG_P IR_OPF_PURE
#define FLAG_L IR_OPF_LOAD
#define FLAG_W IR_OPF_EFFECT
#define FLAG_C IR_OPF_CONTROL
#define FLAG_X IR_OPF_CROSS
#define IR_OP(name, nsrc, type, flags, doc)                                                                  \
   [IR_##name] = {#name, nsrc, TYPE_##type, FLAG_##flags, NCOMP_##type, NULL},
#define IR_OP64(name, srcs, type, doc)                                                                       \
   [IR_##name] = {#name, (int)sizeof srcs - 1, TYPE_##type, IR_OPF_PURE, NCOMP_##type, srcs},
#include "ir_ops.def"
#undef IR_OP
};

const char *ir_op_name(enum ir_op op)
{
   return op < IR_OP_COUNT ? op_info[op].name : "?";
}

unsigned ir_op_flags(enum ir_op op)
{
   return op_info[op].flags;
}

int ir_op_nsrc(enum ir_op op)
{
   return op_info[op].nsrc;
}

int ir_op_type(enum ir_op op)
{
   return op_info[op].type;
}

unsigned ir_op_ncomp(enum ir_op op)
{
   return op_info[op].ncomp;
}

unsigned ir_src_ncomp(enum ir_op op, unsigned k)
{
   return op_info[op].src_ncomp ? (unsigned)(op_info[op].src_ncomp[k] - '0') : 1;
}

/* ---- arena ---------------------------------------------------------------------------------- */

static struct ir_chunk *arena_grow(struct ir_arena *a, size_t size)
{
   size_t want = size > CHUNK_B ? size : CHUNK_B;
   if (want > a->limit_B || a->total_B > a->limit_B - want)
      return NULL;
   struct ir_chunk *c = calloc(1, sizeof *c + want);
   if (!c)
      return NULL;
   c->size = want;
   a->total_B += want;
   if (a->chunks && size > CHUNK_B) { /* a big block of its own: keep filling the current chunk */
      c->next = a->chunks->next;
      a->chunks->next = c;
   } else {
      c->next = a->chunks;
      a->chunks = c;
   }
   return c;
}

void *ir_alloc(ir_shader *s, size_t size)
{
   struct ir_arena *a = s->arena;
   if (size > SIZE_MAX / 2) {
      s->out_of_memory = true;
      return NULL;
   }
   size = (size + 15) & ~(size_t)15;
   struct ir_chunk *c = a->chunks;
   if (!c || c->size - c->used < size)
      c = s->out_of_memory ? NULL : arena_grow(a, size);
   if (!c) {
      s->out_of_memory = true;
      if (size > DUMMY_B)
         return NULL;
      memset(a->dummy, 0, size);
      return a->dummy;
   }
   void *p = c->bytes + c->used;
   c->used += size;
   return p;
}

ir_shader *ir_shader_create(const struct sc_input *input)
{
   ir_shader *s = calloc(1, sizeof *s);
   struct ir_arena *a = calloc(1, sizeof *a);
   if (!s || !a) {
      free(s);
      free(a);
      return NULL;
   }
   a->limit_B = input && input->max_memory_B ? input->max_memory_B : (size_t)1 << 30;
   s->arena = a;
   s->input = input;
   s->next_id = 1;
   s->group_size[0] = s->group_size[1] = s->group_size[2] = 1;
   ir_block_create(s, &s->body);
   if (s->out_of_memory) {
      ir_shader_destroy(s);
      return NULL;
   }
   return s;
}

void ir_shader_destroy(ir_shader *s)
{
   if (!s)
      return;
   for (struct ir_chunk *c = s->arena->chunks, *next; c; c = next) {
      next = c->next;
      free(c);
   }
   free(s->arena);
   free(s);
}

/* ---- lists ------------------------------------------------------------------------------------ */

static void list_insert_after(ir_list *list, ir_node *pos, ir_node *n)
{
   n->list = list;
   n->prev = pos;
   n->next = pos ? pos->next : list->first;
   if (n->next)
      n->next->prev = n;
   else
      list->last = n;
   if (pos)
      pos->next = n;
   else
      list->first = n;
}

static void list_unlink(ir_node *n)
{
   ir_list *list = n->list;
   if (n->prev)
      n->prev->next = n->next;
   else
      list->first = n->next;
   if (n->next)
      n->next->prev = n->prev;
   else
      list->last = n->prev;
   n->prev = n->next = NULL;
   n->list = NULL;
}

/* Appends an empty block to the list; NULL list makes a loose one. */
ir_block *ir_block_create(ir_shader *s, ir_list *list)
{
   ir_block *b = ir_alloc(s, sizeof *b);
   if (s->out_of_memory)
      return b;
   b->node.kind = IR_NODE_BLOCK;
   if (list)
      list_insert_after(list, list->last, &b->node);
   return b;
}

void ir_append(ir_block *b, ir_inst *i)
{
   i->block = b;
   i->next = NULL;
   i->prev = b->last;
   if (b->last)
      b->last->next = i;
   else
      b->first = i;
   b->last = i;
}

void ir_insert_before(ir_inst *pos, ir_inst *i)
{
   i->block = pos->block;
   i->next = pos;
   i->prev = pos->prev;
   if (pos->prev)
      pos->prev->next = i;
   else
      pos->block->first = i;
   pos->prev = i;
}

void ir_unlink(ir_inst *i)
{
   if (i->prev)
      i->prev->next = i->next;
   else
      i->block->first = i->next;
   if (i->next)
      i->next->prev = i->prev;
   else
      i->block->last = i->prev;
   i->prev = i->next = NULL;
   i->block = NULL;
}

void ir_remove(ir_inst *i)
{
   if (i->block)
      ir_unlink(i);
}

/* Appends the instructions from `first` on to the end of `to`. */
static void move_tail(ir_inst *first, ir_block *to)
{
   while (first) {
      ir_inst *next = first->next;
      ir_unlink(first);
      ir_append(to, first);
      first = next;
   }
}

void ir_splice_list(ir_shader *s, ir_block *at, ir_list *from)
{
   ir_list *list = at->node.list;
   ir_node *first = from->first, *pos = &at->node;
   move_tail(ir_as_block(first)->first, at);
   ir_as_block(first)->merged = at;
   for (ir_node *n = first->next; n;) {
      ir_node *next = n->next;
      list_unlink(n);
      list_insert_after(list, pos, n);
      pos = n;
      n = next;
   }
   list_unlink(first);
   from->first = from->last = NULL;
   ir_block_create(s, from);
}

void ir_remove_node(ir_shader *s, ir_node *n)
{
   ir_block *before = ir_as_block(n->prev), *after = ir_as_block(n->next);
   list_unlink(n);
   if (ir_is_jump(before->last)) {
      ir_drop_after(before);
      return;
   }
   move_tail(after->first, before);
   after->merged = before;
   list_unlink(&after->node);
}

void ir_drop_after(ir_block *b)
{
   while (b->node.next)
      list_unlink(b->node.next);
}

/* ---- instructions ------------------------------------------------------------------------------- */

ir_inst *ir_emit(ir_builder *b, enum ir_op op, enum ir_type type, unsigned ncomp, uint32_t imm, unsigned nsrc,
                 ir_inst *const *src)
{
   ir_shader *s = b->s;
   ir_inst *i = ir_alloc(s, sizeof *i + nsrc * sizeof(ir_inst *));
   if (!i) {
      i = ir_alloc(s, sizeof *i); /* the dummy */
      nsrc = 0;
   }
   i->op = (uint16_t)op;
   i->type = (uint8_t)type;
   i->ncomp = (uint8_t)ncomp;
   i->imm = imm;
   i->exact = b->exact;
   i->coherent = b->coherent;
   i->spirv_word = b->spirv_word;
   i->src = nsrc ? (ir_inst **)(i + 1) : NULL;
   if (s->out_of_memory) {
      i->nsrc = 0;
      return i;
   }
   i->nsrc = (uint16_t)nsrc;
   if (nsrc && src)
      memcpy(i->src, src, nsrc * sizeof *src);
   i->id = s->next_id++;
   if (b->before)
      ir_insert_before(b->before, i);
   else
      ir_append(b->block, i);
   return i;
}

static ir_inst *emit_typed(ir_builder *b, enum ir_op op, uint32_t imm, unsigned n, ir_inst *const *src)
{
   int type = op_info[op].type;
   if (type < 0)
      type = n > 1 ? src[1]->type : n ? src[0]->type : IR_T_I32;
   return ir_emit(b, op, (enum ir_type)type, op_info[op].ncomp, imm, n, src);
}

ir_inst *ir_op0(ir_builder *b, enum ir_op op, uint32_t imm)
{
   return emit_typed(b, op, imm, 0, NULL);
}

ir_inst *ir_op1(ir_builder *b, enum ir_op op, ir_inst *a)
{
   return emit_typed(b, op, 0, 1, &a);
}

ir_inst *ir_op2(ir_builder *b, enum ir_op op, ir_inst *a, ir_inst *c)
{
   return emit_typed(b, op, 0, 2, (ir_inst *[]){a, c});
}

ir_inst *ir_op3(ir_builder *b, enum ir_op op, ir_inst *a, ir_inst *c, ir_inst *d)
{
   return emit_typed(b, op, 0, 3, (ir_inst *[]){a, c, d});
}

ir_inst *ir_const(ir_builder *b, uint32_t bits)
{
   return ir_op0(b, IR_const, bits);
}

ir_inst *ir_constf(ir_builder *b, float f)
{
   uint32_t bits;
   memcpy(&bits, &f, 4);
   return ir_const(b, bits);
}

ir_inst *ir_bconst(ir_builder *b, bool v)
{
   return ir_op0(b, IR_bconst, v);
}

ir_inst *ir_undef(ir_builder *b, enum ir_type type)
{
   return ir_emit(b, IR_undef, type, 1, 0, 0, NULL);
}

ir_inst *ir_vec(ir_builder *b, unsigned n, ir_inst *const *comp)
{
   return n == 1 ? comp[0] : ir_emit(b, IR_vec, IR_T_I32, n, 0, n, comp);
}

ir_inst *ir_extract(ir_builder *b, ir_inst *tuple, unsigned comp)
{
   if (tuple->ncomp <= 1)
      return tuple;
   return ir_emit(b, IR_extract, IR_T_I32, 1, comp, 1, &tuple);
}

/* ---- variables ------------------------------------------------------------------------------------ */

uint32_t ir_var_create(ir_shader *s, enum ir_type type, const char *name)
{
   if (s->var_count == s->var_capacity) {
      uint32_t capacity = s->var_capacity ? s->var_capacity * 2 : 64;
      ir_var *vars = ir_alloc(s, capacity * sizeof *vars);
      if (s->out_of_memory)
         return 0;
      if (s->var_count)
         memcpy(vars, s->vars, s->var_count * sizeof *vars);
      s->vars = vars;
      s->var_capacity = capacity;
   }
   s->vars[s->var_count] = (ir_var){.type = (uint8_t)type, .name = name};
   return s->var_count++;
}

ir_inst *ir_var_load(ir_builder *b, uint32_t var)
{
   enum ir_type type = var < b->s->var_count ? (enum ir_type)b->s->vars[var].type : IR_T_I32;
   return ir_emit(b, IR_var_load, type, 1, var, 0, NULL);
}

void ir_var_store(ir_builder *b, uint32_t var, ir_inst *value)
{
   ir_emit(b, IR_var_store, IR_T_NONE, 1, var, 1, &value);
}

/* ---- control flow ------------------------------------------------------------------------------------ */

/* Number of ifs and loops around a list. */
static unsigned list_depth(const ir_list *list)
{
   unsigned depth = 0;
   for (; list && list->parent && depth <= IR_MAX_DEPTH; list = list->parent->list)
      depth++;
   return depth;
}

/* Puts `n` and a new block behind the builder's block; what follows the insertion point moves to that block.
 */
static bool insert_node(ir_builder *b, ir_node *n)
{
   ir_block *after = ir_block_create(b->s, NULL);
   if (b->s->out_of_memory)
      return false;
   ir_list *list = b->block->node.list;
   if (list_depth(list) >= IR_MAX_DEPTH)
      b->s->too_deep = true;
   list_insert_after(list, &b->block->node, n);
   list_insert_after(list, n, &after->node);
   move_tail(b->before, after);
   b->before = NULL;
   return true;
}

ir_if *ir_begin_if(ir_builder *b, ir_inst *cond)
{
   ir_if *i = ir_alloc(b->s, sizeof *i);
   if (!b->s->out_of_memory) {
      ir_block_create(b->s, &i->then_list);
      ir_block_create(b->s, &i->else_list);
   }
   i->node.kind = IR_NODE_IF;
   i->cond = cond;
   i->then_list.parent = i->else_list.parent = &i->node;
   if (!b->s->out_of_memory && insert_node(b, &i->node))
      b->block = ir_as_block(i->then_list.first);
   return i;
}

void ir_begin_else(ir_builder *b, ir_if *i)
{
   if (b->s->out_of_memory)
      return;
   b->block = ir_as_block(i->else_list.first);
   b->before = NULL;
}

void ir_end_if(ir_builder *b, ir_if *i)
{
   if (b->s->out_of_memory)
      return;
   b->block = ir_as_block(i->node.next);
   b->before = b->block->first;
}

ir_loop *ir_begin_loop(ir_builder *b)
{
   ir_loop *l = ir_alloc(b->s, sizeof *l);
   if (!b->s->out_of_memory)
      ir_block_create(b->s, &l->body);
   l->node.kind = IR_NODE_LOOP;
   l->body.parent = &l->node;
   if (!b->s->out_of_memory && insert_node(b, &l->node))
      b->block = ir_as_block(l->body.first);
   return l;
}

void ir_end_loop(ir_builder *b, ir_loop *l)
{
   if (b->s->out_of_memory)
      return;
   b->block = ir_as_block(l->node.next);
   b->before = b->block->first;
}

/* Emits a jump and moves the builder to a loose list whose blocks nobody can reach. */
static void jump(ir_builder *b, enum ir_op op)
{
   ir_emit(b, op, IR_T_NONE, 1, 0, 0, NULL);
   ir_list *dead = ir_alloc(b->s, sizeof *dead);
   if (b->s->out_of_memory)
      return;
   dead->parent = b->block->node.list->parent;
   ir_block *block = ir_block_create(b->s, dead);
   if (b->s->out_of_memory)
      return;
   b->block = block;
   b->before = NULL;
}

void ir_break(ir_builder *b)
{
   jump(b, IR_jump_break);
}

void ir_continue(ir_builder *b)
{
   jump(b, IR_jump_continue);
}
