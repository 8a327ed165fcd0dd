/* What the model knows of a program: instructions of its segments, with the registers they read and write. Made once per program, on
 * the timing unit's thread, kept with it. */
#ifndef EMU_TIME_PROGRAM_H
#define EMU_TIME_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include "../profile.h"
#include "isa.h"

struct emu_program;

typedef struct time_inst {
   uint32_t word;       /* index of its word in the program: address = program_va + 8 * word */
   uint16_t opcode;
   uint8_t cls;         /* enum isa_class */
   uint8_t op, path;    /* memory: enum time_op, enum time_path; else 0xff */
   bool is_lds, is_image;
   uint16_t src[4];     /* first registers read: vector 0..255, scalar 256.., ISA_EXEC and so on as 511; 0xffff none */
   uint8_t src_regs[4];
   uint16_t dst;
   uint8_t dst_regs;
   uint16_t issue_cycles, latency_cycles; /* of its class; memory: of its issue alone */
} time_inst;

typedef struct time_segment {
   uint32_t first, count; /* instructions */
} time_segment;

typedef struct time_program {
   time_inst *inst;
   time_segment *segment;
   uint32_t insts, segments;
   void *approx; /* what approx.c precomputes, or NULL */
} time_program;

/* NULL: host memory is exhausted. Freed by time_program_destroy, which emu_program_destroy calls. */
time_program *time_program_get(struct emu_program *p, const emu_profile *profile);
void time_program_destroy(time_program *t);

#endif
