/* Any program on the shader core. Eight bytes choose: how it runs, registers, local memory, scratch, workgroup, grid;
 * with bit 2 of the first, 96 bytes for s[32:55] follow (an image, a sampler, a buffer); the rest are program words. Run
 * as one wave in this thread it does the same on every host level of the interpreter (memory included); run as a
 * dispatch of the front end it ends, faults, or is killed at once. */
#include "core_rig.h"
#include "fuzz.h"

#define MAX_WORDS 256u
#define WATCHDOG 3000u  /* instructions of a wave */
#define PATIENCE_US 3000u

static emu_device *dev;
static const emu_interp *levels[3];
static unsigned level_count;
static uint32_t content[0x4000]; /* what each 64 KiB page holds before a program runs */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
   dev = rig_open_as(FUZZ_CARD, 2, NULL);
   level_count = rig_levels(levels);
   for (uint32_t i = 0; i < sizeof content / 4; i++)
      content[i] = i * 0x9e3779b9u;
   return 0;
}

static void reset_memory(void)
{
   for (uint32_t i = 0; i < RIG_B; i += 0x10000)
      memcpy(rig_host(dev, i), content, sizeof content);
}

/* Keep what the memory holds, or compare it with what was kept. */
static bool memory_same(bool keep)
{
   static uint8_t kept[RIG_B];
   bool same = true;
   for (uint32_t i = 0; i < RIG_B; i += 0x10000)
      if (keep)
         memcpy(kept + i, rig_host(dev, i), sizeof content);
      else
         same &= !memcmp(kept + i, rig_host(dev, i), sizeof content);
   return same;
}

typedef struct shape {
   uint32_t descriptors[24]; /* all zero without mode bit 2 */
   uint32_t mode, vregs, sregs, lds_B, scratch_B, group, grid, user;
} shape;

/* ---- one wave ------------------------------------------------------------------------------------ */
typedef struct outcome {
   enum emu_turn turn;
   uint64_t instructions;
   uint32_t s[64], exec, v[32][32];
   emu_fault_info fault;
} outcome;

static void first_registers(emu_wave *w, const shape *s)
{
   memcpy(w->s + 32, s->descriptors, sizeof s->descriptors);
   for (unsigned i = 0; i < 32; i++) {
      w->s[i] = i % 4 == 0   ? (uint32_t)RIG_VA
                : i % 4 == 1 ? (uint32_t)(RIG_VA >> 32)
                : i % 4 == 2 ? RIG_B
                             : s->user * i;
      for (unsigned l = 0; l < 32; l++)
         w->rows[i][l] = i % 4 == 0   ? (uint32_t)RIG_VA
                         : i % 4 == 1 ? (uint32_t)(RIG_VA >> 32)
                                      : (l * i * 4) & 0x3fff;
   }
}

static void run_wave(const emu_interp *interp, const shape *s, const uint64_t *words, size_t count, outcome *o)
{
   rig_wave t;
   memset(o, 0, sizeof *o);
   reset_memory();
   rig_wave_open(&t, dev, interp, words, count, s->lds_B, s->scratch_B);
   t.launch.watchdog = WATCHDOG;
   first_registers(t.wave, s);
   rig_wave_refresh(&t);
   o->turn = rig_wave_run(&t);
   o->instructions = t.wave->instructions;
   o->exec = t.wave->exec;
   memcpy(o->s, t.wave->s, sizeof o->s);
   memcpy(o->v, t.wave->rows, sizeof o->v);
   if (o->turn == EMU_TURN_FAULT)
      o->fault = t.x->fault;
   rig_wave_close(&t);
}

static void compare_levels(const shape *s, const uint64_t *words, size_t count)
{
   static outcome first, other;
   run_wave(levels[0], s, words, count, &first);
   memory_same(true);
   fuzz_check(first.instructions <= WATCHDOG);
   for (unsigned i = 1; i < level_count; i++) {
      run_wave(levels[i], s, words, count, &other);
      fuzz_check(!memcmp(&first, &other, sizeof first) && memory_same(false));
   }
}

/* ---- a dispatch ---------------------------------------------------------------------------------- */
static void dispatch(const shape *s, uint64_t *words, size_t count)
{
   rig_dispatch d = {.ring = s->mode >> 4 & 7,
                     .vregs = s->vregs,
                     .sregs = s->sregs,
                     .lds_B = s->lds_B,
                     .scratch_B = s->scratch_B,
                     .flags = s->mode >> 1 & 1,
                     .watchdog = 1,
                     .group = {s->group % 71, 1 + s->group / 71 % 4, 1 + s->group / 142},
                     .grid = {s->grid % 9, 1 + s->grid / 9 % 4, 1},
                     .program = RIG_PROGRAM,
                     .program_qw = (uint32_t)count,
                     .user = {(uint32_t)RIG_VA, (uint32_t)(RIG_VA >> 32), RIG_B, s->user}};
   rig_copy(dev, RIG_PROGRAM, words, count * 8, true);
   rig_go(dev, &d);
   for (unsigned waited = 0; waited < PATIENCE_US && emu_cs_read(dev, d.ring, GPU_OFF_CS_INFLIGHT); waited += 100)
      rig_sleep_us(100);
   emu_cs_write(dev, d.ring, GPU_OFF_CS_KILL, 1);
   fuzz_check(rig_wait(dev, d.ring));
   emu_mmio_write(dev, GPU_REG_FAULT_STATUS, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
   fuzz_in in = {data, size};
   shape s = {.mode = (uint32_t)fuzz_take(&in, 1)};
   s.vregs = (uint32_t)fuzz_take(&in, 1) + (s.mode >> 7); /* 256 can be asked for */
   s.sregs = (uint32_t)fuzz_take(&in, 1);
   s.lds_B = (uint32_t)fuzz_take(&in, 1) * 64;
   s.scratch_B = (uint32_t)fuzz_take(&in, 1) * 16;
   s.group = (uint32_t)fuzz_take(&in, 1);
   s.grid = (uint32_t)fuzz_take(&in, 1);
   s.user = (uint32_t)fuzz_take(&in, 1);
   for (unsigned i = 0; s.mode & 4 && i < 24; i++)
      s.descriptors[i] = (uint32_t)fuzz_take(&in, 4);
   size_t count = in.left_B / 8 < MAX_WORDS ? in.left_B / 8 : MAX_WORDS;
   if (!count)
      return 0;
   uint64_t *words = malloc(count * 8);
   fuzz_check(words);
   memcpy(words, in.p, count * 8);
   if (s.mode & 1) {
      reset_memory();
      dispatch(&s, words, count);
   } else {
      compare_levels(&s, words, count);
   }
   free(words);
   return 0;
}
