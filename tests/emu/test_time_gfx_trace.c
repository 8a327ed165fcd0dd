/* What graphics and copies tell the timing model: amounts worked out by hand for simple draws, and the same
 * traces for any number of host threads and every level of x86-64.
 */
#include "gfx_rig.h"
#include "time_tap.h"

#define DEPTH 0x40000u

static uint64_t blocks[EMU_BLOCK_COUNT];                          /* amounts, summed over all units */
static uint64_t sectors[EMU_BLOCK_COUNT];                         /* of lines */
static uint64_t written[EMU_BLOCK_COUNT], read_[EMU_BLOCK_COUNT]; /* of them */
static uint64_t tagged[EMU_BLOCK_COUNT];                          /* bytes that tags of clears fill */
static unsigned waves[GPU_STAGE_COUNT];
static unsigned units[8];

static void add_lines(const uint32_t *r)
{
   unsigned block = *r & 0xff;
   for (uint32_t i = 0; i < (*r >> 8 & 0xff); i++) {
      uint64_t n = (uint64_t)__builtin_popcount(emu_entry_sectors(r + 1 + 2 * i));
      sectors[block] += n;
      written[block] += *r >> 16 & 1 ? n : 0;
      read_[block] += *r >> 17 & 1 ? n : 0;
      assert_int_equal(emu_entry_flags(r + 1 + 2 * i), 0); /* pages of 64 KiB in VRAM */
   }
}

static void sum(void)
{
   memset(blocks, 0, sizeof blocks);
   memset(sectors, 0, sizeof sectors);
   memset(written, 0, sizeof written);
   memset(read_, 0, sizeof read_);
   memset(tagged, 0, sizeof tagged);
   memset(waves, 0, sizeof waves);
   memset(units, 0, sizeof units);
   tap_sort();
   for (size_t u = 0; u < tap_count; u++) {
      assert_true(tap[u].last);
      units[tap[u].kind]++;
      for (size_t at = 0; at < tap[u].dwords; at += tap_record_dwords(tap[u].data + at)) {
         const uint32_t *r = tap[u].data + at;
         if (*r >> 28 == EMU_REC_BLOCK)
            blocks[*r & 0xff] += *r >> 8 & 0xfffff;
         else if (*r >> 28 == EMU_REC_WAVE)
            waves[*r >> 16 & 15]++;
         else if (*r >> 28 == EMU_REC_RUN)
            tagged[*r & 0xff] += *r >> 8 & 0xfffff;
         else
            add_lines(r);
      }
   }
   tap_clear();
}

/* Two triangles, or one, over everything at depth z. */
static void cover(float z, bool quad)
{
   float v[6][8] = {{-1, -1, z, 1, 1, 0, 0, 1}, {3, -1, z, 1, 0, 1, 0, 1}, {-1, 3, z, 1, 0, 0, 1, 1}};
   static const float corner[6][2] = {{-1, -1}, {1, -1}, {-1, 1}, {-1, 1}, {1, -1}, {1, 1}};
   for (unsigned i = 0; i < 6 && quad; i++) {
      memcpy(v[i], corner[i], 8);
      v[i][2] = z;
      v[i][3] = 1;
   }
   gfx_use_vertices(v[0], 6);
}

/* The ring's clock when its draws are through. */
static uint64_t clock_now(void)
{
   uint64_t cycles, end = emu_clock_ns() + UINT64_C(60000000000);
   emu_time_wait(dev, 0, GPU_BARRIER_GFX);
   while (!emu_time_read(dev, 0, &cycles)) {
      assert_true(emu_clock_ns() < end);
      rig_sleep_us(100);
   }
   return cycles;
}

static void scene(uint32_t size, uint32_t format, uint32_t samples_log2, const char *fs)
{
   gfx_reset_state(size, size);
   R(TOPOLOGY) = GPU_TOPOLOGY_TRIANGLES;
   rig_stage(GPU_STAGE_VS, gfx_vs_plain, 20, 0);
   rig_stage(GPU_STAGE_FS, fs, 0, 0);
   gfx_target_image(0, 0, format, size, size, samples_log2);
}

