/* Traces: the parts of Perfetto's protobuf format (messages Trace, TracePacket, TrackDescriptor, TrackEvent)
 * that Figment writes and reads, and what it puts into them. Manual: chapter "Traces".
 *
 * Every packet can be read alone: nothing is interned, timestamps are absolute, so that a file may end behind
 * any packet.
 */
#ifndef GPU_PERFETTO_FIELDS_H
#define GPU_PERFETTO_FIELDS_H

/* Fields by message. */
enum { PF_TRACE_PACKET = 1 };
enum {
   PF_PACKET_TIMESTAMP = 8, /* ns */
   PF_PACKET_SEQUENCE = 10,
   PF_PACKET_EVENT = 11,
   PF_PACKET_SEQUENCE_FLAGS = 13,
   PF_PACKET_TRACK = 60,
};
enum { PF_SEQUENCE_STARTS = 1 };
enum {
   PF_TRACK_UUID = 1,
   PF_TRACK_NAME = 2,
   PF_TRACK_PROCESS = 3,
   PF_TRACK_PARENT = 5,
   PF_TRACK_COUNTER = 8,
   PF_TRACK_CHILD_ORDER = 11,
   PF_TRACK_RANK = 12,
};
enum { PF_CHILD_ORDER_EXPLICIT = 3 };
enum { PF_PROCESS_PID = 1, PF_PROCESS_NAME = 6 };
enum { PF_COUNTER_UNIT = 3, PF_COUNTER_UNIT_NAME = 6 };
enum { PF_UNIT_COUNT = 2, PF_UNIT_BYTES = 3 };
enum {
   PF_EVENT_ANNOTATION = 4,
   PF_EVENT_TYPE = 9,
   PF_EVENT_TRACK = 11,
   PF_EVENT_CATEGORY = 22,
   PF_EVENT_NAME = 23,
   PF_EVENT_COUNTER_VALUE = 30,
};
enum { PF_TYPE_BEGIN = 1, PF_TYPE_END = 2, PF_TYPE_INSTANT = 3, PF_TYPE_COUNTER = 4 };
enum {
   PF_ANNOTATION_UINT = 3,
   PF_ANNOTATION_STRING = 6,
   PF_ANNOTATION_NAME = 10,
   PF_ANNOTATION_DICT = 11,
};
/* Wire types. */
enum { PF_VARINT = 0, PF_FIXED64 = 1, PF_BYTES = 2, PF_FIXED32 = 5 };

/* What events of Figment are, as their category says. */
#define TRACE_DEVICE "figment.device" /* instant on a device's track: profile, timing, core_clock_khz */
#define TRACE_JOB                                                                                            \
   "figment.job" /* slice: queue, number, kind, tag, launched, start, end (cycles), label, counters */
#define TRACE_LABEL "figment.label" /* slice around the jobs under a debug label */
#define TRACE_WAVE "figment.wave"   /* slice: job (its number), cycles; on a track of a slot of a core */
#define TRACE_LIMIT "figment.limit" /* instant: from here on something is left out */

/* Between the labels of a path in a job's "label". */
#define TRACE_LABEL_SEPARATOR " / "

#endif
