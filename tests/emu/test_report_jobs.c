/* What a report says beside the counters: constants of the card, metrics, records of jobs with their labels;
 * and the label unit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "machine_rig.h"
#include "counters.h"
#include "labels.h"
#include "report.h"
#include "time/timing.h"
#include <math.h>
#include <unistd.h>

static char path[64], text[1 << 20];
static uint64_t jobs_of[GPU_RINGS];

static const char *report(emu_device *dev)
{
   emu_device_close(dev);
   FILE *f = fopen(path, "rb");
   assert_non_null(f);
   text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
   fclose(f);
   unlink(path);
   return text;
}

static emu_device *open_with(const char *jobs)
{
   memset(jobs_of, 0, sizeof(jobs_of));
   snprintf(path, sizeof(path), "/tmp/figment-jobs-%ld.json", (long)getpid());
   setenv("FIGMENT_REPORT", path, 1);
   setenv("FIGMENT_REPORT_JOBS", jobs, 1);
   emu_device *dev = rig_open("fg1-nano");
   unsetenv("FIGMENT_REPORT");
   unsetenv("FIGMENT_REPORT_JOBS");
   return dev;
}

static void job_numbered(emu_device *dev, uint32_t ring, uint64_t number, uint64_t start, uint64_t cycles,
                         uint64_t waves)
{
   uint64_t counters[GPU_COUNTER_COUNT] = {[GPU_COUNTER_WAVES] = waves};
   emu_label *label = emu_label_now(dev, ring);
   emu_report_job(dev, &(emu_job_report){.kind = EMU_JOB_DRAW,
                                         .ring = ring,
                                         .tag = 7,
                                         .number = number,
                                         .label = label,
                                         .start = start,
                                         .begin = start,
                                         .end = start + cycles,
                                         .added = cycles,
                                         .counters = counters});
   emu_label_drop(label);
}

static void job(emu_device *dev, uint32_t ring, uint64_t start, uint64_t cycles, uint64_t waves)
{
   job_numbered(dev, ring, jobs_of[ring]++, start, cycles, waves);
}

static void label(emu_device *dev, const char *name, uint32_t flags)
{
   uint32_t packet[1 + GPU_PKT_MAX_LABEL] = {GPU_PKT_HEADER(GPU_PKT_LABEL, GPU_PKT_MAX_LABEL, flags)};
   memcpy(packet + 1, name, strlen(name));
   emu_label_packet(dev, 2, packet, 1 + GPU_PKT_MAX_LABEL);
}

static void holds(const char *part)
{
   if (!strstr(text, part))
      fail_msg("missing: %s\nin:\n%s", part, text);
}

static void lacks(const char *part)
{
   if (strstr(text, part))
      fail_msg("found: %s\nin:\n%s", part, text);
}

static void card_and_metrics(void **state)
{
   emu_device *dev = open_with("off");
   emu_counter_add(dev, GPU_COUNTER_GPU_CYCLES, 1600);
   emu_counter_add(dev, GPU_COUNTER_L1_ACCESSES, 8);
   emu_counter_add(dev, GPU_COUNTER_L1_HITS, 3);
   report(dev);
   holds("\"timing\":\"approx\"");
   holds("\"cores\":1,");
   holds("\"waves_per_core\":32,");
   holds("\"L1_HIT_RATE\":37.5,");
   holds("\"TIME\":2,"); /* microseconds, at 800 MHz */
   holds("\"L2_HIT_RATE\":null,");
   holds("\"job_count\":0,\"longest\":[]");
   lacks("\"jobs\":");
}

static void longest_of_many(void **state)
{
   emu_device *dev = open_with("off");
   for (uint64_t i = 0; i < 40; i++)
      job(dev, 1, i * 100, i % 20, i);
   job(dev, 0, 5, 19, 1000); /* as long as the longest, of a ring before */
   report(dev);
   holds("\"job_count\":41,");
   char *first = strstr(text, "\"WAVES\":1000"), *second = strstr(text, "\"WAVES\":19}"),
        *third = strstr(text, "\"WAVES\":39}");
   assert_true(first && second && third && first < second && second < third);
   holds("\"cycles\":12,");
   lacks("\"cycles\":11,"); /* 15 are longer than 12 cycles; of the two with 12 one is among the 16 */
   lacks("\"jobs\":");
}

