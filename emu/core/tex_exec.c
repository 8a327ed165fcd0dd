/* Image instructions: until the texture unit is complete every one of them is an undefined opcode. */
#include "core.h"

bool emu_tex_execute(const emu_uop *u, emu_wave *w, emu_core_ctx *x, uint32_t opcode)
{
   emu_core_fault(x, GPU_FAULT_ILLEGAL_INST, GPU_ACCESS_NONE, 0, w->exec, ISA_E_OPCODE);
   return false;
}
