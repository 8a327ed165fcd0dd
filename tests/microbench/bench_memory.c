/* The memory hierarchy as one lane sees it (latency) and as all of them do (bandwidth). */
#include "microbench.h"
#include <stdio.h>

#define LINE_B 128u
#define LOADS 2048u /* measured */
#define CACHED (64 * MIB / LINE_B) /* lines: what any card's caches hold; reading more would leave no other ones in them */
#define WARM 4096u  /* before, in the same launch: what follows may stand in the first-level cache */

static uint32_t at_most(uint64_t a, uint64_t b) { return (uint32_t)(a < b ? a : b); }

/* Reads a word of each line below size_B: what fits stands in the second-level cache then. */
static struct mb_run touch(VkPipeline p, uint64_t size_B)
{
   uint32_t lines = (uint32_t)(size_B / LINE_B);
   return (struct mb_run){.pipeline = p, .groups = (lines + 63) / 64, .push.count = lines};
}

/* ---- latency ------------------------------------------------------------------------------------------------- */
struct chain {
   VkPipeline link, chase, touch;
};

static struct chain chain_make(struct mb *m)
{
   struct chain c = {.touch = mb_compute(m, &touch_code, 64, 0)};
   c.link = mb_compute(m, m->has_address ? &link_1_code : &link_0_code, 64, 0);
   c.chase = mb_compute(m, m->has_address ? &chase_1_code : &chase_0_code, 32, 0);
   return c;
}

static void chain_free(struct mb *m, struct chain *c)
{
   mb_pipeline_free(m, &c->link);
   mb_pipeline_free(m, &c->chase);
   mb_pipeline_free(m, &c->touch);
}

/* A chain of n lines, or of 32 lines in each of n / 32 pages. Returns nanoseconds a load. */
static double chase(struct mb *m, const struct chain *c, uint32_t n, uint32_t page_B)
{
   const uint32_t where[2] = {(uint32_t)m->arena.address, (uint32_t)(m->arena.address >> 32)};
   const struct mb_run link = {.pipeline = c->link,
                               .groups = (n + 63) / 64,
                               .push = {.count = n, .a = LINE_B, .b = page_B, .address = {where[0], where[1]}}};
   const struct mb_run run = {.pipeline = c->chase, .groups = 1, .push.address = {where[0], where[1]}};
   const struct mb_run warm = touch(c->touch, (uint64_t)at_most(n, CACHED) * LINE_B);
   const uint32_t lo = (at_most(n, WARM) + 15u) & ~15u;
   mb_do(m, mb_dispatch, &link); /* what fits stands in L2 then, for pages too */
   return mb_slope_cold(m, n > WARM && !page_B ? &warm : NULL, run, lo, lo + LOADS);
}

void bench_chase(struct mb *m)
{
   struct chain c = chain_make(m);
   chase(m, &c, 64, 0); /* a rehearsal: the shader's instructions */
   for (uint64_t size = 1 * KIB; size <= m->arena_B; size *= m->quick ? 4 : 2) {
      mb_point(m, "one lane, random lines", (double)size, chase(m, &c, (uint32_t)(size / LINE_B), 0));
      if (!m->quick && size + size / 2 <= m->arena_B / 4)
         mb_point(m, "one lane, random lines", (double)(size + size / 2),
                  chase(m, &c, (uint32_t)((size + size / 2) / LINE_B), 0));
   }
   chain_free(m, &c);
}

void bench_chase_pages(struct mb *m)
{
   static const struct {
      const char *name;
      uint32_t page_B;
   } pages[] = {{"4 KiB pages", 4096}, {"64 KiB pages", 65536}, {"2 MiB pages", 2097152}};
   struct chain c = chain_make(m);
   for (unsigned i = 0; i < 3; i++) {
      const uint32_t most = at_most(m->arena_B / pages[i].page_B, 1024);
      for (uint32_t n = 4; n <= most; n *= m->quick ? 4 : 2) {
         mb_point(m, pages[i].name, n, chase(m, &c, 32 * n, pages[i].page_B));
         if (!m->quick && n + n / 2 <= most)
            mb_point(m, pages[i].name, n + n / 2, chase(m, &c, 32 * (n + n / 2), pages[i].page_B));
      }
   }
   chain_free(m, &c);
}

/* ---- bandwidth ----------------------------------------------------------------------------------------------- */
void bench_bandwidth_size(struct mb *m)
{
   const uint32_t waves = 1024, lo = 8, hi = 24, wide_B = 16;
   VkPipeline stream = mb_compute(m, &stream_4_code, 32, 0), t = mb_compute(m, &touch_code, 64, 0);
   for (uint64_t size = 1 * KIB; size <= m->arena_B / 2; size *= m->quick ? 4 : 2) {
      const uint32_t words = (uint32_t)(size / wide_B), apart = words / waves & ~31u;
      const struct mb_run warm = touch(t, size), run = {.pipeline = stream,
                                                        .groups = waves,
                                                        .push = {.a = apart ? apart : 32,
                                                                 .b = 32,
                                                                 .c = 1,
                                                                 .address = {0, (words - 1) & ~31u}}};
      mb_point(m, "16 B a lane", (double)size, waves * 32.0 * wide_B / mb_slope(m, &warm, run, lo, hi));
   }
   mb_pipeline_free(m, &stream);
   mb_pipeline_free(m, &t);
}

