/* Rings full of noise: a thousand of them, of several kinds. Each ends in a fault of its ring (or runs out harmlessly, or
 * waits), the device goes on, and a ring that has been restarted works.
 */
#include "fw_rig.h"

static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint32_t rnd(void)
{
   seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
   return (uint32_t)(seed * UINT64_C(0x2545f4914f6cdd1d) >> 32);
}

static uint32_t noise_dword(void)
{
   switch (rnd() % 8) {
   case 0: return rnd();
   case 1: return rnd() % 64;
   case 2: return (uint32_t)VA(rnd() % 0x100000 & ~15u);
   case 3: return (uint32_t)(RIG_VA >> 32);
   case 4: return GPU_PKT_HEADER(rnd() % 40, rnd() % 8, 0);
   case 5: return 0;
   case 6: return 1u << rnd() % 32;
   default: return (uint32_t)RIG_RING_VA(0) + rnd() % 4096;
   }
}

/* A packet of the right shape with fields from noise, mostly at addresses that exist. */
static void shaped_packet(uint32_t ring)
{
   static const uint8_t sizes[] = { 2, 3, 4, 3, 2, 6, 5, 5, 5, 4, 4, 4, 2, 1, 4, 3, 3, 18, 18, 3, 5, 6, 7, 6, 3, 3 };
   uint32_t pick = rnd() % (ring == 0 ? sizeof sizes : 19), n = sizes[pick], op = pick < 19 ? pick : GPU_PKT_SET_GFX + pick - 19;
   rig_dw(ring, GPU_PKT_HEADER(op, n, op == GPU_PKT_COND || op == GPU_PKT_TIMESTAMP ? rnd() % 2 : 0));
   for (uint32_t i = 0; i < n; i++) {
      if (i == 1 && op != GPU_PKT_DISPATCH && op != GPU_PKT_SET_REGS)
         rig_dw(ring, rnd() % 16 ? (uint32_t)(RIG_VA >> 32) : rnd());
      else if (i == 0 && op != GPU_PKT_BARRIER)
         rig_dw(ring, op == GPU_PKT_SET_REGS  ? rnd() % 35 * 4
                      : op == GPU_PKT_SET_GFX ? rnd() % 0x380 * 4
                      : op == GPU_PKT_DRAW || op == GPU_PKT_DRAW_INDEXED ? rnd() % 64
                                              : (uint32_t)VA(rnd() % 0x100000 & ~15u));
      else
         rig_dw(ring, rnd() % 4 ? rnd() % 8 : noise_dword());
   }
}

static void make_noise(uint32_t ring, uint32_t kind)
{
   uint32_t n = rnd() % 900;
   while (rig_wptr[ring] < n)
      if (kind == 0)
         rig_dw(ring, rnd());
      else if (kind == 1)
         rig_dw(ring, noise_dword());
      else
         shaped_packet(ring);
   while (rig_wptr[ring] > 1024)
      rig_wptr[ring]--;
}

/* Faulted, waiting or done: not still running after two seconds. */
static uint32_t settle(uint32_t ring)
{
   uint64_t end = emu_clock_ns() + UINT64_C(2000000000);
   for (;;) {
      uint32_t s = emu_mmio_read(rig, GPU_REG_AT(RING, STATUS, ring));
      if (s == GPU_RING_FAULTED || s == GPU_RING_WAITING ||
          (s == GPU_RING_IDLE && emu_mmio_read(rig, GPU_REG_AT(RING, RPTR, ring)) == rig_wptr[ring]))
         return s;
      if (emu_clock_ns() > end)
         return GPU_RING_BUSY;
      emu_irq_wait(rig, emu_irq_wait(rig, 0, 0), 20000);
   }
}

static void thousand_rings(void **state)
{
   uint32_t seen[4] = { 0 };
   atomic_store(&rig_cs_auto, true);
   uint32_t *data = rig_host(VA(0));
   for (uint32_t i = 0; i < 1000; i++) {
      uint32_t ring = i % 6;
      for (uint32_t k = 0; k < 0x40000; k += 1 + rnd() % 64) /* also what indirect buffers find */
         data[k] = noise_dword();
      rig_enable(ring, 1024);
      make_noise(ring, i % 3);
      if (i % 7 == 0)
         rig_wptr[ring] = rnd();
      rig_kick(ring);
      uint32_t s = settle(ring);
      seen[s]++;
      assert_int_not_equal(s, GPU_RING_BUSY);
      assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_STATUS), GPU_CP_RUNNING);
      rig_disable(ring);
      emu_mmio_write(rig, GPU_REG_FAULT_STATUS, 1);
      if (i % 20 == 19) {
         rig_enable(7, 1024);
         rig_write64(rig_fence_va(7), 0);
         assert_true(rig_fence(7, i + 1));
         rig_disable(7);
      }
      if (i % 250 == 249)
         rig_boot();
   }
   print_message("idle %u, waiting %u, faulted %u\n", seen[GPU_RING_IDLE], seen[GPU_RING_WAITING], seen[GPU_RING_FAULTED]);
   assert_true(seen[GPU_RING_FAULTED] > 500 && seen[GPU_RING_WAITING] + seen[GPU_RING_IDLE] > 10);
}

/* Register writes of the host at random times and values, while rings run: the device survives and can be reset. */
static void random_registers(void **state)
{
   atomic_store(&rig_cs_auto, true);
   for (uint32_t i = 0; i < 20; i++) {
      for (uint32_t k = 0; k < 3000; k++) {
         uint32_t ring = rnd() % GPU_RINGS, address = GPU_BLOCK_RING + ring * GPU_STRIDE_RING + rnd() % 16 * 4;
         emu_mmio_write(rig, address, rnd() % 3 ? rnd() % 2048 : rnd());
         if (rnd() % 8 == 0)
            emu_mmio_write(rig, rnd() % 2 ? GPU_REG_FAULT_STATUS : GPU_REG_IRQ_STATUS, ~0u);
      }
      assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_STATUS), GPU_CP_RUNNING);
      rig_boot();
      rig_enable(0, 1024);
      rig_write64(rig_fence_va(0), 0);
      assert_true(rig_fence(0, 1));
   }
}

int main(void)
{
   const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(thousand_rings, rig_setup, rig_teardown),
                                       cmocka_unit_test_setup_teardown(random_registers, rig_setup, rig_teardown) };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
