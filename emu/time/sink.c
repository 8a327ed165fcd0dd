/* The trace of a device: jobs, labels, waves and samples as packets (perfetto.h) in a file (trace_file.h),
 * and samples for the report.
 *
 * A ring has a track of its own for jobs; jobs that overlap lie on further ones (lanes). A lane shows the
 * labels of its jobs as slices around them. Waves lie on tracks of their core the same way. Packets of a ring
 * depend on its own jobs alone, also what is left out when its share of the file is full: waves and samples
 * first, then jobs.
 */
#include "sink.h"
#include "../labels.h"
#include "../blocks.h"
#include "counters.h"
#include "perfetto.h"
#include "timing.h"
#include "trace_file.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_B 65536u
#define LANES 64u                /* overlapping jobs of a ring beyond are left out */
#define LONGEST_CYCLES 16777216u /* between samples */
#define SLOTS 4096u              /* the same of waves of a core */

typedef struct sink_lane {
   uint64_t end, track; /* cycles up to which something lies on it */
   emu_label *label;    /* jobs: innermost open slice, held */
} sink_lane;

typedef struct sink_lanes {
   sink_lane *lane;
   uint32_t count, capacity;
} sink_lanes;

typedef struct sink_core {
   uint64_t track, waves_track;
   uint32_t waves; /* as last said */
   sink_lanes slots;
} sink_core;

/* Tracks of samples. Activities are percent of what there is. */
enum sink_series {
   SERIES_WAVES,
   SERIES_ISSUE,
   SERIES_L1,
   SERIES_L2,
   SERIES_DRAM_READ,
   SERIES_DRAM_WRITE,
   SERIES_DRAM_BUSY,
   SERIES_TLB,
   SERIES_TEXTURE,
   SERIES_RASTER,
   SERIES_ROP,
   SERIES_COPY,
   SERIES_COUNT
};
static const struct {
   const char *name, *unit;
} series[SERIES_COUNT] = {
    [SERIES_WAVES] = {"resident waves", "waves"},
    [SERIES_ISSUE] = {"issue activity", "%"},
    [SERIES_L1] = {"L1 hit rate", "%"},
    [SERIES_L2] = {"L2 hit rate", "%"},
    [SERIES_DRAM_READ] = {"DRAM read", "MB/s"},
    [SERIES_DRAM_WRITE] = {"DRAM write", "MB/s"},
    [SERIES_DRAM_BUSY] = {"DRAM busy", "%"},
    [SERIES_TLB] = {"TLB misses", "in a sample"},
    [SERIES_TEXTURE] = {"texture filter activity", "%"},
    [SERIES_RASTER] = {"raster activity", "%"},
    [SERIES_ROP] = {"ROP activity", "%"},
    [SERIES_COPY] = {"copy engine activity", "%"},
};

typedef struct sink_ring {
   pf_writer w;
   uint64_t track; /* 0: nothing has been said of it yet */
   uint64_t next_track;
   uint64_t base, latest; /* cycles: base is added to the clock */
   uint64_t bytes;
   bool limited, full;
   sink_lanes jobs;
   sink_core *core; /* [cores], made with the first wave or sample */
   uint64_t series_track[SERIES_COUNT], series_value[SERIES_COUNT];
   uint64_t sum_from, sum[GPU_COUNTER_COUNT]; /* samples since the latest that was written */
   bool summing;
} sink_ring;

struct time_sink {
   trace_tail tail;
   emu_device *dev;
   trace_file *file; /* NULL: only the report asks */
   uint32_t device;
   pthread_mutex_t lock;
   bool closed, said;
   pf_writer w; /* packets about the device */
   sink_ring ring[GPU_RINGS];
};

/* ---- time, tracks, space ---- */
static uint64_t ns_of(const time_sink *s, uint64_t cycles)
{
   uint64_t khz = s->dev->profile.core_clock_khz;
   return cycles / khz * 1000000u + cycles % khz * 1000000u / khz;
}

static uint64_t device_track(const time_sink *s)
{
   return (uint64_t)(s->device + 1) << 40;
}

