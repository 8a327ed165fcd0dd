/* Copy engine, boxes of elements: random surfaces in scattered pages against a reference that moves byte by
 * byte; faults, order, kill, counters, garbage in the registers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sched.h>
#include "machine_rig.h"
#include "clock.h"
#include "image_job.h"
#include "time/timing.h"

#define MiB (UINT64_C(1) << 20)
#define SRC (UINT64_C(1) << 32)
#define DST (UINT64_C(3) << 32)
#define ARENA_B MiB
#define PAGES (ARENA_B / 4096)

static emu_device *dev;
static uint8_t *src_page[PAGES], *dst_page[PAGES], model[ARENA_B];

/* ---- rig
 * ----------------------------------------------------------------------------------------------------------------------
 */
/* Small pages backwards for the source, 64 KiB ones backwards for the destination. */
static int setup(void **state)
{
   dev = rig_open("fg1-nano");
   rig_tables(dev);
   for (unsigned i = 0; i < PAGES; i++) {
      rig_map_4k(dev, SRC + i * 4096u, 64 * MiB + (PAGES - 1 - i) * 4096u, 0);
      src_page[i] = emu_aperture_map(dev, 64 * MiB + (PAGES - 1 - i) * 4096u, 4096);
   }
   for (unsigned i = 0; i < PAGES / 16; i++)
      rig_map_64k(dev, DST + i * 65536u, 128 * MiB + (PAGES / 16 - 1 - i) * 65536u, GPU_PTE_WRITE);
   for (unsigned i = 0; i < PAGES; i++)
      dst_page[i] =
          emu_aperture_map(dev, 128 * MiB + (PAGES / 16 - 1 - i / 16) * 65536u + i % 16 * 4096u, 4096);
   return 0;
}

static int teardown(void **state)
{
   emu_device_close(dev);
   return 0;
}

static uint64_t seed = 88172645463325252u;

static uint32_t rnd(uint32_t n)
{
   seed ^= seed << 13;
   seed ^= seed >> 7;
   seed ^= seed << 17;
   return n ? (uint32_t)(seed >> 20) % n : 0;
}

static void reg(uint32_t channel, uint32_t offset, uint32_t value)
{
   emu_reg_write(dev, GPU_BLOCK_DMA + channel * GPU_STRIDE_DMA + offset, value, true);
}

static uint32_t inflight(uint32_t channel)
{
   return emu_reg_read(dev, GPU_REG_AT(DMA, INFLIGHT, channel), true);
}

static void start_raw(uint32_t channel, uint32_t op, const uint32_t *dw)
{
   for (uint32_t i = 0; i < GPU_IMAGE_JOB_DW; i++)
      reg(channel, GPU_OFF_DMA_JOB + 4 * i, dw[i]);
   reg(channel, GPU_OFF_DMA_GO, op);
}

static void start(uint32_t channel, bool fill, const gpu_image_job *j)
{
   uint32_t dw[GPU_IMAGE_JOB_DW];
   gpu_image_job_encode(j, fill, dw);
   start_raw(channel, fill ? GPU_DMA_FILL_IMAGE : GPU_DMA_COPY_IMAGE, dw);
}

static void finish(uint32_t channel)
{
   uint64_t deadline = emu_clock_ns() + UINT64_C(60000000000);
   while (inflight(channel) != 0) {
      assert_true(emu_clock_ns() < deadline);
      sched_yield();
   }
}

static uint64_t counter(enum gpu_counter c)
{
   uint32_t lo = emu_mmio_read(dev, GPU_REG_AT(COUNTER, LO, c));
   return (uint64_t)emu_mmio_read(dev, GPU_REG_AT(COUNTER, HI, c)) << 32 | lo;
}

static uint32_t fault_reg(uint32_t offset)
{
   return emu_mmio_read(dev, GPU_BLOCK_FAULT + offset);
}

static void expect_fault(enum gpu_fault type, enum gpu_access access, uint64_t va, uint32_t ring)
{
   assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 1);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_TYPE), type);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_ACCESS), access);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_VA_LO), (uint32_t)va);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_VA_HI), (uint32_t)(va >> 32));
   assert_int_equal(fault_reg(GPU_OFF_FAULT_RINGS), 1u << ring);
   emu_mmio_write(dev, GPU_REG_FAULT_STATUS, 1);
   emu_mmio_write(dev, GPU_REG_FAULT_RINGS, ~0u);
   reg(ring, GPU_OFF_DMA_KILL, 1);
}

/* ---- the reference: one byte at a time, Morton order bit by bit
 * -------------------------------------------------------------------- */
