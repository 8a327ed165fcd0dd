/* Inside the copy engine: what its parts (dma.c: channels and runs of bytes; dma_image.c: boxes of elements)
 * know of each other. */
#ifndef EMU_DMA_H
#define EMU_DMA_H

#include "blocks.h"
#include "image_job.h"

#define EMU_DMA_SLICE_B (UINT64_C(1) << 20) /* of a job, before the next channel's turn */

typedef struct emu_dma_stop {
   enum gpu_fault fault;
   enum gpu_access access;
   uint64_t va;
   uint32_t info;
} emu_dma_stop;

/* Bytes moved over each path. */
typedef struct emu_dma_traffic {
   uint64_t dram_B, pcie_B;
} emu_dma_traffic;

static inline void emu_dma_account(emu_dma_traffic *t, bool sysmem, uint64_t bytes)
{
   if (sysmem)
      t->pcie_B += bytes;
   else
      t->dram_B += bytes;
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
