/* Every packet, as a driver sees it: effects in memory and in the engines' registers, and what is refused. */
#include "fw_rig.h"
#include "image_job.h"
#include "labels.h"

static int setup(void **state)
{
   rig_setup(state);
   for (uint32_t i = 0; i < GPU_RINGS; i++)
      rig_enable(i, 1024);
   return 0;
}

static void fence_tells(void **state)
{
   uint64_t seq = emu_irq_wait(rig, 0, 0);
   assert_true(rig_fence(3, 77));
   assert_true(emu_irq_wait(rig, seq, 1000000000) != seq);
   assert_true(rig_wait_reg(GPU_REG_IRQ_STATUS, GPU_IRQ_FENCE(3)));
   assert_true(rig_wait_reg(GPU_REG_AT(RING, RPTR, 3), 5));
   assert_true(rig_wait_reg(GPU_REG_AT(RING, STATUS, 3), GPU_RING_IDLE));
   assert_true(rig_read64(rig_fence_va(3) + 8) <= emu_mmio_read(rig, GPU_REG_CP_TIME_LO));
}

static void nop_and_label(void **state)
{
   rig_dw(0, GPU_PKT_HEADER(GPU_PKT_NOP, 0, 0));
   rig_dw(0, GPU_PKT_HEADER(GPU_PKT_NOP, 600, 0)); /* longer than the fetch buffer */
   for (int i = 0; i < 600; i++)
      rig_dw(0, 0xffffffffu);
   PKT(0, LABEL, 0x64636261, 0x00006665);
   assert_true(rig_fence(0, 1));
}

static void expect_label(uint32_t ring, const char *text, uint32_t depth)
{
   emu_label *l = emu_label_now(rig, ring); /* the ring is drained and nobody gives it anything */
   if (!text)
      assert_null(l);
   else
      assert_true(l && !strcmp(l->text, text) && l->depth == depth);
   emu_label_drop(l);
}

static void labels_of_rings(void **state)
{
   rig_dw(1, GPU_PKT_HEADER(GPU_PKT_LABEL, 2, GPU_PKT_F_PUSH));
   rig_dw(1, 0x64636261);
   rig_dw(1, 0x00006665);
   assert_true(rig_fence(1, 1));
   expect_label(1, "abcdef", 1);
   expect_label(0, NULL, 0);
   PKT(1, LABEL, 0x00000078);
   assert_true(rig_fence(1, 2));
   expect_label(1, "x", 2);
   rig_dw(1, GPU_PKT_HEADER(GPU_PKT_LABEL, 64, GPU_PKT_F_PUSH)); /* the longest: the mark ends */
   for (int i = 0; i < 64; i++)
      rig_dw(1, 0x7a7a7a7a);
   assert_true(rig_fence(1, 3));
   emu_label *l = emu_label_now(rig, 1);
   assert_true(strlen(l->text) == 256 && l->depth == 2);
   emu_label_drop(l);
   rig_dw(1, GPU_PKT_HEADER(GPU_PKT_LABEL, 1, GPU_PKT_F_POP));
   rig_dw(1, 0);
   assert_true(rig_fence(1, 4));
   expect_label(1, "abcdef", 1);
   rig_restart(1, 1024);
   assert_true(rig_fence(1, 1));
   expect_label(1, NULL, 0);
}

static void write_short_and_long(void **state)
{
   PKT(0, WRITE, U64(VA(0x1004)), 1, 2, 3);
   assert_true(rig_fence(0, 1));
   assert_int_equal(rig_read32(VA(0x1004)), 1);
   assert_int_equal(rig_read32(VA(0x100c)), 3);
   const uint32_t n = 700; /* streamed, across the ring's end, across a page of the destination */
   rig_dw(0, GPU_PKT_HEADER(GPU_PKT_WRITE, n + 2, 0));
   rig_dw(0, (uint32_t)VA(0x2ff4));
   rig_dw(0, (uint32_t)(VA(0x2ff4) >> 32));
   for (uint32_t i = 0; i < n; i++)
      rig_dw(0, i * 3 + 1);
   assert_true(rig_fence(0, 2));
   for (uint32_t i = 0; i < n; i++)
      assert_int_equal(rig_read32(VA(0x2ff4) + 4 * i), i * 3 + 1);
}

