/* Reference evaluator of the compiler's IR with the machine's own arithmetic: results match the ISA bit for
 * bit. (ir_eval.h is the front end's evaluator, an independent opinion with libm's arithmetic.) */
#ifndef ORACLE_H
#define ORACLE_H

#include "ir.h"

#define EVAL_BUFFERS 16u

typedef struct eval_env {
   uint32_t *buffer[EVAL_BUFFERS]; /* by oracle_slot */
   uint32_t size_B[EVAL_BUFFERS];
   uint32_t push[64];
   uint32_t grid[3];
   uint64_t budget;                /* instructions one invocation may execute */
} eval_env;

/* Number of the buffer behind an element of a binding: bindings in order, arrays take a slot per element. */
struct sc_input;
uint32_t oracle_slot(const struct sc_input *in, uint32_t binding, uint32_t element);

/* Runs the whole grid; buffers change. False if an invocation exceeds the budget or an operation is unknown.
 */
bool oracle_run(ir_shader *s, const eval_env *env);

#endif
