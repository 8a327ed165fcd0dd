/* The timing unit's queues: clocks, jobs whose units come in any order, in parts or not at all, a backlog, reset. Copies serve as jobs, because
 * their traces are the simplest.
 */
#include "core_rig.h"
#include "time/queue.h"
#include <cmocka.h>

static emu_device *dev;

static int setup(void **state)
{
   dev = rig_open(2);
   return 0;
}

static int teardown(void **state)
{
   emu_device_close(dev);
   return 0;
}

static uint64_t clock_of(uint32_t ring)
{
   uint64_t cycles, end = emu_clock_ns() + UINT64_C(20000000000);
   while (!emu_time_read(dev, ring, &cycles)) {
      assert_true(emu_clock_ns() < end);
      sched_yield();
   }
   return cycles;
}

/* A blob of one piece of a unit: a copy of so many bytes, none if 0. */
static time_blob *piece(uint64_t number, uint32_t bytes, bool last)
{
   uint32_t dwords = bytes ? 7 : 0;
   time_blob *b = calloc(1, sizeof *b + 4 * (EMU_UNIT_DW + dwords));
   assert_non_null(b);
   b->dwords = EMU_UNIT_DW + dwords;
   b->data[0] = (uint32_t)EMU_REC_UNIT << 28 | EMU_UNIT_COPY | (uint32_t)last << 4;
   b->data[1] = (uint32_t)number;
   b->data[2] = (uint32_t)(number >> 32);
   b->data[3] = dwords;
   if (bytes) {
      const uint32_t record[7] = {(uint32_t)EMU_REC_COPY << 28, bytes, 0, 0x100000, 0, 0x900000, 0};
      memcpy(b->data + EMU_UNIT_DW, record, sizeof record);
   }
   return b;
}

static emu_time_job *launch(uint32_t ring)
{
   emu_time_job *j = emu_time_launch(dev, ring, EMU_JOB_COPY, 1);
   assert_non_null(j);
   return j;
}

static void clocks(void **state)
{
   uint64_t ratio = dev->profile.core_clock_khz / dev->profile.cp_clock_khz;
   emu_time_advance(dev, 3, 100);
   assert_int_equal(clock_of(3), 100 * ratio);
   assert_int_equal(clock_of(2), 0);
   emu_time_at_least(dev, 3, 50);
   assert_int_equal(clock_of(3), 100 * ratio);
   emu_time_at_least(dev, 3, 5000);
   assert_int_equal(clock_of(3), 5000);
   emu_time_at_least(dev, 3, ~UINT64_C(0)); /* noise */
   assert_int_equal(clock_of(3), 5000);
   emu_time_wake(dev, 2);
   assert_int_equal(clock_of(2), 0);
   emu_time_publish(dev, 3);
   assert_int_equal(emu_time_published(dev), 5000);
   emu_time_wake(dev, 2);
   assert_int_equal(clock_of(2), 5000);
   emu_time_reset(dev);
   assert_int_equal(clock_of(3), 0);
   assert_int_equal(emu_time_published(dev), 0);
}

/* When a job of eight units has ended, its units handed over in this order, some in two parts. */
static uint64_t end_of(const uint8_t *order, bool cut)
{
   emu_time_job *j = launch(0);
   emu_time_wait(dev, 0, GPU_BARRIER_DMA);
   for (unsigned i = 0; i < 8; i++)
      if (cut && order[i] % 2) {
         emu_time_deliver(j, piece(order[i], 0, false));
         emu_time_deliver(j, piece(order[i], 4096u * (order[i] + 1u), true));
      } else {
         emu_time_deliver(j, piece(order[i], 4096u * (order[i] + 1u), true));
      }
   uint64_t cycles;
   assert_false(emu_time_read(dev, 0, &cycles)); /* nobody knows how many there are */
   emu_time_finish(j, 8, false);
   uint64_t end = clock_of(0);
   emu_time_reset(dev);
   return end;
}

