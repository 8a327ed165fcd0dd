/* Unbind against engines that hold pointers: threads copy through their TLBs while the memory under them comes and goes. A use after unmap
 * would be a crash here, and a race under the thread sanitizer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "machine_rig.h"
#include "clock.h"

#define VA (UINT64_C(1) << 32)
#define PA_SECTION (UINT64_C(128) << 20)
#define PA_SYSMEM (GPU_PA_SYSMEM + (UINT64_C(64) << 20))
#define WORKERS 3

static emu_device *dev;
static atomic_bool stop;
static _Atomic uint64_t copies, faults;

/* Each worker has an 8-byte slot of its own in both pages, so that only lifetime is at stake. */
static void touch(emu_tlb *t, uint64_t slot, uint64_t value)
{
   void *host;
   uint64_t avail;
   for (uint64_t page = 0; page < 2; page++) {
      uint64_t va = VA + page * 65536 + slot * 8;
      enum gpu_fault f = emu_tlb_translate(t, va, GPU_ACCESS_WRITE, &host, &avail);
      if (f == GPU_FAULT_NONE) {
         for (int i = 0; i < 50; i++)
            __atomic_store_n((uint64_t *)host, value + (uint64_t)i, __ATOMIC_RELAXED);
         atomic_fetch_add_explicit(&copies, 1, memory_order_relaxed);
      } else if (f == GPU_FAULT_BAD_ADDRESS) {
         atomic_fetch_add_explicit(&faults, 1, memory_order_relaxed);
      } else {
         abort();
      }
   }
}

static void *worker(void *arg)
{
   uint64_t slot = (uintptr_t)arg, n = 0;
   emu_agent *a = emu_agent_create(dev);
   emu_tlb *t = malloc(sizeof(*t));
   emu_tlb_init(t, dev);
   while (!atomic_load(&stop)) {
      emu_agent_enter(a);
      emu_tlb_sync(t);
      for (int i = 0; i < 20; i++) {
         touch(t, slot, n++);
         emu_agent_quiesce(a);
         emu_tlb_sync(t);
      }
      emu_agent_leave(a);
   }
   free(t);
   emu_agent_destroy(a);
   return NULL;
}

static void memory_comes_and_goes(void **state)
{
   pthread_t threads[WORKERS];
   dev = rig_open("fg1-nano");
   rig_tables(dev);
   rig_map_64k(dev, VA, PA_SECTION, GPU_PTE_WRITE);
   rig_map_64k(dev, VA + 65536, PA_SYSMEM, GPU_PTE_WRITE);
   for (uintptr_t i = 0; i < WORKERS; i++)
      assert_int_equal(pthread_create(&threads[i], NULL, worker, (void *)i), 0);
   for (int round = 0; round < 150; round++) {
      emu_section *s = NULL;
      uint8_t *memory = aligned_alloc(65536, 65536);
      assert_int_equal(emu_section_create(&(emu_section_info){.size_B = 65536}, &s), EMU_OK);
      assert_int_equal(emu_section_bind(dev, PA_SECTION, s), EMU_OK);
      assert_int_equal(emu_sysmem_bind(dev, PA_SYSMEM, memory, 65536), EMU_OK);
      rig_invalidate(dev);
      emu_section_unbind(dev, PA_SECTION, s);
      emu_sysmem_unbind(dev, PA_SYSMEM, 65536);
      memset(emu_section_host(s), 1, 65536); /* ours alone again */
      memset(memory, 1, 65536);
      emu_section_unref(s);
      free(memory);
   }
   atomic_store(&stop, true);
   for (int i = 0; i < WORKERS; i++)
      pthread_join(threads[i], NULL);
   assert_true(atomic_load(&copies) > 0);
   assert_true(atomic_load(&faults) > 0);
   emu_device_close(dev);
}

/* ---- the wait itself ---- */
static emu_agent *held;
static atomic_bool entered, done;

static void *holder(void *arg)
{
   emu_agent_enter(held);
   atomic_store(&entered, true);
   struct timespec nap = {0, 30000000};
   nanosleep(&nap, NULL);
   assert_false(atomic_load(&done)); /* synchronize must still wait for us */
   if (arg)
      emu_agent_quiesce(held);
   else
      emu_agent_leave(held);
   while (!atomic_load(&done))
      emu_agent_quiesce(held);
   emu_agent_leave(held);
   return NULL;
}

static void waits_for_who_is_inside(void **state)
{
   dev = rig_open("fg1-nano");
   held = emu_agent_create(dev);
   emu_agents_synchronize(dev); /* nobody inside: at once */
   for (uintptr_t by_quiesce = 0; by_quiesce < 2; by_quiesce++) {
      pthread_t t;
      atomic_store(&entered, false);
      atomic_store(&done, false);
      assert_int_equal(pthread_create(&t, NULL, holder, (void *)by_quiesce), 0);
      while (!atomic_load(&entered))
         sched_yield();
      uint64_t start = emu_clock_ns();
      emu_agents_synchronize(dev);
      assert_true(emu_clock_ns() - start > 1000000);
      atomic_store(&done, true);
      pthread_join(t, NULL);
   }
   emu_agent_destroy(held);
   emu_device_close(dev);
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(memory_comes_and_goes), cmocka_unit_test(waits_for_who_is_inside)};
   return cmocka_run_group_tests(tests, NULL, NULL);
}