static void ring_wraps(void **state)
{
   for (uint32_t i = 0; i < 2000; i++) {
      rig_dw(0, GPU_PKT_HEADER(GPU_PKT_WRITE, 2 + 1 + i % 20, 0));
      rig_dw(0, (uint32_t)VA(0x1000));
      rig_dw(0, (uint32_t)(VA(0x1000) >> 32));
      for (uint32_t k = 0; k <= i % 20; k++)
         rig_dw(0, i + k);
      if (i % 16 == 15)
         assert_true(rig_fence(0, i + 1));
      if (i % 16 == 15)
         for (uint32_t k = 0; k <= i % 20; k++)
            assert_int_equal(rig_read32(VA(0x1000) + 4 * k), i + k);
   }
   assert_true(rig_wptr[0] > 20000);
}

static uint32_t write_indirect(uint64_t va, uint32_t value, uint64_t next, uint32_t next_dw)
{
   uint32_t *w = rig_host(va), n = 0;
   w[n++] = GPU_PKT_HEADER(GPU_PKT_WRITE, 3, 0);
   w[n++] = (uint32_t)VA(0x1000 + 4 * value);
   w[n++] = (uint32_t)(VA(0x1000) >> 32);
   w[n++] = value;
   if (next) {
      w[n++] = GPU_PKT_HEADER(GPU_PKT_INDIRECT, 3, 0);
      w[n++] = (uint32_t)next;
      w[n++] = (uint32_t)(next >> 32);
      w[n++] = next_dw;
   }
   w[n++] = GPU_PKT_HEADER(GPU_PKT_WRITE, 3, 0); /* after the return */
   w[n++] = (uint32_t)VA(0x1100 + 4 * value);
   w[n++] = (uint32_t)(VA(0x1100) >> 32);
   w[n++] = value + 100;
   return n;
}

static void indirect_nests(void **state)
{
   uint32_t n4 = write_indirect(VA(0x24000), 4, 0, 0), n3 = write_indirect(VA(0x23000), 3, VA(0x24000), n4);
   uint32_t n2 = write_indirect(VA(0x22000), 2, VA(0x23000), n3), n1 = write_indirect(VA(0x21000), 1, VA(0x22000), n2);
   PKT(0, INDIRECT, U64(VA(0x21000)), n1);
   PKT(0, INDIRECT, U64(VA(0x21000)), 0);
   assert_true(rig_fence(0, 1));
   for (uint32_t i = 1; i <= 4; i++) {
      assert_int_equal(rig_read32(VA(0x1000 + 4 * i)), i);
      assert_int_equal(rig_read32(VA(0x1100 + 4 * i)), i + 100);
   }
   uint32_t n0 = write_indirect(VA(0x20000), 5, VA(0x21000), n1); /* a fifth level */
   PKT(0, INDIRECT, U64(VA(0x20000)), n0);
   rig_kick(0);
   rig_expect_fault(0, GPU_FAULT_BAD_PACKET);
}

static void set_regs_and_dispatch(void **state)
{
   emu_mmio_write(rig, GPU_REG_CP_MAILBOX2, 321);
   PKT(2, SET_REGS, GPU_OFF_CS_PROGRAM_LO, 0x1000, 0x2, 17, 0x00200010);
   PKT(2, SET_REGS, GPU_OFF_CS_USER + 4 * 14, 114, 115);
   PKT(2, DISPATCH, 3, 4, 5);
   PKT(2, DISPATCH, 0, 4, 5);
   rig_write32(VA(0x1000), 7);
   rig_write32(VA(0x1004), 8);
   rig_write32(VA(0x1008), 9);
   PKT(2, DISPATCH_INDIRECT, U64(VA(0x1000)));
   PKT(2, FENCE, U64(rig_fence_va(2)), U64(1));
   rig_kick(2);
   assert_true(rig_wait_reg(GPU_REG_AT(RING, STATUS, 2), GPU_RING_BUSY));
   while (rig_cs_started(2) < 2)
      emu_irq_wait(rig, 0, 100000);
   const uint32_t *job = rig_cs[2].jobs[0], *second = rig_cs[2].jobs[1];
   assert_int_equal(job[GPU_OFF_CS_PROGRAM_LO / 4], 0x1000);
   assert_int_equal(job[GPU_OFF_CS_RESOURCES / 4], 0x00200010);
   assert_int_equal(job[GPU_OFF_CS_USER / 4 + 15], 115);
   assert_int_equal(job[GPU_OFF_CS_GRID_Z / 4], 5);
   assert_int_equal(job[GPU_OFF_CS_WATCHDOG / 4], 321);
   assert_int_equal(second[GPU_OFF_CS_GRID_X / 4], 7);
   assert_int_equal(second[GPU_OFF_CS_GRID_Z / 4], 9);
   rig_cs_retire(rig, 2);
   emu_irq_wait(rig, emu_irq_wait(rig, 0, 0), 20000000);
   assert_true(rig_read64(rig_fence_va(2)) == 0); /* one is still in flight */
   rig_cs_retire(rig, 2);
   assert_true(rig_wait64(rig_fence_va(2), 1));
   assert_true(rig_read64(rig_fence_va(2) + 8) >= rig->profile.launch_cycles);
}

