/* Settings: the FIGMENT_* environment variables. One table names every variable of the project, so that a misspelt one is an error
 * here; the values of the driver's own variables are left to the driver. An empty value counts as unset.
 */
#include "settings.h"
#include "report.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <unistd.h>
extern char **environ;
#endif

#define MAX_THREADS 256u
#define MAX_REPORT_JOBS 16777216u

typedef struct setting_error {
   char *text;
   size_t size;
} setting_error;

typedef bool (*setting_parse)(const char *value, emu_settings *s, setting_error *e);

typedef struct setting {
   const char *name;
   const char *valid; /* for messages */
   setting_parse parse; /* NULL: somebody else's */
} setting;

static bool parse_profile(const char *v, emu_settings *s, setting_error *e);
static bool parse_timing(const char *v, emu_settings *s, setting_error *e);
static bool parse_threads(const char *v, emu_settings *s, setting_error *e);
static bool parse_determinism(const char *v, emu_settings *s, setting_error *e);
static bool parse_engine(const char *v, emu_settings *s, setting_error *e);
static bool parse_isa(const char *v, emu_settings *s, setting_error *e);
static bool parse_report(const char *v, emu_settings *s, setting_error *e);
static bool parse_report_jobs(const char *v, emu_settings *s, setting_error *e);
static bool parse_trace(const char *v, emu_settings *s, setting_error *e);
static bool parse_trace_limit(const char *v, emu_settings *s, setting_error *e);
static bool parse_trace_sample(const char *v, emu_settings *s, setting_error *e);
static bool parse_report_shaders(const char *v, emu_settings *s, setting_error *e);
static bool parse_watch(const char *v, emu_settings *s, setting_error *e);
static bool parse_progress(const char *v, emu_settings *s, setting_error *e);
static bool parse_debug(const char *v, emu_settings *s, setting_error *e);

static const setting settings[] = {
   {"FIGMENT_PROFILE", "a profile's name or the path of a JSON file", parse_profile},
   {"FIGMENT_TIMING", "off, approx, detailed", parse_timing},
   {"FIGMENT_THREADS", "1..256", parse_threads},
   {"FIGMENT_DETERMINISM", "strict, relaxed", parse_determinism},
   {"FIGMENT_ENGINE", "interp, auto", parse_engine},
   {"FIGMENT_ISA", "v2, v3, v4", parse_isa},
   {"FIGMENT_REPORT", "path of the JSON file to write", parse_report},
   {"FIGMENT_REPORT_JOBS", "off, on, 1..16777216", parse_report_jobs},
   {"FIGMENT_REPORT_SHADERS", "on, off", parse_report_shaders},
   {"FIGMENT_SHADER_LINES", NULL, NULL},
   {"FIGMENT_TRACE", "path of the trace to write", parse_trace},
   {"FIGMENT_TRACE_LIMIT", "bytes, 64K..65535G, for each queue", parse_trace_limit},
   {"FIGMENT_TRACE_SAMPLE", "cycles between samples, a power of two in 64..16777216", parse_trace_sample},
   {"FIGMENT_WATCH", "on, off", parse_watch},
   {"FIGMENT_PROGRESS", "on, off", parse_progress},
   {"FIGMENT_EMU", "comma-separated nouns; help lists them", parse_debug},
   {"FIGMENT_SC", NULL, NULL},
   {"FIGMENT_VK", NULL, NULL},
   {"FIGMENT_FW", NULL, NULL},
};
#define SETTING_COUNT (sizeof(settings) / sizeof(settings[0]))

static const struct {
   const char *noun, *doc;
} debug_nouns[] = {
#define X(name, noun, doc) {noun, doc},
   EMU_DEBUG_LIST(X)
#undef X
};
#define NOUN_COUNT (sizeof(debug_nouns) / sizeof(debug_nouns[0]))

static bool fail(setting_error *e, const char *format, ...)
{
   va_list args;
   va_start(args, format);
   if (e->size > 0)
      vsnprintf(e->text, e->size, format, args);
   va_end(args);
   return false;
}

static bool bad_value(setting_error *e, const char *name, const char *value)
{
   for (size_t i = 0; i < SETTING_COUNT; i++)
      if (strcmp(settings[i].name, name) == 0)
         return fail(e, "%s=%.60s is not valid; valid: %s", name, value, settings[i].valid);
   return fail(e, "%s=%.60s is not valid", name, value);
}

static bool copy_path(setting_error *e, const char *name, const char *v, char *out, size_t size)
{
   if (strlen(v) >= size)
      return fail(e, "%s is longer than %u bytes", name, (unsigned)size - 1);
   strcpy(out, v);
   return true;
}

static bool parse_profile(const char *v, emu_settings *s, setting_error *e)
{
   return copy_path(e, "FIGMENT_PROFILE", v, s->profile, sizeof(s->profile));
}