/* Cycles of a job that waited behind another are those that it worked, or that it kept the ring for. */
static void waiting_jobs(void **state)
{
   uint64_t counters[GPU_COUNTER_COUNT] = {0};
   emu_device *dev = open_with("on");
   emu_report_job(dev,
                  &(emu_job_report){.start = 10, .begin = 60, .end = 100, .added = 90, .counters = counters});
   emu_report_job(dev,
                  &(emu_job_report){
                      .number = 1, .start = 12, .begin = 70, .end = 120, .added = 20, .counters = counters});
   report(dev);
   holds("\"end\":100,\"cycles\":90,\"added\":90,");
   holds("\"end\":120,\"cycles\":50,\"added\":20,");
}

static void bounded_records(void **state)
{
   emu_device *dev = open_with("3");
   static const uint64_t order[] = {1, 0, 4, 2, 3}; /* as they end */
   for (int i = 0; i < 5; i++)
      job_numbered(dev, 6, order[i], order[i], 1, UINT64_MAX - order[i]);
   job(dev, 3, 0, 1, 300);
   report(dev);
   holds("\"left_out\":2,\"jobs\":[\n{\"kind\":\"draw\",\"ring\":3,\"number\":0,\"tag\":7,\"label\":[],"
         "\"start\":0,\"begin\":0,\"end\":1,\"cycles\":1,"
         "\"added\":1,\"counters\":{\"WAVES\":300}},\n{\"kind\":\"draw\",\"ring\":6,\"number\":0,");
   char *jobs = strstr(text, "\"jobs\":[");
   assert_non_null(strstr(jobs, "18446744073709551613"));
   assert_null(strstr(jobs, "18446744073709551612"));
}

static void labels_of_jobs(void **state)
{
   emu_device *dev = open_with("on");
   label(dev, "frame \"1\"", GPU_PKT_F_PUSH);
   label(dev, "shadow\n", GPU_PKT_F_PUSH);
   job(dev, 2, 0, 1, 1);
   label(dev, "mark", 0);
   job(dev, 2, 1, 1, 2);
   label(dev, "", GPU_PKT_F_POP); /* the mark ends with it, and shadow */
   job(dev, 2, 2, 1, 3);
   job(dev, 1, 2, 1, 4); /* labels belong to a ring */
   label(dev, "", GPU_PKT_F_POP);
   label(dev, "", GPU_PKT_F_POP); /* one too many */
   label(dev, "last", 0);
   job(dev, 2, 3, 1, 5);
   emu_label_clear(dev, 2);
   job(dev, 2, 4, 1, 6);
   report(dev);
   holds("\"label\":[\"frame \\\"1\\\"\",\"shadow\\u000a\"],\"start\":0");
   holds("\"label\":[\"frame \\\"1\\\"\",\"shadow\\u000a\",\"mark\"],\"start\":1");
   holds(
       "\"label\":[\"frame "
       "\\\"1\\\"\"],\"start\":2,\"begin\":2,\"end\":3,\"cycles\":1,\"added\":1,\"counters\":{\"WAVES\":3}");
   holds(
       "\"label\":[],\"start\":2,\"begin\":2,\"end\":3,\"cycles\":1,\"added\":1,\"counters\":{\"WAVES\":4}");
   holds("\"label\":[\"last\"],\"start\":3");
   holds("\"label\":[],\"start\":4");
}

static void deep_labels(void **state)
{
   emu_device *dev = rig_open("fg1-nano");
   char name[16];
   for (int i = 0; i < 1000; i++) {
      snprintf(name, sizeof(name), "L%d", i);
      label(dev, name, GPU_PKT_F_PUSH);
   }
   emu_label *l = emu_label_now(dev, 2);
   assert_int_equal(l->depth, 32);
   assert_string_equal(l->text, "L31");
   emu_label_drop(l);
   for (int i = 0; i < 999; i++)
      label(dev, "", GPU_PKT_F_POP);
   l = emu_label_now(dev, 2);
   assert_string_equal(l->text, "L0");
   assert_null(l->outer);
   uint32_t header = GPU_PKT_HEADER(GPU_PKT_LABEL, 64, GPU_PKT_F_PUSH); /* cut off behind its header */
   emu_label_packet(dev, 2, &header, 1);
   emu_label_packet(dev, 200, &header, 1);
   emu_label_packet(dev, 2, &header, 0);
   emu_device_close(dev);
   assert_string_equal(l->text, "L0"); /* outlives the device */
   emu_label_drop(l);
}

