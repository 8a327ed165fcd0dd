/* Writing packets of a trace (gpu/perfetto_fields.h) into memory. A packet is appended whole or, when host
 * memory is exhausted, not at all. */
#ifndef EMU_TIME_PERFETTO_H
#define EMU_TIME_PERFETTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "perfetto_fields.h"

#define PF_DEPTH 6u /* messages in messages */

typedef struct pf_writer {
   uint8_t *data;
   size_t used, capacity;
   size_t open[PF_DEPTH]; /* where the lengths of open messages stand */
   unsigned depth;
   size_t start;      /* of the open packet */
   bool failed;       /* the open packet found no memory */
   uint32_t sequence; /* of the packets */
} pf_writer;

void pf_free(pf_writer *w);

/* A packet, from begin to end; end returns false if it had to be left out. */
void pf_packet_begin(pf_writer *w);
bool pf_packet_end(pf_writer *w);

/* Messages inside a packet, and fields. */
void pf_open(pf_writer *w, uint32_t field);
void pf_close(pf_writer *w);
void pf_uint(pf_writer *w, uint32_t field, uint64_t value);
void pf_text(pf_writer *w, uint32_t field, const char *text);

/* Inside a packet: an event of a track; more of it (annotations) may follow until pf_close. category, name:
 * NULL for none. */
void pf_event_open(pf_writer *w, uint64_t ns, uint64_t track, uint32_t type, const char *category,
                   const char *name);
void pf_note_uint(pf_writer *w, const char *name, uint64_t value);
void pf_note_text(pf_writer *w, const char *name, const char *value);
/* A whole packet: a slice's end, a counter's value, a track. */
bool pf_end(pf_writer *w, uint64_t ns, uint64_t track);
bool pf_counter(pf_writer *w, uint64_t ns, uint64_t track, uint64_t value);
/* rank: place among those of the same parent. unit: NULL if it is no counter's track. */
bool pf_track(pf_writer *w, uint64_t track, uint64_t parent, uint32_t rank, const char *name,
              const char *unit);
bool pf_process(pf_writer *w, uint64_t track, uint32_t pid, const char *name);

#endif