static bool parse_progress(const char *v, emu_settings *s, setting_error *e)
{
   s->progress = strcmp(v, "on") == 0;
   return s->progress || strcmp(v, "off") == 0 || bad_value(e, "FIGMENT_PROGRESS", v);
}

/* What it means is watch.c's. */
static bool parse_watch(const char *v, emu_settings *s, setting_error *e)
{
   return strcmp(v, "on") == 0 || strcmp(v, "off") == 0 || bad_value(e, "FIGMENT_WATCH", v);
}

static bool parse_report(const char *v, emu_settings *s, setting_error *e)
{
   return copy_path(e, "FIGMENT_REPORT", v, s->report, sizeof(s->report));
}

static bool parse_timing(const char *v, emu_settings *s, setting_error *e)
{
   if (strcmp(v, "off") == 0)
      s->timing = EMU_TIMING_OFF;
   else if (strcmp(v, "approx") == 0)
      s->timing = EMU_TIMING_APPROX;
   else if (strcmp(v, "detailed") == 0)
      s->timing = EMU_TIMING_DETAILED;
   else
      return bad_value(e, "FIGMENT_TIMING", v);
   return true;
}

/* A number in 1..max, which has eight digits at most. */
static bool small_number(const char *v, uint32_t max, uint32_t *out)
{
   uint32_t n = 0;
   for (const char *p = v; *p; p++) {
      if (!isdigit((unsigned char)*p) || p - v >= 8)
         return false;
      n = n * 10 + (uint32_t)(*p - '0');
   }
   *out = n;
   return n >= 1 && n <= max;
}

static bool parse_threads(const char *v, emu_settings *s, setting_error *e)
{
   return small_number(v, MAX_THREADS, &s->threads) || bad_value(e, "FIGMENT_THREADS", v);
}

static bool parse_report_shaders(const char *v, emu_settings *s, setting_error *e)
{
   s->report_shaders = strcmp(v, "on") == 0;
   return s->report_shaders || strcmp(v, "off") == 0 || bad_value(e, "FIGMENT_REPORT_SHADERS", v);
}

static bool parse_trace(const char *v, emu_settings *s, setting_error *e)
{
   return copy_path(e, "FIGMENT_TRACE", v, s->trace, sizeof(s->trace));
}

/* "64M": a small number with a binary suffix. */
static bool parse_trace_limit(const char *v, emu_settings *s, setting_error *e)
{
   static const char suffixes[] = "KMG";
   char digits[16] = "";
   uint32_t n;
   size_t length = strlen(v);
   const char *suffix = length > 1 && length < sizeof(digits) ? strchr(suffixes, v[length - 1]) : NULL;
   if (suffix)
      memcpy(digits, v, length - 1);
   if (!suffix || !small_number(digits, 65535, &n))
      return bad_value(e, "FIGMENT_TRACE_LIMIT", v);
   s->trace_limit_B = (uint64_t)n << 10 * (suffix - suffixes + 1);
   return s->trace_limit_B >= 64u << 10 || bad_value(e, "FIGMENT_TRACE_LIMIT", v);
}

static bool parse_trace_sample(const char *v, emu_settings *s, setting_error *e)
{
   uint32_t *n = &s->trace_sample_cycles;
   return (small_number(v, 16777216, n) && *n >= 64 && (*n & (*n - 1)) == 0) || bad_value(e, "FIGMENT_TRACE_SAMPLE", v);
}

static bool parse_report_jobs(const char *v, emu_settings *s, setting_error *e)
{
   s->report_jobs = strcmp(v, "on") == 0 ? REPORT_JOBS_ON : 0;
   return s->report_jobs || strcmp(v, "off") == 0 || small_number(v, MAX_REPORT_JOBS, &s->report_jobs) ||
          bad_value(e, "FIGMENT_REPORT_JOBS", v);
}

static bool parse_determinism(const char *v, emu_settings *s, setting_error *e)
{
   if (strcmp(v, "strict") != 0 && strcmp(v, "relaxed") != 0)
      return bad_value(e, "FIGMENT_DETERMINISM", v);
   s->relaxed = v[0] == 'r';
   return true;
}

static bool parse_engine(const char *v, emu_settings *s, setting_error *e)
{
   if (strcmp(v, "jit") == 0)
      return fail(e, "FIGMENT_ENGINE=jit: this build has no JIT; valid: interp, auto");
   return strcmp(v, "interp") == 0 || strcmp(v, "auto") == 0 || bad_value(e, "FIGMENT_ENGINE", v);
}