static uint64_t new_track(time_sink *s, uint32_t ring)
{
   return device_track(s) + ((uint64_t)(ring + 1) << 32) + ++s->ring[ring].next_track;
}

static void put_out(time_sink *s, pf_writer *w)
{
   if (w->used)
      trace_file_write(s->file, w->data, w->used);
   w->used = 0;
}

static void note_bytes(time_sink *s, sink_ring *r, size_t before)
{
   r->bytes += r->w.used - before;
   if (r->w.used >= BUFFER_B)
      put_out(s, &r->w);
}

/* The ring's tracks begin with this. */
static sink_ring *ring_of(time_sink *s, uint32_t n)
{
   sink_ring *r = &s->ring[n];
   char name[32];
   if (r->track)
      return r;
   r->w.sequence = s->device * (GPU_RINGS + 1) + n + 2;
   r->track = new_track(s, n);
   snprintf(name, sizeof name, "queue %u", n);
   pf_track(&r->w, r->track, device_track(s), n, name, NULL);
   return r;
}

static void say_limit(time_sink *s, sink_ring *r, uint64_t at, const char *what)
{
   char text[160];
   snprintf(text, sizeof text, "limit of %llu bytes: %s are left out from here on",
            (unsigned long long)s->dev->settings.trace_limit_B, what);
   pf_packet_begin(&r->w);
   pf_event_open(&r->w, ns_of(s, at), r->track, PF_TYPE_INSTANT, TRACE_LIMIT, text);
   pf_close(&r->w);
   pf_packet_end(&r->w);
   if (!s->said)
      fprintf(stderr,
              "figment: the trace of a queue has reached FIGMENT_TRACE_LIMIT (%llu bytes): %s are left out "
              "from here on\n",
              (unsigned long long)s->dev->settings.trace_limit_B, what);
   s->said = true;
}

/* May details of a job still be written? Jobs themselves have the last eighth for them alone. */
static bool has_room(time_sink *s, sink_ring *r, uint64_t at, bool detail)
{
   uint64_t limit = s->dev->settings.trace_limit_B;
   if (detail && !r->limited && r->bytes > limit - limit / 8) {
      r->limited = true;
      say_limit(s, r, at, "waves and samples");
   }
   if (!detail && !r->full && r->bytes > limit) {
      r->full = true;
      say_limit(s, r, at, "jobs");
   }
   return detail ? !r->limited : !r->full;
}

/* First lane where something that starts at `start` has room, a new one if need be; NULL: there is none. */
static sink_lane *lane_for(sink_lanes *l, uint64_t start, uint32_t most, bool *fresh)
{
   *fresh = false;
   for (uint32_t i = 0; i < l->count; i++)
      if (l->lane[i].end <= start)
         return &l->lane[i];
   if (l->count == most)
      return NULL;
   if (l->count == l->capacity) {
      uint32_t capacity = l->capacity ? 2 * l->capacity : 8;
      sink_lane *lane = realloc(l->lane, capacity * sizeof *lane);
      if (!lane)
         return NULL;
      l->lane = lane;
      l->capacity = capacity;
   }
   l->lane[l->count] = (sink_lane){0};
   *fresh = true;
   return &l->lane[l->count++];
}

/* ---- jobs and their labels ---- */
static const char *const kinds[] = {[EMU_JOB_DISPATCH] = "dispatch",
                                    [EMU_JOB_DRAW] = "draw",
                                    [EMU_JOB_CLEAR] = "clear",
                                    [EMU_JOB_COPY] = "copy"};

static uint32_t depth_of(const emu_label *l)
{
   return l ? l->depth : 0;
}

static const emu_label *shared_label(const emu_label *a, const emu_label *b)
{
   while (a != b)
      if (depth_of(a) >= depth_of(b))
         a = a->outer;
      else
         b = b->outer;
   return a;
}

static void close_labels(time_sink *s, sink_ring *r, sink_lane *lane, const emu_label *down_to)
{
   for (const emu_label *l = lane->label; l != down_to; l = l->outer)
      pf_end(&r->w, ns_of(s, lane->end), lane->track);
}