static void order_of_arrival_does_not_matter(void **state)
{
   static const uint8_t orders[4][8] = {
       {0, 1, 2, 3, 4, 5, 6, 7}, {7, 6, 5, 4, 3, 2, 1, 0}, {3, 0, 7, 1, 6, 2, 5, 4}, {1, 0, 3, 2, 5, 4, 7, 6}};
   uint64_t first = end_of(orders[0], false);
   assert_true(first > 0);
   for (unsigned i = 1; i < 8; i++)
      assert_int_equal(end_of(orders[i / 2], i % 2), first);
}

static void work_takes_longer_than_none(void **state)
{
   emu_time_job *j = launch(0);
   emu_time_finish(j, 0, false);
   emu_time_wait(dev, 0, GPU_BARRIER_DMA);
   uint64_t none = clock_of(0);
   j = launch(0);
   emu_time_deliver(j, piece(0, 1u << 24, true));
   emu_time_finish(j, 1, false);
   emu_time_wait(dev, 0, GPU_BARRIER_CS); /* another engine */
   assert_int_equal(clock_of(0), none);
   emu_time_wait(dev, 0, GPU_BARRIER_DMA);
   assert_true(clock_of(0) > none + 10000);
   assert_true(rig_counter(dev, GPU_COUNTER_GPU_CYCLES) >= 10000);
}

/* A killed job has the units that were handed over. */
static void killed(void **state)
{
   emu_time_job *j = launch(0);
   emu_time_deliver(j, piece(5, 1u << 20, true));
   emu_time_deliver(j, piece(2, 1u << 20, false));
   emu_time_finish(j, 1000, true);
   emu_time_wait(dev, 0, GPU_BARRIER_DMA);
   assert_true(clock_of(0) > 0);
}

/* More jobs than the machine takes: the processor waits for places, and nothing is lost. */
static void many_jobs(void **state)
{
   enum { JOBS = 3 * TIME_JOBS_MAX };
   for (unsigned i = 0; i < JOBS; i++) {
      emu_time_job *j = launch(1);
      emu_time_deliver(j, piece(0, 65536, true));
      emu_time_finish(j, 1, false);
   }
   uint64_t launched = clock_of(1);
   assert_true(launched > 0); /* it had to wait, though the ring told it to wait for nothing */
   emu_time_wait(dev, 1, GPU_BARRIER_DMA);
   assert_true(clock_of(1) > launched);
}

static void *finish_late(void *arg)
{
   struct timespec t = {0, 50000000};
   nanosleep(&t, NULL);
   emu_time_deliver(arg, piece(0, 4096, true));
   emu_time_finish(arg, 40, false);
   return NULL;
}

/* Unit 0 comes last, from a writer behind one that has filled the backlog: nobody waits for ever. */
static void backlog(void **state)
{
   emu_time_job *j = launch(0);
   pthread_t thread;
   emu_time_wait(dev, 0, GPU_BARRIER_DMA);
   for (unsigned i = 1; i < 40; i++) {
      size_t dwords = 7u << 16;
      time_blob *b = calloc(1, sizeof *b + 4 * (EMU_UNIT_DW + dwords));
      assert_non_null(b);
      time_blob *one = piece(i, 64, true);
      memcpy(b->data, one->data, 4 * EMU_UNIT_DW);
      for (size_t n = 0; n < dwords; n += 7)
         memcpy(b->data + EMU_UNIT_DW + n, one->data + EMU_UNIT_DW, 28);
      free(one);
      b->data[3] = (uint32_t)dwords;
      b->dwords = (uint32_t)dwords + EMU_UNIT_DW;
      emu_time_deliver(j, b);
   }
   assert_int_equal(pthread_create(&thread, NULL, finish_late, j), 0);
   pthread_join(thread, NULL);
   assert_true(clock_of(0) > 0);
}

