/* Inside the copy engine: what its parts (dma.c: channels and runs of bytes; dma_image.c: boxes of elements)
 * know of each other. */
#ifndef EMU_DMA_H
#define EMU_DMA_H

#include "blocks.h"
#include "image_job.h"
#include "time/timing.h"

#define EMU_DMA_SLICE_B (UINT64_C(1) << 20) /* of a job, before the next channel's turn */

typedef struct emu_dma_stop {
   enum gpu_fault fault;
   enum gpu_access access;
   uint64_t va;
   uint32_t info;
} emu_dma_stop;

/* What the timing model is told of a slice. */
typedef struct emu_dma_traffic {
   emu_trace *trace; /* on a unit of the job; NULL: nobody asks */
   uint32_t flags;   /* of the bytes that follow, which are not in the trace yet */
   uint64_t bytes, from, to;
} emu_dma_traffic;

enum emu_dma_flags { EMU_DMA_FROM_BUS = 1, EMU_DMA_TO_BUS = 2, EMU_DMA_FILL = 4 }; /* of EMU_REC_COPY */
void emu_dma_tell(emu_dma_traffic *t);
/* Bytes were moved: those of the same kind are one record, with the addresses of the first. */
static inline void emu_dma_moved(emu_dma_traffic *t, uint32_t flags, uint64_t from, uint64_t to, uint64_t bytes)
{
   if (!t->trace)
      return;
   if (t->bytes && t->flags != flags)
      emu_dma_tell(t);
   if (!t->bytes) {
      t->flags = flags;
      t->from = from;
      t->to = to;
   }
   t->bytes += bytes;
}
static inline uint32_t emu_dma_flags(bool from_bus, bool to_bus)
{
   return (from_bus ? EMU_DMA_FROM_BUS : 0u) | (to_bus ? EMU_DMA_TO_BUS : 0u);
}

/* Host address of va, the contiguous bytes behind it and which memory it is; NULL: *stop tells why. */
uint8_t *emu_dma_translate(emu_device *dev, uint64_t va, bool write, uint64_t *avail_B, bool *sysmem,
                           emu_dma_stop *stop);

/* A box under way: where its next cell begins. */
typedef struct emu_dma_box {
   uint32_t dw[GPU_IMAGE_JOB_DW];
   uint32_t x, y, z;
   uint64_t written_B;
} emu_dma_box;

/* About a slice of the job; *ended when nothing is left. False: it faulted, *stop tells why. The caller is an
 * entered agent. */
bool emu_dma_box_slice(emu_device *dev, bool fill, emu_dma_box *box, emu_dma_traffic *traffic, bool *ended,
                       emu_dma_stop *stop);

#endif