/* More dispatches than the front end takes: the ring waits, none is lost. */
static void full_queue_waits(void **state)
{
   PKT(0, SET_REGS, GPU_OFF_CS_TAG, 0);
   for (uint32_t i = 0; i < 100; i++)
      PKT(0, DISPATCH, 1, 1, 1);
   PKT(0, FENCE, U64(rig_fence_va(0)), U64(1));
   rig_kick(0);
   for (uint32_t done = 0; done < 100;) {
      if (emu_mmio_read(rig, GPU_REG_AT(CS, INFLIGHT, 0))) {
         rig_cs_retire(rig, 0);
         done++;
      }
   }
   assert_true(rig_wait64(rig_fence_va(0), 1));
   assert_int_equal(rig_cs_started(0), 100);
}

static void copy_and_fill(void **state)
{
   PKT(1, FILL, U64(VA(0x10000)), U64(0x8000), 0xc0ffee11);
   PKT(1, BARRIER, GPU_BARRIER_DMA);
   PKT(1, COPY, U64(VA(0x10004)), U64(VA(0x30001)), U64(0x1003));
   PKT(1, COPY, U64(VA(0x10004)), U64(VA(0x30001)), U64(0));
   assert_true(rig_fence(1, 1));
   assert_int_equal(rig_read32(VA(0x17ffc)), 0xc0ffee11);
   assert_int_equal(rig_read32(VA(0x18000)), 0);
   assert_int_equal(rig_read32(VA(0x30000)), 0xffee1100);
   assert_int_equal(rig_read32(VA(0x31000)), 0xffee11c0);
   assert_true(rig_read64(rig_fence_va(1) + 8) > 0);
}

static void put_image(uint32_t ring, bool fill, const gpu_image_job *j)
{
   uint32_t dw[GPU_IMAGE_JOB_DW];
   gpu_image_job_encode(j, fill, dw);
   rig_dw(ring, GPU_PKT_HEADER(fill ? GPU_PKT_FILL_IMAGE : GPU_PKT_COPY_IMAGE, GPU_IMAGE_JOB_DW, 0));
   for (uint32_t i = 0; i < GPU_IMAGE_JOB_DW; i++)
      rig_dw(ring, dw[i]);
}

/* 8 x 8 linear dwords into tiles of 4 x 4, then the second byte of each one filled. */
static void copy_and_fill_images(void **state)
{
   for (uint32_t i = 0; i < 64; i++)
      PKT(2, WRITE, U64(VA(0x10000) + 4 * i), i * 0x01010101u);
   gpu_image_job j = { .width = 8, .height = 8, .depth = 1, .bytes = 4 };
   j.src = (gpu_job_surface) { .va = VA(0x10000), .unit_B = 4, .row_B = 32 };
   j.dst = (gpu_job_surface) { .va = VA(0x20000), .tile_log2 = 2, .unit_B = 4, .row_B = 128 };
   put_image(2, false, &j);
   j.bytes = 1;
   j.dst.first_B = 1;
   j.pattern[0] = 0xee;
   put_image(2, true, &j);
   assert_true(rig_fence(2, 1));
   for (uint32_t y = 0; y < 8; y++)
      for (uint32_t x = 0; x < 8; x++) {
         uint32_t in_tile = (x & 1) | (y & 1) << 1 | (x & 2) << 1 | (y & 2) << 2, tile = y / 4 * 2 + x / 4;
         assert_int_equal(rig_read32(VA(0x20000) + 4 * (tile * 16 + in_tile)), ((y * 8 + x) * 0x01010101u & 0xffff00ffu) | 0xee00);
      }
   assert_true(rig_read64(rig_fence_va(2) + 8) > 0);
}

