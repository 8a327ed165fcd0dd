/* Programs on the machine: root table, descriptor sets and buffers laid out as sc.h says, one dispatch,
 * memory back. */
#include "run_isa.h"

#include "core_rig.h"

#define SETS_AT 0x1000u
#define SET_B 0x1000u
#define BUFFERS_AT 0x10000u

struct isa_rig {
   emu_device *dev;
   char message[128];
};

isa_rig *isa_rig_open(unsigned threads)
{
   isa_rig *r = calloc(1, sizeof *r);
   if (r)
      r->dev = rig_open(threads);
   return r;
}

void isa_rig_close(isa_rig *r)
{
   if (r)
      emu_device_close(r->dev);
   free(r);
}

static uint64_t buffer_at(const eval_env *env, unsigned slot)
{
   uint64_t at = BUFFERS_AT;
   for (unsigned i = 0; i < slot; i++)
      at += (env->size_B[i] + 511u) & ~255u; /* a gap, so that overruns are seen */
   return at;
}

static void write_descriptors(emu_device *dev, const sc_input *in, const eval_env *env)
{
   uint8_t root[SC_ROOT_B] = {0};
   memcpy(root + SC_ROOT_PUSH, env->push, sizeof env->push);
   for (unsigned set = 0; set < SC_MAX_SETS; set++) {
      uint64_t va = RIG_VA + SETS_AT + set * SET_B;
      memcpy(root + SC_ROOT_SETS + set * 8, &va, 8);
   }
   for (size_t i = 0; i < in->binding_count; i++) {
      const sc_binding *b = &in->bindings[i];
      for (uint32_t k = 0; k < b->count; k++) {
         uint32_t slot = oracle_slot(in, (uint32_t)i, k);
         uint64_t va = RIG_VA + buffer_at(env, slot);
         struct gpu_buffer_desc d = {(uint32_t)va, (uint32_t)(va >> 32), env->size_B[slot], 0};
         if (b->dynamic)
            memcpy(root + SC_ROOT_DYNAMIC + (b->offset_B + k) * 16, &d, 16);
         else
            rig_copy(dev, SETS_AT + b->set * SET_B + b->offset_B + k * 16, &d, 16, true);
      }
   }
   rig_copy(dev, 0, root, sizeof root, true);
}

static const char *fault_of(isa_rig *r)
{
   emu_device *dev = r->dev;
   if (!(emu_mmio_read(dev, GPU_REG_FAULT_STATUS) & 1))
      return NULL;
   uint64_t va = emu_mmio_read(dev, GPU_REG_FAULT_VA_LO) | (uint64_t)emu_mmio_read(dev, GPU_REG_FAULT_VA_HI)
                                                               << 32;
   uint64_t pc = emu_mmio_read(dev, GPU_REG_FAULT_PC_LO) | (uint64_t)emu_mmio_read(dev, GPU_REG_FAULT_PC_HI)
                                                               << 32;
   snprintf(r->message, sizeof r->message, "fault %u, va 0x%llx, word %lld, info 0x%x",
            emu_mmio_read(dev, GPU_REG_FAULT_TYPE), (unsigned long long)va,
            (long long)(pc - RIG_VA - RIG_PROGRAM) / 8, emu_mmio_read(dev, GPU_REG_FAULT_INFO));
   emu_mmio_write(dev, GPU_REG_FAULT_STATUS, 1);
   return r->message;
}

const char *isa_run(isa_rig *r, const sc_program *p, const sc_input *in, const eval_env *env)
{
   emu_device *dev = r->dev;
   rig_dispatch d = {.vregs = p->vregs,
                     .sregs = p->sregs,
                     .lds_B = p->lds_B,
                     .scratch_B = p->scratch_B,
                     .flags = p->ordered,
                     .watchdog = 1,
                     .program = RIG_PROGRAM,
                     .program_qw = (uint32_t)p->word_count,
                     .user = {(uint32_t)RIG_VA, (uint32_t)(RIG_VA >> 32)}};
   memcpy(d.group, p->group_size, sizeof d.group);
   memcpy(d.grid, env->grid, sizeof d.grid);
   if (p->word_count * 8 > RIG_B - RIG_PROGRAM || buffer_at(env, EVAL_BUFFERS) > RIG_PROGRAM)
      return "does not fit the rig's memory";
   write_descriptors(dev, in, env);
   rig_copy(dev, RIG_PROGRAM, p->words, p->word_count * 8, true);
   for (unsigned i = 0; i < EVAL_BUFFERS; i++) {
      if (env->size_B[i])
         rig_copy(dev, buffer_at(env, i), env->buffer[i], env->size_B[i], true);
   }
   rig_go(dev, &d);
   if (!rig_wait(dev, 0))
      return "the dispatch does not end";
   for (unsigned i = 0; i < EVAL_BUFFERS; i++) {
      if (env->size_B[i])
         rig_copy(dev, buffer_at(env, i), env->buffer[i], env->size_B[i], false);
   }
   return fault_of(r);
}
