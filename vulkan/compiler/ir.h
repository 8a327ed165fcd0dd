/* The compiler's intermediate representation: structured SSA.
 *
 * A shader is one function body (calls are inlined by the SPIR-V reader): a list of control-flow nodes.
 * node = block | if (condition, then list, else list) | loop (body list).
 * Invariants: lists begin and end with a block and blocks and non-blocks alternate (block, if, block,
 * loop, block); a jump is the last instruction of its block, and nothing follows that block in its list;
 * a loop repeats its body until a jump_break is taken (falling off the end of the body continues). There is
 * no "return": the reader wraps bodies with early returns in a loop and breaks. Phis stand first in the block
 * after an if (predecessors: last block of then, last block of else, where they do not jump), in the first
 * block of a loop body (predecessors: block before the loop, then every continuing block in program order)
 * and in the block after a loop (predecessors: every breaking block in program order). Values are scalars of
 * 32 bits, bools, or tuples of 2..8 32-bit scalars (results of loads and `vec`). Everything of a shader is
 * allocated from its arena and freed with it.
 */
#ifndef SC_IR_H
#define SC_IR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum ir_op {
#define IR_OP(name, ...) IR_##name,
#include "ir_ops.def"
#undef IR_OP
   IR_OP_COUNT
};

enum ir_type { IR_T_NONE, IR_T_I32, IR_T_BOOL }; /* I32 with ncomp 1..8 */

enum ir_atomic { IR_ATOM_ADD, IR_ATOM_IMIN, IR_ATOM_IMAX, IR_ATOM_UMIN, IR_ATOM_UMAX, IR_ATOM_AND, IR_ATOM_OR,
                 IR_ATOM_XOR, IR_ATOM_SWAP, IR_ATOM_CMPSWAP, IR_ATOM_FADD, IR_ATOM_FMIN, IR_ATOM_FMAX };
/* ORDER isa.def: v_group_* of 32 and of 64 bits */
enum ir_group { IR_GROUP_ADD, IR_GROUP_MUL, IR_GROUP_IMIN, IR_GROUP_IMAX, IR_GROUP_UMIN, IR_GROUP_UMAX, IR_GROUP_AND,
                IR_GROUP_OR, IR_GROUP_XOR, IR_GROUP_FADD, IR_GROUP_FMUL, IR_GROUP_FMIN, IR_GROUP_FMAX };
enum ir_group_mode { IR_GROUP_REDUCE, IR_GROUP_INCLUSIVE, IR_GROUP_EXCLUSIVE };
/* imm of IR_group, as the hardware has it: how much of it a lane gets, in clusters of 2^log2 lanes */
#define IR_GROUP_IMM(mode, log2) ((uint32_t)(mode) << 3 | (uint32_t)(log2))
#define IR_WAVE_LOG2 5u
enum ir_width { IR_W_DWORDS, IR_W_8, IR_W_16 };

typedef struct ir_inst ir_inst;
typedef struct ir_block ir_block;
typedef struct ir_node ir_node;
typedef struct ir_shader ir_shader;
typedef struct ir_loop ir_loop;

/* Instruction and SSA value in one. */
struct ir_inst {
   ir_inst *prev, *next;    /* in its block */
   ir_block *block;
   uint32_t id;             /* unique in the shader, for printing and side tables; < shader->next_id */
   uint16_t op;             /* enum ir_op */
   uint8_t type;            /* enum ir_type of the result */
   uint8_t ncomp;           /* components of the result, 1 for scalars and bools */
   uint8_t aux;             /* atomics: enum ir_atomic; loads and stores: enum ir_width; group: enum ir_group */
   bool divergent;          /* set by analyse_divergence */
   bool exact;              /* NoContraction: do not fuse or reassociate */
   bool coherent;           /* memory operations: coherent or volatile access */
   uint16_t nsrc;
   uint32_t imm;
   ir_inst **src;           /* defining instructions */
   uint32_t pass_flags;     /* free for the running pass */
   uint32_t use_count;      /* valid after ir_count_uses */
   uint32_t spirv_word;     /* word offset of the SPIR-V instruction it came from, for diagnostics */
   ir_inst *forward; /* replacement chosen by the running pass, see ir_apply_forwards; NULL between passes */
};

