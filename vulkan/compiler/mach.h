/* Machine code before encoding: ISA instructions over virtual registers, in blocks in their final order.
 *
 * A virtual register ("unit") is one 32-bit register of the vector or the scalar file. Operands that the ISA
 * reads or writes as consecutive registers name the first unit of a group: consecutive unit numbers that the
 * allocator keeps together.
 *
 * Two control-flow graphs connect the blocks. The logical one is the path of one lane: vector registers are
 * written under exec, so a lane only ever sees the writes on its own path, and it is the right graph for
 * them. The physical one is the path of the wave, on which both sides of a divergent if follow each other:
 * the right graph for scalar registers, which every pass over an instruction writes.
 *
 * Bools are lane masks in scalar registers. Invariant: only the bits of lanes that are active where the bool
 * is used count; the others are unspecified, but for bools in "full" form (isel_home.c), which are 0 or ~0 in
 * all bits.
 */
#ifndef SC_MACH_H
#define SC_MACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "isa.h"

struct sc_program;
struct sc_input;

enum mach_pseudo {
   MACH_FIXED =
       ISA_OPCODES, /* dst group of imm units holds what the hardware put into register `fixed` at launch */
   MACH_IMPDEF,     /* dst gets an unspecified value: its live range starts here */
   MACH_COPY,       /* v_mov or s_mov by the class of dst */
};

enum mach_operand_kind { MACH_NONE, MACH_UNIT, MACH_CONST, MACH_EXEC, MACH_PHYS };

typedef struct mach_operand {
   uint32_t kind;
   uint32_t value; /* unit, bits, or ISA operand number */
} mach_operand;

typedef struct mach_inst {
   uint16_t op; /* enum isa_op or enum mach_pseudo */
   uint8_t neg, abs;
   bool sat, nd, ret, coherent;
   bool spill_code;
   isa_img img;
   mach_operand dst, src[3];
   uint32_t imm;
   uint32_t target; /* branches: block number */
   uint32_t spirv_word; /* where it comes from, 0: whatever stands before it */
} mach_inst;

#define MACH_NO_BLOCK UINT32_MAX

typedef struct mach_block {
   mach_inst *insts;
   uint32_t count, capacity;
   uint32_t logical[2], physical[2]; /* successors, MACH_NO_BLOCK = none */
   uint32_t loop_depth;
   uint32_t region;
   uint32_t order;     /* place in the final order, MACH_NO_BLOCK while not placed */
   uint32_t start;     /* number of its first instruction in that order, valid after mach_number */
} mach_block;

/* Part of the program that runs with some lanes switched off, and where those lanes wait. Region 0: the
 * whole. */
typedef struct mach_region {
   uint32_t parent;
   uint32_t wait[2]; /* blocks whose logical live-in registers the waiting lanes need, MACH_NO_BLOCK = none */
} mach_region;

enum mach_class { MACH_S, MACH_V };

typedef struct mach_segment { uint32_t start, end; } mach_segment; /* positions [start, end), see ra.h */

typedef struct mach_unit {
   uint8_t cls;         /* enum mach_class */
   uint8_t size, index; /* of its group, and its place in it */
   bool spill_temp;     /* lives between a reload or spill and its instruction: cannot be spilled again */
   int16_t fixed;       /* register the hardware chose, -1 = free */
   int16_t hint;        /* register to prefer, -1 = none */
   int16_t reg;         /* allocated register, -1 */
   uint32_t same_as;    /* unit it was merged into, or itself */
   float weight;
   mach_segment *segs;
   uint32_t seg_count;
} mach_unit;

typedef struct mach {
   mach_block *blocks;
   uint32_t block_count, block_capacity;
   uint32_t *order;     /* block numbers in program order */
   uint32_t order_count, order_capacity;
   mach_unit *units;
   uint32_t unit_count, unit_capacity;
   mach_region *regions;
   uint32_t region_count, region_capacity;
   uint32_t inst_count; /* valid after mach_number */
   uint32_t max_vregs, max_sregs, max_scratch_B;
   uint32_t vregs, sregs;      /* used, after allocation */
   uint32_t scratch_B;
   uint32_t lane_spill_slots;  /* scalar spills, 32 to a reserved vector register */
   uint32_t lane_spill_base;   /* first of those registers */
   uint32_t spills, fills;
   bool ordered;
   bool out_of_memory;
   uint32_t spirv_word; /* of what is being selected: copied into new instructions */
   bool keep_origins;
} mach;

mach *mach_create(void);
void mach_destroy(mach *m);

static inline mach_operand mach_none(void) { return (mach_operand){MACH_NONE, 0}; }
static inline mach_operand mach_unit_op(uint32_t unit) { return (mach_operand){MACH_UNIT, unit}; }
static inline mach_operand mach_const(uint32_t bits) { return (mach_operand){MACH_CONST, bits}; }
static inline mach_operand mach_exec(void) { return (mach_operand){MACH_EXEC, 0}; }

uint32_t mach_new_block(mach *m, uint32_t loop_depth, uint32_t region);
void mach_place(mach *m, uint32_t block); /* next in program order */
uint32_t mach_new_region(mach *m, uint32_t parent, uint32_t wait0, uint32_t wait1);
uint32_t mach_new_units(mach *m, enum mach_class cls, unsigned size); /* the first of the group */
mach_inst *mach_insert(mach *m, uint32_t block, uint32_t at, const mach_inst *i);
mach_inst *mach_append(mach *m, uint32_t block, const mach_inst *i);

/* Numbers instructions in program order and sets mach_block.start. */
void mach_number(mach *m);

/* How many consecutive units operand k names; k = -1: the destination. */
unsigned mach_operand_units(const mach_inst *i, int k);
enum isa_class mach_class_of(const mach_inst *i);
bool mach_has_effect(const mach_inst *i);
static inline bool mach_is_branch(const mach_inst *i)
{
   return i->op == ISA_OP_s_br || i->op == ISA_OP_s_brz || i->op == ISA_OP_s_brnz;
}

void mach_print(const mach *m, FILE *f);

/* Grows *items, an array of elements of `size` bytes, to hold at least `need`; false when out of memory. */
bool mach_grow(mach *m, void *items, uint32_t *capacity, uint32_t need, size_t size);

/* ---- stages (one file group each) -------------------------------------------------------- */
struct ir_shader;
mach *isel(struct ir_shader *s);      /* isel_*.c; NULL when out of memory */
void mach_dce(mach *m);               /* instructions whose results nobody reads */
void sched(mach *m);               /* order within blocks: loads early, long chains first */
/* 0 or an sc_result; on failure err says why. */
int ra_run(mach *m, char *err, size_t err_size);
int emit_program(mach *m, struct sc_program *out, char *err, size_t err_size);

#endif
