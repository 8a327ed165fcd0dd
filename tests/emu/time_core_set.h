/* Programs on which the two engines are compared: typical kernels by hand, and any number made at random. */
#ifndef TIME_CORE_SET_H
#define TIME_CORE_SET_H

#include "time_core_rig.h"

typedef struct set_entry {
   const char *name, *text;
   uint32_t vregs, waves, groups, trips, lds_passes;
   uint64_t (*address)(uint32_t group, uint32_t wave, uint32_t access);
} set_entry;

static uint64_t set_mixed(uint32_t group, uint32_t wave, uint32_t access)
{
   uint32_t h = (group * 40503u ^ wave * 9176u ^ access * 2654435u) * 2654435761u >> 24;
   return h < 150 ? RIG_L1 : h < 220 ? RIG_L2 : RIG_DRAM;
}
static uint64_t set_l2(uint32_t group, uint32_t wave, uint32_t access)
{
   (void)group, (void)wave, (void)access;
   return RIG_L2;
}
static uint64_t set_dram(uint32_t group, uint32_t wave, uint32_t access)
{
   (void)group, (void)wave, (void)access;
   return RIG_DRAM;
}

#define SET_HEAD                                                                                             \
   "s_load_x4 s[0:3], s[4:5], 0\n s_load_x4 s[8:11], s[4:5], 16\n v_lane_id v0\n v_shl v1, v0, 2\n "
#define SET_LOOP "again: s_sub s33, s33, 1\n "
#define SET_AGAIN "s_cmp_lt_i32 s34, 0, s33\n s_brnz s34, again\n "