static uint64_t byte_of(const gpu_job_surface *s, uint32_t samples_log2, uint32_t x, uint32_t y, uint32_t z,
                        uint32_t sample, uint32_t byte)
{
   uint32_t side = 1u << s->tile_log2;
   uint64_t in_tile = 0, element_B = (uint64_t)s->unit_B << samples_log2;
   x += s->x;
   y += s->y;
   for (uint32_t b = 0; b < s->tile_log2; b++)
      in_tile |= (uint64_t)(x >> b & 1) << 2 * b | (uint64_t)(y >> b & 1) << (2 * b + 1);
   return z * s->slice_B + y / side * s->row_B + (uint64_t)(x / side) * side * side * element_B +
          in_tile * element_B + sample * s->unit_B + s->first_B + byte;
}

static void reference(const gpu_image_job *j, bool fill)
{
   uint64_t src0 = j->src.va - SRC, dst0 = j->dst.va - DST;
   for (uint32_t z = 0; z < j->depth; z++)
      for (uint32_t y = 0; y < j->height; y++)
         for (uint32_t x = 0; x < j->width; x++)
            for (uint32_t k = 0; k < 1u << j->samples_log2; k++)
               for (uint32_t b = 0; b < j->bytes; b++) {
                  uint64_t d = dst0 + byte_of(&j->dst, j->samples_log2, x, y, z, k, b);
                  uint64_t s = fill ? 0 : src0 + byte_of(&j->src, j->samples_log2, x, y, z, k, b);
                  model[d] = fill ? (uint8_t)(j->pattern[b / 4] >> b % 4 * 8) : src_page[s / 4096][s % 4096];
               }
}

/* A surface that can hold the box; bytes that it takes. */
static uint64_t random_surface(gpu_job_surface *s, const gpu_image_job *j, uint64_t base)
{
   static const uint32_t tiles[] = {0, 0, 5, 5, 2, 1, 3, 4};
   uint64_t element_B = (uint64_t)s->unit_B << j->samples_log2;
   s->tile_log2 = tiles[rnd(8)];
   s->x = rnd(3) ? rnd(70) : rnd(3) * 32;
   s->y = rnd(3) ? rnd(40) : rnd(2) * 32;
   uint64_t side = UINT64_C(1) << s->tile_log2;
   uint64_t tiles_w = (s->x + j->width + side - 1) / side + rnd(2),
            tiles_h = (s->y + j->height + side - 1) / side;
   s->row_B = tiles_w * side * side * element_B + (s->tile_log2 ? 0 : rnd(2) * rnd(50));
   s->slice_B = s->row_B * tiles_h + rnd(2) * rnd(300);
   s->va = base + rnd(2) * rnd(9000);
   return s->va - base + s->slice_B * (j->depth + 1);
}

static bool random_job(gpu_image_job *j, bool fill)
{
   static const uint32_t units[] = {1, 2, 3, 4, 4, 6, 8, 8, 12, 16, 24, 32};
   memset(j, 0, sizeof *j);
   j->width = 1 + rnd(rnd(3) ? 100 : 20);
   j->height = 1 + rnd(rnd(3) ? 70 : 5);
   j->depth = 1 + rnd(3);
   j->samples_log2 = rnd(3) ? 0 : rnd(4);
   j->src.unit_B = j->dst.unit_B = j->bytes = units[rnd(12)];
   if (rnd(3) == 0) {
      j->bytes = 1 + rnd(j->bytes);
      j->dst.first_B = rnd(j->dst.unit_B - j->bytes + 1);
      j->src.unit_B = j->bytes + rnd(33 - j->bytes);
      j->src.first_B = rnd(j->src.unit_B - j->bytes + 1);
   }
   for (unsigned i = 0; fill && i < 8; i++)
      j->pattern[i] = rnd(~0u);
   return random_surface(&j->src, j, SRC) < ARENA_B && random_surface(&j->dst, j, DST) < ARENA_B;
}

static void check_arena(const gpu_image_job *j)
{
   for (unsigned p = 0; p < PAGES; p++)
      if (memcmp(dst_page[p], model + p * 4096u, 4096)) {
         unsigned i = 0;
         while (dst_page[p][i] == model[p * 4096u + i])
            i++;
         fail_msg("byte %x: %02x, not %02x (box %ux%ux%u unit %u bytes %u samples %u tiles %u to %u)",
                  p * 4096 + i, dst_page[p][i], model[p * 4096u + i], j->width, j->height, j->depth,
                  j->dst.unit_B, j->bytes, 1u << j->samples_log2, 1u << j->src.tile_log2,
                  1u << j->dst.tile_log2);
      }
}