static void wait_mem_functions(void **state)
{
   /* value stays 5: each function with one reference that holds */
   static const uint32_t holds[][2] = { { GPU_WAIT_EQ, 5 }, { GPU_WAIT_NE, 6 }, { GPU_WAIT_LT, 6 }, { GPU_WAIT_LE, 5 },
                                        { GPU_WAIT_GT, 4 }, { GPU_WAIT_GE, 5 } };
   static const uint32_t not[][2] = { { GPU_WAIT_EQ, 6 }, { GPU_WAIT_NE, 5 }, { GPU_WAIT_LT, 5 }, { GPU_WAIT_LE, 4 },
                                      { GPU_WAIT_GT, 5 }, { GPU_WAIT_GE, 6 } };
   for (uint32_t i = 0; i < 6; i++) {
      rig_write32(VA(0x1000), 0xf5);
      PKT(0, WAIT_MEM, U64(VA(0x1000)), holds[i][1], 0x0f, holds[i][0]);
      assert_true(rig_fence(0, 2 * i + 1));
      PKT(0, WAIT_MEM, U64(VA(0x1000)), not[i][1], 0x0f, not[i][0]);
      PKT(0, FENCE, U64(rig_fence_va(0)), U64(2 * i + 2));
      rig_kick(0);
      assert_true(rig_wait_reg(GPU_REG_AT(RING, STATUS, 0), GPU_RING_WAITING));
      assert_true(rig_fence(1, i + 1)); /* others go on */
      assert_true(rig_read64(rig_fence_va(0)) == 2 * i + 1);
      rig_write32(VA(0x1000), not[i][0] == GPU_WAIT_EQ || not[i][0] >= GPU_WAIT_GT ? 6 : not[i][0] == GPU_WAIT_NE ? 1 : 2);
      assert_true(rig_wait64(rig_fence_va(0), 2 * i + 2)); /* found without a poke */
   }
}

static void two_rings_wait_for_each_other(void **state)
{
   for (uint32_t i = 1; i <= 200; i++) {
      PKT(0, WAIT_MEM64, U64(VA(0x1000)), U64(i));
      PKT(0, SIGNAL64, U64(VA(0x1040)), U64(i));
      PKT(1, SIGNAL64, U64(VA(0x1000)), U64(i));
      PKT(1, WAIT_MEM64, U64(VA(0x1040)), U64(i));
      if (i % 50 == 0) {
         PKT(0, FENCE, U64(rig_fence_va(0)), U64(i));
         rig_kick(0);
         assert_true(rig_fence(1, i));
         assert_true(rig_wait64(rig_fence_va(0), i));
      }
   }
   uint64_t signalled = rig_read64(VA(0x1048)), after = rig_read64(rig_fence_va(1) + 8);
   assert_true(signalled > 0 && after >= signalled);
}

static void wait_takes_the_signallers_time(void **state)
{
   rig_write64(VA(0x1008), 123456789);
   rig_write64(VA(0x1000), 10);
   PKT(0, WAIT_MEM64, U64(VA(0x1000)), U64(9));
   PKT(0, TIMESTAMP, U64(VA(0x1010)));
   assert_true(rig_fence(0, 1));
   assert_true(rig_read64(VA(0x1010)) >= 123456789);
   assert_true(rig_read64(VA(0x1010)) < 123456789 + 10000);
   rig_write64(VA(0x1008), UINT64_C(1) << 63); /* no time */
   PKT(0, WAIT_MEM64, U64(VA(0x1000)), U64(9));
   assert_true(rig_fence(0, 2));
   assert_true(rig_read64(rig_fence_va(0) + 8) < 123456789 + 100000);
}

static void timestamps_are_monotonic(void **state)
{
   atomic_store(&rig_cs_auto, true);
   uint64_t last = 0;
   for (uint32_t i = 0; i < 50; i++) {
      PKT(0, TIMESTAMP, U64(VA(0x1000)));
      PKT(0, DISPATCH, 2, 1, 1);
      PKT_FLAGS(0, TIMESTAMP, GPU_PKT_F_WAIT, U64(VA(0x1008)));
      assert_true(rig_fence(0, i + 1));
      uint64_t a = rig_read64(VA(0x1000)), b = rig_read64(VA(0x1008)), f = rig_read64(rig_fence_va(0) + 8);
      assert_true((a > last || i == 0) && b >= a + 2000 && f > b);
      last = f;
   }
   atomic_store(&rig_cs_auto, false);
}

/* An idle ring that gets work is not in the past of what was published. */
static void idle_ring_catches_up(void **state)
{
   atomic_store(&rig_cs_auto, true);
   PKT(0, DISPATCH, 500, 1, 1);
   assert_true(rig_fence(0, 1));
   atomic_store(&rig_cs_auto, false);
   PKT(1, TIMESTAMP, U64(VA(0x1000)));
   assert_true(rig_fence(1, 1));
   assert_true(rig_read64(VA(0x1000)) >= rig_read64(rig_fence_va(0) + 8));
}

