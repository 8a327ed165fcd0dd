/* The range allocator against a plain map of bytes: random takes and gives never overlap, everything merges back at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "vkf_ranges.h"

#define SPACE 4096u
#define LIVE 200u

static uint32_t random_state = 12345;
static uint32_t random_below(uint32_t n)
{
   random_state = random_state * 1664525u + 1013904223u;
   return (random_state >> 8) % n;
}

static void test_random(void **state)
{
   static uint8_t used[SPACE];
   struct vkf_range live[LIVE];
   uint32_t count = 0, taken = 0;
   struct vkf_ranges r;
   assert_true(vkf_ranges_init(&r, NULL, 1000, SPACE));
   for (int step = 0; step < 20000; step++) {
      if (count < LIVE && random_below(2)) {
         uint64_t size = 1 + random_below(60), align = UINT64_C(1) << random_below(6), start;
         if (VK_SUCCESS != vkf_ranges_take(&r, size, align, &start))
            continue;
         taken++;
         assert_int_equal(start % align, 0);
         assert_in_range(start, 1000, 1000 + SPACE - size);
         for (uint64_t i = 0; i < size; i++) {
            assert_int_equal(used[start - 1000 + i], 0);
            used[start - 1000 + i] = 1;
         }
         live[count++] = (struct vkf_range){start, size};
      } else if (count) {
         uint32_t i = random_below(count);
         memset(used + live[i].start - 1000, 0, live[i].size);
         vkf_ranges_give(&r, live[i].start, live[i].size);
         live[i] = live[--count];
      }
   }
   while (count--)
      vkf_ranges_give(&r, live[count].start, live[count].size);
   assert_true(taken > 1000);
   assert_int_equal(r.count, 1);
   assert_int_equal(r.free[0].start, 1000);
   assert_int_equal(r.free[0].size, SPACE);
   assert_int_equal(r.free_total, SPACE);
   assert_int_equal(r.live, 0);
   vkf_ranges_finish(&r);
}

static void test_exhaustion(void **state)
{
   struct vkf_ranges r;
   uint64_t a, b;
   assert_true(vkf_ranges_init(&r, NULL, 0, 128));
   assert_int_equal(vkf_ranges_take(&r, 100, 1, &a), VK_SUCCESS);
   assert_int_equal(vkf_ranges_take(&r, 29, 1, &b), VK_ERROR_OUT_OF_DEVICE_MEMORY);
   assert_int_equal(vkf_ranges_take(&r, 20, 64, &b), VK_ERROR_OUT_OF_DEVICE_MEMORY);
   assert_int_equal(vkf_ranges_take(&r, 0, 1, &b), VK_ERROR_OUT_OF_DEVICE_MEMORY);
   assert_int_equal(vkf_ranges_take(&r, 28, 1, &b), VK_SUCCESS);
   assert_int_equal(r.count, 0);
   vkf_ranges_give(&r, a, 100);
   vkf_ranges_give(&r, b, 28);
   assert_int_equal(r.count, 1);
   vkf_ranges_finish(&r);
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(test_random), cmocka_unit_test(test_exhaustion)};
   return cmocka_run_group_tests(tests, NULL, NULL);
}
