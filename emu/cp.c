/* Command processor: its host thread, reset and boot, events and wfi, and the registers the host sees.
 *
 * Invariant: the core runs only between a boot that accepted the image and the next reset, always on the processor's own
 * thread. Reset is a handshake: the write returns once the thread has parked, then the engines are reset. Running code is
 * left every CP_QUANTUM instructions, so no firmware can hold off reset or close. The mutex is a leaf: nothing
 * else of the machine is called while it is held.
 */
#include <stdlib.h>
#include "clock.h"
#include "cp.h"
#include "time/timing.h"
#include "settings.h"

#define CP_QUANTUM 65536u
#define CP_QUANTUM_INTERRUPTIBLE 2048u

/* ---- events --------------------------------------------------------------------------------------- */
static bool event_pending(emu_cp *cp)
{
   return atomic_load(&cp->event) & atomic_load(&cp->event_mask);
}

void emu_cp_event(emu_device *dev, uint32_t events)
{
   emu_cp *cp = dev->cp;
   if (!cp)
      return;
   atomic_fetch_or(&cp->event, events);
   /* ORDER: the sleeper sets `sleeping` before it looks at `event`, we the other way round; one of us sees the other. */
   if (!atomic_load(&cp->sleeping))
      return;
   pthread_mutex_lock(&cp->mutex);
   pthread_cond_signal(&cp->wake);
   pthread_mutex_unlock(&cp->mutex);
}

static void wait_for_interrupt(emu_cp *cp)
{
   if (event_pending(cp))
      return;
   pthread_mutex_lock(&cp->mutex);
   atomic_store(&cp->sleeping, true);
   while (!event_pending(cp) && !atomic_load(&cp->stop)) {
      if (!cp->timer_deadline_ns)
         pthread_cond_wait(&cp->wake, &cp->mutex);
      else
         emu_cond_wait_until(&cp->wake, &cp->mutex, cp->timer_deadline_ns);
      cp_timer_poll(cp);
   }
   atomic_store(&cp->sleeping, false);
   pthread_mutex_unlock(&cp->mutex);
}

/* ---- the processor's thread --------------------------------------------------------------------------- */
static void halt(emu_cp *cp)
{
   atomic_store(&cp->halt_pc, cp->core.halt_pc);
   atomic_store(&cp->halt_cause, cp->core.halt_cause);
   atomic_store(&cp->halt_tval, cp->core.halt_tval);
   atomic_store(&cp->status, GPU_CP_HALTED);
   emu_debug(cp->dev, CP, "halted at pc %08x, cause %u, tval %08x", cp->core.halt_pc, cp->core.halt_cause,
             cp->core.halt_tval);
   emu_irq_raise(cp->dev, GPU_IRQ_CP_HALT);
}

/* Until reset, close or a halt. */
static void run(emu_cp *cp)
{
   while (!atomic_load_explicit(&cp->stop, memory_order_relaxed)) {
      cp_timer_poll(cp);
      rv32_set_interrupt(&cp->core, event_pending(cp));
      enum rv32_exit e = rv32_run(&cp->core, rv32_interruptible(&cp->core) ? CP_QUANTUM_INTERRUPTIBLE : CP_QUANTUM);
      cp_account(cp);
      if (e == RV32_EXIT_WFI)
         wait_for_interrupt(cp);
      else if (e == RV32_EXIT_HALT) {
         halt(cp);
         return;
      }
   }
}

static void boot_and_run(emu_cp *cp)
{
   bool accepted = cp_boot(cp);
   atomic_store(&cp->status, accepted ? GPU_CP_RUNNING : GPU_CP_BAD_IMAGE);
   pthread_mutex_lock(&cp->mutex);
   cp->in_reset = false;
   pthread_cond_broadcast(&cp->moved);
   pthread_mutex_unlock(&cp->mutex);
   if (accepted)
      run(cp);
}