/* Bytes a nanosecond that `waves` read which nobody has read lately: count times `deep` loads each, word_B a lane, lanes stride
 * words apart. */
static double fresh(struct mb *m, VkPipeline stream, uint32_t waves, uint32_t word_B, uint32_t deep, uint32_t stride, uint32_t lo,
                    uint32_t hi)
{
   struct mb_run run = {.pipeline = stream,
                        .groups = waves,
                        .push = {.a = 32 * stride, .b = 32 * stride * waves, .c = stride, .address = {0, ~0u}}};
   double ns[2];
   for (int i = -1; i < 2; i++) { /* the first is a rehearsal */
      run.push.count = i > 0 ? hi : i < 0 ? 1 : lo;
      run.push.address[0] = (uint32_t)(mb_fresh(m, (uint64_t)run.push.count * deep * run.push.b * word_B) / word_B);
      if (i < 0)
         mb_do(m, mb_dispatch, &run);
      else
         ns[i] = mb_time(m, NULL, NULL, mb_dispatch, &run);
   }
   return (double)(hi - lo) * deep * waves * 32 * word_B / (ns[1] - ns[0]);
}

void bench_bandwidth_waves(struct mb *m)
{
   for (uint32_t word_B = 4; word_B <= 16; word_B += 12) {
      VkPipeline stream = mb_compute(m, word_B == 4 ? &stream_1_code : &stream_4_code, 32, 0);
      for (uint32_t waves = 1; waves <= 4096; waves *= m->quick ? 4 : 2) {
         uint32_t hi = at_most((word_B == 4 ? 32768 : 16384) / waves, 192);
         hi = hi < 12 ? 12 : hi;
         mb_point(m, word_B == 4 ? "4 B a lane" : "16 B a lane", waves, fresh(m, stream, waves, word_B, 1, 1, hi / 3, hi));
      }
      mb_pipeline_free(m, &stream);
   }
}

void bench_bandwidth_stride(struct mb *m)
{
   static const uint32_t strides[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64};
   const uint32_t waves = 512, deep = 4, lo = 1, hi = 4;
   VkPipeline stream = mb_compute(m, &stream_deep_code, 32, 0), t = mb_compute(m, &touch_code, 64, 0);
   const struct mb_run warm = touch(t, 2 * MIB + 64 * KIB);
   for (unsigned i = 0; i < sizeof strides / sizeof strides[0]; i++) {
      const uint32_t s = strides[i];
      const struct mb_run run = {.pipeline = stream,
                                 .groups = waves,
                                 .push = {.a = 32 * s, .b = 32 * s * waves + 4096, .c = s, .address = {0, 2 * MIB / 4 - 1}}};
      if (!m->quick || !(s & (s - 1)))
         mb_point(m, "from 2 MiB", s * 4, waves * deep * 128.0 / mb_slope(m, &warm, run, 2 * lo, 2 * hi));
   }
   for (unsigned i = 0; i < sizeof strides / sizeof strides[0]; i++)
      if (!m->quick || !(strides[i] & (strides[i] - 1)))
         mb_point(m, "from memory", strides[i] * 4, fresh(m, stream, waves, 4, deep, strides[i], lo, hi));
   mb_pipeline_free(m, &stream);
   mb_pipeline_free(m, &t);
}

void bench_bandwidth_random(struct mb *m)
{
   const uint32_t waves = 1024, lo = 2, hi = 8;
   VkPipeline random = mb_compute(m, &random_code, 32, 0), t = mb_compute(m, &touch_code, 64, 0);
   for (uint64_t size = 1 * KIB; size <= m->arena_B; size *= m->quick ? 16 : 2) {
      const struct mb_run warm = touch(t, size), run = {
                                                    .pipeline = random, .groups = waves, .push.a = (uint32_t)(size / 4 - 1)};
      mb_point(m, "4 B a lane", (double)size, waves * 32 / mb_slope(m, &warm, run, lo, hi));
   }
   mb_pipeline_free(m, &random);
   mb_pipeline_free(m, &t);
}

void bench_near_stride(struct mb *m)
{
   VkPipeline near = mb_compute(m, m->has_address ? &near_1_code : &near_0_code, m->group, 0);
   for (uint32_t stride = 1; stride <= 32; stride += stride < 12 && !m->quick ? 1 : stride < 12 ? stride : 4) {
      const struct mb_run run = {
         .pipeline = near,
         .groups = 1,
         .push = {.a = stride, .address = {(uint32_t)m->arena.address, (uint32_t)(m->arena.address >> 32)}}};
      mb_point(m, "one workgroup", stride, mb_slope(m, NULL, run, 8, 40) / (8.0 * (m->group / 32)));
   }
   mb_pipeline_free(m, &near);
}