static void barrier_waits(void **state)
{
   PKT(0, DISPATCH, 1, 1, 1);
   PKT(0, BARRIER, GPU_BARRIER_DMA | 0x700);
   PKT(0, WRITE, U64(VA(0x1000)), 1);
   PKT(0, BARRIER, GPU_BARRIER_CS);
   PKT(0, WRITE, U64(VA(0x1004)), 2);
   rig_kick(0);
   assert_true(rig_wait64(VA(0x1000), 1));
   assert_true(rig_fence(1, 1));
   assert_int_equal(rig_read32(VA(0x1004)), 0);
   rig_cs_retire(rig, 0);
   assert_true(rig_fence(0, 1));
   assert_int_equal(rig_read32(VA(0x1004)), 2);
}

static void conditional(void **state)
{
   rig_write32(VA(0x1000), 4);
   PKT(0, COND, U64(VA(0x1000)), 4, 4);          /* holds: runs */
   PKT(0, WRITE, U64(VA(0x1010)), 1);
   PKT(0, COND, U64(VA(0x1000)), 3, 4);          /* does not: skips */
   PKT(0, WRITE, U64(VA(0x1014)), 1);
   PKT_FLAGS(0, COND, GPU_PKT_F_INVERT, U64(VA(0x1000)), 4, 4);
   PKT(0, WRITE, U64(VA(0x1018)), 1);
   PKT_FLAGS(0, COND, GPU_PKT_F_INVERT, U64(VA(0x1000)), 3, 4);
   PKT(0, WRITE, U64(VA(0x101c)), 1);
   assert_true(rig_fence(0, 1));
   assert_int_equal(rig_read32(VA(0x1010)), 1);
   assert_int_equal(rig_read32(VA(0x1014)), 0);
   assert_int_equal(rig_read32(VA(0x1018)), 0);
   assert_int_equal(rig_read32(VA(0x101c)), 1);
   PKT(0, COND, U64(VA(0x1000)), 3, 6);          /* one dword too far */
   PKT(0, WRITE, U64(VA(0x1014)), 1);
   rig_kick(0);
   rig_expect_fault(0, GPU_FAULT_BAD_PACKET);
}

static void counters(void **state)
{
   rig_fence(0, 1);
   rig_dw(0, GPU_PKT_HEADER(GPU_PKT_COUNTERS, 3, 0));
   rig_dw(0, (uint32_t)VA(0x1000));
   rig_dw(0, (uint32_t)(VA(0x1000) >> 32));
   rig_dw(0, GPU_COUNTER_CP_INSTRUCTIONS | 4u << 16);
   rig_fence(0, 2);
   assert_true(rig_read64(VA(0x1000)) > 0);  /* CP_INSTRUCTIONS */
   assert_true(rig_read64(VA(0x1010)) == 2); /* CP_PACKETS, itself included */
   assert_true(rig_read64(VA(0x1018)) == 1); /* CP_FENCES */
   assert_true(rig_read64(VA(0x1020)) == 0);
}

/* With DELTA the difference to what stood there, modulo 2^64. */
static void counter_deltas(void **state)
{
   const uint32_t fences = GPU_COUNTER_CP_FENCES | 1u << 16;
   rig_write32(VA(0x1010), 7);
   rig_write32(VA(0x1018), 0x55);
   PKT(0, COUNTERS, U64(VA(0x1000)), fences);
   PKT(0, FENCE, U64(VA(0x2000)), 1, 0);
   PKT(0, FENCE, U64(VA(0x2000)), 2, 0);
   PKT(0, FENCE, U64(VA(0x2000)), 3, 0);
   PKT_FLAGS(0, COUNTERS, GPU_PKT_F_DELTA, U64(VA(0x1000)), fences);
   PKT_FLAGS(0, COUNTERS, GPU_PKT_F_DELTA, U64(VA(0x1010)), fences);
   assert_true(rig_fence(0, 1));
   assert_true(rig_read64(VA(0x1000)) == 3);
   assert_true(rig_read64(VA(0x1010)) == UINT64_C(3) - 7);
   assert_int_equal(rig_read32(VA(0x1018)), 0x55);
}

/* Commands that an earlier packet writes are fetched anew behind a barrier. */
static void written_commands(void **state)
{
   uint32_t *ib = rig_host(VA(0x20000));
   const uint32_t words[] = { GPU_PKT_HEADER(GPU_PKT_WRITE, 3, 0), U64(VA(0x20000 + 4 * 9)), 42, GPU_PKT_HEADER(GPU_PKT_BARRIER, 1, 0), 0,
                              GPU_PKT_HEADER(GPU_PKT_WRITE, 3, 0), U64(VA(0x1000)), 1 };
   memcpy(ib, words, sizeof words);
   PKT(0, INDIRECT, U64(VA(0x20000)), sizeof words / 4);
   assert_true(rig_fence(0, 1));
   assert_int_equal(rig_read32(VA(0x1000)), 42);
}