static void *thread_main(void *arg)
{
   emu_cp *cp = arg;
   pthread_mutex_lock(&cp->mutex);
   for (;;) {
      cp->in_reset = true;
      atomic_store(&cp->status, GPU_CP_IN_RESET);
      pthread_cond_broadcast(&cp->moved);
      while (cp->want == CP_WANT_RESET)
         pthread_cond_wait(&cp->wake, &cp->mutex);
      if (cp->want == CP_WANT_EXIT)
         break;
      pthread_mutex_unlock(&cp->mutex);
      boot_and_run(cp);
      pthread_mutex_lock(&cp->mutex);
      while (cp->want == CP_WANT_RUN) /* halted or refused */
         pthread_cond_wait(&cp->wake, &cp->mutex);
   }
   pthread_mutex_unlock(&cp->mutex);
   return NULL;
}

/* Ask the thread for another state; for RESET and RUN wait until it has got there. */
static void move_to(emu_cp *cp, enum cp_want want)
{
   pthread_mutex_lock(&cp->mutex);
   cp->want = want;
   atomic_store(&cp->stop, want != CP_WANT_RUN);
   pthread_cond_signal(&cp->wake);
   while (want != CP_WANT_EXIT && cp->in_reset != (want == CP_WANT_RESET))
      pthread_cond_wait(&cp->moved, &cp->mutex);
   pthread_mutex_unlock(&cp->mutex);
}

static void write_reset(emu_cp *cp, bool reset)
{
   pthread_mutex_lock(&cp->control);
   if (reset) {
      move_to(cp, CP_WANT_RESET);
      emu_cs_reset(cp->dev);
      emu_dma_reset(cp->dev);
      emu_gfx_reset(cp->dev);
   } else {
      move_to(cp, CP_WANT_RUN);
   }
   pthread_mutex_unlock(&cp->control);
}

/* ---- registers of the CP block ---------------------------------------------------------------------------- */
static uint32_t read_reset(emu_cp *cp)
{
   pthread_mutex_lock(&cp->mutex);
   uint32_t v = cp->want == CP_WANT_RESET;
   pthread_mutex_unlock(&cp->mutex);
   return v;
}

/* Register that is a plain value, NULL if the address is none. */
static _Atomic uint32_t *value_register(emu_cp *cp, uint32_t address)
{
   switch (address) {
   case GPU_REG_CP_STATUS: return &cp->status;
   case GPU_REG_CP_FW_LO: return &cp->fw_lo;
   case GPU_REG_CP_FW_HI: return &cp->fw_hi;
   case GPU_REG_CP_FW_SIZE: return &cp->fw_size;
   case GPU_REG_CP_PC: return &cp->halt_pc;
   case GPU_REG_CP_CAUSE: return &cp->halt_cause;
   case GPU_REG_CP_TVAL: return &cp->halt_tval;
   case GPU_REG_CP_MAILBOX0: return &cp->mailbox[0];
   case GPU_REG_CP_MAILBOX1: return &cp->mailbox[1];
   case GPU_REG_CP_MAILBOX2: return &cp->mailbox[2];
   case GPU_REG_CP_MAILBOX3: return &cp->mailbox[3];
   default: return NULL;
   }
}

static bool may_write(uint32_t address, bool from_cp)
{
   switch (address) {
   case GPU_REG_CP_FW_LO: case GPU_REG_CP_FW_HI: case GPU_REG_CP_FW_SIZE: return !from_cp;
   case GPU_REG_CP_MAILBOX0: case GPU_REG_CP_MAILBOX1: case GPU_REG_CP_MAILBOX2: case GPU_REG_CP_MAILBOX3: return true;
   default: return false;
   }
}

uint32_t emu_cp_read(emu_device *dev, uint32_t address)
{
   switch (address) {
   case GPU_REG_CP_RESET: return read_reset(dev->cp);
   case GPU_REG_CP_TIME_LO: return (uint32_t)emu_time_published(dev);
   case GPU_REG_CP_TIME_HI: return (uint32_t)(emu_time_published(dev) >> 32);
   default: break;
   }
   _Atomic uint32_t *r = value_register(dev->cp, address);
   return r ? atomic_load(r) : 0; /* the host finds nothing in the local units */
}