static void open_labels(time_sink *s, sink_ring *r, const sink_lane *lane, const emu_label *l,
                        const emu_label *from, uint64_t at)
{
   if (l == from)
      return;
   open_labels(s, r, lane, l->outer, from, at);
   pf_packet_begin(&r->w);
   pf_event_open(&r->w, ns_of(s, at), lane->track, PF_TYPE_BEGIN, TRACE_LABEL, l->text);
   pf_close(&r->w);
   pf_packet_end(&r->w);
}

static size_t label_path(const emu_label *l, char *out, size_t size)
{
   size_t n = l->outer ? label_path(l->outer, out, size) : 0;
   int more =
       n < size ? snprintf(out + n, size - n, "%s%s", l->outer ? TRACE_LABEL_SEPARATOR : "", l->text) : 0;
   return n + (more > 0 ? (size_t)more : 0);
}

static void note_counters(pf_writer *w, const emu_time_job *j)
{
   const counter_info *known = counter_table();
   pf_open(w, PF_EVENT_ANNOTATION);
   pf_text(w, PF_ANNOTATION_NAME, "counters");
   for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
      if (j->counters[c] + j->work[c])
         pf_note_uint(w, known[c].name, j->counters[c] + j->work[c]);
   pf_close(w);
}

/* When its first work was taken up; it may have been launched long before. */
static uint64_t begin_of(const emu_time_job *j)
{
   return j->begun ? j->begin : j->end;
}

static void put_job(time_sink *s, sink_ring *r, const sink_lane *lane, const emu_time_job *j)
{
   char text[512];
   pf_packet_begin(&r->w);
   snprintf(text, sizeof text, "%s %llu", kinds[j->kind], (unsigned long long)j->number);
   pf_event_open(&r->w, ns_of(s, r->base + begin_of(j)), lane->track, PF_TYPE_BEGIN, TRACE_JOB, text);
   pf_note_uint(&r->w, "queue", j->ring);
   pf_note_uint(&r->w, "number", j->number);
   pf_note_text(&r->w, "kind", kinds[j->kind]);
   pf_note_uint(&r->w, "tag", j->tag);
   pf_note_uint(&r->w, "launched", r->base + j->start);
   pf_note_uint(&r->w, "start", r->base + begin_of(j));
   pf_note_uint(&r->w, "end", r->base + j->end);
   if (j->label) {
      label_path(j->label, text, sizeof text);
      pf_note_text(&r->w, "label", text);
   }
   note_counters(&r->w, j);
   pf_close(&r->w);
   pf_packet_end(&r->w);
   pf_end(&r->w, ns_of(s, r->base + j->end), lane->track);
}

static void add_job(time_sink *s, sink_ring *r, const emu_time_job *j)
{
   uint64_t start = r->base + begin_of(j), end = r->base + j->end;
   bool fresh;
   sink_lane *lane = has_room(s, r, start, false) ? lane_for(&r->jobs, start, LANES, &fresh) : NULL;
   if (!lane)
      return;
   if (fresh) {
      char name[48];
      lane->track = new_track(s, j->ring);
      snprintf(name, sizeof name, r->jobs.count == 1 ? "jobs" : "jobs that overlap (%u)", r->jobs.count);
      pf_track(&r->w, lane->track, r->track, r->jobs.count, name, NULL);
   }
   const emu_label *shared = shared_label(lane->label, j->label);
   close_labels(s, r, lane, shared);
   open_labels(s, r, lane, j->label, shared, start);
   put_job(s, r, lane, j);
   emu_label *label = emu_label_hold(j->label);
   emu_label_drop(lane->label);
   lane->label = label;
   lane->end = end;
}

void time_sink_job(time_sink *s, const emu_time_job *j)
{
   if (!s || !s->file)
      return;
   pthread_mutex_lock(&s->lock);
   if (!s->closed) {
      sink_ring *r = ring_of(s, j->ring);
      size_t before = r->w.used;
      add_job(s, r, j);
      r->latest = r->base + j->end > r->latest ? r->base + j->end : r->latest;
      note_bytes(s, r, before);
   }
   pthread_mutex_unlock(&s->lock);
}

