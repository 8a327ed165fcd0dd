/* Instruction selection, shared between its parts.
 *
 * isel_home.c decides for every value which register file it lives in; isel_alu.c selects arithmetic;
 * isel_group.c what looks across lanes; isel_memory.c memory and system values; isel_image.c images; isel_copy.c turns
 * phis into copies; isel_flow.c walks the
 * control-flow tree and inserts exec mask handling; isel.c has operands and the entry point.
 */
#ifndef SC_ISEL_H
#define SC_ISEL_H

#include "ir.h"
#include "mach.h"
#include "sc.h"

#define ISEL_NONE UINT32_MAX
#define ISEL_LAUNCH_SREGS 32u

enum isel_home { HOME_NONE, HOME_S, HOME_V };

typedef struct isel_value {
   uint8_t home;          /* enum isel_home; bools are HOME_S */
   bool full;             /* bool: 0 or ~0 in all bits, whatever exec is */
   bool via_vector;       /* load into vector registers, then v_readfirst */
   bool wants_scalar;     /* some use is cheaper on the scalar unit */
   bool strict;           /* mask: bits of lanes inactive at the definition are 0 */
   uint32_t unit;         /* first unit, ISEL_NONE while not needed yet */
   uint32_t moved_unit, moved_block; /* copy in the other file, valid in that block only */
   uint32_t strict_epoch; /* exec epoch in which `strict` was computed */
   ir_inst *sat;          /* fsat that is folded into this instruction */
   bool folded;           /* emits nothing: done by another instruction */
} isel_value;

/* An enclosing construct that an exec-emptying jump has to deal with. */
typedef struct isel_scope {
   struct isel_scope *parent;
   ir_loop *loop;         /* NULL: side of a divergent if */
   uint32_t list_end;     /* block where control goes when this list is done or has no lanes left */
   uint32_t saved;        /* divergent if: unit that holds exec of the whole if */
   bool jumped;           /* divergent if: a jump took lanes away from `saved` */
   uint32_t exit;         /* loop: block behind */
   uint32_t head;         /* loop */
   uint32_t continued;    /* loop with divergent continues: unit that collects their lanes */
} isel_scope;

typedef struct isel {
   ir_shader *s;
   mach *m;
   isel_value *values;    /* by instruction id */
   bool *written;         /* per binding: stored to or atomically changed somewhere */
   isel_scope *scope;
   uint32_t entry;        /* block for what is computed once at the start */
   uint32_t cur, region, depth;
   uint32_t epoch;        /* changes with exec */
   bool maybe_empty;      /* exec may be 0 here */
   bool terminated;       /* the current block ends with s_br */
   mach_inst no_memory;   /* scribbled on when there is no room for an instruction */
   uint32_t root;         /* units of the root table address */
   uint32_t set_pointer[SC_MAX_SETS];
   unsigned hoisted;      /* descriptors loaded in the entry block */
   uint32_t local_id[3], group_id[3], grid_size[3], wave_index; /* compute */
   uint32_t launch_v[ISA_MAX_VREGS], launch_s[ISEL_LAUNCH_SREGS];  /* graphics: units by register, ISEL_NONE until used */
} isel_ctx;

/* ---- isel.c: emission and operands --------------------------------------------------------- */
mach_inst *isel_emit(isel_ctx *c, enum isa_op op, mach_operand dst, mach_operand a, mach_operand b,
                     mach_operand d);
mach_inst *isel_emit_at(isel_ctx *c, uint32_t block, enum isa_op op, mach_operand dst, mach_operand a,
                        mach_operand b, mach_operand d);
void isel_copy(isel_ctx *c, uint32_t dst_unit, mach_operand src);
uint32_t isel_unit_of(isel_ctx *c, ir_inst *i);   /* first unit of the value, allocated at first need */
mach_operand isel_any(isel_ctx *c, ir_inst *i);   /* A1: constant, scalar or vector */
mach_operand isel_uniform(isel_ctx *c, ir_inst *i); /* U1: constant or scalar */
mach_operand isel_vector(isel_ctx *c, ir_inst *i);  /* V1..V4: vector registers, all components */
mach_operand isel_mask(isel_ctx *c, ir_inst *i);  /* a bool */
mach_operand isel_new(isel_ctx *c, enum mach_class cls, unsigned size);
static inline isel_value *isel_val(isel_ctx *c, const ir_inst *i) { return &c->values[i->id]; }
static inline bool isel_is_const(const ir_inst *i)
{
   return i->op == IR_const || i->op == IR_bconst || (i->op == IR_undef && i->ncomp == 1);
}
static inline mach_operand mach_plus(mach_operand o, unsigned n)
{
   o.value += n;
   return o;
}

/* ---- the parts ---------------------------------------------------------------------------------- */
void isel_decide_homes(isel_ctx *c);
bool isel_has_scalar_op(unsigned op);             /* an integer operation of the scalar unit */
bool isel_takes_sat(unsigned op);                 /* float arithmetic with a saturate bit */
void isel_alu(isel_ctx *c, ir_inst *i);
void isel_group(isel_ctx *c, ir_inst *i, mach_operand dst); /* isel_group.c: across lanes */
void isel_memory(isel_ctx *c, ir_inst *i);
bool isel_is_memory(unsigned op);
void isel_image(isel_ctx *c, ir_inst *i, mach_operand dst); /* image operations and what they need */
void isel_descriptor(isel_ctx *c, ir_inst *i, mach_operand dst);
mach_operand isel_atomic_data(isel_ctx *c, ir_inst *i, unsigned first); /* sources `first` on: value[, comparator] */
void isel_note_order(isel_ctx *c, const ir_inst *atomic);
void isel_stage(isel_ctx *c, ir_inst *i);  /* operations of graphics stages */
bool isel_is_stage(unsigned op);
/* Byte offset operand and immediate of a memory instruction; an immediate that does not fit is added. */
mach_operand isel_address(isel_ctx *c, ir_inst *offset, bool scalar, uint32_t imm, uint32_t *imm_out);
bool isel_scalar_buffer(const isel_ctx *c, const ir_inst *load); /* may be read by the scalar unit */
/* Copies for the phis of `to` on the edge from `from`, at the end of the current block. */
void isel_phi_copies(isel_ctx *c, ir_block *from, ir_block *to);
bool isel_edge_has_copies(ir_block *from, ir_block *to);
/* Units of masks that are merged lane by lane need a definition in front of the construct that assigns them.
 */
void isel_prepare_phis(isel_ctx *c, ir_block *to);
void isel_list(isel_ctx *c, ir_list *l);
void isel_require_lanes(isel_ctx *c); /* leave if exec is 0: what follows must not run without lanes */

#endif
