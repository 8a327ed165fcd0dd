/* The map of tiles to cores: even over every rectangle, for any number of cores, and no two neighbours on one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "time/fixed.h"

#define SIZE 40u    /* of rectangles */
#define REACH 64u   /* where they end */
#define CORES 1024u

static time_place place;
static uint16_t map[REACH][REACH];
static uint32_t count[CORES];

static void lay(uint32_t cores, uint32_t layer)
{
   time_place_init(&place, cores);
   for (uint32_t y = 0; y < REACH; y++)
      for (uint32_t x = 0; x < REACH; x++) {
         map[y][x] = (uint16_t)time_place_core(&place, x, y, layer);
         assert_true(map[y][x] < cores);
      }
}

static uint32_t fair(uint32_t tiles)
{
   return (tiles + place.cores - 1) / place.cores;
}

/* Rectangles of one height at (x0, y0), wider and wider: what the busiest core has beyond its share. The sums of
 * shares and of what the busiest has go to total. */
static uint32_t excess_of(uint32_t x0, uint32_t y0, uint32_t h, uint64_t total[2])
{
   uint32_t most = 0, excess = 0;
   memset(count, 0, sizeof count);
   for (uint32_t w = 1; w <= SIZE; w++) {
      for (uint32_t y = 0; y < h; y++) {
         uint32_t n = ++count[map[y0 + y][x0 + w - 1]];
         most = n > most ? n : most;
      }
      excess = most - fair(w * h) > excess ? most - fair(w * h) : excess;
      total[0] += fair(w * h);
      total[1] += most;
   }
   return excess;
}

/* All rectangles up to 40 x 40 tiles at some places. */
static void rectangles_are_even(void **state)
{
   static const uint32_t at[][2] = {{0, 0}, {1, 2}, {3, 5}, {6, 9}, {11, 4}, {23, 24}};
   for (uint32_t cores = 1; cores <= 64; cores++) {
      uint64_t total[2] = {0, 0};
      uint32_t excess = 0;
      lay(cores, cores % 3);
      for (size_t i = 0; i < sizeof at / sizeof *at; i++)
         for (uint32_t h = 1; h <= SIZE; h++) {
            uint32_t e = excess_of(at[i][0], at[i][1], h, total);
            excess = e > excess ? e : excess;
         }
      if (excess > 3 || total[1] * 100 > total[0] * 109)
         fail_msg("%u cores: %u tiles too many on one; %llu for %llu", cores, excess,
                  (unsigned long long)total[1], (unsigned long long)total[0]);
   }
}

/* The usual sizes: each core has the same. */
static void powers_of_two_are_exact(void **state)
{
   for (uint32_t cores = 1; cores <= 64; cores *= 2) {
      lay(cores, 0);
      for (uint32_t w = 1; w <= REACH; w *= 2)
         for (uint32_t h = 1; h <= REACH; h *= 2) {
            uint32_t most = 0;
            memset(count, 0, sizeof count);
            for (uint32_t i = 0; i < w * h; i++) {
               uint32_t n = ++count[map[i / w][i % w]];
               most = n > most ? n : most;
            }
            assert_int_equal(most, fair(w * h));
         }
   }
}

static void neighbours_differ(void **state)
{
   for (uint32_t cores = 2; cores <= CORES; cores += cores < 100 ? 1 : 37) {
      lay(cores, 5);
      for (uint32_t y = 0; y + 1 < REACH; y++)
         for (uint32_t x = 0; x + 1 < REACH; x++) {
            assert_int_not_equal(map[y][x], map[y][x + 1]);
            assert_int_not_equal(map[y][x], map[y + 1][x]);
         }
   }
}

/* A row, a column, a pile of layers of as many tiles as there are cores has each core once. */
static void lines_have_all_cores(void **state)
{
   for (uint32_t cores = 1; cores <= CORES; cores += cores < 100 ? 1 : 29) {
      time_place_init(&place, cores);
      for (unsigned way = 0; way < 3; way++) {
         memset(count, 0, sizeof count);
         for (uint32_t i = 0; i < cores; i++)
            count[time_place_core(&place, way == 0 ? i : 3, way == 1 ? i : 0, way == 2 ? i : 1)]++;
         for (uint32_t i = 0; i < cores; i++)
            assert_int_equal(count[i], 1);
      }
   }
}

/* Small targets with many layers: cubes, shadow maps, volumes. */
static void layers_are_even(void **state)
{
   for (uint32_t cores = 2; cores <= 64; cores++) {
      time_place_init(&place, cores);
      for (uint32_t size = 1; size <= 8; size++) {
         uint64_t shares = 0, busiest = 0;
         uint32_t most = 0;
         memset(count, 0, sizeof count);
         for (uint32_t layer = 0; layer < 64; layer++) {
            for (uint32_t i = 0; i < size * size; i++) {
               uint32_t n = ++count[time_place_core(&place, i % size, i / size, layer)];
               most = n > most ? n : most;
            }
            shares += fair((layer + 1) * size * size);
            busiest += most;
         }
         if (busiest * 100 > shares * 125)
            fail_msg("%u cores, layers of %u x %u tiles: %llu for %llu", cores, size, size,
                     (unsigned long long)busiest, (unsigned long long)shares);
      }
   }
}

int main(void)
{
   const struct CMUnitTest tests[] = {
       cmocka_unit_test(rectangles_are_even),  cmocka_unit_test(powers_of_two_are_exact),
       cmocka_unit_test(neighbours_differ),    cmocka_unit_test(lines_have_all_cores),
       cmocka_unit_test(layers_are_even),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