static void draw(uint32_t count)
{
   gfx_draw_n(count);
   sum();
}

static void a_tile(void **state)
{
   scene(32, 37, 0, gfx_fs_flat); /* R8G8B8A8_UNORM */
   cover(0.5f, false);
   draw(3);
   assert_int_equal(units[EMU_UNIT_BATCH], 1);
   assert_int_equal(units[EMU_UNIT_TILE], 1);
   assert_int_equal(blocks[EMU_BLOCK_INDEX], 3);
   assert_int_equal(sectors[EMU_BLOCK_INDEX], 0); /* there is no buffer */
   assert_int_equal(blocks[EMU_BLOCK_ASSEMBLE], 1);
   assert_int_equal(blocks[EMU_BLOCK_FETCH], 6);
   assert_int_equal(sectors[EMU_BLOCK_FETCH], 3); /* 32 bytes each */
   assert_int_equal(blocks[EMU_BLOCK_CLIP], 1);
   assert_int_equal(blocks[EMU_BLOCK_SETUP], 1);
   assert_int_equal(blocks[EMU_BLOCK_BIN], 1);
   assert_int_equal(blocks[EMU_BLOCK_TILE], 1);
   assert_int_equal(blocks[EMU_BLOCK_RASTER], 16);
   assert_int_equal(blocks[EMU_BLOCK_QUADS], 256);
   assert_int_equal(blocks[EMU_BLOCK_EARLY_Z], 0);
   assert_int_equal(waves[GPU_STAGE_VS], 1);
   assert_int_equal(waves[GPU_STAGE_FS], 32);
   assert_int_equal(blocks[EMU_BLOCK_ROP], 256);
   assert_int_equal(blocks[EMU_BLOCK_ROP_MORE], 0);
   assert_int_equal(blocks[EMU_BLOCK_BLEND], 0);
   assert_int_equal(written[EMU_BLOCK_ROP], 32 * 32 * 4 / 32);
   assert_int_equal(read_[EMU_BLOCK_ROP], 0);
}

static void tiles_and_indices(void **state)
{
   static const uint16_t index[6] = {0, 1, 2, 3, 4, 5};
   scene(128, 37, 0, gfx_fs_flat);
   cover(0.5f, true);
   gfx_put(0x98000, index, sizeof index);
   R(INDEX_LO) = (uint32_t)(RIG_VA + 0x98000);
   R(INDEX_HI) = (uint32_t)((RIG_VA + 0x98000) >> 32);
   R(INDEX_B) = sizeof index;
   R(INDEX_TYPE) = 1;
   gfx_draw_all(6, 1, 0, 0, 0, true);
   sum();
   assert_int_equal(units[EMU_UNIT_TILE], 16);
   assert_int_equal(blocks[EMU_BLOCK_INDEX], 6);
   assert_int_equal(read_[EMU_BLOCK_INDEX], 1);
   assert_int_equal(sectors[EMU_BLOCK_FETCH], 6);
   assert_int_equal(blocks[EMU_BLOCK_SETUP], 2);
   assert_int_equal(blocks[EMU_BLOCK_BIN], 23); /* four tiles have both, three more are met at a corner */
   assert_int_equal(blocks[EMU_BLOCK_QUADS], 128 * 128 / 4 + 64); /* the diagonal's are there twice */
   assert_int_equal(written[EMU_BLOCK_ROP] >= 128 * 128 * 4 / 32, true);
   /* x and y from 0 to 3 */
   assert_int_equal(blocks[EMU_BLOCK_TILE], 16 + 4 * 6 + EMU_TILES_X * 4 * 6);
   assert_int_equal(blocks[EMU_BLOCK_LAYER], 0);
}