enum ir_node_kind { IR_NODE_BLOCK, IR_NODE_IF, IR_NODE_LOOP };

typedef struct ir_list {
   ir_node *first, *last;
   ir_node *parent;
} ir_list; /* parent: the if/loop node, NULL for the body */

struct ir_node {
   uint8_t kind;
   ir_node *prev, *next;
   ir_list *list;           /* that it stands in */
   void *pass_data;         /* free for the running pass, undefined between passes */
};
struct ir_block {
   ir_node node;
   ir_inst *first, *last;
   uint32_t index;          /* program order, valid after ir_index_blocks */
   uint32_t pred_count;     /* predecessors in phi source order, valid after ir_build_cfg */
   ir_block **preds;
   ir_block *succs[2];      /* valid after ir_build_cfg; if: [0] then, [1] else */
   bool reachable;          /* valid after ir_build_cfg: unreachable blocks have no edges at all */
   ir_block *idom; /* valid after ir_build_dominance; NULL for the first block and unreachable ones */
   uint32_t dom_pre, dom_post; /* interval numbering of the dominator tree */
   ir_block *dom_child, *dom_sibling;
   ir_loop *loop;           /* innermost loop around it, valid after ir_index_blocks */
   uint32_t loop_depth;
   ir_block *merged;        /* set when a pass joined this block into another one, for ir_update_cfg */
   uint32_t pred_capacity;
};
typedef struct ir_if {
   ir_node node;
   ir_inst *cond;           /* bool */
   ir_list then_list, else_list;
} ir_if;
struct ir_loop {
   ir_node node;
   ir_list body;
   bool divergent;          /* some break or continue depends on a divergent condition (analyse_divergence) */
   bool divergent_break;    /* lanes may leave at different times or places */
   bool divergent_continue; /* lanes may start the next iteration from different places */
   uint32_t first_index, last_index; /* block indices of the body, valid after ir_index_blocks */
};

typedef struct ir_var { uint8_t type; const char *name; } ir_var; /* scalar I32 or BOOL function variable */

struct ir_shader {
   struct ir_arena *arena;
   ir_list body;
   uint32_t next_id;
   uint32_t block_count;
   ir_var *vars;
   uint32_t var_count, var_capacity;
   uint32_t group_size[3];
   uint32_t lds_B, scratch_B;
   struct sc_stage_info *stage; /* graphics stages, else NULL */
   const struct sc_input *input;
   bool out_of_memory;      /* sticky: builders return a dummy instruction and set this */
   bool too_deep; /* sticky: ifs and loops are nested deeper than IR_MAX_DEPTH; passes may then not be run */
};
/* Passes recurse over the control-flow tree, so its depth is limited. */
#define IR_MAX_DEPTH 512u

/* ---- construction (ir.c) ------------------------------------------------------------------ */
ir_shader *ir_shader_create(const struct sc_input *input); /* body holds one empty block; NULL on OOM */
void ir_shader_destroy(ir_shader *s);
void *
ir_alloc(ir_shader *s,
         size_t size); /* zeroed; never NULL (a sticky dummy page on OOM for size <= 64 KiB, else NULL) */

/* A builder appends to the end of a block, or before an instruction. */
typedef struct ir_builder {
   ir_shader *s;
   ir_block *block;
   ir_inst *before;         /* NULL: append */
   bool exact, coherent;    /* copied into new instructions */
   uint32_t spirv_word;
} ir_builder;

ir_inst *ir_emit(ir_builder *b, enum ir_op op, enum ir_type type, unsigned ncomp, uint32_t imm, unsigned nsrc,
                 ir_inst *const *src);
