/* Labels: the names that a driver gives to stretches of a ring's commands (LABEL packets), for reports and
 * traces. A path of labels is a chain of immutable, counted links from the innermost outwards, so that
 * whoever was launched under it may keep it for a word. Manual: chapters "Packets", "Command processor".
 */
#ifndef EMU_LABELS_H
#define EMU_LABELS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct emu_device emu_device;
typedef struct emu_label emu_label;
struct emu_label {
   emu_label *outer;
   _Atomic uint32_t refs;
   uint32_t depth;   /* links from here on outwards */
   bool mark;        /* inserted: ends with the next label */
   char text[];      /* UTF-8 as the driver had it, at most GPU_PKT_MAX_LABEL dwords */
};

/* The command processor's side, on its thread: a LABEL packet of a ring as it lies in SRAM, `dwords` of it; a
 * ring that starts afresh. */
void emu_label_packet(emu_device *dev, uint32_t ring, const void *packet, uint32_t dwords);
void emu_label_clear(emu_device *dev, uint32_t ring);

/* What the ring's commands stand under now, with a reference for the caller; NULL: nothing. On the command
 * processor's thread. */
emu_label *emu_label_now(emu_device *dev, uint32_t ring);
emu_label *emu_label_hold(emu_label *l); /* NULL is fine here and below */
void emu_label_drop(emu_label *l);

/* Called by whoever creates, resets and destroys the device's parts. */
bool emu_labels_create(emu_device *dev);
void emu_labels_reset(emu_device *dev);
void emu_labels_destroy(emu_device *dev);

#endif
