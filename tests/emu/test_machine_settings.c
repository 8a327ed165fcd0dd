/* Settings and profiles: every variable, every kind of mistake, each message naming the culprit and what is valid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>
#include "machine_rig.h"
#include "settings.h"

static char err[1024];
static emu_settings s;

static void clear_environment(void)
{
   extern char **environ;
   char name[200];
   for (char **p = environ; *p;) {
      if (strncmp(*p, "FIGMENT_", 8) == 0) {
         snprintf(name, sizeof(name), "%.*s", (int)strcspn(*p, "="), *p);
         unsetenv(name);
         p = environ;
      } else {
         p++;
      }
   }
}

static int setup(void **state)
{
   clear_environment();
   err[0] = '\0';
   return 0;
}

static bool with(const char *name, const char *value)
{
   clear_environment();
   setenv(name, value, 1);
   bool ok = emu_settings_read(NULL, &s, err, sizeof(err));
   clear_environment();
   return ok;
}

static void refuse(const char *name, const char *value, const char *says)
{
   if (with(name, value))
      fail_msg("%s=%s was accepted", name, value);
   if (!strstr(err, name) || !strstr(err, says))
      fail_msg("%s=%s: message \"%s\" lacks \"%s\"", name, value, err, says);
}

static void defaults(void **state)
{
   assert_true(emu_settings_read(NULL, &s, err, sizeof(err)));
   assert_string_equal(s.profile, "fg1");
   assert_string_equal(s.report, "");
   assert_int_equal(s.report_jobs, 0);
   assert_int_equal(s.timing, EMU_TIMING_APPROX);
   assert_int_equal(s.isa, EMU_ISA_AUTO);
   assert_true(s.threads >= 1);
   assert_false(s.relaxed);
   assert_int_equal(s.debug, 0);
}

static void valid_values(void **state)
{
   assert_true(with("FIGMENT_PROFILE", "fg1-nano") && strcmp(s.profile, "fg1-nano") == 0);
   assert_true(with("FIGMENT_PROFILE", "") && strcmp(s.profile, "fg1") == 0);
   assert_true(with("FIGMENT_TIMING", "off") && s.timing == EMU_TIMING_OFF);
   assert_true(with("FIGMENT_TIMING", "approx") && s.timing == EMU_TIMING_APPROX);
   assert_true(with("FIGMENT_THREADS", "1") && s.threads == 1);
   assert_true(with("FIGMENT_THREADS", "256") && s.threads == 256);
   assert_true(with("FIGMENT_DETERMINISM", "strict") && !s.relaxed);
   assert_true(with("FIGMENT_DETERMINISM", "relaxed") && s.relaxed);
   assert_true(with("FIGMENT_ENGINE", "interp"));
   assert_true(with("FIGMENT_ENGINE", "auto"));
   assert_true(with("FIGMENT_ISA", "v2") && s.isa == EMU_ISA_V2);
   assert_true(with("FIGMENT_REPORT", "/tmp/r.json") && strcmp(s.report, "/tmp/r.json") == 0);
   assert_true(with("FIGMENT_PROGRESS", "on") && s.progress && with("FIGMENT_PROGRESS", "off") && !s.progress);
   assert_true(with("FIGMENT_TRACE", "a.pftrace") && strcmp(s.trace, "a.pftrace") == 0 && s.trace_limit_B == 256u << 20);
   assert_true(with("FIGMENT_TRACE_LIMIT", "64K") && s.trace_limit_B == 65536);
   assert_true(with("FIGMENT_TRACE_LIMIT", "3G") && s.trace_limit_B == UINT64_C(3) << 30);
   assert_true(with("FIGMENT_TRACE_SAMPLE", "64") && s.trace_sample_cycles == 64);
   assert_true(with("FIGMENT_REPORT_JOBS", "on") && s.report_jobs == 65536);
   assert_true(with("FIGMENT_REPORT_JOBS", "off") && s.report_jobs == 0);
   assert_true(with("FIGMENT_REPORT_JOBS", "16777216") && s.report_jobs == 16777216);
   assert_true(with("FIGMENT_WATCH", "on") && with("FIGMENT_WATCH", "off"));
   assert_true(with("FIGMENT_EMU", "irq,dma,") && s.debug == (EMU_DEBUG_IRQ | EMU_DEBUG_DMA));
   assert_true(with("FIGMENT_VK", "anything") && with("FIGMENT_SC", "x") && with("FIGMENT_FW", "x"));
   assert_true(with("NOT_FIGMENT_X", "1"));
   setenv("FIGMENT_PROFILE", "fg1", 1);
   assert_true(emu_settings_read("fg1-nano", &s, err, sizeof(err)));
   assert_string_equal(s.profile, "fg1-nano");
}

static void invalid_values(void **state)
{
   refuse("FIGMENT_TIMING", "fast", "off, approx");
   refuse("FIGMENT_TIMING", "exact", "off, approx, detailed");
   refuse("FIGMENT_THREADS", "0", "1..256");
   refuse("FIGMENT_THREADS", "257", "1..256");
   refuse("FIGMENT_THREADS", "-1", "1..256");
   refuse("FIGMENT_THREADS", "4x", "1..256");
   refuse("FIGMENT_THREADS", "99999999999999999999999", "1..256");
}

static void invalid_words(void **state)
{
   refuse("FIGMENT_DETERMINISM", "loose", "strict, relaxed");
   refuse("FIGMENT_ENGINE", "jit", "no JIT");
   refuse("FIGMENT_ENGINE", "fast", "interp, auto");
   refuse("FIGMENT_ISA", "v5", "v2, v3, v4");
   refuse("FIGMENT_ISA", "v22", "v2, v3, v4");
   refuse("FIGMENT_WATCH", "yes", "on, off");
   refuse("FIGMENT_PROGRESS", "1", "on, off");
   refuse("FIGMENT_TRACE_LIMIT", "1", "64K");
   refuse("FIGMENT_TRACE_LIMIT", "63K", "64K");
   refuse("FIGMENT_TRACE_LIMIT", "1000000M", "64K");
   refuse("FIGMENT_TRACE_LIMIT", "M", "64K");
   refuse("FIGMENT_TRACE_SAMPLE", "1000", "a power of two");
   refuse("FIGMENT_TRACE_SAMPLE", "32", "a power of two");
   refuse("FIGMENT_REPORT_JOBS", "0", "off, on, 1..16777216");
   refuse("FIGMENT_REPORT_JOBS", "16777217", "off, on, 1..16777216");
   refuse("FIGMENT_REPORT_JOBS", "9999999999999", "off, on, 1..16777216");
   refuse("FIGMENT_REPORT_JOBS", "1k", "off, on, 1..16777216");
   refuse("FIGMENT_EMU", "irq,whatever", "help, mmio, fault, irq");
   refuse("FIGMENT_TIMIMG", "off", "FIGMENT_TIMING");
   refuse("FIGMENT_X", "1", "FIGMENT_FW");
   static char big[5000];
   memset(big, 'a', sizeof(big) - 1);
   refuse("FIGMENT_PROFILE", big, "longer than");
   refuse("FIGMENT_REPORT", big, "longer than");
   refuse("FIGMENT_TIMING", big, "off, approx");
   char tiny[4] = "";
   setenv("FIGMENT_EMU", "whatever", 1);
   assert_false(emu_settings_read(NULL, &s, tiny, sizeof(tiny)));
   assert_false(emu_settings_read(NULL, &s, NULL, 0));
   setenv("FIGMENT_WHAT", "1", 1);
   assert_false(emu_settings_read(NULL, &s, tiny, sizeof(tiny)));
}

static void open_reports_them(void **state)
{
   emu_device *dev = (emu_device *)8;
   setenv("FIGMENT_TIMING", "fast", 1);
   assert_int_equal(emu_device_open(NULL, &dev, err, sizeof(err)), EMU_E_SETTING);
   assert_null(dev);
   assert_non_null(strstr(err, "FIGMENT_TIMING=fast"));
   clear_environment();
   setenv("FIGMENT_PROFILE", "gf1", 1);
   assert_int_equal(emu_device_open(NULL, &dev, err, sizeof(err)), EMU_E_PROFILE);
   assert_non_null(strstr(err, "gf1"));
   assert_non_null(strstr(err, "fg1-nano"));
   clear_environment();
}

/* ---- profiles ---- */
static char *text;