static void early_tests(void **state)
{
   scene(32, 37, 0, gfx_fs_flat);
   gfx_make_image(&R(DEPTH_TARGET), DEPTH, 126, 32, 32, 0, 1, GPU_TILING_TILED);
   R(DEPTH) = 3 | GPU_COMPARE_GREATER << 2;
   cover(0.5f, false);
   draw(3);
   assert_int_equal(blocks[EMU_BLOCK_EARLY_Z], 256);
   assert_int_equal(blocks[EMU_BLOCK_EARLY_KILL], 0);
   assert_int_equal(written[EMU_BLOCK_EARLY_Z], 128);
   assert_int_equal(read_[EMU_BLOCK_EARLY_Z], 128);
   assert_int_equal(waves[GPU_STAGE_FS], 32);
   cover(0.25f, false); /* behind it */
   draw(3);
   assert_int_equal(blocks[EMU_BLOCK_RASTER], 16);
   assert_int_equal(blocks[EMU_BLOCK_HIZ], 16);
   assert_int_equal(blocks[EMU_BLOCK_QUADS], 0);
   assert_int_equal(blocks[EMU_BLOCK_EARLY_Z], 0);
   assert_int_equal(sectors[EMU_BLOCK_EARLY_Z], 0);
   assert_int_equal(waves[GPU_STAGE_FS], 0);
   assert_int_equal(blocks[EMU_BLOCK_ROP], 0);
   R(DEPTH) = 1 | GPU_COMPARE_EQUAL << 2; /* which hierarchical Z does not know */
   draw(3);
   assert_int_equal(blocks[EMU_BLOCK_HIZ], 0);
   assert_int_equal(blocks[EMU_BLOCK_EARLY_Z], 256);
   assert_int_equal(blocks[EMU_BLOCK_EARLY_KILL], 256);
   assert_int_equal(read_[EMU_BLOCK_EARLY_Z], 128);
   assert_int_equal(written[EMU_BLOCK_EARLY_Z], 0);
}

static void late_tests(void **state)
{
   scene(32, 37, 0, gfx_fs_flat);
   rig_stage(GPU_STAGE_FS, gfx_fs_flat, 0, GPU_STAGE_FS_KILLS);
   gfx_make_image(&R(DEPTH_TARGET), DEPTH, 126, 32, 32, 0, 1, GPU_TILING_TILED);
   R(DEPTH) = 3 | GPU_COMPARE_GREATER << 2;
   cover(0.5f, false);
   draw(3);
   assert_int_equal(blocks[EMU_BLOCK_EARLY_Z], 0);
   assert_int_equal(blocks[EMU_BLOCK_LATE_Z], 256);
   assert_int_equal(written[EMU_BLOCK_LATE_Z], 128);
   assert_int_equal(blocks[EMU_BLOCK_ROP], 256);
}

/* Cycles of the ROP for a tile by format, plain and blended. */
static void formats_and_blending(void **state)
{
   static const struct {
      uint32_t format, plain, blended;
   } f[] = {
       {9, 256, 256}, {37, 256, 256}, {97, 256, 512}, {109, 512, 1024}}; /* R8, RGBA8, RGBA16F, RGBA32F */
   for (unsigned i = 0; i < 4; i++)
      for (unsigned blend = 0; blend < 2; blend++) {
         scene(32, f[i].format, 0, gfx_fs_flat);
         RI(BLEND, 0) |= blend ? 1 | GPU_FACTOR_ONE << 1 | GPU_FACTOR_ONE << 6 | GPU_FACTOR_ONE << 14 |
                                     GPU_FACTOR_ONE << 19
                               : 0;
         cover(0.5f, false);
         draw(3);
         assert_int_equal(blocks[EMU_BLOCK_ROP], 256);
         assert_int_equal(blocks[EMU_BLOCK_ROP] + blocks[EMU_BLOCK_ROP_MORE],
                          blend ? f[i].blended : f[i].plain);
         assert_int_equal(blocks[EMU_BLOCK_BLEND], blend ? 256 : 0);
         assert_int_equal(read_[EMU_BLOCK_ROP], blend ? written[EMU_BLOCK_ROP] : 0);
         assert_int_equal(written[EMU_BLOCK_ROP], 32u * fmt_lookup(f[i].format)->block_B);
      }
}

