/* The label unit: a stack of labels for each ring, and on top of it at most one mark, a label that was
 * inserted. Labels change nothing that the machine does. Stacks are bounded: what is pushed onto a full one
 * is counted, so that its end is found, and has no name.
 */
#include "labels.h"
#include "machine.h"
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 32u

typedef struct label_stack {
   emu_label *top;
   uint64_t beyond; /* pushed and not kept */
} label_stack;

struct emu_labels {
   label_stack ring[GPU_RINGS];
};

emu_label *emu_label_hold(emu_label *l)
{
   if (l)
      atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
   return l;
}

void emu_label_drop(emu_label *l)
{
   /* ORDER: whoever frees sees the others' last reads done */
   while (l && atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) == 1) {
      emu_label *outer = l->outer;
      free(l);
      l = outer;
   }
}

/* A link on top, which takes over the stack's reference. Without memory it has no name. */
static bool put(label_stack *s, const char *text, size_t size, bool mark)
{
   size_t length = strnlen(text, size);
   emu_label *l = (s->top ? s->top->depth : 0) < MAX_DEPTH + mark ? malloc(sizeof(*l) + length + 1) : NULL;
   if (!l)
      return false;
   *l = (emu_label){.outer = s->top, .refs = 1, .depth = 1 + (s->top ? s->top->depth : 0), .mark = mark};
   memcpy(l->text, text, length);
   l->text[length] = '\0';
   s->top = l;
   return true;
}

static void take_off(label_stack *s)
{
   emu_label *l = s->top;
   s->top = emu_label_hold(l->outer);
   emu_label_drop(l);
}

void emu_label_packet(emu_device *dev, uint32_t ring, const void *packet, uint32_t dwords)
{
   uint32_t header;
   if (ring >= GPU_RINGS || dwords < 1)
      return;
   label_stack *s = &dev->labels->ring[ring];
   memcpy(&header, packet, 4);
   const char *text = (const char *)packet + 4;
   if (s->top && s->top->mark)
      take_off(s);
   if (header >> 24 & GPU_PKT_F_POP) {
      if (s->beyond)
         s->beyond--;
      else if (s->top)
         take_off(s);
   } else if (header >> 24 & GPU_PKT_F_PUSH) {
      s->beyond += s->beyond || !put(s, text, (dwords - 1) * 4u, false);
   } else {
      put(s, text, (dwords - 1) * 4u, true);
   }
}

void emu_label_clear(emu_device *dev, uint32_t ring)
{
   if (ring >= GPU_RINGS)
      return;
   emu_label_drop(dev->labels->ring[ring].top);
   dev->labels->ring[ring] = (label_stack){0};
}

emu_label *emu_label_now(emu_device *dev, uint32_t ring)
{
   return emu_label_hold(dev->labels->ring[ring].top);
}

bool emu_labels_create(emu_device *dev)
{
   dev->labels = calloc(1, sizeof(*dev->labels));
   return dev->labels != NULL;
}

void emu_labels_reset(emu_device *dev)
{
   for (uint32_t i = 0; i < GPU_RINGS; i++)
      emu_label_clear(dev, i);
}

void emu_labels_destroy(emu_device *dev)
{
   if (dev->labels)
      emu_labels_reset(dev);
   free(dev->labels);
   dev->labels = NULL;
}
