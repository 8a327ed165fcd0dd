/* What each packet does. `valid` judges fields, `ready` may hold the ring, `execute` runs once; execute moves the ring past
 * the packet itself, because INDIRECT and COND decide where it goes on.
 */
#include "fw.h"

static void past(struct fw_ring *r, const struct fw_packet *p)
{
   fw_fetch_advance(r, 1 + p->count);
}

/* ---- flow --------------------------------------------------------------------------------------------- */
static bool execute_nothing(struct fw_ring *r, const struct fw_packet *p)
{
   past(r, p);
   return true;
}

static bool valid_indirect(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_INDIRECT_VA_LO] % 4 == 0;
}

static bool execute_indirect(struct fw_ring *r, const struct fw_packet *p)
{
   uint64_t va = fw_u64(p->payload + GPU_PKTF_INDIRECT_VA_LO);
   uint32_t size_dw = p->payload[GPU_PKTF_INDIRECT_SIZE_DW];
   past(r, p);
   return fw_fetch_push(r, va, size_dw) || fw_fault_packet(r, p);
}

static bool valid_cond(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_COND_VA_LO] % 4 == 0;
}

static bool execute_cond(struct fw_ring *r, const struct fw_packet *p)
{
   uint64_t va = fw_u64(p->payload + GPU_PKTF_COND_VA_LO);
   uint32_t skip_dw = p->payload[GPU_PKTF_COND_SKIP_DW], value;
   fw_transfer_result t = fw_transfer(GPU_XFER_READ, va, &value, 4);
   if (t.fault)
      return fw_fault_transfer(r, t, p->header);
   past(r, p);
   if (skip_dw > fw_fetch_left(r))
      return fw_fault_packet(r, p);
   bool run = (value & p->payload[GPU_PKTF_COND_MASK]) != 0;
   if (p->flags & GPU_PKT_F_INVERT)
      run = !run;
   fw_fetch_advance(r, run ? 0 : skip_dw);
   return true;
}

/* ---- dispatch ------------------------------------------------------------------------------------------- */
static bool valid_set_regs(const struct fw_packet *p)
{
   uint32_t first = p->payload[GPU_PKTF_SET_REGS_FIRST], end = GPU_OFF_CS_USER + 4 * GPU_CS_USER_REGS;
   return first % 4 == 0 && first < end && (p->count - 1) * 4 <= end - first;
}

static bool execute_set_regs(struct fw_ring *r, const struct fw_packet *p)
{
   uint32_t address = fw_cs(r, p->payload[GPU_PKTF_SET_REGS_FIRST]);
   for (uint32_t i = 1; i < p->count; i++, address += 4)
      hw_write(address, p->payload[i]);
   past(r, p);
   return true;
}

static enum fw_hold ready_dispatch(struct fw_ring *r, const struct fw_packet *p)
{
   (void)p;
   return hw_read(fw_cs(r, GPU_OFF_CS_INFLIGHT)) < GPU_CS_DEPTH ? FW_GO : FW_HOLD_ENGINE;
}

static void dispatch(struct fw_ring *r, const uint32_t *grid)
{
   if (!grid[0] || !grid[1] || !grid[2])
      return;
   /* The watchdog is the driver's choice, and packets cannot reach it. */
   hw_write(fw_cs(r, GPU_OFF_CS_WATCHDOG), hw_read(GPU_REG_CP_MAILBOX2));
   hw_write(fw_cs(r, GPU_OFF_CS_GRID_X), grid[0]);
   hw_write(fw_cs(r, GPU_OFF_CS_GRID_Y), grid[1]);
   hw_write(fw_cs(r, GPU_OFF_CS_GRID_Z), grid[2]);
   hw_write(fw_cs(r, GPU_OFF_CS_GO), 1);
}

static bool execute_dispatch(struct fw_ring *r, const struct fw_packet *p)
{
   dispatch(r, p->payload);
   past(r, p);
   return true;
}

static bool valid_dispatch_indirect(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_DISPATCH_INDIRECT_VA_LO] % 4 == 0;
}

static bool execute_dispatch_indirect(struct fw_ring *r, const struct fw_packet *p)
{
   uint32_t grid[3];
   fw_transfer_result t = fw_transfer(GPU_XFER_READ, fw_u64(p->payload), grid, sizeof grid);
   if (t.fault)
      return fw_fault_transfer(r, t, p->header);
   dispatch(r, grid);
   past(r, p);
   return true;
}

/* ---- copies and writes -------------------------------------------------------------------------------------- */
static enum fw_hold ready_dma(struct fw_ring *r, const struct fw_packet *p)
{
   (void)p;
   return hw_read(fw_dma(r, GPU_OFF_DMA_INFLIGHT)) < GPU_DMA_DEPTH ? FW_GO : FW_HOLD_ENGINE;
}