/* Result type from ir_ops.def (S: of source 1, else of source 0); ncomp 1, pairs 2. */
ir_inst *ir_op0(ir_builder *b, enum ir_op op, uint32_t imm);
ir_inst *ir_op1(ir_builder *b, enum ir_op op, ir_inst *a);
ir_inst *ir_op2(ir_builder *b, enum ir_op op, ir_inst *a, ir_inst *c);
ir_inst *ir_op3(ir_builder *b, enum ir_op op, ir_inst *a, ir_inst *c, ir_inst *d);
ir_inst *ir_const(ir_builder *b, uint32_t bits);
ir_inst *ir_constf(ir_builder *b, float f);
ir_inst *ir_bconst(ir_builder *b, bool v);
ir_inst *ir_undef(ir_builder *b, enum ir_type type);
ir_inst *ir_vec(ir_builder *b, unsigned n, ir_inst *const *comp);   /* n == 1 returns comp[0] */
ir_inst *ir_extract(ir_builder *b, ir_inst *tuple, unsigned comp);  /* of a scalar with comp 0: itself */

uint32_t ir_var_create(ir_shader *s, enum ir_type type, const char *name);
ir_inst *ir_var_load(ir_builder *b, uint32_t var);
void ir_var_store(ir_builder *b, uint32_t var, ir_inst *value);

/* Control flow. begin_* closes the builder's block and moves it into the new list; end_* moves it to the
 * block after. */
ir_if *ir_begin_if(ir_builder *b, ir_inst *cond);
void ir_begin_else(ir_builder *b, ir_if *i);
void ir_end_if(ir_builder *b, ir_if *i);
ir_loop *ir_begin_loop(ir_builder *b);
void ir_end_loop(ir_builder *b, ir_loop *l);
void ir_break(ir_builder *b); /* what is emitted afterwards into the same list goes to an unreachable block
                                 that is dropped */
void ir_continue(ir_builder *b);

/* ---- editing and walking --------------------------------------------------------------------- */
void ir_remove(ir_inst *i);
void ir_replace_uses(ir_shader *s, ir_inst *old, ir_inst *new_value);
void ir_index_blocks(ir_shader *s);
void ir_build_cfg(ir_shader *s);  /* index_blocks + preds/succs */
void ir_count_uses(ir_shader *s);
/* Replace every use of an instruction that has `forward` set by the end of its forward chain, and remove the
 * instruction. */
void ir_apply_forwards(ir_shader *s);
/* build_cfg after edges were removed or blocks joined: sources of phis follow the predecessors that are left.
 * The CFG must have been valid before the change, and the pass calls ir_remove_unreachable only through this.
 */
void ir_update_cfg(ir_shader *s);
void ir_build_dominance(ir_shader *s); /* build_cfg + immediate dominators */
static inline bool ir_dominates(const ir_block *a, const ir_block *b)
{
   return a->dom_pre <= b->dom_pre && b->dom_post <= a->dom_post;
}
/* Empty every block that control cannot reach and drop what follows it in its list. Returns whether anything
 * changed. Phi sources are not touched: unreachable blocks are no predecessors in the first place. */
bool ir_remove_unreachable(ir_shader *s);
/* Move the nodes of `from` (all but its first block, whose instructions are appended to the block `at`)
 * behind `at`; the instructions and nodes that followed go behind them. `from` is left empty. Used to
 * dissolve an if or loop. */
void ir_splice_list(ir_shader *s, ir_block *at, ir_list *from);
/* Take the non-block node `n` out of its list and join the blocks around it; if the block before ends with a
 * jump, what follows `n` is dropped. */
