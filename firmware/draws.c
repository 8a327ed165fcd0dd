/* Packets of the graphics front end, which belongs to ring 0: register bursts, draws, indirect draws,
 * transform feedback counts. An indirect packet starts one draw each time it is executed and stays ahead of
 * the ring until all are started, so that it takes the same path whenever the front end has room.
 */
#include "fw.h"

static void past(struct fw_ring *r, const struct fw_packet *p)
{
   fw_fetch_advance(r, 1 + p->count);
}

/* ---- registers ---------------------------------------------------------------------------------------- */
bool fw_valid_set_gfx(const struct fw_packet *p)
{
   uint32_t first = p->payload[GPU_PKTF_SET_GFX_FIRST];
   return first % 4 == 0 && first < GPU_GFX_STATE_END && (p->count - 1) * 4 <= GPU_GFX_STATE_END - first;
}

bool fw_execute_set_gfx(struct fw_ring *r, const struct fw_packet *p)
{
   uint32_t address = GPU_BLOCK_GFX + p->payload[GPU_PKTF_SET_GFX_FIRST];
   if (r->index != 0)
      return fw_fault_packet(r, p);
   for (uint32_t i = 1; i < p->count; i++, address += 4)
      hw_write(address, p->payload[i]);
   past(r, p);
   return true;
}

/* ---- draws --------------------------------------------------------------------------------------------- */
enum fw_hold fw_ready_draw(struct fw_ring *r, const struct fw_packet *p)
{
   (void)p;
   return r->index != 0 || hw_read(GPU_REG_GFX_INFLIGHT) < GPU_GFX_DEPTH ? FW_GO : FW_HOLD_ENGINE;
}

/* COUNT INSTANCES FIRST VERTEX_OFFSET FIRST_INSTANCE as the registers have them. */
static void draw(const uint32_t *parameters, uint32_t draw_index, bool indexed)
{
   if (!parameters[0] || !parameters[1])
      return;
   for (uint32_t i = 0; i < 5; i++)
      hw_write(GPU_REG_GFX_COUNT + 4 * i, parameters[i]);
   hw_write(GPU_REG_GFX_DRAW_INDEX, draw_index);
   hw_write(GPU_REG_GFX_INDEXED, indexed);
   hw_write(GPU_REG_GFX_WATCHDOG, hw_read(GPU_REG_CP_MAILBOX2));
   hw_write(GPU_REG_GFX_GO, GPU_GFX_DRAW);
}

bool fw_execute_draw(struct fw_ring *r, const struct fw_packet *p)
{
   const uint32_t *w = p->payload;
   if (r->index != 0)
      return fw_fault_packet(r, p);
   const uint32_t parameters[5] = {w[GPU_PKTF_DRAW_VERTICES], w[GPU_PKTF_DRAW_INSTANCES],
                                   w[GPU_PKTF_DRAW_FIRST_VERTEX], 0, w[GPU_PKTF_DRAW_FIRST_INSTANCE]};
   draw(parameters, w[GPU_PKTF_DRAW_DRAW_INDEX], false);
   past(r, p);
   return true;
}

bool fw_execute_draw_indexed(struct fw_ring *r, const struct fw_packet *p)
{
   if (r->index != 0)
      return fw_fault_packet(r, p);
   draw(p->payload, p->payload[GPU_PKTF_DRAW_INDEXED_DRAW_INDEX], true);
   past(r, p);
   return true;
}

bool fw_valid_draw_indirect(const struct fw_packet *p)
{
   const uint32_t *w = p->payload;
   return (w[GPU_PKTF_DRAW_INDIRECT_VA_LO] | w[GPU_PKTF_DRAW_INDIRECT_STRIDE_B] |
           w[GPU_PKTF_DRAW_INDIRECT_COUNT_VA_LO]) %
                  4 ==
              0 &&
          w[GPU_PKTF_DRAW_INDIRECT_INDEXED] <= 1;
}

/* How many draws the packet at hand stands for, read when its first one starts. */
static fw_transfer_result read_count(struct fw_ring *r, const uint32_t *w)
{
   uint64_t va = fw_u64(w + GPU_PKTF_DRAW_INDIRECT_COUNT_VA_LO);
   uint32_t count = ~0u;
   fw_transfer_result t = {GPU_FAULT_NONE, GPU_ACCESS_NONE, 0};
   if (va)
      t = fw_transfer(GPU_XFER_READ, va, &count, 4);
   r->draws = count < w[GPU_PKTF_DRAW_INDIRECT_MAX_DRAWS] ? count : w[GPU_PKTF_DRAW_INDIRECT_MAX_DRAWS];
   return t;
}

