/* Value of a pure scalar operation on constants, exactly as the machine computes it. */
#ifndef SC_FOLD_CONST_H
#define SC_FOLD_CONST_H

#include <stdbool.h>
#include <stdint.h>

/* Operands are 32-bit values, bools are 0 or 1. False for operations that are not folded: those whose result
 * the manual defines by a polynomial, and those with no value of their own. */
bool fold_const(unsigned op, const uint32_t src[3], uint32_t *result);

#endif