/* ---- formulas ---------------------------------------------------------------------------------- */
static bool key_of_profile(void *ctx, const char *name, size_t length, double *out)
{
   const char *key;
   uint64_t value;
   for (size_t i = 0; (key = emu_profile_key(ctx, i, &value)); i++)
      if (strlen(key) == length && !memcmp(key, name, length)) {
         *out = (double)value;
         return true;
      }
   return false;
}

static void formulas_name_what_exists(void **state)
{
   emu_profile p;
   uint64_t counters[GPU_COUNTER_COUNT];
   char err[200];
   size_t metrics, limits;
   double v = 0;
   assert_true(emu_profile_load("fg1", &p, err, sizeof(err)));
   for (unsigned i = 0; i < GPU_COUNTER_COUNT; i++)
      counters[i] = 1000 + 37 * i;
   metric_source s = {counters, key_of_profile, &p};
   const metric_info *m = metric_table(&metrics);
   const limit_info *l = limit_table(&limits);
   assert_true(metrics > 30 && limits > 10);
   for (size_t i = 0; i < metrics; i++) {
      if (metric_value(&s, i, &v) == METRIC_BAD)
         fail_msg("%s = %s", m[i].name, m[i].formula);
      assert_true(strlen(m[i].doc) > 3 && *m[i].unit && counter_find(m[i].name, strlen(m[i].name)) < 0);
   }
   for (size_t i = 0; i < limits; i++)
      if (limit_value(&s, i, &v) != METRIC_OK || !(v >= 0))
         fail_msg("%s = %s", l[i].name, l[i].formula);
   memset(counters, 0, sizeof(counters));
   for (size_t i = 0; i < limits; i++)
      assert_int_not_equal(limit_value(&s, i, &v), METRIC_BAD);
}

static enum metric_result eval(const char *formula, double *out)
{
   static uint64_t counters[GPU_COUNTER_COUNT];
   emu_profile p = {.cores = 12};
   counters[GPU_COUNTER_WAVES] = 7;
   return metric_formula(&(metric_source){counters, key_of_profile, &p}, formula, 1, out);
}

static void arithmetic_of_formulas(void **state)
{
   static const struct {
      const char *formula;
      double value;
   } good[] = {{"1 + 2 * 3", 7}, {"(1+2)*3", 9}, {"8 / 4 / 2", 1}, {" 2 - 3 - 4 ", -5}, {"1.25*4", 5},
               {"WAVES * cores", 84}, {"100 * (WAVES - 7)", 0}, {"((((((2))))))", 2}};
   static const char *const bad[] = {"",
                                     "1 +",
                                     "WAVE",
                                     "(1",
                                     "1)",
                                     "1 2",
                                     "* 3",
                                     "WAVES cores",
                                     "core",
                                     "1 / (0 * nothing)",
                                     "LANES_PER_CYCLE",
                                     "a$b",
                                     "-1",
                                     "((((((((((((((((((((((((((((((((((((((((1"};
   double v;
   for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
      assert_int_equal(eval(good[i].formula, &v), METRIC_OK);
      assert_true(fabs(v - good[i].value) < 1e-12);
   }
   for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
      if (eval(bad[i], &v) != METRIC_BAD)
         fail_msg("accepted: %s", bad[i]);
   assert_int_equal(eval("1 / (WAVES - 7)", &v), METRIC_NONE);
   assert_int_equal(eval("3 + TIME", &v),
                    METRIC_NONE); /* the only metric before the first: no clock, no time */
}

int main(void)
{
   const struct CMUnitTest tests[] = {
       cmocka_unit_test(card_and_metrics),
       cmocka_unit_test(longest_of_many),
       cmocka_unit_test(bounded_records),
       cmocka_unit_test(waiting_jobs),
       cmocka_unit_test(labels_of_jobs),
       cmocka_unit_test(deep_labels),
       cmocka_unit_test(formulas_name_what_exists),
       cmocka_unit_test(arithmetic_of_formulas),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