static const set_entry set_entries[] = {
    {"add vectors",
     SET_HEAD
     "s_mul s12, s6, 128\n v_add_u32 v1, v1, s12\n b_load_x1 v2, s[0:3], v1\n b_load_x1 v3, s[8:11], v1\n "
     "v_add_f32 v4, v2, v3\n b_store_x1 s[0:3], v1, v4\n s_endpgm\n",
     8, 8, 200, 0, 0, set_dram},
    {"dependent arithmetic",
     SET_HEAD SET_LOOP
     "v_fma_f32 v2, v2, v3, v4\n v_fma_f32 v2, v2, v3, v4\n v_fma_f32 v2, v2, v3, v4\n "
     "v_fma_f32 v2, v2, v3, v4\n v_fma_f32 v2, v2, v3, v4\n v_fma_f32 v2, v2, v3, v4\n " SET_AGAIN
     "s_endpgm\n",
     16, 4, 16, 100, 0, NULL},
    {"the same, one wave",
     SET_HEAD SET_LOOP
     "v_fma_f32 v2, v2, v3, v4\n v_fma_f32 v2, v2, v3, v4\n v_fma_f32 v2, v2, v3, v4\n "
     "v_fma_f32 v2, v2, v3, v4\n v_fma_f32 v2, v2, v3, v4\n v_fma_f32 v2, v2, v3, v4\n " SET_AGAIN
     "s_endpgm\n",
     16, 1, 1, 100, 0, NULL},
    {"independent arithmetic",
     SET_HEAD SET_LOOP
     "v_fma_f32 v2, v7, v3, v4\n v_fma_f32 v3, v7, v3, v4\n v_fma_f32 v4, v7, v3, v4\n "
     "v_fma_f32 v5, v5, v3, v4\n v_fma_f32 v6, v6, v3, v4\n v_fma_f32 v8, v8, v3, v4\n " SET_AGAIN
     "s_endpgm\n",
     16, 8, 32, 100, 0, NULL},
    {"long operations",
     SET_HEAD SET_LOOP
     "v_rcp_f32 v2, v2\n v_mul_f32 v3, v2, v4\n v_div_f32 v5, v5, v6\n v_mul_f32 v6, v3, v4\n "
     "v_exp2_f32 v7, v6\n v_add_f32 v8, v7, v8\n " SET_AGAIN "s_endpgm\n",
     16, 4, 32, 50, 0, NULL},
    {"pointer chase", SET_HEAD SET_LOOP "b_load_x1 v1, s[0:3], v1\n " SET_AGAIN "s_endpgm\n", 8, 1, 1, 200, 0,
     set_l2},
    {"pointer chases", SET_HEAD SET_LOOP "b_load_x1 v1, s[0:3], v1\n " SET_AGAIN "s_endpgm\n", 8, 8, 32, 100,
     0, set_mixed},
    {"loads in advance",
     SET_HEAD "b_load_x1 v8, s[0:3], v1\n " SET_LOOP "v_mov v2, v8\n v_add_u32 v1, v1, 0x80\n "
              "b_load_x1 v8, s[0:3], v1\n v_fma_f32 v3, v2, v4, v3\n v_fma_f32 v3, v3, v4, v3\n v_fma_f32 "
              "v5, v2, v4, v5\n "
              "v_fma_f32 v5, v5, v4, v3\n " SET_AGAIN "b_store_x1 s[0:3], v1, v3\n s_endpgm\n",
     16, 4, 64, 40, 0, set_mixed},
    {"stream",
     SET_HEAD SET_LOOP "b_load_x1 v2, s[0:3], v1\n b_load_x1 v3, s[8:11], v1\n v_add_u32 v1, v1, 0x80\n "
                       "v_fma_f32 v4, v2, v3, v4\n " SET_AGAIN "b_store_x1 s[0:3], v1, v4\n s_endpgm\n",
     8, 8, 32, 40, 0, set_dram},
    {"reduction",
     SET_HEAD "b_load_x1 v2, s[0:3], v1\n l_store_x1 v1, v2\n s_barrier\n " SET_LOOP "l_load_x1 v3, v1\n "
              "v_add_f32 v2, v2, v3\n s_barrier\n l_store_x1 v1, v2\n s_barrier\n " SET_AGAIN
              "b_store_x1 s[0:3], v1, v2\n s_endpgm\n",
     8, 8, 60, 5, 0, set_dram},
    {"matrix tile",
     SET_HEAD SET_LOOP
     "b_load_x1 v2, s[0:3], v1\n b_load_x1 v3, s[8:11], v1\n v_add_u32 v1, v1, 0x80\n "
     "l_store_x1 v1, v2\n l_store_x1 v1, v3 +128\n s_barrier\n "
     "l_load_x1 v4, v1\n l_load_x1 v5, v1 +4\n v_fma_f32 v8, v4, v5, v8\n l_load_x1 v4, v1 +8\n l_load_x1 "
     "v5, v1 +12\n "
     "v_fma_f32 v8, v4, v5, v8\n l_load_x1 v4, v1 +16\n l_load_x1 v5, v1 +20\n v_fma_f32 v8, v4, v5, v8\n "
     "l_load_x1 v4, v1 +24\n l_load_x1 v5, v1 +28\n v_fma_f32 v8, v4, v5, v8\n s_barrier\n " SET_AGAIN
     "b_store_x1 s[0:3], v1, v8\n s_endpgm\n",
     16, 8, 24, 20, 0, set_mixed},
    {"conflicts",
     SET_HEAD SET_LOOP "l_load_x1 v2, v1\n v_add_u32 v1, v1, v2\n v_add_u32 v3, v1, v2\n " SET_AGAIN
                       "s_endpgm\n",
     8, 8, 16, 30, 8, NULL},
    {"many registers",
     SET_HEAD SET_LOOP "b_load_x4 v[4:7], s[0:3], v1\n v_add_u32 v1, v1, 0x80\n v_fma_f32 v8, v4, v5, v8\n "
                       "v_fma_f32 v9, v6, v7, v9\n v_fma_f32 v10, v4, v7, v10\n v_rcp_f32 v11, v10\n "
                       "v_fma_f32 v8, v11, v5, v8\n " SET_AGAIN "b_store_x1 s[0:3], v1, v8\n s_endpgm\n",
     128, 4, 24, 30, 0, set_mixed},
    {"divergence",
     SET_HEAD SET_LOOP
     "v_cmp_lt_u32 s20, v0, 16\n s_and s21, exec, s20\n s_mov exec, s21\n v_fma_f32 v2, v2, v3, v4\n "
     "v_rcp_f32 v2, v2\n s_andn s21, -1, s20\n s_mov exec, s21\n v_fma_f32 v3, v2, v3, v4\n v_rcp_f32 v3, "
     "v3\n "
     "s_mov exec, -1\n v_add_f32 v4, v2, v3\n " SET_AGAIN "s_endpgm\n",
     8, 4, 32, 40, 0, NULL},
};
#define SET_ENTRIES (sizeof set_entries / sizeof set_entries[0])

/* ---- at random ------------------------------------------------------------------------------ */
static uint32_t set_next(uint64_t *seed, uint32_t below)
{
   *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
   return (uint32_t)(*seed >> 33) % below;
}