bool fw_execute_draw_indirect(struct fw_ring *r, const struct fw_packet *p)
{
   const uint32_t *w = p->payload;
   uint32_t indexed = w[GPU_PKTF_DRAW_INDIRECT_INDEXED], record[5] = {0, 0, 0, 0, 0};
   fw_transfer_result t = {GPU_FAULT_NONE, GPU_ACCESS_NONE, 0};
   if (r->index != 0)
      return fw_fault_packet(r, p);
   if (!r->drawn)
      t = read_count(r, w);
   if (!t.fault && r->drawn < r->draws) {
      uint64_t va =
          fw_u64(w + GPU_PKTF_DRAW_INDIRECT_VA_LO) + (uint64_t)w[GPU_PKTF_DRAW_INDIRECT_STRIDE_B] * r->drawn;
      t = fw_transfer(GPU_XFER_READ, va, record, indexed ? 20 : 16);
      if (!t.fault && !indexed) {
         record[4] = record[3];
         record[3] = 0;
      }
   }
   if (t.fault)
      return fw_fault_transfer(r, t, p->header);
   if (r->drawn < r->draws)
      draw(record, r->drawn++, indexed);
   if (r->drawn >= r->draws) {
      r->drawn = 0;
      past(r, p);
   }
   return true;
}

bool fw_valid_draw_xfb(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_DRAW_XFB_VA_LO] % 4 == 0 && p->payload[GPU_PKTF_DRAW_XFB_STRIDE_B] != 0;
}

bool fw_execute_draw_xfb(struct fw_ring *r, const struct fw_packet *p)
{
   const uint32_t *w = p->payload;
   uint32_t written = 0, offset = w[GPU_PKTF_DRAW_XFB_OFFSET_B];
   if (r->index != 0)
      return fw_fault_packet(r, p);
   fw_transfer_result t = fw_transfer(GPU_XFER_READ, fw_u64(w + GPU_PKTF_DRAW_XFB_VA_LO), &written, 4);
   if (t.fault)
      return fw_fault_transfer(r, t, p->header);
   uint32_t vertices = written > offset ? (written - offset) / w[GPU_PKTF_DRAW_XFB_STRIDE_B] : 0;
   const uint32_t parameters[5] = {vertices, w[GPU_PKTF_DRAW_XFB_INSTANCES], 0, 0,
                                   w[GPU_PKTF_DRAW_XFB_FIRST_INSTANCE]};
   draw(parameters, 0, false);
   past(r, p);
   return true;
}

/* ---- clears -------------------------------------------------------------------------------------------- */
bool fw_valid_clear_target(const struct fw_packet *p)
{
   uint32_t what = p->payload[GPU_PKTF_CLEAR_TARGET_WHAT];
   return what < GPU_GFX_TARGETS || what == GPU_CLEAR_DEPTH || what == GPU_CLEAR_STENCIL ||
          what == (GPU_CLEAR_DEPTH | GPU_CLEAR_STENCIL);
}

bool fw_execute_clear_target(struct fw_ring *r, const struct fw_packet *p)
{
   if (r->index != 0)
      return fw_fault_packet(r, p);
   for (uint32_t i = 0; i < p->count; i++)
      hw_write(GPU_REG_GFX_CLEAR + 4 * i, p->payload[i]);
   hw_write(GPU_REG_GFX_GO, GPU_GFX_CLEAR);
   past(r, p);
   return true;
}

/* ---- transform feedback ---------------------------------------------------------------------------------
 */
bool fw_valid_xfb(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_XFB_LOAD_INDEX] < 4 && p->payload[GPU_PKTF_XFB_LOAD_VA_LO] % 4 == 0;
}

enum fw_hold fw_ready_xfb(struct fw_ring *r, const struct fw_packet *p)
{
   (void)p;
   return fw_wait_engines(r, GPU_BARRIER_GFX);
}

bool fw_execute_xfb(struct fw_ring *r, const struct fw_packet *p)
{
   uint32_t reg = GPU_REG_GFX_XFB_WRITTEN + 4 * p->payload[GPU_PKTF_XFB_LOAD_INDEX], value = 0;
   uint64_t va = fw_u64(p->payload + GPU_PKTF_XFB_LOAD_VA_LO);
   bool load = p->opcode == GPU_PKT_XFB_LOAD;
   fw_transfer_result t = {GPU_FAULT_NONE, GPU_ACCESS_NONE, 0};
   if (r->index != 0)
      return fw_fault_packet(r, p);
   if (!load)
      value = hw_read(reg);
   if (!load || va)
      t = fw_transfer(load ? GPU_XFER_READ : GPU_XFER_WRITE, va, &value, 4);
   if (t.fault)
      return fw_fault_transfer(r, t, p->header);
   if (load)
      hw_write(reg, value);
   past(r, p);
   return true;
}
