/* Packets of a trace: protobuf's wire format, as far as it is needed. Lengths stand before what they count: a
 * byte is kept free for them, and what follows moves up where that is not enough.
 */
#include "perfetto.h"
#include <stdlib.h>
#include <string.h>

void pf_free(pf_writer *w)
{
   free(w->data);
   *w = (pf_writer){0};
}

static bool room(pf_writer *w, size_t size)
{
   if (w->failed)
      return false;
   if (w->capacity - w->used >= size)
      return true;
   size_t capacity = w->capacity ? w->capacity : 4096;
   while (capacity - w->used < size)
      capacity *= 2;
   uint8_t *data = realloc(w->data, capacity);
   if (!data) {
      w->failed = true;
      return false;
   }
   w->data = data;
   w->capacity = capacity;
   return true;
}

static unsigned varint_size(uint64_t v)
{
   unsigned n = 1;
   for (; v >= 0x80; v >>= 7)
      n++;
   return n;
}

static void store_varint(uint8_t *p, uint64_t v)
{
   for (; v >= 0x80; v >>= 7)
      *p++ = (uint8_t)(v | 0x80);
   *p = (uint8_t)v;
}

static void varint(pf_writer *w, uint64_t v)
{
   unsigned n = varint_size(v);
   if (!room(w, n))
      return;
   store_varint(w->data + w->used, v);
   w->used += n;
}

void pf_open(pf_writer *w, uint32_t field)
{
   varint(w, field << 3 | PF_BYTES);
   if (room(w, 1))
      w->open[w->depth] = w->used++;
   w->depth++;
}

void pf_close(pf_writer *w)
{
   size_t at = w->open[--w->depth], size = w->used - at - 1;
   unsigned more = varint_size(size) - 1;
   if (w->failed || !room(w, more))
      return;
   memmove(w->data + at + 1 + more, w->data + at + 1, size);
   store_varint(w->data + at, size);
   w->used += more;
}

void pf_uint(pf_writer *w, uint32_t field, uint64_t value)
{
   varint(w, field << 3 | PF_VARINT);
   varint(w, value);
}

void pf_text(pf_writer *w, uint32_t field, const char *text)
{
   size_t n = strlen(text);
   varint(w, field << 3 | PF_BYTES);
   varint(w, n);
   if (!room(w, n))
      return;
   memcpy(w->data + w->used, text, n);
   w->used += n;
}

void pf_packet_begin(pf_writer *w)
{
   w->failed = false;
   w->depth = 0;
   w->start = w->used;
   pf_open(w, PF_TRACE_PACKET);
   pf_uint(w, PF_PACKET_SEQUENCE, w->sequence);
}

bool pf_packet_end(pf_writer *w)
{
   pf_close(w);
   if (w->failed)
      w->used = w->start;
   return !w->failed;
}

/* ---- what stands in packets ---- */
void pf_event_open(pf_writer *w, uint64_t ns, uint64_t track, uint32_t type, const char *category,
                   const char *name)
{
   pf_uint(w, PF_PACKET_TIMESTAMP, ns);
   pf_open(w, PF_PACKET_EVENT);
   pf_uint(w, PF_EVENT_TYPE, type);
   pf_uint(w, PF_EVENT_TRACK, track);
   if (category)
      pf_text(w, PF_EVENT_CATEGORY, category);
   if (name)
      pf_text(w, PF_EVENT_NAME, name);
}

void pf_note_uint(pf_writer *w, const char *name, uint64_t value)
{
   pf_open(w, w->depth > 2 ? PF_ANNOTATION_DICT : PF_EVENT_ANNOTATION);
   pf_text(w, PF_ANNOTATION_NAME, name);
   pf_uint(w, PF_ANNOTATION_UINT, value);
   pf_close(w);
}

void pf_note_text(pf_writer *w, const char *name, const char *value)
{
   pf_open(w, PF_EVENT_ANNOTATION);
   pf_text(w, PF_ANNOTATION_NAME, name);
   pf_text(w, PF_ANNOTATION_STRING, value);
   pf_close(w);
}

bool pf_end(pf_writer *w, uint64_t ns, uint64_t track)
{
   pf_packet_begin(w);
   pf_event_open(w, ns, track, PF_TYPE_END, NULL, NULL);
   pf_close(w);
   return pf_packet_end(w);
}

bool pf_counter(pf_writer *w, uint64_t ns, uint64_t track, uint64_t value)
{
   pf_packet_begin(w);
   pf_event_open(w, ns, track, PF_TYPE_COUNTER, NULL, NULL);
   pf_uint(w, PF_EVENT_COUNTER_VALUE, value);
   pf_close(w);
   return pf_packet_end(w);
}

bool pf_track(pf_writer *w, uint64_t track, uint64_t parent, uint32_t rank, const char *name,
              const char *unit)
{
   pf_packet_begin(w);
   pf_open(w, PF_PACKET_TRACK);
   pf_uint(w, PF_TRACK_UUID, track);
   pf_text(w, PF_TRACK_NAME, name);
   pf_uint(w, PF_TRACK_PARENT, parent);
   pf_uint(w, PF_TRACK_CHILD_ORDER, PF_CHILD_ORDER_EXPLICIT);
   pf_uint(w, PF_TRACK_RANK, rank);
   if (unit) {
      pf_open(w, PF_TRACK_COUNTER);
      pf_text(w, PF_COUNTER_UNIT_NAME, unit);
      pf_close(w);
   }
   pf_close(w);
   return pf_packet_end(w);
}

bool pf_process(pf_writer *w, uint64_t track, uint32_t pid, const char *name)
{
   pf_packet_begin(w);
   pf_uint(w, PF_PACKET_SEQUENCE_FLAGS, PF_SEQUENCE_STARTS);
   pf_open(w, PF_PACKET_TRACK);
   pf_uint(w, PF_TRACK_UUID, track);
   pf_uint(w, PF_TRACK_CHILD_ORDER, PF_CHILD_ORDER_EXPLICIT);
   pf_open(w, PF_TRACK_PROCESS);
   pf_uint(w, PF_PROCESS_PID, pid);
   pf_text(w, PF_PROCESS_NAME, name);
   pf_close(w);
   pf_close(w);
   return pf_packet_end(w);
}
