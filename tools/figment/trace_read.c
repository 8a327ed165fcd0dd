/* Reading a trace: protobuf's wire format, tracks by their number, slices by begin and end on a track. Fields
 * that nobody here knows are passed over. What a process that was ended could not write is missing; a packet
 * that was cut off is an error.
 */
#include "trace_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perfetto_fields.h"

struct span {
   const uint8_t *at, *end;
};

struct field {
   uint32_t number, wire;
   uint64_t value;    /* PF_VARINT, PF_FIXED64, PF_FIXED32 */
   struct span bytes; /* PF_BYTES */
};

/* ---- wire format ---- */
static bool varint(struct span *s, uint64_t *v)
{
   *v = 0;
   for (unsigned shift = 0; s->at < s->end && shift < 64; shift += 7) {
      uint8_t b = *s->at++;
      *v |= (uint64_t)(b & 0x7f) << shift;
      if (!(b & 0x80))
         return true;
   }
   return false;
}

static bool fixed(struct span *s, unsigned size, uint64_t *v)
{
   if ((size_t)(s->end - s->at) < size)
      return false;
   *v = 0;
   for (unsigned i = 0; i < size; i++)
      *v |= (uint64_t)*s->at++ << 8 * i;
   return true;
}

/* The next field; *bad: there is something, and it is none. */
static bool next_field(struct span *s, struct field *f, bool *bad)
{
   uint64_t tag, size;
   if (s->at == s->end)
      return false;
   *bad = true;
   if (!varint(s, &tag) || tag >> 3 == 0 || tag >> 3 > UINT32_MAX >> 3)
      return false;
   f->number = (uint32_t)(tag >> 3);
   f->wire = (uint32_t)(tag & 7);
   f->value = 0;
   f->bytes = (struct span){NULL, NULL};
   switch (f->wire) {
   case PF_VARINT:
      *bad = !varint(s, &f->value);
      break;
   case PF_FIXED64:
      *bad = !fixed(s, 8, &f->value);
      break;
   case PF_FIXED32:
      *bad = !fixed(s, 4, &f->value);
      break;
   case PF_BYTES:
      if (varint(s, &size) && size <= (uint64_t)(s->end - s->at)) {
         f->bytes = (struct span){s->at, s->at + size};
         s->at += size;
         *bad = false;
      }
      break;
   default:
      break;
   }
   return !*bad;
}

static trace_text text_of(struct span s)
{
   size_t n = (size_t)(s.end - s.at);
   return (trace_text){(const char *)s.at, n < UINT32_MAX ? (uint32_t)n : UINT32_MAX};
}

static bool is_text(trace_text t, const char *text)
{
   return t.size && t.size == strlen(text) && !memcmp(t.at, text, t.size);
}

/* ---- packets ---- */
struct track {
   uint64_t uuid, parent;
   trace_text name, unit;
   bool is_counter;
   /* slices that are open, outermost first: index of the job or wave that ends with it, or NONE */
   size_t *open;
   size_t depth, capacity;
   size_t samples; /* index + 1 */
};

#define NONE SIZE_MAX

struct reader {
   trace *t;
   struct track *track;
   size_t tracks;
   size_t *slot, slots; /* hash table of tracks: index + 1 */
   bool no_memory;
};

struct event {
   uint64_t ns, type, track, counter;
   bool has_counter;
   trace_text category, name;
   struct span whole;
};

static void *grown(struct reader *r, void *array, size_t count, size_t size)
{
   if (count & (count - 1))
      return array;
   void *bigger = realloc(array, (count ? 2 * count : 1) * size);
   if (!bigger)
      r->no_memory = true;
   return bigger;
}

/* Room for one more at the end of t->array, counted by t->count: a statement that leaves `false` behind
 * without memory. */
#define ADD(r, array, count)                                                                                 \
   ((r)->t->array =                                                                                          \
        keep((r), (r)->t->array, grown((r), (r)->t->array, (r)->t->count, sizeof *(r)->t->array)),           \
    !(r)->no_memory && ((r)->t->count++, true))

static void *keep(struct reader *r, void *old, void *fresh)
{
   return r->no_memory ? old : fresh;
}

