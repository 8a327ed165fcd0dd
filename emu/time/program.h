/* What the model knows of a program: instructions of its segments, with the registers they read and write.
 * Made once per program, on the timing unit's thread, kept with it.
 *
 * Registers are numbered as on the wave's scoreboard: vector registers first, scalar registers behind them,
 * exec last.
 */
#ifndef EMU_TIME_PROGRAM_H
#define EMU_TIME_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include "../profile.h"
#include "isa.h"

struct emu_program;

/* What a scheduler's cycle went to; in the order of the counters ISSUE_ACTIVE, STALL_... */
enum time_why {
   TIME_WHY_ACTIVE,
   TIME_WHY_DEPENDENCY,
   TIME_WHY_MEMORY,
   TIME_WHY_TEXTURE,
   TIME_WHY_SCALAR,
   TIME_WHY_ATOMIC,
   TIME_WHY_LDS,
   TIME_WHY_PORT,
   TIME_WHY_FETCH,
   TIME_WHY_BARRIER,
   TIME_WHY_IDLE,
   TIME_WHYS
};

/* The units that memory instructions go to, each with a queue per scheduler. */
enum time_port {
   TIME_PORT_VECTOR,
   TIME_PORT_TEXTURE,
   TIME_PORT_SCALAR,
   TIME_PORT_LDS,
   TIME_PORTS,
   TIME_PORT_NONE = TIME_PORTS
};

enum time_kind {
   TIME_KIND_ALU, /* everything whose result is there after the class's latency */
   TIME_KIND_MEMORY,
   TIME_KIND_BRANCH, /* and yields: the wave's next instruction comes after the latency */
   TIME_KIND_FENCE,
   TIME_KIND_BARRIER,
   TIME_KIND_END
};

typedef struct time_regs {
   uint16_t first, count;
} time_regs;

#define TIME_SOURCES 5u
typedef struct time_inst {
   uint32_t word; /* index of its word in the program: address = program_va + 8 * word */
   uint16_t opcode;
   uint8_t cls;            /* enum isa_class */
   uint8_t kind;           /* enum time_kind */
   uint8_t op, path, port; /* memory: enum time_op, enum time_path (LDS: none), enum time_port */
   uint8_t why;            /* who waits for its result waits for this */
   uint8_t passes;         /* local data share without conflicts */
   uint8_t sources;
   time_regs src[TIME_SOURCES], dst;
   uint32_t issue_cycles, latency_cycles; /* of its class */
} time_inst;

typedef struct time_segment {
   uint32_t first, count; /* instructions */
} time_segment;

/* What an instruction cost: schedulers' cycles by what they went to, without idle ones. The sum over all
 * instructions and idle cycles is ISSUE_SLOTS, but for what sampling estimates: a stall counts for the instruction that
 * was issued after it. */
typedef struct time_inst_cost {
   uint64_t issued;
   uint64_t passed; /* so many more by waves that the model passed over, whose cycles are not counted here */
   uint64_t cycles[TIME_WHY_IDLE];
} time_inst_cost;

typedef struct time_program {
   time_inst *inst;
   time_segment *segment;
   uint32_t insts, segments;
   uint32_t words; /* of its text */
   uint32_t vregs, board; /* registers on the scoreboard; exec is board - 1 */
   uint32_t longest_cycles; /* largest latency of its arithmetic */
   struct time_plan *plan; /* what approx.c goes by (plan.c), or NULL */
   struct time_inst_cost *cost; /* [insts], the report's, or NULL: nobody asked */
} time_program;

/* NULL: host memory is exhausted. Freed by time_program_destroy, which emu_program_destroy calls. */
time_program *time_program_get(struct emu_program *p, const emu_profile *profile);
void time_program_destroy(time_program *t);

#endif