static void dma_start(struct fw_ring *r, uint64_t src, uint64_t dst, uint64_t size_B, uint32_t command)
{
   if (!size_B)
      return;
   hw_write64(fw_dma(r, GPU_OFF_DMA_SRC_LO), src);
   hw_write64(fw_dma(r, GPU_OFF_DMA_DST_LO), dst);
   hw_write64(fw_dma(r, GPU_OFF_DMA_BYTES_LO), size_B);
   hw_write(fw_dma(r, GPU_OFF_DMA_GO), command);
}

static bool execute_copy(struct fw_ring *r, const struct fw_packet *p)
{
   const uint32_t *w = p->payload;
   dma_start(r, fw_u64(w + GPU_PKTF_COPY_SRC_LO), fw_u64(w + GPU_PKTF_COPY_DST_LO), fw_u64(w + GPU_PKTF_COPY_BYTES_LO),
             GPU_DMA_COPY);
   past(r, p);
   return true;
}

static bool valid_fill(const struct fw_packet *p)
{
   return (p->payload[GPU_PKTF_FILL_DST_LO] | p->payload[GPU_PKTF_FILL_BYTES_LO]) % 4 == 0;
}

static bool execute_fill(struct fw_ring *r, const struct fw_packet *p)
{
   const uint32_t *w = p->payload;
   dma_start(r, w[GPU_PKTF_FILL_VALUE], fw_u64(w + GPU_PKTF_FILL_DST_LO), fw_u64(w + GPU_PKTF_FILL_BYTES_LO), GPU_DMA_FILL);
   past(r, p);
   return true;
}

/* Bits that mean something in the dwords that are not all fields; the engine judges the values. */
#define SURFACE_LAYOUT 0x001f3f07u
#define IMAGE_SIZE 0x033fffffu

static bool valid_fill_image(const struct fw_packet *p)
{
   return !(p->payload[GPU_PKTF_FILL_IMAGE_DST_TILE] & ~SURFACE_LAYOUT) &&
          !(p->payload[GPU_PKTF_FILL_IMAGE_DEPTH] & ~IMAGE_SIZE);
}

static bool valid_copy_image(const struct fw_packet *p)
{
   return valid_fill_image(p) && !(p->payload[GPU_PKTF_COPY_IMAGE_SRC_TILE] & ~SURFACE_LAYOUT);
}

static bool execute_image(struct fw_ring *r, const struct fw_packet *p)
{
   uint32_t job = fw_dma(r, GPU_OFF_DMA_JOB);
   for (uint32_t i = 0; i < p->count; i++)
      hw_write(job + 4 * i, p->payload[i]);
   hw_write(fw_dma(r, GPU_OFF_DMA_GO), p->opcode == GPU_PKT_COPY_IMAGE ? GPU_DMA_COPY_IMAGE : GPU_DMA_FILL_IMAGE);
   past(r, p);
   return true;
}

static bool valid_write(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_WRITE_DST_LO] % 4 == 0;
}

/* Part by part through SRAM; the parts depend on the payload's size alone. */
static bool stream_write(struct fw_ring *r, const struct fw_packet *p, uint64_t dst, uint32_t n)
{
   uint32_t part[FW_WRITE_INLINE_DW];
   for (uint32_t done = 0; done < n;) {
      uint32_t now = n - done < FW_WRITE_INLINE_DW ? n - done : FW_WRITE_INLINE_DW;
      fw_transfer_result t = fw_stream(r, 3 + done, part, now);
      if (!t.fault)
         t = fw_transfer(GPU_XFER_WRITE, dst + 4ull * done, part, now * 4);
      if (t.fault)
         return fw_fault_transfer(r, t, p->header);
      done += now;
   }
   return true;
}

static bool execute_write(struct fw_ring *r, const struct fw_packet *p)
{
   uint64_t dst = fw_u64(p->payload + GPU_PKTF_WRITE_DST_LO);
   uint32_t n = p->count - 2;
   if (n > FW_WRITE_INLINE_DW) {
      if (!stream_write(r, p, dst, n))
         return false;
   } else {
      fw_transfer_result t = fw_transfer(GPU_XFER_WRITE, dst, (void *)(p->payload + 2), n * 4);
      if (t.fault)
         return fw_fault_transfer(r, t, p->header);
   }
   past(r, p);
   return true;
}

/* ---- order ------------------------------------------------------------------------------------------------- */
#define BARRIER_WAIT 0x7u
#define BARRIER_CACHES 0x700u
#define BARRIER_TLB 0x400u

static bool valid_barrier(const struct fw_packet *p)
{
   return !(p->payload[0] & ~(BARRIER_WAIT | BARRIER_CACHES));
}