/* Wholly covered pixels are written once, those of an edge sample by sample. */
static void samples(void **state)
{
   scene(32, 37, 2, gfx_fs_flat);
   cover(0.5f, false);
   draw(3);
   assert_int_equal(blocks[EMU_BLOCK_ROP], 256);
   assert_int_equal(blocks[EMU_BLOCK_ROP_MORE], 0);
   uint64_t whole = written[EMU_BLOCK_ROP];
   cover(0.5f, true);
   draw(3); /* half of it: an edge through sixteen quads */
   assert_true(blocks[EMU_BLOCK_ROP_MORE] >= 16 && blocks[EMU_BLOCK_ROP_MORE] <= 3 * 32);
   assert_int_equal(whole, 32 * 32 * 4 / 32); /* as much as without samples */
   RI(BLEND, 0) |= 1 | GPU_FACTOR_ONE << 1 | GPU_FACTOR_ONE << 6;
   cover(0.5f, false);
   draw(3);
   assert_int_equal(blocks[EMU_BLOCK_ROP] + blocks[EMU_BLOCK_ROP_MORE], 4 * 256);
   assert_int_equal(read_[EMU_BLOCK_ROP], 32 * 32 * 4 * 4 / 32);
}

static void clear(uint32_t what, uint32_t min, uint32_t max)
{
   const uint32_t fields[8] = {what, min, max, 1u << 16};
   gfx_send_state();
   for (uint32_t i = 0; i < 8; i++)
      emu_gfx_write(dev, GPU_OFF_GFX_CLEAR + 4 * i, fields[i]);
   emu_gfx_write(dev, GPU_OFF_GFX_GO, GPU_GFX_CLEAR);
   assert_true(gfx_wait());
   sum();
}

static void clear_all(uint32_t what, uint32_t size)
{
   clear(what, 0, size | size << 16);
}

static void clears(void **state)
{
   scene(64, 37, 0, gfx_fs_flat);
   for (unsigned part = 0; part < 2; part++) {
      clear(0, part ? 8 | 4 << 16 : 0, part ? 16 | 20 << 16 : 64 | 64 << 16);
      assert_int_equal(units[EMU_UNIT_CLEAR], part ? 1 : 4);
      assert_int_equal(blocks[EMU_BLOCK_ROP],
                       part ? 8 * 16 / 4 : 4 * 16); /* whole tiles: a cycle for a block, and their tags */
      assert_int_equal(written[EMU_BLOCK_ROP], part ? 8 * 16 * 4 / 32 : 0);
      assert_int_equal(tagged[EMU_BLOCK_ROP], part ? 0 : 64 * 64 * 4);
      assert_int_equal(read_[EMU_BLOCK_ROP], 0);
   }
}

/* A clear of everything, and what it left to be read from memory: a depth test and a blended colour everywhere
 * ask the clear's tags. What was drawn in between is read again. */
static void cleared_tiles_are_not_read(void **state)
{
   const uint64_t sectors_of_all = 128 * 128 * 4 / 32;
   scene(128, 37, 0, gfx_fs_flat);
   gfx_make_image(&R(DEPTH_TARGET), DEPTH, 126, 128, 128, 0, 1, GPU_TILING_TILED);
   R(DEPTH) = 3 | GPU_COMPARE_GREATER << 2;
   RI(BLEND, 0) |= 1 | GPU_FACTOR_ONE << 1 | GPU_FACTOR_ONE << 6;
   clear_all(0, 128);
   clear_all(GPU_CLEAR_DEPTH, 128);
   assert_true(clock_now() > 0);
   uint64_t before = rig_counter(dev, GPU_COUNTER_DRAM_BYTES_READ);
   cover(0.5f, false);
   draw(3);
   assert_true(clock_now() > 0);
   assert_true(rig_counter(dev, GPU_COUNTER_EARLY_Z_QUADS) >= 64 * 64);
   assert_true(rig_counter(dev, GPU_COUNTER_DRAM_BYTES_READ) - before < 32 * sectors_of_all / 4);
   /* both targets have reached L2, and somebody's counters say so */
   assert_true(rig_counter(dev, GPU_COUNTER_L2_BYTES_WRITTEN) >= 2 * 32 * sectors_of_all);
   before = rig_counter(dev, GPU_COUNTER_L2_BYTES_READ);
   cover(0.75f, false);
   draw(3);
   assert_true(clock_now() > 0);
   assert_true(rig_counter(dev, GPU_COUNTER_L2_BYTES_READ) - before >= 2 * 32 * sectors_of_all);
}