/* ---- refusals --------------------------------------------------------------------------------------------------- */
static void bad_packets(void **state)
{
   static const uint32_t bad[][8] = {
      { GPU_PKT_HEADER(0x55, 0, 0) },
      { GPU_PKT_HEADER(GPU_PKT_FENCE, 3, 0), 0, 0, 0 },
      { GPU_PKT_HEADER(GPU_PKT_DISPATCH, 4, 0), 1, 1, 1, 1 },
      { GPU_PKT_HEADER(GPU_PKT_NOP, 0, 1) },
      { GPU_PKT_HEADER(GPU_PKT_NOP, 200, 0) },                       /* past WPTR */
      { GPU_PKT_HEADER(GPU_PKT_SET_REGS, 2, 0), GPU_OFF_CS_GO, 1 },  /* beyond USER15 */
      { GPU_PKT_HEADER(GPU_PKT_SET_REGS, 3, 0), GPU_OFF_CS_USER + 60, 1, 1 },
      { GPU_PKT_HEADER(GPU_PKT_SET_REGS, 2, 0), 2, 1 },
      { GPU_PKT_HEADER(GPU_PKT_SET_REGS, 2, 0), 0xfffffffc, 1 },
      { GPU_PKT_HEADER(GPU_PKT_WAIT_MEM, 5, 0), 0, 0, 0, 0, GPU_WAIT_COUNT },
      { GPU_PKT_HEADER(GPU_PKT_WAIT_MEM, 5, 0), 2, 0, 0, 0, 0 },
      { GPU_PKT_HEADER(GPU_PKT_WAIT_MEM64, 4, 0), 8, 0, 0, 0 },
      { GPU_PKT_HEADER(GPU_PKT_SIGNAL64, 4, 0), 8, 0, 0, 0 },
      { GPU_PKT_HEADER(GPU_PKT_TIMESTAMP, 2, 2), 0, 0 },
      { GPU_PKT_HEADER(GPU_PKT_TIMESTAMP, 2, 0), 4, 0 },
      { GPU_PKT_HEADER(GPU_PKT_BARRIER, 1, 0), 8 },
      { GPU_PKT_HEADER(GPU_PKT_SET_GFX, 2, 0), GPU_GFX_STATE_END, 1 },
      { GPU_PKT_HEADER(GPU_PKT_SET_GFX, 3, 0), GPU_GFX_STATE_END - 4, 1, 1 },
      { GPU_PKT_HEADER(GPU_PKT_SET_GFX, 2, 0), 2, 1 },
      { GPU_PKT_HEADER(GPU_PKT_SET_GFX, 2, 0), 0, 1 },             /* ring 4 has no graphics */
      { GPU_PKT_HEADER(GPU_PKT_DRAW, 5, 0), 3, 1, 0, 0, 0 },
      { GPU_PKT_HEADER(GPU_PKT_XFB_LOAD, 3, 0), 4, 0, 0 },
      { GPU_PKT_HEADER(GPU_PKT_DRAW_XFB, 6, 0), 0, 0, 1, 0, 0, 0 },
      { GPU_PKT_HEADER(GPU_PKT_FILL, 5, 0), 2, 0, 4, 0, 0 },
      { GPU_PKT_HEADER(GPU_PKT_WRITE, 3, 0), 1, 0, 0 },
      { GPU_PKT_HEADER(GPU_PKT_INDIRECT, 3, 0), 1, 0, 1 },
      { GPU_PKT_HEADER(GPU_PKT_COUNTERS, 3, 0), 0, 0, GPU_COUNTER_COUNT | 1u << 16 },
      { GPU_PKT_HEADER(GPU_PKT_COUNTERS, 3, 2), 0, 0, 1u << 16 },
      { GPU_PKT_HEADER(GPU_PKT_LABEL, 0, 0) },
      { GPU_PKT_HEADER(GPU_PKT_LABEL, 1, GPU_PKT_F_PUSH | GPU_PKT_F_POP), 0 },
      { GPU_PKT_HEADER(GPU_PKT_LABEL, 1, 4), 0 },
   };
   for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
      uint32_t count = bad[i][0] >> 8 & 0xffff;
      for (uint32_t k = 0; k <= (count < 8 ? count : 0); k++)
         rig_dw(4, bad[i][k]);
      rig_kick(4);
      rig_expect_fault(4, GPU_FAULT_BAD_PACKET);
      assert_int_equal(emu_mmio_read(rig, GPU_REG_FAULT_INFO), bad[i][0]);
      assert_true(rig_fence(5, i + 1)); /* others go on */
      rig_restart(4, 1024);
   }
   assert_true(rig_fence(4, 1));
}