void emu_cp_write(emu_device *dev, uint32_t address, uint32_t value, bool from_cp)
{
   emu_cp *cp = dev->cp;
   if (address == GPU_REG_CP_RESET && !from_cp) {
      write_reset(cp, value & 1);
   } else if (address == GPU_REG_CP_POKE) {
      emu_cp_event(dev, GPU_EVENT_POKE);
   } else if (may_write(address, from_cp)) {
      atomic_store(value_register(cp, address), value);
   }
}

/* ---- the core's view of the register space ------------------------------------------------------------------ */
static bool in_block(uint32_t address, uint32_t base, uint32_t end)
{
   return address - base < end - base;
}

static uint32_t bus_read(void *context, uint32_t address)
{
   emu_cp *cp = context;
   if (in_block(address, GPU_BLOCK_CPL, GPU_BLOCK_COUNTER))
      return cp_local_read(cp, address);
   if (in_block(address, GPU_BLOCK_COUNTER, GPU_BAR0_B))
      cp_account(cp);
   return emu_reg_read(cp->dev, address, true);
}

static void bus_write(void *context, uint32_t address, uint32_t value)
{
   emu_cp *cp = context;
   if (in_block(address, GPU_BLOCK_CPL, GPU_BLOCK_COUNTER))
      cp_local_write(cp, address, value);
   else
      emu_reg_write(cp->dev, address, value, true);
}

/* ---- life -------------------------------------------------------------------------------------------------- */
static bool create_locks(emu_cp *cp)
{
   if (pthread_mutex_init(&cp->control, NULL) != 0)
      return false;
   if (pthread_mutex_init(&cp->mutex, NULL) == 0) {
      if (emu_cond_init(&cp->wake)) {
         if (emu_cond_init(&cp->moved))
            return true;
         pthread_cond_destroy(&cp->wake);
      }
      pthread_mutex_destroy(&cp->mutex);
   }
   pthread_mutex_destroy(&cp->control);
   return false;
}

static void destroy_locks(emu_cp *cp)
{
   pthread_cond_destroy(&cp->moved);
   pthread_cond_destroy(&cp->wake);
   pthread_mutex_destroy(&cp->mutex);
   pthread_mutex_destroy(&cp->control);
}

static bool create_parts(emu_cp *cp)
{
   const rv32_bus bus = { .context = cp, .size_B = GPU_BAR0_B, .read = bus_read, .write = bus_write };
   cp->agent = emu_agent_create(cp->dev);
   emu_tlb_init(&cp->tlb, cp->dev);
   return cp->agent && rv32_create(&cp->core, cp->dev->profile.cp_sram_B, &bus);
}

static void destroy_parts(emu_cp *cp)
{
   rv32_destroy(&cp->core);
   if (cp->agent)
      emu_agent_destroy(cp->agent);
}

bool emu_cp_create(emu_device *dev)
{
   emu_cp *cp = calloc(1, sizeof *cp);
   if (!cp || !create_locks(cp)) {
      free(cp);
      return false;
   }
   cp->dev = dev;
   cp->in_reset = true;
   cp->debug = cp_debug_settings(dev);
   if (create_parts(cp)) {
      dev->cp = cp;
      if (pthread_create(&cp->thread, NULL, thread_main, cp) == 0)
         return true;
      dev->cp = NULL;
   }
   destroy_parts(cp);
   destroy_locks(cp);
   free(cp);
   return false;
}

void emu_cp_destroy(emu_device *dev)
{
   emu_cp *cp = dev->cp;
   if (!cp)
      return;
   move_to(cp, CP_WANT_EXIT);
   pthread_join(cp->thread, NULL);
   dev->cp = NULL;
   destroy_parts(cp);
   destroy_locks(cp);
   free(cp);
}