static void feedback(void **state)
{
   scene(32, 37, 0, gfx_fs_flat);
   cover(0.5f, true);
   gfx_capture(0x60000, 0x1000, 0, 4);
   R(RASTER) = 1;
   draw(6);
   assert_int_equal(units[EMU_UNIT_BATCH], 2);
   assert_int_equal(units[EMU_UNIT_TILE], 0);
   assert_int_equal(blocks[EMU_BLOCK_XFB], 6 * 4);
   assert_int_equal(written[EMU_BLOCK_XFB], 3);
   assert_int_equal(blocks[EMU_BLOCK_SETUP], 0);
}

static void copies(void **state)
{
   const uint64_t src = RIG_VA, dst = RIG_VA + 0x80000, bytes = 0x30000;
   const uint32_t values[6] = {(uint32_t)src,         (uint32_t)(src >> 32), (uint32_t)dst,
                               (uint32_t)(dst >> 32), (uint32_t)bytes,       0};
   for (uint32_t op = GPU_DMA_COPY; op <= GPU_DMA_FILL; op++) {
      for (uint32_t i = 0; i < 6; i++)
         emu_dma_write(dev, 1, GPU_OFF_DMA_SRC_LO + 4 * i, values[i]);
      emu_dma_write(dev, 1, GPU_OFF_DMA_GO, op);
      while (emu_dma_read(dev, 1, GPU_OFF_DMA_INFLIGHT))
         rig_sleep_us(20);
      assert_int_equal(tap_count, 1);
      assert_int_equal(tap[0].kind, EMU_UNIT_COPY);
      const uint32_t *r = tap[0].data;
      assert_int_equal(tap[0].dwords, 7);
      assert_int_equal(*r, (uint32_t)EMU_REC_COPY << 28 | (op == GPU_DMA_FILL ? 4 : 0));
      assert_int_equal(r[1] | (uint64_t)r[2] << 32, bytes);
      assert_int_equal(r[5] | (uint64_t)r[6] << 32, dst);
      if (op == GPU_DMA_COPY)
         assert_int_equal(r[3] | (uint64_t)r[4] << 32, src);
      tap_clear();
   }
}

/* ---- the same everywhere ------------------------------------------------------------------------------- */
static uint32_t noise_state;
static uint32_t noise(uint32_t n)
{
   noise_state = noise_state * 1664525u + 1013904223u;
   return (noise_state >> 8) % n;
}

static void noisy_triangles(unsigned count)
{
   static float v[900][8];
   for (unsigned i = 0; i < 3 * count; i++) {
      v[i][0] = (float)noise(200) / 90 - 1.1f;
      v[i][1] = (float)noise(200) / 90 - 1.1f;
      v[i][2] = (float)noise(100) / 100;
      v[i][3] = 1 + (float)noise(3);
      for (unsigned c = 4; c < 8; c++)
         v[i][c] = (float)noise(256) / 255;
   }
   gfx_use_vertices(v[0], 3 * count);
}

/* Several draws in several states; a number for all of their traces, for their times and for what the model
 * counted. */