static void random_boxes(void **state)
{
   for (unsigned p = 0; p < PAGES; p++)
      for (unsigned i = 0; i < 4096; i++) {
         src_page[p][i] = (uint8_t)rnd(256);
         model[p * 4096u + i] = dst_page[p][i] = (uint8_t)rnd(256);
      }
   uint64_t bytes = 0;
   unsigned done = 0;
   for (unsigned i = 0; i < 900; i++) {
      gpu_image_job j;
      bool fill = rnd(3) == 0;
      if (!random_job(&j, fill))
         continue;
      start(i % GPU_RINGS, fill, &j);
      reference(&j, fill);
      finish(i % GPU_RINGS);
      assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 0);
      check_arena(&j);
      bytes += (uint64_t)j.width * j.height * j.depth * j.bytes << j.samples_log2;
      done++;
   }
   assert_true(done > 300);
   assert_int_equal(counter(GPU_COUNTER_COPY_JOBS), done);
   assert_int_equal(counter(GPU_COUNTER_COPY_BYTES), bytes);
}

/* ---- what the tile rule of gpu/image.h says is what the engine does
 * --------------------------------------------------------------- */
static void agrees_with_image_levels(void **state)
{
   gpu_image_shape shape = {
       .element_B = 4, .block_w_px = 1, .block_h_px = 1, .width = 77, .height = 50, .depth = 1};
   for (uint32_t level = 0; level < 3; level++) {
      gpu_image_level l;
      gpu_image_level_of(&shape, level, &l);
      gpu_image_job j = {.width = l.width_el, .height = l.height_el, .depth = 1, .bytes = 4};
      j.dst =
          (gpu_job_surface){.va = DST + l.offset_B, .tile_log2 = l.tile_log2, .unit_B = 4, .row_B = l.row_B};
      j.src = (gpu_job_surface){.va = SRC, .unit_B = 4, .row_B = 4 * l.width_el};
      for (uint32_t i = 0; i < l.width_el * l.height_el; i++)
         memcpy(&src_page[i / 1024][i % 1024 * 4], &(uint32_t){level * 100000 + i}, 4);
      start(0, false, &j);
      finish(0);
      for (uint32_t y = 0; y < l.height_el; y++)
         for (uint32_t x = 0; x < l.width_el; x++) {
            uint64_t at = gpu_image_element_offset(&l, x, y, 0);
            uint32_t v;
            memcpy(&v, &dst_page[at / 4096][at % 4096], 4);
            assert_int_equal(v, level * 100000 + y * l.width_el + x);
         }
   }
}

/* ---- mistakes
 * ------------------------------------------------------------------------------------------------------------------------
 */
static gpu_image_job plain_job(void)
{
   gpu_image_job j = {.width = 16, .height = 16, .depth = 1, .bytes = 4};
   j.src = (gpu_job_surface){.va = SRC, .unit_B = 4, .row_B = 64};
   j.dst = (gpu_job_surface){.va = DST, .unit_B = 4, .row_B = 64};
   return j;
}

static void malformed_jobs(void **state)
{
   uint32_t good[GPU_IMAGE_JOB_DW], bad[GPU_IMAGE_JOB_DW];
   gpu_image_job j = plain_job();
   gpu_image_job_encode(&j, false, good);
   static const struct {
      unsigned dw;
      uint32_t flip;
   } wrong[] = {
       {2, 6},         {2, 7},        {2, 8},        {2, 0x80},     {2, 4 << 8},    {2, 1u << 14},
       {2, 1 << 16},   {2, 1u << 31}, {9, 1u << 22}, {9, 1u << 26}, {9, 4u << 16},  {9, 12u << 16},
       {9, 32u << 16}, {12, 6},       {12, 4 << 8},  {12, 1 << 16}, {12, 1u << 21},
   };
   for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
      memcpy(bad, good, sizeof bad);
      bad[wrong[i].dw] ^= wrong[i].flip;
      start_raw(1, GPU_DMA_COPY_IMAGE, bad);
      finish(1);
      expect_fault(GPU_FAULT_BAD_DMA, GPU_ACCESS_NONE, DST, 1);
   }
   start_raw(1, 5, good);
   finish(1);
   expect_fault(GPU_FAULT_BAD_DMA, GPU_ACCESS_NONE, 0, 1);
   start(1, false, &j);
   finish(1);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 0);
}

static void faults_name_the_byte(void **state)
{
   gpu_image_job j = plain_job();
   j.src.va = SRC + ARENA_B - 64 * 8; /* the ninth row is not there */
   start(0, false, &j);
   finish(0);
   expect_fault(GPU_FAULT_UNMAPPED, GPU_ACCESS_READ, SRC + ARENA_B, 0);
   j = plain_job();
   j.dst.va = DST + ARENA_B - 1000;
   j.dst.tile_log2 = 2;
   j.dst.row_B = 256;
   start(0, false, &j);
   finish(0);
   expect_fault(GPU_FAULT_UNMAPPED, GPU_ACCESS_WRITE, DST + ARENA_B + 8,
                0); /* third of the Morton order of its row */
   j = plain_job();
   j.dst.va = SRC + 4;
   start(0, true, &j);
   finish(0);
   expect_fault(GPU_FAULT_READ_ONLY, GPU_ACCESS_WRITE, SRC + 4, 0);
   j = plain_job();
   j.src.va = UINT64_MAX - 63; /* wraps around */
   start(0, false, &j);
   finish(0);
   expect_fault(GPU_FAULT_BAD_ADDRESS, GPU_ACCESS_READ, UINT64_MAX - 63, 0);
}