/* ---- cores and their waves ---- */
static sink_core *core_of(time_sink *s, uint32_t ring, uint32_t core)
{
   sink_ring *r = &s->ring[ring];
   char name[32];
   if (!r->core)
      r->core = calloc(s->dev->profile.cores, sizeof *r->core);
   if (!r->core)
      return NULL;
   sink_core *c = &r->core[core];
   if (c->track)
      return c;
   c->track = new_track(s, ring);
   c->waves_track = new_track(s, ring);
   snprintf(name, sizeof name, "core %u", core);
   pf_track(&r->w, c->track, r->track, 1000 + core, name, NULL);
   snprintf(name, sizeof name, "core %u waves", core);
   pf_track(&r->w, c->waves_track, c->track, 0, name, "waves");
   return c;
}

static const char *stage_name(const emu_time_job *j, unsigned stage)
{
   static const char *const names[GPU_STAGE_COUNT] = {[GPU_STAGE_VS] = "vertex",
                                                      [GPU_STAGE_TCS] = "tessellation control",
                                                      [GPU_STAGE_TES] = "tessellation evaluation",
                                                      [GPU_STAGE_GS] = "geometry",
                                                      [GPU_STAGE_FS] = "fragment"};
   return j->kind == EMU_JOB_DISPATCH ? "compute" : names[stage];
}

static void add_wave(time_sink *s, uint32_t ring, sink_core *c, const emu_time_job *j, unsigned stage,
                     uint64_t start, uint64_t end)
{
   pf_writer *w = &s->ring[ring].w;
   bool fresh;
   sink_lane *lane = lane_for(&c->slots, start, SLOTS, &fresh);
   if (!lane)
      return;
   if (fresh) {
      char name[32];
      lane->track = new_track(s, ring);
      snprintf(name, sizeof name, "wave slot %u", c->slots.count - 1);
      pf_track(w, lane->track, c->track, c->slots.count, name, NULL);
   }
   pf_packet_begin(w);
   pf_event_open(w, ns_of(s, start), lane->track, PF_TYPE_BEGIN, TRACE_WAVE, stage_name(j, stage));
   pf_note_uint(w, "job", j->number);
   pf_note_uint(w, "cycles", end - start);
   pf_close(w);
   pf_packet_end(w);
   pf_end(w, ns_of(s, end), lane->track);
   lane->end = end;
}

void time_sink_wave(time_sink *s, uint32_t ring, uint32_t core, const emu_time_job *j, unsigned stage,
                    uint64_t start, uint64_t end)
{
   if (!s->file)
      return;
   pthread_mutex_lock(&s->lock);
   if (!s->closed) {
      sink_ring *r = ring_of(s, ring);
      size_t before = r->w.used;
      sink_core *c = has_room(s, r, r->base + start, true) ? core_of(s, ring, core) : NULL;
      if (c)
         add_wave(s, ring, c, j, stage, r->base + start, r->base + end);
      note_bytes(s, r, before);
   }
   pthread_mutex_unlock(&s->lock);
}

/* ---- samples ---- */
static uint64_t percent(uint64_t part, uint64_t whole)
{
   return !whole ? 0 : part >= whole ? 100 : part * 100 / whole;
}

