/* All rings at once: dispatches that retire late and in any order, copies, waits for the neighbour's signals, fences; a
 * thread retires and pokes at random. Everything ends, in order, and no wake-up is lost.
 */
#include "fw_rig.h"

#define ROUNDS 400u
#define SIGNAL(ring) VA(0x8000 + 64 * (ring))
#define CELL(ring) VA(0x9000 + 256 * (ring))

static atomic_bool done;

static void *retire_at_random(void *arg)
{
   uint64_t seed = 77;
   while (!atomic_load(&done)) {
      seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
      uint32_t ring = (uint32_t)(seed >> 8) % GPU_RINGS;
      if (rig_cs_inflight(ring))
         rig_cs_retire(rig, ring);
      if (seed % 1024 == 0)
         emu_mmio_write(rig, GPU_REG_CP_POKE, 1);
      if (seed % 64 == 0)
         emu_irq_wait(rig, emu_irq_wait(rig, 0, 0), 20000);
   }
   return NULL;
}

/* Ring n waits for ring n-1 of the same round, ring 0 for the last ring of the round before. */
static void put_round(uint32_t ring, uint32_t round)
{
   uint32_t before = (ring + GPU_RINGS - 1) % GPU_RINGS;
   PKT(ring, WAIT_MEM64, U64(SIGNAL(before)), U64(ring ? round : round - 1));
   for (uint32_t i = 0; i < round % 4; i++)
      PKT(ring, DISPATCH, 1 + i, 1, 1);
   PKT(ring, BARRIER, round % 2 ? GPU_BARRIER_CS : 0);
   PKT(ring, FILL, U64(CELL(ring)), U64(128), round);
   PKT(ring, BARRIER, GPU_BARRIER_DMA);
   PKT(ring, COPY, U64(CELL(ring)), U64(CELL(ring) + 128), U64(128));
   PKT(ring, SIGNAL64, U64(SIGNAL(ring)), U64(round));
   PKT(ring, FENCE, U64(rig_fence_va(ring)), U64(round));
}

static void rings_in_a_chain(void **state)
{
   pthread_t thread;
   uint64_t last[GPU_RINGS] = { 0 };
   atomic_store(&done, false);
   assert_int_equal(pthread_create(&thread, NULL, retire_at_random, NULL), 0);
   for (uint32_t i = 0; i < GPU_RINGS; i++) {
      rig_enable(i, 1024);
      if (i % 3 == 0)
         emu_mmio_write(rig, GPU_REG_AT(RING, PRIORITY, i), 1);
   }
   bool ok = true;
   for (uint32_t round = 1; ok && round <= ROUNDS; round++) {
      for (uint32_t i = 0; i < GPU_RINGS; i++) {
         uint32_t ring = (i * 5 + round) % GPU_RINGS;
         put_round(ring, round);
         rig_kick(ring);
      }
      for (uint32_t i = 0; ok && round % 4 == 0 && i < GPU_RINGS; i++) {
         ok = rig_wait64(rig_fence_va(i), round) && rig_read32(CELL(i) + 252) == round;
         uint64_t time = rig_read64(rig_fence_va(i) + 8);
         ok = ok && time > last[i] && (i == 0 || time > last[i - 1]); /* clocks follow the chain */
         last[i] = time;
      }
   }
   atomic_store(&done, true);
   pthread_join(thread, NULL);
   assert_true(ok);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_FAULT_STATUS), 0);
}

int main(void)
{
   const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(rings_in_a_chain, rig_setup, rig_teardown) };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