/* Reserved bits are the firmware's to refuse, values out of range the engine's. */
static void bad_images(void **state)
{
   static const struct {
      uint32_t opcode, dw, value;
      enum gpu_fault fault;
   } bad[] = {
      { GPU_PKT_COPY_IMAGE, GPU_PKTF_COPY_IMAGE_DST_TILE, 0x80000400, GPU_FAULT_BAD_PACKET },
      { GPU_PKT_COPY_IMAGE, GPU_PKTF_COPY_IMAGE_SRC_TILE, 0x408, GPU_FAULT_BAD_PACKET },
      { GPU_PKT_FILL_IMAGE, GPU_PKTF_FILL_IMAGE_DST_TILE, 0x4400, GPU_FAULT_BAD_PACKET },
      { GPU_PKT_FILL_IMAGE, GPU_PKTF_FILL_IMAGE_DEPTH, 0x08040001, GPU_FAULT_BAD_PACKET },
      { GPU_PKT_COPY_IMAGE, GPU_PKTF_COPY_IMAGE_SRC_TILE, 0x406, GPU_FAULT_BAD_DMA },
      { GPU_PKT_FILL_IMAGE, GPU_PKTF_FILL_IMAGE_DEPTH, 0x00050001, GPU_FAULT_BAD_DMA },
   };
   for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
      gpu_image_job j = { .width = 1, .height = 1, .depth = 1, .bytes = 4 };
      uint32_t dw[GPU_IMAGE_JOB_DW];
      j.src = (gpu_job_surface) { .va = VA(0x10000), .unit_B = 4 };
      j.dst = (gpu_job_surface) { .va = VA(0x20000), .unit_B = 4 };
      gpu_image_job_encode(&j, bad[i].opcode == GPU_PKT_FILL_IMAGE, dw);
      dw[bad[i].dw] = bad[i].value;
      rig_dw(4, GPU_PKT_HEADER(bad[i].opcode, GPU_IMAGE_JOB_DW, 0));
      for (uint32_t k = 0; k < GPU_IMAGE_JOB_DW; k++)
         rig_dw(4, dw[k]);
      rig_kick(4);
      rig_expect_fault(4, bad[i].fault);
      assert_true(rig_fence(5, i + 1)); /* others go on */
      rig_restart(4, 1024);
   }
   assert_true(rig_fence(4, 1));
}

static void unreachable_memory(void **state)
{
   const uint64_t nowhere = UINT64_C(0x123456789000);
   PKT(0, WRITE, U64(nowhere + 16), 1);
   rig_kick(0);
   rig_expect_fault(0, GPU_FAULT_UNMAPPED);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_FAULT_ACCESS), GPU_ACCESS_WRITE);
   rig_restart(0, 1024);
   PKT(0, INDIRECT, U64(nowhere), 4);
   rig_kick(0);
   rig_expect_fault(0, GPU_FAULT_UNMAPPED);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_FAULT_VA_LO), (uint32_t)nowhere);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_FAULT_VA_HI), (uint32_t)(nowhere >> 32));
   rig_restart(0, 1024);
   PKT(0, WAIT_MEM64, U64(UINT64_C(0xffff000000000000)), U64(1));
   rig_kick(0);
   rig_expect_fault(0, GPU_FAULT_BAD_ADDRESS);
   rig_restart(0, 1024);
   PKT(0, COPY, U64(nowhere), U64(VA(0x1000)), U64(64)); /* found by the engine */
   PKT(0, FENCE, U64(rig_fence_va(0)), U64(9));
   rig_kick(0);
   rig_expect_fault(0, GPU_FAULT_UNMAPPED);
   rig_restart(0, 1024);
   assert_true(rig_fence(0, 1)); /* and not 9: the fence behind the fault never came */
}