static size_t slot_of(const struct reader *r, uint64_t uuid)
{
   size_t i = (size_t)((uuid * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (r->slots - 1);
   while (r->slot[i] && r->track[r->slot[i] - 1].uuid != uuid)
      i = (i + 1) & (r->slots - 1);
   return i;
}

static struct track *find_track(const struct reader *r, uint64_t uuid)
{
   size_t i = r->slots ? r->slot[slot_of(r, uuid)] : 0;
   return i ? &r->track[i - 1] : NULL;
}

static bool more_slots(struct reader *r)
{
   size_t slots = r->slots ? 2 * r->slots : 64;
   size_t *slot = calloc(slots, sizeof *slot);
   if (!slot) {
      r->no_memory = true;
      return false;
   }
   free(r->slot);
   r->slot = slot;
   r->slots = slots;
   for (size_t i = 0; i < r->tracks; i++)
      r->slot[slot_of(r, r->track[i].uuid)] = i + 1;
   return true;
}

static struct track *add_track(struct reader *r, uint64_t uuid)
{
   struct track *t = find_track(r, uuid);
   if (t)
      return t;
   struct track *bigger = grown(r, r->track, r->tracks, sizeof *r->track);
   if (!bigger)
      return NULL;
   r->track = bigger;
   if (2 * r->tracks >= r->slots && !more_slots(r))
      return NULL;
   r->track[r->tracks] = (struct track){.uuid = uuid};
   r->slot[slot_of(r, uuid)] = r->tracks + 1;
   return &r->track[r->tracks++];
}

static bool counter_unit(struct span s, trace_text *unit)
{
   struct field f;
   bool bad = false;
   while (next_field(&s, &f, &bad))
      if (f.number == PF_COUNTER_UNIT_NAME && f.wire == PF_BYTES)
         *unit = text_of(f.bytes);
   return !bad;
}

static bool read_track(struct reader *r, struct span s)
{
   struct track got = {0}, *t;
   struct field f;
   bool bad = false;
   while (next_field(&s, &f, &bad)) {
      if (f.number == PF_TRACK_UUID && f.wire == PF_VARINT)
         got.uuid = f.value;
      else if (f.number == PF_TRACK_PARENT && f.wire == PF_VARINT)
         got.parent = f.value;
      else if (f.number == PF_TRACK_NAME && f.wire == PF_BYTES)
         got.name = text_of(f.bytes);
      else if (f.number == PF_TRACK_COUNTER && f.wire == PF_BYTES) {
         got.is_counter = true;
         bad |= !counter_unit(f.bytes, &got.unit);
      }
   }
   if (bad || !(t = add_track(r, got.uuid)))
      return !bad;
   t->parent = got.parent;
   t->name = got.name;
   t->unit = got.unit;
   t->is_counter = got.is_counter;
   return true;
}

/* ---- annotations ---- */
struct note {
   trace_text name, text;
   uint64_t number;
   struct span dict;
};

static bool read_note(struct span s, struct note *n)
{
   struct field f;
   bool bad = false;
   struct span whole = s;
   *n = (struct note){0};
   while (next_field(&s, &f, &bad)) {
      if (f.number == PF_ANNOTATION_NAME && f.wire == PF_BYTES)
         n->name = text_of(f.bytes);
      else if (f.number == PF_ANNOTATION_STRING && f.wire == PF_BYTES)
         n->text = text_of(f.bytes);
      else if (f.number == PF_ANNOTATION_UINT && f.wire == PF_VARINT)
         n->number = f.value;
      else if (f.number == PF_ANNOTATION_DICT)
         n->dict = whole;
   }
   return !bad;
}

/* The next annotation of an event or entry of a dictionary. */
static bool next_note(struct span *s, uint32_t field, struct note *n)
{
   struct field f;
   bool bad = false;
   while (next_field(s, &f, &bad))
      if (f.number == field && f.wire == PF_BYTES && read_note(f.bytes, n))
         return true;
   return false;
}

bool trace_counter(const trace_job *j, size_t *at, trace_text *name, uint64_t *value)
{
   const uint8_t *data = (const uint8_t *)j->counters.at;
   struct span s = {data + *at, data + j->counters.size};
   struct note n;
   if (!data || !next_note(&s, PF_ANNOTATION_DICT, &n))
      return false;
   *at = (size_t)(s.at - data);
   *name = n.name;
   *value = n.number;
   return true;
}

/* ---- events ---- */
/* The device, queue and core of a track: numbers at the ends of its ancestors' names. */
static bool number_behind(trace_text name, const char *word, uint64_t *n)
{
   size_t size = strlen(word);
   if (name.size <= size || memcmp(name.at, word, size) != 0)
      return false;
   *n = 0;
   for (uint32_t i = (uint32_t)size; i < name.size; i++) {
      if (name.at[i] < '0' || name.at[i] > '9' || *n > UINT32_MAX)
         return false;
      *n = *n * 10 + (uint64_t)(name.at[i] - '0');
   }
   return true;
}

static bool place_of(const struct reader *r, const struct track *t, uint32_t *device, int64_t *queue,
                     int64_t *core)
{
   *queue = *core = -1;
   for (unsigned level = 0; t && level < 8; level++) {
      uint64_t n;
      for (size_t d = 0; d < r->t->devices; d++)
         if (r->t->device[d].track == t->uuid) {
            *device = (uint32_t)d;
            return true;
         }
      if (number_behind(t->name, "queue ", &n))
         *queue = (int64_t)n;
      else if (number_behind(t->name, "core ", &n))
         *core = (int64_t)n;
      t = find_track(r, t->parent);
   }
   return false;
}

static void add_device(struct reader *r, const struct event *e)
{
   struct span s = e->whole;
   struct note n;
   if (!ADD(r, device, devices))
      return;
   trace_device *d = &r->t->device[r->t->devices - 1];
   *d = (trace_device){.track = e->track};
   while (next_note(&s, PF_EVENT_ANNOTATION, &n)) {
      if (is_text(n.name, "profile"))
         d->profile = n.text;
      else if (is_text(n.name, "timing"))
         d->timing = n.text;
      else if (is_text(n.name, "core_clock_khz"))
         d->core_khz = n.number;
      else if (is_text(n.name, "cores"))
         d->cores = n.number;
      else if (is_text(n.name, "waves_per_core"))
         d->waves_per_core = n.number;
   }
}

static void add_job(struct reader *r, const struct event *e, uint32_t device)
{
   struct span s = e->whole;
   struct note n;
   if (!ADD(r, job, jobs))
      return;
   trace_job *j = &r->t->job[r->t->jobs - 1];
   *j = (trace_job){.device = device, .name = e->name, .start_ns = e->ns, .end_ns = e->ns};
   while (next_note(&s, PF_EVENT_ANNOTATION, &n)) {
      if (is_text(n.name, "queue"))
         j->queue = n.number;
      else if (is_text(n.name, "number"))
         j->number = n.number;
      else if (is_text(n.name, "tag"))
         j->tag = n.number;
      else if (is_text(n.name, "start"))
         j->start = n.number;
      else if (is_text(n.name, "end"))
         j->end = n.number;
      else if (is_text(n.name, "kind"))
         j->kind = n.text;
      else if (is_text(n.name, "label"))
         j->label = n.text;
      else if (is_text(n.name, "counters"))
         j->counters = text_of(n.dict);
   }
   if (j->end < j->start)
      j->end = j->start;
}

static void add_wave(struct reader *r, const struct event *e, uint32_t device, int64_t queue, int64_t core)
{
   struct span s = e->whole;
   struct note n;
   if (queue < 0 || core < 0 || !ADD(r, wave, waves))
      return;
   trace_wave *w = &r->t->wave[r->t->waves - 1];
   *w = (trace_wave){.device = device,
                     .queue = (uint32_t)queue,
                     .core = (uint32_t)core,
                     .start_ns = e->ns,
                     .end_ns = e->ns};
   while (next_note(&s, PF_EVENT_ANNOTATION, &n))
      if (is_text(n.name, "job"))
         w->job = n.number;
      else if (is_text(n.name, "cycles"))
         w->cycles = n.number;
}

enum { OPEN_NOTHING, OPEN_JOB, OPEN_WAVE };

static void begin_slice(struct reader *r, struct track *t, const struct event *e)
{
   uint32_t device;
   int64_t queue, core;
   bool known = place_of(r, t, &device, &queue, &core);
   size_t entry = OPEN_NOTHING;
   if (known && is_text(e->category, TRACE_JOB)) {
      add_job(r, e, device);
      entry = r->t->jobs * 4 + OPEN_JOB;
   } else if (known && is_text(e->category, TRACE_WAVE)) {
      size_t before = r->t->waves;
      add_wave(r, e, device, queue, core);
      entry = r->t->waves > before ? r->t->waves * 4 + OPEN_WAVE : OPEN_NOTHING;
   }
   if (t->depth == t->capacity) {
      size_t *open = realloc(t->open, (t->capacity ? 2 * t->capacity : 4) * sizeof *open);
      if (!open) {
         r->no_memory = true;
         return;
      }
      t->open = open;
      t->capacity = t->capacity ? 2 * t->capacity : 4;
   }
   if (!r->no_memory)
      t->open[t->depth++] = entry;
}

static void end_slice(struct reader *r, struct track *t, const struct event *e)
{
   if (!t->depth)
      return;
   size_t entry = t->open[--t->depth], i = entry / 4 - 1;
   if (entry % 4 == OPEN_JOB && e->ns > r->t->job[i].start_ns)
      r->t->job[i].end_ns = e->ns;
   else if (entry % 4 == OPEN_WAVE && e->ns > r->t->wave[i].start_ns)
      r->t->wave[i].end_ns = e->ns;
}

static void add_point(struct reader *r, struct track *t, const struct event *e)
{
   uint32_t device;
   int64_t queue, core;
   if (!t->samples) {
      if (!place_of(r, t, &device, &queue, &core) || !ADD(r, samples, sample_tracks))
         return;
      r->t->samples[r->t->sample_tracks - 1] =
          (trace_samples){.device = device, .queue = queue, .name = t->name, .unit = t->unit};
      t->samples = r->t->sample_tracks;
   }
   trace_samples *s = &r->t->samples[t->samples - 1];
   if (s->count == s->capacity) {
      size_t capacity = s->capacity ? 2 * s->capacity : 16;
      trace_point *point = realloc(s->point, capacity * sizeof *point);
      if (!point) {
         r->no_memory = true;
         return;
      }
      s->point = point;
      s->capacity = capacity;
   }
   s->point[s->count++] = (trace_point){e->ns, e->counter};
}

static bool read_event(struct reader *r, struct span s, uint64_t ns)
{
   struct event e = {.ns = ns, .whole = s};
   struct field f;
   bool bad = false;
   while (next_field(&s, &f, &bad)) {
      if (f.number == PF_EVENT_TYPE)
         e.type = f.value;
      else if (f.number == PF_EVENT_TRACK)
         e.track = f.value;
      else if (f.number == PF_EVENT_CATEGORY && f.wire == PF_BYTES)
         e.category = text_of(f.bytes);
      else if (f.number == PF_EVENT_NAME && f.wire == PF_BYTES)
         e.name = text_of(f.bytes);
      else if (f.number == PF_EVENT_COUNTER_VALUE) {
         e.counter = f.value;
         e.has_counter = true;
      }
   }
   struct track *t = bad ? NULL : find_track(r, e.track);
   if (!t)
      return !bad;
   if (e.type == PF_TYPE_BEGIN)
      begin_slice(r, t, &e);
   else if (e.type == PF_TYPE_END)
      end_slice(r, t, &e);
   else if (e.type == PF_TYPE_COUNTER && e.has_counter)
      add_point(r, t, &e);
   else if (e.type == PF_TYPE_INSTANT && is_text(e.category, TRACE_DEVICE))
      add_device(r, &e);
   else if (e.type == PF_TYPE_INSTANT && is_text(e.category, TRACE_LIMIT) && ADD(r, limit, limits))
      r->t->limit[r->t->limits - 1] = e.name;
   return true;
}

static bool read_packet(struct reader *r, struct span s)
{
   struct field f, event = {0}, track = {0};
   uint64_t ns = 0;
   bool bad = false, ok = true;
   while (next_field(&s, &f, &bad)) {
      if (f.number == PF_PACKET_TIMESTAMP && f.wire == PF_VARINT)
         ns = f.value;
      else if (f.number == PF_PACKET_EVENT && f.wire == PF_BYTES)
         event = f;
      else if (f.number == PF_PACKET_TRACK && f.wire == PF_BYTES)
         track = f;
   }
   if (!bad && track.number)
      ok = read_track(r, track.bytes);
   if (!bad && ok && event.number)
      ok = read_event(r, event.bytes, ns);
   return ok && !bad;
}

/* ---- the file ---- */
static int by_start(const void *a, const void *b)
{
   const trace_job *x = a, *y = b;
   uint64_t keys[][2] = {
       {x->device, y->device}, {x->start, y->start}, {x->queue, y->queue}, {x->number, y->number}};
   for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
      if (keys[i][0] != keys[i][1])
         return keys[i][0] < keys[i][1] ? -1 : 1;
   return 0;
}

static bool begins(trace_text t, const char *with)
{
   return t.size >= strlen(with) && !memcmp(t.at, with, strlen(with));
}

static int by_place(const void *a, const void *b)
{
   const trace_samples *x = a, *y = b;
   if (x->device != y->device)
      return x->device < y->device ? -1 : 1;
   if (x->queue != y->queue)
      return x->queue < y->queue ? -1 : 1;
   if (x->name.size != y->name.size && begins(x->name, "core ") && begins(y->name, "core "))
      return x->name.size < y->name.size ? -1 : 1; /* core 2 before core 10 */
   uint32_t n = x->name.size < y->name.size ? x->name.size : y->name.size;
   int order = n ? memcmp(x->name.at, y->name.at, n) : 0;
   return order ? order : x->name.size < y->name.size ? -1 : x->name.size > y->name.size;
}

static bool read_packets(const tool_command *c, struct reader *r, const char *path, size_t size)
{
   const uint8_t *data = (const uint8_t *)r->t->file;
   struct span s = {data, data + size};
   struct field f;
   bool bad = false;
   size_t at = 0;
   while (!r->no_memory && next_field(&s, &f, &bad)) {
      if (f.number != PF_TRACE_PACKET || f.wire != PF_BYTES || !read_packet(r, f.bytes)) {
         bad = true;
         break;
      }
      r->t->packets++;
      at = (size_t)(s.at - data);
   }
   if (r->no_memory)
      tool_fail(c, "%s: too large for this host's memory", path);
   else if (bad && !r->t->packets)
      tool_fail(c, "%s is no trace", path);
   else if (bad)
      tool_fail(c, "%s is damaged: no whole packet at byte %zu of %zu", path, at, size);
   return !bad && !r->no_memory;
}

bool trace_read(const tool_command *c, const char *path, trace *t)
{
   struct reader r = {.t = t};
   size_t size;
   *t = (trace){0};
   t->file = tool_read_file(c, path, &size);
   bool ok = t->file && read_packets(c, &r, path, size);
   if (ok && !t->devices) {
      tool_fail(c, "%s holds no trace of Figment", path);
      ok = false;
   }
   for (size_t i = 0; i < r.tracks; i++)
      free(r.track[i].open);
   free(r.track);
   free(r.slot);
   if (!ok) {
      trace_free(t);
      return false;
   }
   if (t->jobs)
      qsort(t->job, t->jobs, sizeof *t->job, by_start);
   if (t->sample_tracks)
      qsort(t->samples, t->sample_tracks, sizeof *t->samples, by_place);
   return true;
}

void trace_free(trace *t)
{
   for (size_t i = 0; i < t->sample_tracks; i++)
      free(t->samples[i].point);
   free(t->samples);
   free(t->device);
   free(t->job);
   free(t->wave);
   free(t->limit);
   free(t->file);
   *t = (trace){0};
}
