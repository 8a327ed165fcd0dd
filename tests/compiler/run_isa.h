/* Runs compiled programs on the emulator's shader cores, with the same memory that the oracle takes. */
#ifndef RUN_ISA_H
#define RUN_ISA_H

#include "oracle.h"
#include "sc.h"

typedef struct isa_rig isa_rig;

isa_rig *isa_rig_open(unsigned threads);
void isa_rig_close(isa_rig *r);
/* Copies the buffers in, runs the grid, copies them back. Returns NULL or what went wrong. */
const char *isa_run(isa_rig *r, const sc_program *p, const sc_input *in, const eval_env *env);

#endif