static void bad_ring_registers(void **state)
{
   for (uint32_t i = 0; i < 200; i++) { /* a ring that never moved must be seen going off all the same */
      rig_disable(0);
      emu_mmio_write(rig, GPU_REG_AT(RING, SIZE_DW, 0), 1000);
      emu_mmio_write(rig, GPU_REG_AT(RING, ENABLE, 0), 1);
      rig_expect_fault(0, GPU_FAULT_BAD_RING);
      rig_restart(0, 1024);
   }
   rig_disable(0);
   emu_mmio_write(rig, GPU_REG_AT(RING, SIZE_DW, 0), 1024);
   emu_mmio_write(rig, GPU_REG_AT(RING, BASE_LO, 0), (uint32_t)RIG_RING_VA(0) + 4);
   emu_mmio_write(rig, GPU_REG_AT(RING, ENABLE, 0), 1);
   rig_expect_fault(0, GPU_FAULT_BAD_RING);
   rig_disable(0);
   rig_enable(0, 1024);
   emu_doorbell(rig, 0, 1025); /* too far ahead */
   rig_expect_fault(0, GPU_FAULT_BAD_RING);
   rig_restart(0, 1024);
   assert_true(rig_fence(0, 1));
}

static void shader_fault_stops_its_ring_only(void **state)
{
   PKT(0, SET_REGS, GPU_OFF_CS_PROGRAM_LO, RIG_PROGRAM_FAULTS);
   PKT(0, DISPATCH, 1, 1, 1);
   PKT(0, FENCE, U64(rig_fence_va(0)), U64(5));
   PKT(1, DISPATCH, 1, 1, 1);
   rig_kick(0);
   rig_kick(1);
   while (!rig_cs_started(0) || !rig_cs_started(1))
      emu_irq_wait(rig, 0, 100000);
   rig_cs_retire(rig, 0);
   rig_expect_fault(0, GPU_FAULT_UNMAPPED);
   rig_cs_retire(rig, 1);
   assert_true(rig_fence(1, 1));
   assert_true(rig_read64(rig_fence_va(0)) == 0);
   assert_int_equal(rig_kills, 1);
   /* a second ring faults while the first one's record is still held */
   rig_restart(0, 1024);
   for (uint32_t i = 0; i < 2; i++) {
      PKT(i, SET_REGS, GPU_OFF_CS_PROGRAM_LO, RIG_PROGRAM_FAULTS);
      PKT(i, DISPATCH, 1, 1, 1);
      rig_kick(i);
      while (!rig_cs_inflight(i))
         emu_irq_wait(rig, 0, 100000);
      rig_cs_retire(rig, i);
      assert_true(rig_wait_reg(GPU_REG_AT(RING, STATUS, i), GPU_RING_FAULTED));
   }
   assert_int_equal(emu_mmio_read(rig, GPU_REG_FAULT_RING), 0);
   assert_true(rig_fence(2, 1));
}

/* Off and on again while nothing is in flight: the ring starts at 0 each time. */
static void restart_of_an_idle_ring(void **state)
{
   for (uint32_t i = 0; i < 500; i++) {
      PKT(0, NOP, 1, 2, 3);
      assert_true(rig_fence(0, i + 1));
      rig_restart(0, 1024);
   }
   assert_int_equal(emu_mmio_read(rig, GPU_REG_FAULT_STATUS), 0);
}

/* A ring full of work does not keep the others from theirs, whatever the priorities. */
static void rings_take_turns(void **state)
{
   uint32_t *ib = rig_host(VA(0x100000));
   const uint32_t n = 200000;
   for (uint32_t i = 0; i < n; i++)
      ib[i] = GPU_PKT_HEADER(GPU_PKT_NOP, 0, 0);
   emu_mmio_write(rig, GPU_REG_AT(RING, PRIORITY, 0), 1);
   PKT(0, INDIRECT, U64(VA(0x100000)), n);
   PKT(0, FENCE, U64(rig_fence_va(0)), U64(1));
   rig_kick(0);
   assert_true(rig_fence(1, 1));
   assert_true(rig_read64(rig_fence_va(0)) == 0);
   assert_true(rig_wait64(rig_fence_va(0), 1));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, rig_teardown)
   const struct CMUnitTest tests[] = {
      TEST(fence_tells), TEST(nop_and_label), TEST(labels_of_rings), TEST(write_short_and_long), TEST(ring_wraps), TEST(indirect_nests),
      TEST(set_regs_and_dispatch), TEST(full_queue_waits), TEST(copy_and_fill), TEST(copy_and_fill_images), TEST(wait_mem_functions),
      TEST(two_rings_wait_for_each_other), TEST(wait_takes_the_signallers_time), TEST(timestamps_are_monotonic),
      TEST(counter_deltas),
      TEST(idle_ring_catches_up), TEST(barrier_waits), TEST(conditional), TEST(counters), TEST(written_commands),
      TEST(bad_packets), TEST(bad_images), TEST(unreachable_memory), TEST(bad_ring_registers), TEST(restart_of_an_idle_ring), TEST(shader_fault_stops_its_ring_only),
      TEST(rings_take_turns),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