/* What the model cannot take is bounded: the job's missing unit comes after so much else that the rest is lost, and nobody waits for it. */
static void too_far_behind(void **state)
{
   emu_time_job *j = launch(0);
   dev->time->backlog_max_B = 1u << 20;
   emu_time_wait(dev, 0, GPU_BARRIER_DMA);
   for (unsigned i = 1; i < 40; i++) {
      size_t dwords = 7u << 14;
      time_blob *b = calloc(1, sizeof *b + 4 * (EMU_UNIT_DW + dwords)), *one = piece(i, 64, true);
      assert_non_null(b);
      memcpy(b->data, one->data, 4 * EMU_UNIT_DW);
      for (size_t n = 0; n < dwords; n += 7)
         memcpy(b->data + EMU_UNIT_DW + n, one->data + EMU_UNIT_DW, 28);
      free(one);
      b->data[3] = (uint32_t)dwords;
      b->dwords = (uint32_t)dwords + EMU_UNIT_DW;
      emu_time_deliver(j, b);
      assert_true(dev->time->backlog_B <= (2u << 20));
   }
   emu_time_finish(j, 40, false);
   assert_true(clock_of(0) > 0);
}

/* Work is carried out though it is too little to wake the model for, and nobody asks for the clock. */
static void unasked(void **state)
{
   uint64_t before = rig_counter(dev, GPU_COUNTER_GPU_CYCLES), end = emu_clock_ns() + UINT64_C(20000000000);
   for (unsigned i = 0; i < 3; i++) {
      emu_time_job *j = launch(0);
      emu_time_wait(dev, 0, GPU_BARRIER_DMA);
      emu_time_deliver(j, piece(0, 4096, true));
      emu_time_finish(j, 1, false);
      while (rig_counter(dev, GPU_COUNTER_GPU_CYCLES) == before) {
         assert_true(emu_clock_ns() < end);
         sched_yield();
      }
      before = rig_counter(dev, GPU_COUNTER_GPU_CYCLES);
   }
}

/* A blob of the usual size comes back when the model is through with it; others do not. */
static void spare_blobs(void **state)
{
   assert_null(emu_time_spare(dev));
   emu_time_job *j = launch(0);
   time_blob *b = calloc(1, sizeof *b + TIME_BLOB_DW * sizeof *b->data), *one = piece(0, 4096, true);
   assert_non_null(b);
   b->capacity = TIME_BLOB_DW;
   b->dwords = one->dwords;
   memcpy(b->data, one->data, one->dwords * sizeof *b->data);
   free(one);
   emu_time_deliver(j, b);
   emu_time_deliver(j, piece(1, 4096, true));
   emu_time_finish(j, 2, false);
   emu_time_wait(dev, 0, GPU_BARRIER_DMA);
   assert_true(clock_of(0) > 0);
   assert_ptr_equal(emu_time_spare(dev), b);
   assert_null(emu_time_spare(dev));
   free(b->parts);
   free(b);
}

/* Reset lets go of what is queued, also while the model waits for traces that never come. */
static void reset(void **state)
{
   for (unsigned i = 0; i < 20; i++) {
      emu_time_job *j = launch(i % 8);
      emu_time_wait(dev, i % 8, GPU_BARRIER_DMA);
      emu_time_advance(dev, i % 8, 10);
      emu_time_deliver(j, piece(0, 1u << 30, true));
      emu_time_deliver(j, piece(2, 4096, false));
      if (i % 2) {
         struct timespec t = {0, 1000000};
         nanosleep(&t, NULL);
      }
      emu_time_finish(j, 3, true);
      emu_time_reset(dev);
      assert_int_equal(clock_of(i % 8), 0);
   }
}

int main(void)
{
   const struct CMUnitTest tests[] = {
       cmocka_unit_test_setup_teardown(clocks, setup, teardown),
       cmocka_unit_test_setup_teardown(order_of_arrival_does_not_matter, setup, teardown),
       cmocka_unit_test_setup_teardown(work_takes_longer_than_none, setup, teardown),
       cmocka_unit_test_setup_teardown(killed, setup, teardown),
       cmocka_unit_test_setup_teardown(many_jobs, setup, teardown),
       cmocka_unit_test_setup_teardown(backlog, setup, teardown),
       cmocka_unit_test_setup_teardown(too_far_behind, setup, teardown),
       cmocka_unit_test_setup_teardown(unasked, setup, teardown),
       cmocka_unit_test_setup_teardown(spare_blobs, setup, teardown),
       cmocka_unit_test_setup_teardown(reset, setup, teardown),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
