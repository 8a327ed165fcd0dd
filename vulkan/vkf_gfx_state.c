/* The shadow of the GFX registers: changing bits, and writing runs of what has changed as SET_GFX packets. */
#include "vkf_gfx_state.h"
#include "vkf_device.h"
#include "vkf_packet.h"
#include "image.h"
#include "vkf_render_pass.h"

#define BURST_DW (GPU_PKT_MAX_SET_GFX - 1)

static void mark(struct vkf_gfx_state *g, uint32_t i)
{
   g->dirty[i / 64] |= UINT64_C(1) << i % 64;
}

static bool is_dirty(const struct vkf_gfx_state *g, uint32_t i)
{
   return g->dirty[i / 64] >> i % 64 & 1;
}

void vkf_gfx_mark_all(struct vkf_gfx_state *g)
{
   memset(g->dirty, 0xff, sizeof g->dirty);
}

/* What the targets and the area drawn to are made of. */
static bool is_inherited(uint32_t i)
{
   uint32_t offset = 4 * i;
   return (offset >= GPU_OFF_GFX_FB_SIZE && offset <= GPU_OFF_GFX_FB_LAYERS) ||
          (offset >= GPU_OFF_GFX_RENDER_AREA_MIN && offset <= GPU_OFF_GFX_RENDER_AREA_MAX) ||
          (offset >= GPU_OFF_GFX_TARGET && offset < GPU_OFF_GFX_DEPTH_TARGET + 4 * GPU_IMAGE_DESC_DW);
}

void vkf_gfx_state_reset(struct vkf_gfx_state *g, bool inherit)
{
   memset(g, 0, sizeof *g);
   vkf_gfx_mark_all(g);
   for (uint32_t i = 0; inherit && i < VKF_GFX_DW; i++)
      if (is_inherited(i))
         g->dirty[i / 64] &= ~(UINT64_C(1) << i % 64);
   g->regs[GPU_OFF_GFX_PATCH_B / 4] = GPU_GFX_PATCH_B_MAX;
   g->regs[GPU_OFF_GFX_TOPOLOGY / 4] = 1u << 8;
   g->regs[GPU_OFF_GFX_TESS / 4] = 1u << 8;
   g->regs[GPU_OFF_GFX_GEOMETRY / 4] = 1u << 16;
   g->regs[GPU_OFF_GFX_SAMPLES / 4] = 0xffff0000u;
   vkf_gfx_set_f32(g, GPU_OFF_GFX_LINE_WIDTH, 1.0f);
}

struct vkf_gfx_state *vkf_gfx_state(struct vkf_command_buffer *cmd)
{
   if (!cmd->gfx) {
      cmd->gfx = vkf_alloc(cmd->device->alloc, sizeof *cmd->gfx, VK_SYSTEM_ALLOCATION_SCOPE_OBJECT);
      if (!cmd->gfx) {
         cmd->stream.error = vkf_error(cmd->device, cmd, VK_ERROR_OUT_OF_HOST_MEMORY, "no memory for graphics state");
         return NULL;
      }
      vkf_gfx_state_reset(cmd->gfx, false);
   }
   return cmd->gfx;
}

void vkf_gfx_inherit(struct vkf_command_buffer *cmd, const VkCommandBufferInheritanceInfo *info)
{
   struct vkf_gfx_state *g = vkf_gfx_state(cmd);
   const VkCommandBufferInheritanceRenderingInfo *dynamic =
      vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_COMMAND_BUFFER_INHERITANCE_RENDERING_INFO);
   const struct vkf_render_pass *pass = vkf_render_pass_from(info->renderPass);
   if (!g)
      return;
   vkf_gfx_state_reset(g, true);
   cmd->inherits = true;
   if (pass && info->subpass < pass->subpass_count)
      g->rendering.view_mask = pass->subpasses[info->subpass].view_mask;
   if (!pass && dynamic)
      g->rendering.view_mask = dynamic->viewMask;
}

void vkf_gfx_state_free(struct vkf_command_buffer *cmd)
{
   vkf_free(cmd->device->alloc, cmd->gfx);
   cmd->gfx = NULL;
}

void vkf_gfx_set_bits(struct vkf_gfx_state *g, uint32_t offset, uint32_t mask, uint32_t value)
{
   uint32_t i = offset / 4, now = (g->regs[i] & ~mask) | (value & mask);
   if (now == g->regs[i])
      return;
   g->regs[i] = now;
   mark(g, i);
}

void vkf_gfx_set_f32(struct vkf_gfx_state *g, uint32_t offset, float value)
{
   uint32_t bits;
   memcpy(&bits, &value, sizeof bits);
   vkf_gfx_set(g, offset, bits);
}

void vkf_gfx_set_many(struct vkf_gfx_state *g, uint32_t offset, const uint32_t *values, uint32_t count)
{
   for (uint32_t k = 0; k < count; k++)
      vkf_gfx_set(g, offset + 4 * k, values[k]);
}

/* First dirty register from i on. */
static uint32_t next_dirty(const struct vkf_gfx_state *g, uint32_t i)
{
   while (i < VKF_GFX_DW && !is_dirty(g, i))
      i = i % 64 == 0 && !g->dirty[i / 64] ? i + 64 : i + 1;
   return VKF_MIN(i, VKF_GFX_DW);
}

void vkf_gfx_flush(struct vkf_command_buffer *cmd, struct vkf_gfx_state *g)
{
   for (uint32_t first = next_dirty(g, 0); first < VKF_GFX_DW;) {
      uint32_t end = first + 1;
      while (end < VKF_GFX_DW && is_dirty(g, end) && end - first < BURST_DW)
         end++; /* clean ones between are not joined: their shadow may be unknown, where they are inherited */
      uint32_t n = end - first, *p = vkf_stream_reserve(&cmd->stream, 2 + n);
      *p++ = GPU_PKT_HEADER(GPU_PKT_SET_GFX, 1 + n, 0);
      *p++ = 4 * first;
      memcpy(p, &g->regs[first], 4 * n);
      vkf_stream_commit(&cmd->stream, p + n);
      first = next_dirty(g, end);
   }
   memset(g->dirty, 0, sizeof g->dirty);
}
