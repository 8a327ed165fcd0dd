/* What the parts of a shader core share: decoded programs, waves, and the interpreter's entry points.
 *
 * A program is decoded once into micro-ops (program.c). A wave is one block of memory: scalar registers, then
 * rows of 32 lanes: vector registers, broadcasts of scalar registers, broadcasts of constants. Every operand
 * of a micro-op is a byte offset into that block, so one handler serves all operand kinds. Straight-line code
 * is cut into segments; the SEG micro-op at the head of each counts, checks the budget and is the only place
 * where a wave can be resumed.
 */
#ifndef EMU_CORE_CORE_H
#define EMU_CORE_CORE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../machine.h"
#include "../time/trace.h"
#include "isa.h"

#define EMU_ROW_B (4u * ISA_WAVE_LANES)
#define EMU_SEGMENT_MAX 256u  /* instructions; bounds the time between two budget checks */
#define EMU_WAVE_QUANTUM 4096 /* instructions a wave may run before another one gets its turn */

typedef struct emu_uop emu_uop;
typedef struct emu_wave emu_wave;
typedef struct emu_core_ctx emu_core_ctx;

/* Executes u and what follows; returns the micro-op to go on with, or NULL when the wave stopped (ctx->stop
 * says why). */
typedef const emu_uop *(*emu_handler)(const emu_uop *u, emu_wave *w, emu_core_ctx *x);

enum emu_uop_flags {
   EMU_UOP_ND = 1 << 0,      /* inactive lanes of the destination are dead */
   EMU_UOP_RET = 1 << 1,     /* atomics: write the old value */
   EMU_UOP_UNIFORM = 1 << 2, /* memory: address or descriptor in scalar registers */
   EMU_UOP_SAT = 1 << 3,
   EMU_UOP_NEG_SHIFT = 4, /* bits 4..6: negate source i */
   EMU_UOP_ABS_SHIFT = 8, /* bits 8..10: absolute value of source i */
   EMU_UOP_PLACE_SHIFT = 16, /* bits 16..23: which instruction of its segment it is, from 0 */
};

struct emu_uop {
   emu_handler fn;
   uint32_t d, a, b, c; /* byte offsets into the wave; SEG: a segment index;
                           FAULT: see program.c */
   uint32_t imm;        /* memory: bytes; branch: signed distance in micro-ops; SEG: instructions; image:
                           isa_img_pack */
   uint32_t flags;
};

struct emu_wave {
   uint32_t s[ISA_MAX_SREGS];
   uint32_t exec;
   uint32_t state;        /* enum emu_wave_state */
   const emu_uop *resume; /* a SEG micro-op */
   uint64_t instructions;
   uint32_t *scratch; /* [dword][lane] */
   bool traced;       /* the trace has a portion of it */
   uint8_t pad[256 - 33];
   uint32_t rows[][ISA_WAVE_LANES];
};

#define EMU_WAVE_S(i) ((uint32_t)(offsetof(emu_wave, s) + 4u * (i)))
#define EMU_WAVE_EXEC ((uint32_t)offsetof(emu_wave, exec))
#define EMU_WAVE_ROW(i) ((uint32_t)(sizeof(emu_wave) + EMU_ROW_B * (i)))
_Static_assert(sizeof(emu_wave) % EMU_ROW_B == 0 && offsetof(emu_wave, rows) == sizeof(emu_wave), "rows are aligned");

enum emu_wave_state { EMU_WAVE_READY, EMU_WAVE_BARRIER, EMU_WAVE_DONE };
enum emu_stop { EMU_STOP_END, EMU_STOP_BARRIER, EMU_STOP_YIELD, EMU_STOP_QUANTUM, EMU_STOP_FAULT };

typedef struct emu_segment_count {
   uint64_t runs, lanes; /* lanes: active lanes summed over runs */
} emu_segment_count;

/* Sums over waves. Everything is an integer sum or maximum, so neither the order nor the host thread matters.
 */
typedef struct emu_core_sums {
   uint64_t class_instructions[ISA_CLASS_COUNT];
   uint64_t lane_instructions;
   uint64_t bytes_read, bytes_written;
} emu_core_sums;

/* Sectors that one image instruction touches, while its record is put together (core_sectors.h). */
#define EMU_SECTOR_BLOCKS 256u
#define EMU_SECTOR_SLOTS_LOG2 9u
#define EMU_SECTOR_SLOTS (1u << EMU_SECTOR_SLOTS_LOG2)
typedef struct emu_sector_block {
   uint64_t block, sectors; /* its number in the address space, a bit for each of its 64 sectors */
} emu_sector_block;
typedef struct emu_sector_set {
   uint32_t count;
   bool spilled, lost; /* there were more, which are in the trace; there was no memory for them */
   size_t head, open;  /* spilled: dwords of the trace before the first and the latest record */
   emu_sector_block at[EMU_SECTOR_BLOCKS];
   uint16_t where[EMU_SECTOR_BLOCKS];
   uint8_t slot[EMU_SECTOR_SLOTS];
} emu_sector_set;