/* The built-in profile with `from` replaced by `to`, written to a file and loaded. */
static bool load_edited(const char *from, const char *to, emu_profile *p)
{
   char path[] = "/tmp/figment-profile-XXXXXX.json";
   int fd = mkstemps(path, 5);
   char *at = strstr(text, from);
   assert_non_null(at);
   FILE *f = fdopen(fd, "w");
   fprintf(f, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
   fclose(f);
   err[0] = '\0';
   bool ok = emu_profile_load(path, p, err, sizeof(err));
   unlink(path);
   return ok;
}

static void bad(const char *from, const char *to, const char *says)
{
   emu_profile p;
   if (load_edited(from, to, &p))
      fail_msg("%s was accepted", to);
   if (!strstr(err, says))
      fail_msg("%s: message \"%s\" lacks \"%s\"", to, err, says);
}

static int read_text(void **state)
{
   FILE *f = fopen(PROFILE_DIR "/fg1-nano.json", "rb");
   text = calloc(1, 65536);
   if (!f || fread(text, 1, 65535, f) == 0)
      return -1;
   fclose(f);
   return 0;
}

static int free_text(void **state)
{
   free(text);
   return 0;
}

static void built_in_profiles(void **state)
{
   emu_profile p;
   assert_true(emu_profile_load("fg1", &p, err, sizeof(err)));
   assert_string_equal(p.name, "fg1");
   assert_int_equal(p.cores, 16);
   assert_int_equal(p.vram_B, UINT64_C(8) << 30);
   assert_true(p.cost[ISA_CLASS_VMEM].latency_cycles > p.cost[ISA_CLASS_VALU].latency_cycles);
   assert_true(emu_profile_load("fg1-nano", &p, err, sizeof(err)));
   assert_int_equal(p.cores, 1);
   assert_false(emu_profile_load("fg2", &p, err, sizeof(err)));
   assert_non_null(strstr(err, "fg1-nano"));
}

static void own_profiles(void **state)
{
   emu_profile p;
   assert_true(load_edited("\"cores\": 1,", "\"cores\": 3,", &p));
   assert_int_equal(p.cores, 3);
   assert_true(load_edited("\"name\": \"fg1-nano\"", "\"name\": \"my_card.2\"", &p));
   assert_string_equal(p.name, "my_card.2");
}

static void profile_mistakes(void **state)
{
   bad("\"cores\": 1,", "\"cores\": 0,", "cores = 0");
   bad("\"cores\": 1,", "\"cores\": 99999999999999999999,", "cores");
   bad("\"cores\": 1,", "\"cores\": -1,", "cores");
   bad("\"cores\": 1,", "\"cores\": 1.5,", "cores");
   bad("\"cores\": 1,", "\"cores\": \"1\",", "cores");
   bad("\"cores\": 1,", "\"cores\": [1],", "cores");
   bad("\"cores\": 1,", "\"cores\": {\"n\": 1},", "cores");
   bad("\"cores\": 1,", "\"cores\": null,", "cores");
   bad("\"cores\": 1,", "", "missing key cores");
   bad("\"cores\": 1,", "\"cores\": 1, \"cores\": 1,", "cores stands twice");
   bad("\"cores\": 1,", "\"cores\": 1, \"coers\": 1,", "unknown key coers");
   bad("\"l1_line_B\": 128", "\"l1_line_B\": 96", "l1_line_B");
   bad("\"vram_B\": 1073741824", "\"vram_B\": 1073741825", "vram_B");
   bad("\"lds_B_per_core\": 131072", "\"lds_B_per_core\": 32768", "lds_B_per_group");
   bad("\"name\": \"fg1-nano\"", "\"name\": \"a b\"", "name");
   bad("\"name\": \"fg1-nano\"", "\"name\": \"\"", "name");
   bad("\"name\": \"fg1-nano\"", "\"name\": 5", "name");
   bad("\"name\": \"fg1-nano\",", "", "missing key name");
   bad("\"SALU\": {\"issue_cycles\": 1,", "\"SALU\": {\"issue_cycles\": 0,", "cost.SALU.issue_cycles");
   bad("\"SALU\": {\"issue_cycles\": 1,", "\"SALU\": {", "missing key cost.SALU.issue_cycles");
   bad("\"SALU\": {\"issue_cycles\"", "\"SALU\": {\"issue\"", "unknown key cost.SALU.issue");
   bad("\"SALU\"", "\"ALUS\"", "unknown key cost.ALUS");
   bad("\"VALU\"", "\"SALU\"", "cost.SALU must stand once");
   bad("\"SALU\": {\"issue_cycles\": 1, \"latency_cycles\": 2}", "\"SALU\": 5", "cost.SALU must be an object");
   bad("\"cost\"", "\"costs\"", "unknown key costs");
}

static void not_json(void **state)
{
   emu_profile p;
   bad("{", "", "profile");
   bad("{", "[", "profile");
   bad("{", "{}{", "not one JSON object");
   bad("\"cores\": 1,", "\"cores\": 1", "profile");
   bad("\"cores\"", "cores", "profile");
   bad("\"cores\": 1,", "\"cores\" 1,", "profile");
   assert_false(emu_profile_load("/nonexistent/x.json", &p, err, sizeof(err)));
   assert_non_null(strstr(err, "cannot read"));
   assert_false(emu_profile_load("/tmp", &p, err, sizeof(err)));
   assert_false(emu_profile_load("/dev/zero", &p, err, sizeof(err)));
   assert_false(emu_profile_load("", &p, err, sizeof(err)));
   assert_false(emu_profile_load("/tmp", &p, NULL, 0));
}

static void files_that_are_no_text(void **state)
{
   emu_profile p;
   char path[] = "/tmp/figment-profile-XXXXXX";
   int fd = mkstemp(path);
   assert_false(emu_profile_load(path, &p, err, sizeof(err)));
   assert_int_equal(ftruncate(fd, 1 << 20), 0);
   assert_false(emu_profile_load(path, &p, err, sizeof(err)));
   assert_non_null(strstr(err, "larger"));
   close(fd);
   unlink(path);
   assert_int_equal(mkfifo(path, 0600), 0);
   assert_false(emu_profile_load(path, &p, err, sizeof(err))); /* and does not wait for a writer */
   unlink(path);
}

static void damaged_text_never_crashes(void **state)
{
   emu_profile p;
   char path[] = "/tmp/figment-profile-XXXXXX";
   close(mkstemp(path));
   size_t n = strlen(text);
   uint32_t seed = 1;
   for (int i = 0; i < 3000; i++) {
      FILE *f = fopen(path, "w");
      char *copy = strdup(text);
      for (int k = 0; k < 1 + i % 4; k++) {
         seed = seed * 1664525u + 1013904223u;
         copy[(seed >> 8) % n] = "{}[]\",:0 \\a\n"[(seed >> 4) % 12];
      }
      fwrite(copy, 1, i % 3 ? n : (seed >> 8) % n, f);
      fclose(f);
      free(copy);
      emu_profile_load(path, &p, err, sizeof(err));
   }
   unlink(path);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
   const struct CMUnitTest tests[] = {
      T(defaults), T(valid_values), T(invalid_values), T(invalid_words), T(open_reports_them), T(built_in_profiles),
      T(own_profiles), T(profile_mistakes), T(not_json), T(files_that_are_no_text), T(damaged_text_never_crashes),
   };
   return cmocka_run_group_tests(tests, read_text, free_text);
}