static enum fw_hold ready_barrier(struct fw_ring *r, const struct fw_packet *p)
{
   return fw_wait_engines(r, p->payload[0] & BARRIER_WAIT);
}

static bool execute_barrier(struct fw_ring *r, const struct fw_packet *p)
{
   /* The caches of this machine are coherent in what they hold; only the TLBs need telling. */
   if (p->payload[0] & BARRIER_TLB)
      hw_write(GPU_REG_CPL_TLB_INV, 1);
   past(r, p);
   fw_fetch_drop(r);
   return true;
}

/* ---- labels ------------------------------------------------------------------------------------------------ */
static bool valid_label(const struct fw_packet *p)
{
   return p->flags != (GPU_PKT_F_PUSH | GPU_PKT_F_POP);
}

static bool execute_label(struct fw_ring *r, const struct fw_packet *p)
{
   hw_write(GPU_REG_CPL_LABEL, (uint32_t)(uintptr_t)(p->payload - 1) | r->index << 24);
   past(r, p);
   return true;
}

#define TYPE(name) [GPU_PKT_##name] = { GPU_PKT_MIN_##name, GPU_PKT_MAX_##name
static const struct fw_packet_type types[] = {
   TYPE(NOP), 0, 0, 0, execute_nothing },
   TYPE(INDIRECT), 0, valid_indirect, 0, execute_indirect },
   TYPE(SET_REGS), 0, valid_set_regs, 0, execute_set_regs },
   TYPE(DISPATCH), 0, 0, ready_dispatch, execute_dispatch },
   TYPE(DISPATCH_INDIRECT), 0, valid_dispatch_indirect, ready_dispatch, execute_dispatch_indirect },
   TYPE(COPY), 0, 0, ready_dma, execute_copy },
   TYPE(FILL), 0, valid_fill, ready_dma, execute_fill },
   TYPE(COPY_IMAGE), 0, valid_copy_image, ready_dma, execute_image },
   TYPE(FILL_IMAGE), 0, valid_fill_image, ready_dma, execute_image },
   TYPE(WRITE), 0, valid_write, 0, execute_write },
   TYPE(WAIT_MEM), 0, fw_valid_wait_mem, fw_ready_wait_mem, fw_execute_wait_mem },
   TYPE(WAIT_MEM64), 0, fw_valid_wait_mem64, fw_ready_wait_mem64, fw_execute_wait_mem64 },
   TYPE(SIGNAL64), 0, fw_valid_signal, fw_ready_drained, fw_execute_signal },
   TYPE(FENCE), 0, fw_valid_signal, fw_ready_drained, fw_execute_fence },
   TYPE(TIMESTAMP), GPU_PKT_F_WAIT, fw_valid_timestamp, fw_ready_timestamp, fw_execute_timestamp },
   TYPE(BARRIER), 0, valid_barrier, ready_barrier, execute_barrier },
   TYPE(COND), GPU_PKT_F_INVERT, valid_cond, 0, execute_cond },
   TYPE(LABEL), GPU_PKT_F_PUSH | GPU_PKT_F_POP, valid_label, 0, execute_label },
   TYPE(SET_GFX), 0, fw_valid_set_gfx, 0, fw_execute_set_gfx },
   TYPE(DRAW), 0, 0, fw_ready_draw, fw_execute_draw },
   TYPE(DRAW_INDEXED), 0, 0, fw_ready_draw, fw_execute_draw_indexed },
   TYPE(DRAW_INDIRECT), 0, fw_valid_draw_indirect, fw_ready_draw, fw_execute_draw_indirect },
   TYPE(DRAW_XFB), 0, fw_valid_draw_xfb, fw_ready_draw, fw_execute_draw_xfb },
   TYPE(CLEAR_TARGET), 0, fw_valid_clear_target, fw_ready_draw, fw_execute_clear_target },
   TYPE(XFB_LOAD), 0, fw_valid_xfb, fw_ready_xfb, fw_execute_xfb },
   TYPE(XFB_STORE), 0, fw_valid_xfb, fw_ready_xfb, fw_execute_xfb },
   TYPE(COUNTERS), GPU_PKT_F_DELTA, fw_valid_counters, fw_ready_drained, fw_execute_counters },
};

const struct fw_packet_type *fw_packet_type(uint32_t opcode)
{
   return opcode < sizeof types / sizeof types[0] && types[opcode].execute ? &types[opcode] : 0;
}

uint32_t fw_packet_resident_dw(uint32_t opcode, uint32_t count)
{
   if (opcode == GPU_PKT_NOP)
      return 1;
   if (opcode == GPU_PKT_WRITE && count - 2 > FW_WRITE_INLINE_DW)
      return 3;
   return 1 + count;
}