static void empty_boxes_do_nothing(void **state)
{
   for (unsigned i = 0; i < 3; i++) {
      gpu_image_job j = plain_job();
      j.src.va = j.dst.va = 0; /* unmapped */
      *(i == 0 ? &j.width : i == 1 ? &j.height : &j.depth) = 0;
      start(0, false, &j);
      start(0, true, &j);
   }
   finish(0);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 0);
   assert_int_equal(counter(GPU_COUNTER_COPY_JOBS), 6);
   assert_int_equal(counter(GPU_COUNTER_COPY_BYTES), 0);
}

/* The largest box there is, over and over the same bytes: others go on, and it ends when it is killed or the
 * card is reset. */
static void endless_boxes_give_way(void **state)
{
   gpu_image_job j = {.width = 65535, .height = 65535, .depth = 65535, .bytes = 1}, small = plain_job();
   j.dst = (gpu_job_surface){.va = DST, .unit_B = 2};
   j.src = (gpu_job_surface){.va = SRC, .unit_B = 2};
   start(1, false, &j);
   start(2, true, &j);
   for (int i = 0; i < 20; i++)
      start(3, false, &small);
   finish(3);
   assert_int_equal(inflight(1), 1);
   assert_int_equal(inflight(2), 1);
   reg(1, GPU_OFF_DMA_KILL, 1);
   finish(1);
   emu_mmio_write(dev, GPU_REG_CP_RESET, 1);
   assert_int_equal(inflight(2), 0);
   assert_int_equal(emu_reg_read(dev, GPU_REG_AT(DMA, JOB, 1), false), 0);
}

/* Any register contents at all: a fault or a result, in time. */
static void garbage(void **state)
{
   for (unsigned i = 0; i < 3000; i++) {
      uint32_t dw[GPU_IMAGE_JOB_DW];
      gpu_image_job j = plain_job();
      for (unsigned k = 0; k < GPU_IMAGE_JOB_DW; k++)
         dw[k] = rnd(~0u);
      if (i % 4) { /* near enough to a good one to get to work */
         gpu_image_job_encode(&j, false, dw);
         for (unsigned k = rnd(5); k > 0; k--)
            dw[rnd(GPU_IMAGE_JOB_DW)] ^= 1u << rnd(32);
      }
      start_raw(4, GPU_DMA_COPY_IMAGE + i % 2, dw);
      for (unsigned k = 0; k < 50 && inflight(4); k++)
         sched_yield();
      reg(4, GPU_OFF_DMA_KILL, 1);
   }
   finish(4);
   emu_mmio_write(dev, GPU_REG_FAULT_STATUS, 1);
}

static void cost_is_that_of_the_bytes(void **state)
{
   gpu_image_job j = plain_job();
   const emu_profile *p = &dev->profile;
   j.dst.tile_log2 = 2;
   j.dst.row_B = 256;
   start(0, false, &j);
   finish(0);
   uint64_t cycles, end = emu_clock_ns() + UINT64_C(20000000000);
   emu_time_wait(dev, 0, GPU_BARRIER_DMA);
   while (!emu_time_read(dev, 0, &cycles)) {
      assert_true(emu_clock_ns() < end);
      sched_yield();
   }
   uint64_t setup_cycles = (uint64_t)p->copy_setup_ns * p->core_clock_khz / 1000000;
   assert_true(cycles >= setup_cycles);
   assert_true(cycles < setup_cycles + 2 * p->dram_latency_cycles + 1000);
   assert_int_equal(counter(GPU_COUNTER_DRAM_BYTES_READ), 16 * 16 * 4);
   assert_int_equal(counter(GPU_COUNTER_DRAM_BYTES_WRITTEN), 16 * 16 * 4);
   assert_true(counter(GPU_COUNTER_COPY_CYCLES) >= setup_cycles);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
   const struct CMUnitTest tests[] = {
       T(random_boxes),
       T(agrees_with_image_levels),
       T(malformed_jobs),
       T(faults_name_the_byte),
       T(empty_boxes_do_nothing),
       T(endless_boxes_give_way),
       T(garbage),
       T(cost_is_that_of_the_bytes),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