static void series_values(const time_sink *s, const time_sample *x, uint64_t value[SERIES_COUNT])
{
   const uint64_t *c = x->counters;
   const emu_profile *p = &s->dev->profile;
   uint64_t cycles = x->to - x->from, rate = p->core_clock_khz / 1000;
   value[SERIES_WAVES] = 0;
   for (uint32_t i = 0; i < p->cores; i++)
      value[SERIES_WAVES] += x->core_waves[i];
   value[SERIES_ISSUE] = percent(c[GPU_COUNTER_ISSUE_ACTIVE], cycles * p->cores * p->schedulers_per_core);
   value[SERIES_L1] = percent(c[GPU_COUNTER_L1_HITS], c[GPU_COUNTER_L1_ACCESSES]);
   value[SERIES_L2] = percent(c[GPU_COUNTER_L2_HITS], c[GPU_COUNTER_L2_ACCESSES]);
   value[SERIES_DRAM_READ] = c[GPU_COUNTER_DRAM_BYTES_READ] * rate / cycles;
   value[SERIES_DRAM_WRITE] = c[GPU_COUNTER_DRAM_BYTES_WRITTEN] * rate / cycles;
   value[SERIES_DRAM_BUSY] = percent(c[GPU_COUNTER_DRAM_BUSY_CYCLES], cycles * p->dram_channels);
   value[SERIES_TLB] = c[GPU_COUNTER_TLB_L1_MISSES];
   value[SERIES_TEXTURE] = percent(c[GPU_COUNTER_TEX_FILTER_CYCLES], cycles * p->cores);
   value[SERIES_RASTER] = percent(c[GPU_COUNTER_RASTER_CYCLES], cycles * p->cores);
   value[SERIES_ROP] = percent(c[GPU_COUNTER_ROP_CYCLES], cycles * p->cores);
   value[SERIES_COPY] = percent(c[GPU_COUNTER_COPY_CYCLES], cycles);
}

/* Only what has changed: a counter keeps its value until the next. */
static void put_values(time_sink *s, uint32_t ring, uint64_t at, const uint64_t value[SERIES_COUNT])
{
   sink_ring *r = &s->ring[ring];
   for (unsigned k = 0; k < SERIES_COUNT; k++) {
      if (value[k] == r->series_value[k])
         continue;
      if (!r->series_track[k]) {
         r->series_track[k] = new_track(s, ring);
         pf_track(&r->w, r->series_track[k], r->track, 100 + k, series[k].name, series[k].unit);
      }
      r->series_value[k] = value[k];
      pf_counter(&r->w, ns_of(s, at), r->series_track[k], value[k]);
   }
}

static void put_core_waves(time_sink *s, uint32_t ring, uint64_t at, const uint32_t *waves)
{
   sink_ring *r = &s->ring[ring];
   for (uint32_t i = 0; i < s->dev->profile.cores; i++) {
      uint32_t n = waves ? waves[i] : 0, before = r->core ? r->core[i].waves : 0;
      sink_core *c = n != before ? core_of(s, ring, i) : NULL;
      if (!c)
         continue;
      c->waves = n;
      pf_counter(&r->w, ns_of(s, at), c->waves_track, n);
   }
}

static void add_sample(time_sink *s, const time_sample *x)
{
   sink_ring *r = ring_of(s, x->ring);
   size_t before = r->w.used;
   uint64_t value[SERIES_COUNT], none[SERIES_COUNT] = {0};
   if (has_room(s, r, x->from, true)) {
      series_values(s, x, value);
      put_values(s, x->ring, x->from, value);
      put_core_waves(s, x->ring, x->from, x->core_waves);
      if (x->last) {
         put_values(s, x->ring, x->to, none);
         put_core_waves(s, x->ring, x->to, NULL);
      }
   }
   note_bytes(s, r, before);
}

uint64_t time_sink_period(const time_sink *s, uint32_t ring)
{
   uint64_t own = s->file ? s->dev->settings.trace_sample_cycles : UINT64_MAX,
            report = emu_report_period(s->dev, ring);
   return own < report ? own : report;
}

/* The report may want them closer together than the file. */
static void sum_samples(time_sink *s, const time_sample *x)
{
   sink_ring *r = &s->ring[x->ring];
   time_sample whole = *x;
   if (!r->summing)
      r->sum_from = x->from;
   r->summing = true;
   for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
      r->sum[c] += x->counters[c];
   if (!x->last && x->to % s->dev->settings.trace_sample_cycles)
      return;
   whole.from = r->sum_from;
   whole.counters = r->sum;
   add_sample(s, &whole);
   r->summing = false;
   memset(r->sum, 0, sizeof r->sum);
}