static bool host_has(enum emu_isa_level level)
{
   __builtin_cpu_init();
   if (level >= EMU_ISA_V4 && !(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                                __builtin_cpu_supports("avx512cd")))
      return false;
   if (level >= EMU_ISA_V3 && !(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                                __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")))
      return false;
   return true;
}

static bool parse_isa(const char *v, emu_settings *s, setting_error *e)
{
   if (v[0] != 'v' || v[1] < '2' || v[1] > '4' || v[2] != '\0')
      return bad_value(e, "FIGMENT_ISA", v);
   s->isa = (enum emu_isa_level)(EMU_ISA_V2 + (v[1] - '2'));
   return host_has(s->isa) || fail(e, "FIGMENT_ISA=%s: this host's processor lacks x86-64-%s", v, v);
}

static void debug_help(void)
{
   fprintf(stderr, "FIGMENT_EMU nouns:\n");
   for (size_t i = 0; i < NOUN_COUNT; i++)
      fprintf(stderr, "   %-8s %s\n", debug_nouns[i].noun, debug_nouns[i].doc);
}

static bool debug_noun(const char *noun, size_t length, emu_settings *s)
{
   for (size_t i = 0; i < NOUN_COUNT; i++)
      if (strlen(debug_nouns[i].noun) == length && memcmp(debug_nouns[i].noun, noun, length) == 0) {
         s->debug |= 1u << i;
         return true;
      }
   if (length == 4 && memcmp(noun, "help", 4) == 0) {
      debug_help();
      return true;
   }
   return false;
}

static bool parse_debug(const char *v, emu_settings *s, setting_error *e)
{
   while (*v) {
      size_t length = strcspn(v, ",");
      if (length > 0 && !debug_noun(v, length, s)) {
         fail(e, "FIGMENT_EMU: unknown noun %.*s; valid: help", (int)(length < 40 ? length : 40), v);
         for (size_t i = 0; i < NOUN_COUNT && e->size > 0; i++) {
            size_t used = strlen(e->text);
            snprintf(e->text + used, e->size - used, ", %s", debug_nouns[i].noun);
         }
         return false;
      }
      v += length + (v[length] == ',');
   }
   return true;
}

static bool unknown_name(const char *name, size_t length, setting_error *e)
{
   fail(e, "%.*s is not a setting; settings are", (int)(length < 60 ? length : 60), name);
   for (size_t i = 0; i < SETTING_COUNT && e->size > 0; i++) {
      size_t used = strlen(e->text);
      snprintf(e->text + used, e->size - used, "%s %s", i ? "," : "", settings[i].name);
   }
   return false;
}

/* One "NAME=value" string of the environment. */
static bool take(const char *entry, emu_settings *s, setting_error *e)
{
   if (strncmp(entry, "FIGMENT_", 8) != 0)
      return true;
   size_t length = strcspn(entry, "=");
   if (entry[length] == '\0' || entry[length + 1] == '\0')
      return true;
   for (size_t i = 0; i < SETTING_COUNT; i++)
      if (strlen(settings[i].name) == length && memcmp(settings[i].name, entry, length) == 0)
         return !settings[i].parse || settings[i].parse(entry + length + 1, s, e);
   return unknown_name(entry, length, e);
}

static bool take_environment(emu_settings *s, setting_error *e)
{
   bool ok = true;
#ifdef _WIN32
   char *block = GetEnvironmentStringsA();
   for (char *p = block; p && *p && ok; p += strlen(p) + 1)
      ok = take(p, s, e);
   if (block)
      FreeEnvironmentStringsA(block);
#else
   for (char **p = environ; p && *p && ok; p++)
      ok = take(*p, s, e);
#endif
   return ok;
}

static uint32_t online_cores(void)
{
#ifdef _WIN32
   SYSTEM_INFO info;
   GetSystemInfo(&info);
   long n = (long)info.dwNumberOfProcessors;
#else
   long n = sysconf(_SC_NPROCESSORS_ONLN);
#endif
   return n < 1 ? 1 : n > (long)MAX_THREADS ? MAX_THREADS : (uint32_t)n;
}

bool emu_settings_read(const char *profile, emu_settings *out, char *err, size_t err_size)
{
   setting_error e = {err, err_size};
   *out = (emu_settings){.profile = "fg1", .threads = online_cores(), .timing = EMU_TIMING_APPROX, .isa = EMU_ISA_AUTO,
                         .trace_limit_B = UINT64_C(256) << 20, .trace_sample_cycles = 1024};
   if (!take_environment(out, &e))
      return false;
   if (out->trace[0] && out->timing == EMU_TIMING_OFF)
      return fail(&e, "FIGMENT_TRACE: with FIGMENT_TIMING=off there is nothing to trace; valid: approx, detailed");
   return !profile || copy_path(&e, "profile", profile, out->profile, sizeof(out->profile));
}

void emu_debug_print(unsigned noun, const char *format, ...)
{
   char line[512];
   va_list args;
   va_start(args, format);
   vsnprintf(line, sizeof(line), format, args);
   va_end(args);
   /* one call, so that lines of several threads do not mix */
   fprintf(stderr, "figment-emu %s: %s\n", debug_nouns[noun].noun, line);
}
