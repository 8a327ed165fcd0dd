/* Traces, written by the emulator's writer and opened by `figment trace`: what it picks, what it sums up, and
 * how it refuses damaged files. argv[1] is the command, argv[2] a directory for files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "time/perfetto.h"

static const char *figment, *folder;
static char output[1 << 16];

static const char *path_of(const char *name)
{
   static char path[2][1024];
   static unsigned turn;
   snprintf(path[turn ^= 1], sizeof path[0], "%s/%s", folder, name);
   return path[turn];
}

/* Exit status of `figment trace ARGUMENTS`; what it printed is in `output`. */
static int trace(const char *arguments)
{
   char line[4096];
   snprintf(line, sizeof line, "'%s' trace %s 2>&1", figment, arguments);
   FILE *p = popen(line, "r");
   assert_non_null(p);
   size_t n = fread(output, 1, sizeof output - 1, p);
   output[n] = '\0';
   int status = pclose(p);
   assert_true(WIFEXITED(status));
   return WEXITSTATUS(status);
}

static void says(const char *text)
{
   if (!strstr(output, text))
      fail_msg("expected \"%s\" in:\n%s", text, output);
}

static void says_not(const char *text)
{
   if (strstr(output, text))
      fail_msg("did not expect \"%s\" in:\n%s", text, output);
}

enum { DEVICE = 1, QUEUE0, QUEUE1, LANE0, LANE0B, LANE1, CORE, SLOT, DRAM };

static void put_job(pf_writer *w, uint64_t lane, uint64_t queue, uint64_t number, const char *label,
                    uint64_t start, uint64_t cycles)
{
   char name[32];
   snprintf(name, sizeof name, "dispatch %d", (int)number);
   pf_packet_begin(w);
   pf_event_open(w, start, lane, PF_TYPE_BEGIN, TRACE_JOB, name);
   pf_note_uint(w, "queue", queue);
   pf_note_uint(w, "number", number);
   pf_note_text(w, "kind", "dispatch");
   pf_note_uint(w, "start", start);
   pf_note_uint(w, "end", start + cycles);
   if (label)
      pf_note_text(w, "label", label);
   pf_open(w, PF_EVENT_ANNOTATION);
   pf_text(w, PF_ANNOTATION_NAME, "counters");
   pf_note_uint(w, "WAVES", 3);
   pf_note_uint(w, "DRAM_BYTES_READ", UINT64_C(123456789012));
   pf_close(w);
   pf_close(w);
   assert_true(pf_packet_end(w));
   assert_true(pf_end(w, start + cycles, lane));
}

static void put_wave(pf_writer *w, uint64_t start, uint64_t cycles)
{
   pf_packet_begin(w);
   pf_event_open(w, start, SLOT, PF_TYPE_BEGIN, TRACE_WAVE, "compute");
   pf_note_uint(w, "job", 0);
   pf_note_uint(w, "cycles", cycles);
   pf_close(w);
   assert_true(pf_packet_end(w));
   assert_true(pf_end(w, start + cycles, SLOT));
}

static void put_label(pf_writer *w, const char *label, uint64_t at)
{
   pf_packet_begin(w);
   pf_event_open(w, at, LANE0, PF_TYPE_BEGIN, TRACE_LABEL, label);
   pf_close(w);
   assert_true(pf_packet_end(w));
}

/* One cycle is one nanosecond. Queue 0: 1000-3000, 2000-2600 overlapping, 5000-5500; queue 1: 4000-4100. */
static void fill(pf_writer *w)
{
   w->sequence = 1;
   assert_true(pf_process(w, DEVICE, 1, "fg1 (device 0)"));
   pf_packet_begin(w);
   pf_event_open(w, 0, DEVICE, PF_TYPE_INSTANT, TRACE_DEVICE, "device");
   pf_note_text(w, "profile", "fg1");
   pf_note_text(w, "timing", "approx");
   pf_note_uint(w, "core_clock_khz", 1000000);
   pf_note_uint(w, "cores", 1);
   pf_note_uint(w, "waves_per_core", 4);
   pf_close(w);
   assert_true(pf_packet_end(w));
   assert_true(pf_track(w, QUEUE0, DEVICE, 0, "queue 0", NULL));
   assert_true(pf_track(w, QUEUE1, DEVICE, 1, "queue 1", NULL));
   assert_true(pf_track(w, LANE0, QUEUE0, 0, "jobs", NULL));
   assert_true(pf_track(w, LANE0B, QUEUE0, 1, "jobs that overlap (2)", NULL));
   assert_true(pf_track(w, LANE1, QUEUE1, 0, "jobs", NULL));
   assert_true(pf_track(w, CORE, QUEUE0, 9, "core 0", NULL));
   assert_true(pf_track(w, SLOT, CORE, 0, "wave slot 0", NULL));
   assert_true(pf_track(w, DRAM, QUEUE0, 5, "DRAM read", "MB/s"));
   put_label(w, "frame", 1000);
   put_label(w, "shadows", 1000);
   put_job(w, LANE0, 0, 0, "frame / shadows", 1000, 2000);
   assert_true(pf_end(w, 3000, LANE0));
   put_job(w, LANE0B, 0, 1, "frame / light", 2000, 600);
   put_job(w, LANE0, 0, 2, "frame", 5000, 500);
   assert_true(pf_end(w, 5500, LANE0));
   put_job(w, LANE1, 1, 0, NULL, 4000, 100);
   put_wave(w, 1000, 500);
   put_wave(w, 1500, 1000);
   assert_true(pf_counter(w, 1000, DRAM, 10));
   assert_true(pf_counter(w, 2000, DRAM, 1000));
   assert_true(pf_counter(w, 3000, DRAM, 0));
}