void time_sink_sample(time_sink *s, const time_sample *x)
{
   time_sample later = *x;
   pthread_mutex_lock(&s->lock);
   later.from += s->ring[x->ring].base;
   later.to += s->ring[x->ring].base;
   if (s->file && !s->closed)
      sum_samples(s, &later);
   pthread_mutex_unlock(&s->lock);
   emu_report_sample(s->dev, &later);
}

void time_sink_reset(time_sink *s)
{
   if (!s)
      return;
   pthread_mutex_lock(&s->lock);
   for (unsigned n = 0; n < GPU_RINGS; n++)
      s->ring[n].base = (s->ring[n].latest + LONGEST_CYCLES - 1) / LONGEST_CYCLES * LONGEST_CYCLES;
   pthread_mutex_unlock(&s->lock);
}

/* ---- beginning and end ---- */
static void put_device(time_sink *s)
{
   static const char *const timings[] = {
       [EMU_TIMING_OFF] = "off", [EMU_TIMING_APPROX] = "approx", [EMU_TIMING_DETAILED] = "detailed"};
   const emu_profile *p = &s->dev->profile;
   char name[96];
   s->w.sequence = s->device * (GPU_RINGS + 1) + 1;
   snprintf(name, sizeof name, "%s (device %u)", p->name, s->device);
   pf_process(&s->w, device_track(s), s->device + 1, name);
   pf_packet_begin(&s->w);
   pf_event_open(&s->w, 0, device_track(s), PF_TYPE_INSTANT, TRACE_DEVICE, "device");
   pf_note_text(&s->w, "profile", p->name);
   pf_note_text(&s->w, "timing", timings[s->dev->settings.timing]);
   pf_note_uint(&s->w, "core_clock_khz", p->core_clock_khz);
   pf_note_uint(&s->w, "cores", p->cores);
   pf_note_uint(&s->w, "waves_per_core", p->waves_per_core);
   pf_close(&s->w);
   pf_packet_end(&s->w);
   put_out(s, &s->w);
}

/* Labels that are open end with the last job under them. Under the lock. */
static void finish(time_sink *s)
{
   for (unsigned n = 0; n < GPU_RINGS; n++) {
      sink_ring *r = &s->ring[n];
      for (uint32_t i = 0; i < r->jobs.count; i++)
         close_labels(s, r, &r->jobs.lane[i], NULL);
      put_out(s, &r->w);
   }
   s->closed = true;
}

static void flush_tail(trace_tail *t)
{
   time_sink *s = (time_sink *)t;
   if (!trace_file_lock_at_exit(&s->lock))
      return;
   finish(s);
   pthread_mutex_unlock(&s->lock);
}

time_sink *time_sink_create(emu_device *dev)
{
   bool trace = dev->settings.trace[0] != '\0';
   if (dev->settings.timing == EMU_TIMING_OFF || (!trace && !dev->settings.report[0]))
      return NULL;
   time_sink *s = calloc(1, sizeof *s);
   if (!s)
      return NULL;
   s->dev = dev;
   s->file = trace ? trace_file_open(dev->settings.trace, &s->device) : NULL;
   pthread_mutex_init(&s->lock, NULL);
   s->tail.flush = flush_tail;
   if (s->file) {
      put_device(s);
      trace_file_at_exit(s->file, &s->tail);
   }
   return s;
}

static void free_ring(const time_sink *s, sink_ring *r)
{
   for (uint32_t i = 0; i < r->jobs.count; i++)
      emu_label_drop(r->jobs.lane[i].label);
   free(r->jobs.lane);
   for (uint32_t i = 0; r->core && i < s->dev->profile.cores; i++)
      free(r->core[i].slots.lane);
   free(r->core);
   pf_free(&r->w);
}

void time_sink_destroy(time_sink *s)
{
   if (!s)
      return;
   if (s->file) {
      trace_file_forget(s->file, &s->tail);
      if (!s->closed)
         finish(s);
      trace_file_close(s->file);
   }
   for (unsigned n = 0; n < GPU_RINGS; n++)
      free_ring(s, &s->ring[n]);
   pf_free(&s->w);
   pthread_mutex_destroy(&s->lock);
   free(s);
}