/* How many passes over the banks an access took: that hangs on where its lanes are from the first on (interp_banks.h). */
#define EMU_BANK_MEMOS 16u
typedef struct emu_bank_memo {
   uint32_t place[ISA_WAVE_LANES];
   uint32_t kind, passes; /* kind 0: none */
} emu_bank_memo;

/* What a handler may reach besides its wave. One per running worker and dispatch, from emu_rows_alloc. */
struct emu_core_ctx {
   uint32_t exec_row[ISA_WAVE_LANES]; /* all ones in the lanes of exec */
   uint32_t temp[4][ISA_WAVE_LANES];  /* a handler's own */
   uint64_t wide[1][ISA_WAVE_LANES];  /* the same, for 64-bit results */
   int64_t budget;                    /* instructions left in this turn */
   emu_segment_count *segments;
   uint8_t *lds;
   uint32_t lds_B, scratch_B;
   enum emu_stop stop;
   const emu_uop *at;    /* stop FAULT: the instruction */
   emu_fault_info fault; /* type, access, va, lanes, info are filled in */
   emu_core_sums sums;
   emu_tlb *tlb;
   struct emu_tex_cache **tex_cache; /* the thread's decoded blocks and views, made at first use, freed by free(); NULL: none */
   struct emu_stage *stage; /* graphics stages (stage.h), else NULL */
   uint32_t exec_saved;     /* between LIVE_ENTER and LIVE_LEAVE */
   emu_trace *trace;        /* NULL: timing is off */
   uint64_t scratch_va;     /* where the trace says that the wave's scratch is */
   emu_sector_set sectors;
   emu_bank_memo bank_memo[EMU_BANK_MEMOS];
};

/* Host memory for rows, aligned to EMU_ROW_B, not cleared; NULL when exhausted. */
void *emu_rows_alloc(size_t size_B);
void emu_rows_free(void *p);

static inline void emu_core_fault(emu_core_ctx *x, enum gpu_fault type, enum gpu_access access, uint64_t va,
                                  uint32_t lanes, uint32_t info)
{
   x->fault = (emu_fault_info){.type = type, .access = access, .va = va, .lanes = lanes, .info = info};
}

/* ---- decoded programs (program.c, decode.c) -------------------------------------------------- */
typedef struct emu_segment {
   uint32_t first_uop;
   uint16_t instructions, vector_instructions;
   uint16_t class_instructions[ISA_CLASS_COUNT];
} emu_segment;

typedef struct emu_program {
   uint64_t *words; /* the text it was decoded from: the cache compares it in full */
   size_t word_count;
   uint32_t vregs, sregs;
   bool fragment; /* decoded for fragment waves: stores and atomics leave helper lanes out */
   emu_uop *uops;
   uint32_t *uop_word; /* word index of each micro-op's instruction */
   uint8_t *uop_class; /* class of the instruction that ends with this micro-op, 0xff for helpers */
   uint32_t uop_count;
   emu_segment *segments;
   uint32_t segment_count;
   uint32_t rows;        /* rows of a wave */
   uint32_t const_count; /* rows that hold a constant in all lanes */
   struct {
      uint32_t bits, row;
   } * consts;
   uint32_t invariant_count; /* rows of scalar registers that are read as vectors but never written */
   struct {
      uint32_t sreg, row;
   } * invariants;
   /* Vector registers that a full wave must find set when it starts, zero or initial values: all others are written before
    * they are read. */
   uint32_t entry[ISA_MAX_VREGS / 32];
   size_t bytes; /* host memory held */
   struct time_program *time; /* what the timing model knows of it, or NULL: time/program.c */
   /* cache */
   uint64_t hash;
   uint32_t references;
   struct emu_program *next, *newer, *older;
} emu_program;

static inline bool emu_program_needs(const emu_program *p, unsigned vreg)
{
   return p->entry[vreg / 32] >> vreg % 32 & 1;
}

/* Index of the word of each instruction of a segment, in their order: at most `max` of them to `out`; how many it has. */
uint32_t emu_program_segment_words(const emu_program *p, uint32_t segment, uint32_t *out, uint32_t max);

struct emu_interp;
/* Decode; NULL when host memory is exhausted. Any content is accepted: what cannot be executed faults when
 * reached. sregs | EMU_PROGRAM_FRAGMENT: a program of fragment waves. */
#define EMU_PROGRAM_FRAGMENT 0x80000000u
emu_program *emu_program_decode(const struct emu_interp *interp, const emu_profile *profile,
                                const uint64_t *words, size_t count, uint32_t vregs, uint32_t sregs);
void emu_program_destroy(emu_program *p);

/* The device's decoded programs, found by content: a program that was rewritten is simply another program. */
typedef struct emu_program_cache emu_program_cache;
emu_program_cache *emu_program_cache_create(const struct emu_interp *interp, const emu_profile *profile,
                                            size_t max_B);
void emu_program_cache_destroy(emu_program_cache *c);
emu_program *emu_program_cache_get(emu_program_cache *c, const uint64_t *words, size_t count, uint32_t vregs,
                                   uint32_t sregs);