static void save(const char *name, const void *data, size_t size)
{
   FILE *f = fopen(path_of(name), "wb");
   assert_non_null(f);
   assert_int_equal(fwrite(data, 1, size, f), size);
   assert_int_equal(fclose(f), 0);
}

static const char *arguments(const char *format, const char *name)
{
   static char line[2048];
   snprintf(line, sizeof line, format, path_of(name));
   return line;
}

static void sums_up(void **state)
{
   pf_writer w = {0};
   (void)state;
   fill(&w);
   save("whole.pftrace", w.data, w.used);
   assert_int_equal(trace(arguments("'%s'", "whole.pftrace")), 0);
   says("4 jobs, 2 waves; looking at 0 ns to 5.500 us");
   says("fg1, timing approx, 1000 MHz, 1 cores");
   says("queue 0: 3 jobs, busy 2.500 us (45 %), 1 gaps, the longest 2.000 us at 3.000 us");
   says("queue 1: 1 jobs, busy 100 ns (2 %)");
   says("frame / shadows");
   says("core 0         0            2          7 %"); /* 1500 of 4 x 5500 */
   says(
       "DRAM read                   0          183         1000 MB/s"); /* (10 * 1000 + 1000 * 1000) / 5500 */
   pf_free(&w);
}

static void picks(void **state)
{
   (void)state;
   assert_int_equal(trace(arguments("'%s' --label 'sha*'", "whole.pftrace")), 0);
   says("dispatch 0");
   says_not("dispatch 1");
   says_not("dispatch 2");
   assert_int_equal(trace(arguments("'%s' --label 'frame / l?ght'", "whole.pftrace")), 0);
   says("dispatch 1");
   says_not("dispatch 0");
   assert_int_equal(trace(arguments("--label nothing '%s'", "whole.pftrace")), 0);
   says("no job is picked");
   assert_int_equal(trace(arguments("'%s' --queue 1", "whole.pftrace")), 0);
   says_not("queue 0");
   says("4.000 us");
   assert_int_equal(trace(arguments("'%s' --from 4.5us --to 6us", "whole.pftrace")), 0);
   says("dispatch 2");
   says_not("dispatch 1");
   says("looking at 4.500 us to 6.000 us");
   assert_int_equal(trace(arguments("'%s' --min-cycles 600 --top 1", "whole.pftrace")), 0);
   says("longest 1 of 2 jobs");
   says_not("dispatch 1");
}

static void writes_json(void **state)
{
   (void)state;
   assert_int_equal(trace(arguments("'%s' --json --top 1", "whole.pftrace")), 0);
   says("{\"name\":\"dispatch 0\",\"kind\":\"dispatch\",\"label\":\"frame / "
        "shadows\",\"device\":0,\"queue\":0,\"number\":0,\"tag\":0,"
        "\"start_ns\":1000,\"end_ns\":3000,\"start\":1000,\"cycles\":2000,"
        "\"counters\":{\"WAVES\":3,\"DRAM_BYTES_READ\":123456789012}}");
   says("\"queue\":0,\"jobs\":3,\"cycles\":3100,\"first_ns\":1000,\"last_ns\":5500,\"busy_ns\":2500,\"gaps\":"
        "1");
}

static void refuses(void **state)
{
   static const char junk[] = "not a trace at all, just text";
   (void)state;
   assert_int_equal(trace(arguments("'%s'", "absent.pftrace")), 1);
   says("cannot open");
   save("junk.pftrace", junk, sizeof junk);
   assert_int_equal(trace(arguments("'%s'", "junk.pftrace")), 1);
   says("is no trace");
   save("empty.pftrace", junk, 0);
   assert_int_equal(trace(arguments("'%s'", "empty.pftrace")), 1);
   says("holds no trace of Figment");
   assert_int_equal(trace(""), 2);
   says("expected one file");
   assert_int_equal(trace(arguments("'%s' --from 1fortnight", "whole.pftrace")), 2);
   assert_int_equal(trace(arguments("'%s' --from 2us --to 1us", "whole.pftrace")), 2);
   assert_int_equal(trace(arguments("'%s' --queue x", "whole.pftrace")), 2);
   assert_int_equal(trace("--help"), 0);
   says("--min-cycles");
}

/* Cut off anywhere and with any byte changed: an answer or a message, and never a crash. */
static void survives_damage(void **state)
{
   pf_writer w = {0};
   uint32_t seed = 1;
   (void)state;
   fill(&w);
   for (size_t cut = w.used - 1; cut > w.used - 60; cut -= 7) {
      save("cut.pftrace", w.data, cut);
      int status = trace(arguments("'%s'", "cut.pftrace"));
      assert_true(status == 0 || status == 1);
      if (status == 1)
         says("is damaged: no whole packet at byte");
   }
   for (unsigned n = 0; n < 60; n++) {
      seed = seed * 1664525u + 1013904223u;
      size_t at = (seed >> 8) % w.used;
      uint8_t old = w.data[at];
      w.data[at] = (uint8_t)(seed >> 3);
      save("cut.pftrace", w.data, w.used);
      int status = trace(arguments("--json '%s'", "cut.pftrace"));
      assert_true(status == 0 || status == 1);
      w.data[at] = old;
   }
   pf_free(&w);
}

int main(int argc, char **argv)
{
   static const struct CMUnitTest tests[] = {
       cmocka_unit_test(sums_up), cmocka_unit_test(picks),           cmocka_unit_test(writes_json),
       cmocka_unit_test(refuses), cmocka_unit_test(survives_damage),
   };
   if (argc < 3) {
      fprintf(stderr, "usage: test_trace FIGMENT DIRECTORY\n");
      return 2;
   }
   figment = argv[1];
   folder = argv[2];
   return cmocka_run_group_tests(tests, NULL, NULL);
}