void ir_remove_node(ir_shader *s, ir_node *n);
void ir_drop_after(ir_block *b); /* unlink every node behind b in its list */
void ir_insert_before(ir_inst *pos, ir_inst *i); /* links an unlinked instruction */
void ir_append(ir_block *b, ir_inst *i);
void ir_unlink(ir_inst *i);                      /* out of its block, to be inserted elsewhere */
ir_block *ir_block_create(ir_shader *s, ir_list *list);
/* Next block in program order, entering ifs and loops; NULL at the end. first: ir_first_block. */
ir_block *ir_first_block(ir_shader *s);
ir_block *ir_next_block(ir_block *b);
static inline ir_block *ir_as_block(ir_node *n) { return (ir_block *)n; }
static inline ir_if *ir_as_if(ir_node *n) { return (ir_if *)n; }
static inline ir_loop *ir_as_loop(ir_node *n) { return (ir_loop *)n; }
#define IR_OPF_PURE 1u
#define IR_OPF_LOAD 2u
#define IR_OPF_EFFECT 4u
#define IR_OPF_CONTROL 8u
#define IR_OPF_CROSS 16u /* its result depends on which lanes are active: it keeps its place in control flow */
const char *ir_op_name(enum ir_op op);
unsigned ir_op_flags(enum ir_op op);
int ir_op_nsrc(enum ir_op op);            /* -1: variable */
unsigned ir_op_ncomp(enum ir_op op);      /* of the result: 2 for operations with a 64-bit result, else 1 */
unsigned ir_src_ncomp(enum ir_op op, unsigned k); /* of source k, for operations on scalars and pairs */
/* Result type an operation must have, or -1 if it follows source 1 (or is free, for undef, phi and var_load).
 */
int ir_op_type(enum ir_op op);
/* Operations on images, res_desc aside: descriptor first, imm as isa_img_pack. */
static inline bool ir_is_image(const ir_inst *i)
{
   return i->op >= IR_img_load && i->op <= IR_img_info; /* ORDER ir_ops.def */
}
/* Sources before the image address: descriptor, sampler, data. */
static inline unsigned ir_image_fixed(const ir_inst *i)
{
   switch (i->op) {
   case IR_img_load: case IR_img_info: return 1;
   case IR_img_atomic: return i->aux == IR_ATOM_CMPSWAP ? 3 : 2;
   default: return 2;
   }
}
static inline bool ir_is_jump(const ir_inst *i)
{
   return i && (i->op == IR_jump_break || i->op == IR_jump_continue);
}

/* ---- text and checks --------------------------------------------------------------------------- */
void ir_print(const ir_shader *s, FILE *f);
/* The same as a string to be freed; NULL when out of memory (sc_text.c). */
char *sc_ir_text(const ir_shader *s);
/* Checks every invariant above (types, dominance, structure); prints the fault and aborts in debug builds,
 * returns false otherwise. `after` names the pass. */
bool ir_validate(ir_shader *s, const char *after);

/* ---- passes (one file each) ---------------------------------------------------------------------- */
bool opt_mem2reg(ir_shader *s);       /* var_load/var_store -> phis; afterwards there are none */
bool opt_fold(ir_shader *s);          /* constant folding and algebraic identities, bit-exact with the ISA */
bool opt_cse(ir_shader *s);
bool opt_dce(ir_shader *s);
bool opt_if(ir_shader *s);            /* constant conditions, empty branches, small branches to sel */
bool opt_fma(ir_shader *s);           /* contraction of fmul + fadd where not exact */
bool opt_licm(ir_shader *s);          /* loop-invariant pure values move before the loop */
bool opt_memory(ir_shader *s);        /* merge neighbouring loads and stores, drop repeated loads */
bool lower_lcssa(ir_shader *s);       /* values that leave a loop leave it through a phi */
void analyse_divergence(ir_shader *s);
bool lower_descriptors(ir_shader *s); /* image descriptors do not leave loops: they are loaded again behind them */
bool lower_waterfall(ir_shader *s);   /* image operations with divergent descriptors, after analyse_divergence */

/* All passes in the order the compiler runs them (sc.c). contract: fuse multiplications and additions. */
void sc_optimise(ir_shader *s, bool contract);

struct sc_program;
/* What a graphics shader does to its output record; into out->stage. False: out of memory. stage_info.c */
bool sc_stage_finish(ir_shader *s, struct sc_program *out);

/* ---- front and back end ---------------------------------------------------------------------------- */
struct sc_program;
/* Reads SPIR-V into a new shader (var_load/var_store form). Result code of sc.h; *out NULL on failure. */
int spirv_to_ir(const struct sc_input *in, ir_shader **out, char *err, size_t err_size);
/* Instruction selection with mask insertion, scheduling, register allocation, encoding. */
int ir_to_isa(ir_shader *s, struct sc_program *out, char *err, size_t err_size);

#endif