void emu_program_cache_hold(emu_program_cache *c, emu_program *p); /* one more reference, to be put back like the first */
void emu_program_cache_put(emu_program_cache *c, emu_program *p);
size_t emu_program_cache_bytes(emu_program_cache *c);

/* ---- the interpreter (interp.c, once per host level) ----------------------------------------- */
enum emu_helper { /* micro-ops that are no instruction */
                  EMU_HELPER_SEG,
                  EMU_HELPER_JUMP,
                  EMU_HELPER_FAULT,
                  EMU_HELPER_BROADCAST,
                  EMU_HELPER_BROADCAST_IMM,
                  EMU_HELPER_EXEC_CHANGED,
                  EMU_HELPER_LIVE_ENTER, /* fragment programs: around stores and atomics */
                  EMU_HELPER_LIVE_LEAVE,
                  EMU_HELPER_COUNT
};
typedef struct emu_interp {
   const char *name;
   emu_handler op[ISA_OPCODES];          /* NULL where isa.def has no record */
   emu_handler op_modified[ISA_OPCODES]; /* variant that obeys neg, abs and sat; NULL without ISA_F_FMOD */
   emu_handler helper[EMU_HELPER_COUNT];
   /* Run w from w->resume until it stops; returns x->stop. x->budget must be set. */
   enum emu_stop (*run)(emu_wave *w, emu_core_ctx *x);
} emu_interp;
extern const emu_interp emu_interp_v2, emu_interp_v3, emu_interp_v4;
/* The interpreter for a level; the best one that the host has for EMU_ISA_AUTO; NULL if the host lacks it. */
const emu_interp *emu_interp_select(enum emu_isa_level level);

/* ---- memory instructions, the parts that are the same on every level (memory.c) -------------- */
/* The lanes of one memory instruction: byte address of each active lane (GPU VA, or offset into LDS), and how
 * many of its dwords lie inside the buffer. */
typedef struct emu_lanes {
   uint64_t va[ISA_WAVE_LANES];
   uint32_t valid[ISA_WAVE_LANES];
   uint32_t exec;
} emu_lanes;
/* Load into / store from the consecutive rows `data`, dword by dword, through the TLB. False: fault, x->fault
 * is set. */
bool emu_core_load(emu_core_ctx *x, const emu_lanes *m, uint32_t (*data)[ISA_WAVE_LANES], unsigned dwords);
bool emu_core_store(emu_core_ctx *x, const emu_lanes *m, uint32_t (*data)[ISA_WAVE_LANES], unsigned dwords);
/* The same on the LDS, where the only fault is misalignment. */
bool emu_core_lds_load(emu_core_ctx *x, const emu_lanes *m, uint32_t (*data)[ISA_WAVE_LANES],
                       unsigned dwords);
bool emu_core_lds_store(emu_core_ctx *x, const emu_lanes *m, uint32_t (*data)[ISA_WAVE_LANES],
                        unsigned dwords);
enum emu_atomic {
   EMU_ATOMIC_ADD,
   EMU_ATOMIC_MIN_I32,
   EMU_ATOMIC_MAX_I32,
   EMU_ATOMIC_MIN_U32,
   EMU_ATOMIC_MAX_U32,
   EMU_ATOMIC_AND,
   EMU_ATOMIC_OR,
   EMU_ATOMIC_XOR,
   EMU_ATOMIC_SWAP,
   EMU_ATOMIC_CMPSWAP,
   EMU_ATOMIC_ADD_FLOAT, /* f32, f64 */
   EMU_ATOMIC_MIN_FLOAT,
   EMU_ATOMIC_MAX_FLOAT
};
/* Atomics in lane order; old values to `old` (active lanes) unless it is NULL. data: one row, two for
 * CMPSWAP. */
bool emu_core_atomic(emu_core_ctx *x, const emu_lanes *m, enum emu_atomic op,
                     uint32_t (*data)[ISA_WAVE_LANES], uint32_t *old, bool lds);
/* The same on 8 bytes; data: two rows, four for CMPSWAP. m->valid is 1 where the 8 bytes lie inside, else 0.
 */
bool emu_core_atomic64(emu_core_ctx *x, const emu_lanes *m, enum emu_atomic op,
                       uint32_t (*data)[ISA_WAVE_LANES], uint64_t *old, bool lds);
/* Elements of 1 or 2 bytes, zero-extended; m->valid as above. */
bool emu_core_element_load(emu_core_ctx *x, const emu_lanes *m, uint32_t *data, unsigned bytes, bool lds);
bool emu_core_element_store(emu_core_ctx *x, const emu_lanes *m, const uint32_t *data, unsigned bytes,
                            bool lds);
/* Consecutive dwords at va for the scalar unit; `valid` of them are read, the rest is 0. */
bool emu_core_scalar_load(emu_core_ctx *x, uint64_t va, uint32_t *dst, unsigned dwords, unsigned valid);

/* ---- image instructions (tex_exec.c) ---------------------------------------------------------- */
/* One instruction for all active lanes; at least one is active. False: fault, x->fault is set. */
bool emu_tex_execute(const emu_uop *u, emu_wave *w, emu_core_ctx *x, uint32_t opcode);

#endif