static uint64_t traces_of(unsigned threads, const char *isa)
{
   uint64_t hash = 14695981039346656037u;
   dev = rig_open_as("fg1", threads, isa);
   noise_state = 5;
   for (unsigned i = 0; i < 4; i++) {
      scene(i == 3 ? 70 : 128, i == 1 ? 97 : 37, i == 2 ? 2 : 0, i & 1 ? gfx_fs_colour : gfx_fs_flat);
      gfx_make_image(&R(DEPTH_TARGET), DEPTH, 126, 128, 128, i == 2 ? 2 : 0, 1, GPU_TILING_TILED);
      R(DEPTH) = 3 | GPU_COMPARE_GREATER << 2;
      RI(BLEND, 0) |= i == 1 ? 1 | GPU_FACTOR_ONE << 1 | GPU_FACTOR_ONE << 6 : 0;
      rig_stage(GPU_STAGE_FS, gfx_fs_flat, 0, i == 3 ? GPU_STAGE_FS_KILLS : 0);
      noisy_triangles(300);
      gfx_draw_all(900, 3, 0, 0, 0, false);
      hash = (hash ^ clock_now()) * 1099511628211u;
   }
   for (unsigned c = GPU_COUNTER_CORE_CYCLES; c <= GPU_COUNTER_COPY_CYCLES; c++)
      hash = (hash ^ rig_counter(dev, (enum gpu_counter)c)) * 1099511628211u;
   assert_true(rig_counter(dev, GPU_COUNTER_ROP_QUADS) > 1000);
   emu_device_close(dev);
   tap_sort();
   assert_true(tap_count > 60);
   for (size_t u = 0; u < tap_count; u++) {
      assert_true(tap[u].last);
      assert_int_equal(tap[u].number, u && tap[u].order == tap[u - 1].order ? tap[u - 1].number + 1 : 0);
      for (size_t i = 0; i < tap[u].dwords; i++)
         hash = (hash ^ tap[u].data[i]) * 1099511628211u;
   }
   tap_clear();
   return hash;
}

/* What stops in the middle has an end, and so has what comes behind it. */
static void faults_end(void **state)
{
   scene(128, 37, 0, gfx_fs_flat);
   noise_state = 9;
   noisy_triangles(300);
   uint64_t before = clock_now();
   RI(BINDING, 2) = 0x4000000; /* beyond what is mapped */
   gfx_go(30000000, 1, 0, 0, 0, false);
   gfx_expect_fault(GPU_FAULT_UNMAPPED, ~0u);
   uint64_t behind = clock_now();
   assert_true(behind > before);
   noisy_triangles(300);
   gfx_go(30000000, 1000, 0, 0, 0, false);
   rig_sleep_us(3000);
   emu_gfx_write(dev, GPU_OFF_GFX_KILL, 1);
   assert_true(gfx_wait());
   assert_true(clock_now() > behind);
   noisy_triangles(300);
   behind = clock_now();
   gfx_draw_n(900);
   assert_true(clock_now() > behind);
   tap_clear();
}

static void same_everywhere(void **state)
{
   uint64_t one = traces_of(1, NULL);
   assert_int_equal(traces_of(2, NULL), one);
   assert_int_equal(traces_of(8, NULL), one);
   assert_int_equal(traces_of(2, "v2"), one);
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
   if (__builtin_cpu_supports("avx2"))
      assert_int_equal(traces_of(2, "v3"), one);
#endif
}

static int open_one(void **state)
{
   dev = rig_open(2);
   return 0;
}

static int close_it(void **state)
{
   emu_device_close(dev);
   return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_one, close_it)

int main(void)
{
   const struct CMUnitTest tests[] = {
       TEST(a_tile),
       TEST(tiles_and_indices),
       TEST(early_tests),
       TEST(late_tests),
       TEST(formats_and_blending),
       TEST(samples),
       TEST(clears),
       TEST(cleared_tiles_are_not_read),
       TEST(feedback),
       TEST(copies),
       TEST(faults_end),
       cmocka_unit_test(same_everywhere),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