static int set_instruction(char *out, size_t size, uint64_t *seed, uint32_t memory_percent)
{
   uint32_t d = 2 + set_next(seed, 12), a = set_next(seed, 14), b = set_next(seed, 14),
            kind = set_next(seed, 100);
   if (kind < memory_percent) {
      switch (set_next(seed, 6)) {
      case 0:
         return snprintf(out, size, "l_load_x1 v%u, v%u\n ", d, a);
      case 1:
         return snprintf(out, size, "l_store_x1 v%u, v%u\n ", a, b);
      case 2:
         return snprintf(out, size, "b_store_x1 s[0:3], v%u, v%u\n ", a, b);
      default:
         return snprintf(out, size, "b_load_x1 v%u, s[0:3], v%u\n ", d, a);
      }
   }
   switch (set_next(seed, 16)) {
   case 0:
      return snprintf(out, size, "v_rcp_f32 v%u, v%u\n ", d, a);
   case 1:
      return snprintf(out, size, "v_cmp_lt_u32 s20, v%u, v%u\n s_and s21, exec, s20\n s_mov exec, s21\n ", a,
                      b);
   case 2:
      return snprintf(out, size, "s_mov exec, -1\n ");
   case 3:
      return snprintf(out, size, "v_mul_lo_u32 v%u, v%u, v%u\n ", d, a, b);
   case 4:
      return snprintf(out, size, "v_div_u32 v%u, v%u, v%u\n ", d, a, b);
   default:
      return snprintf(out, size, "v_fma_f32 v%u, v%u, v%u, v%u\n ", d, a, b, 2 + set_next(seed, 12));
   }
}

static inline set_entry set_random(uint64_t seed, char *text, size_t size)
{
   static uint64_t (*const address[])(uint32_t, uint32_t, uint32_t) = {NULL, set_mixed, set_l2, set_dram};
   uint64_t s = seed * 77 + 5;
   set_entry e = {
       .name = "random", .text = text, .vregs = 16 + 16 * set_next(&s, 6), .waves = 1 + set_next(&s, 8)};
   e.groups = 1 + set_next(&s, 160 / e.waves);
   e.trips = 5 + set_next(&s, 30);
   e.lds_passes = set_next(&s, 3) ? 0 : 1 + set_next(&s, 6);
   e.address = address[set_next(&s, 4)];
   uint32_t memory = set_next(&s, 3) * 15;
   size_t at = (size_t)snprintf(text, size, "%s", SET_HEAD);
   for (uint32_t loop = 0, loops = 1 + set_next(&s, 3); loop < loops; loop++) {
      at += (size_t)snprintf(text + at, size - at, "loop%u: s_sub s33, s33, 1\n ", loop);
      for (uint32_t i = 0, n = 2 + set_next(&s, 24); i < n; i++)
         at += (size_t)set_instruction(text + at, size - at, &s, memory);
      if (set_next(&s, 4) == 0)
         at += (size_t)snprintf(text + at, size - at, "s_barrier\n ");
      at += (size_t)snprintf(text + at, size - at, "s_cmp_lt_i32 s34, 0, s33\n s_brnz s34, loop%u\n ", loop);
   }
   snprintf(text + at, size - at, "s_endpgm\n");
   return e;
}

static rig_job *set_job(const emu_profile *p, const set_entry *e)
{
   rig_program program = rig_assemble(p, e->text, e->vregs);
   program.trips = e->trips;
   program.lds_passes = e->lds_passes;
   program.address = e->address;
   return rig_job_create(program, e->groups, e->waves, 0);
}

/* Two cores of fg1. */
static inline uint64_t counter(const rig_job *r, enum gpu_counter c)
{
   return r->job.counters[c];
}

/* Every slot of every core's cycles has gone to one purpose. */
static inline bool set_slots_add_up(const emu_profile *p, const rig_job *r)
{
   uint64_t sum = 0;
   for (unsigned c = GPU_COUNTER_ISSUE_ACTIVE; c <= GPU_COUNTER_STALL_IDLE; c++)
      sum += counter(r, (enum gpu_counter)c);
   return sum == counter(r, GPU_COUNTER_ISSUE_SLOTS) && sum == counter(r, GPU_COUNTER_CORE_CYCLES) * p->schedulers_per_core;
}

static emu_profile set_profile(void)
{
   emu_profile p = rig_profile();
   char err[200];
   if (!emu_profile_load("fg1", &p, err, sizeof err)) {
      fprintf(stderr, "%s\n", err);
      abort();
   }
   p.cores = 2;
   p.launch_cycles = 0;
   return p;
}

#endif
