/* Rendering into attachments. Targets are registers; load operations are clears of these targets in front of the draws, resolves are
 * programs of the driver's own. Invariant: between begin and end no transfer is in flight, so that draws need not wait for any. */
#include "vkf_rendering.h"
#include "vkf_device.h"
#include "vkf_gfx_state.h"
#include "vkf_image.h"
#include "vkf_packet.h"
#include "vkf_resolve.h"
#include "vkf_transfer.h"

static void barrier(struct vkf_command_buffer *cmd, uint32_t wait)
{
   uint32_t *p = vkf_stream_reserve(&cmd->stream, VKF_PKT_DW(BARRIER));
   vkf_stream_commit(&cmd->stream, vkf_pkt_barrier(p, wait, 0));
}

/* ---- targets ----------------------------------------------------------------------------------------- */
static void set_target(struct vkf_gfx_state *g, uint32_t offset, const struct vkf_image_view *view)
{
   uint32_t dw[GPU_IMAGE_DESC_DW] = {0};
   gpu_image d;
   enum gpu_dim dim = view && view->image->type == VK_IMAGE_TYPE_1D ? GPU_DIM_1D_ARRAY : GPU_DIM_2D_ARRAY;
   if (view && vkf_image_describe(view->image, view->format, dim, false, &view->range, &d))
      gpu_image_encode(&d, dw);
   vkf_gfx_set_many(g, offset, dw, GPU_IMAGE_DESC_DW);
}

static const struct vkf_image_view *depth_stencil(const struct vkf_rendering *r)
{
   return r->depth.view ? r->depth.view : r->stencil.view;
}

/* Greatest layer that any view of the mask is, plus 1. */
static uint32_t layer_count(const struct vkf_rendering *r)
{
   uint32_t n = 0;
   for (uint32_t m = r->view_mask; m; m >>= 1)
      n++;
   return r->view_mask ? n : r->layers;
}

static uint32_t clamp_size(int64_t v)
{
   return v < 0 ? 0 : v > (int64_t)GPU_GFX_SIZE_MAX ? GPU_GFX_SIZE_MAX : (uint32_t)v;
}

static void set_areas(struct vkf_gfx_state *g, const struct vkf_rendering *r)
{
   uint32_t x0 = clamp_size(r->area.offset.x), x1 = clamp_size((int64_t)r->area.offset.x + r->area.extent.width);
   uint32_t y0 = clamp_size(r->area.offset.y), y1 = clamp_size((int64_t)r->area.offset.y + r->area.extent.height);
   vkf_gfx_set(g, GPU_OFF_GFX_RENDER_AREA_MIN, x0 | y0 << 16);
   vkf_gfx_set(g, GPU_OFF_GFX_RENDER_AREA_MAX, x1 | y1 << 16);
   vkf_gfx_set(g, GPU_OFF_GFX_FB_SIZE, x1 | y1 << 16);
   vkf_gfx_set(g, GPU_OFF_GFX_FB_LAYERS, VKF_MIN(layer_count(r), GPU_GFX_LAYERS_MAX));
}

/* ---- clears -------------------------------------------------------------------------------------------- */
static void clear_texel(const struct vkf_image_view *view, VkImageAspectFlags aspects, const VkClearValue *value, fmt_texel *t)
{
   memset(t, 0, sizeof *t);
   if (!(aspects & VK_IMAGE_ASPECT_COLOR_BIT)) {
      t->c[0].f = value->depthStencil.depth;
      t->c[1].u = value->depthStencil.stencil & 0xff;
      return;
   }
   for (unsigned c = 0; c < 4; c++)
      vkf_clear_component(t, c, fmt_lookup((uint32_t)view->format), &value->color);
}

void vkf_rendering_clear(struct vkf_command_buffer *cmd, const struct vkf_image_view *view, VkImageAspectFlags aspects,
                         const VkClearValue *value, const VkRect2D *area, uint32_t first_layer, uint32_t layers)
{
   const struct vkf_image *image = view->image;
   bool is_3d = image->type == VK_IMAGE_TYPE_3D;
   uint32_t first = view->range.base_layer + first_layer;
   if (first_layer >= view->range.layers)
      return;
   layers = VKF_MIN(layers, view->range.layers - first_layer);
   uint8_t block[GPU_IMAGE_JOB_UNIT_MAX_B];
   fmt_texel texel;
   clear_texel(view, aspects, value, &texel);
   if (!fmt_pack(fmt_lookup((uint32_t)view->format), &texel, block))
      return;
   VkImageSubresourceLayers sub = {.mipLevel = view->range.base_level,
                                   .baseArrayLayer = is_3d ? 0 : first,
                                   .layerCount = is_3d ? 1 : layers};
   VkOffset3D at = {area->offset.x, area->offset.y, is_3d ? (int32_t)first : 0};
   struct vkf_transfer_side side;
   if (!vkf_transfer_side(image, &sub, &at, &side))
      return;
   struct vkf_aspect_bytes bytes = vkf_aspect_bytes(image, aspects);
   side.surface.first_B = bytes.first;
   gpu_image_job job = {.dst = side.surface,
                        .width = VKF_MIN(side.width_el, area->extent.width),
                        .height = VKF_MIN(side.height_el, area->extent.height),
                        .depth = VKF_MIN(side.slices, layers),
                        .bytes = bytes.count,
                        .samples_log2 = image->samples_log2};
   memcpy(job.pattern, block + bytes.first, bytes.count);
   vkf_transfer_put(cmd, &job, true);
}

/* Layers of the attachment that are due, `what` of them. */
static void clear_attachment(struct vkf_command_buffer *cmd, const struct vkf_rendering *r, const struct vkf_attachment *a,
                             uint32_t what, const uint32_t value[4])
{
   const VkClearRect rect = {.rect = r->area, .layerCount = r->layers};
   if (!r->view_mask || r->view_mask & a->clear_views)
      vkf_clear_bound(cmd, r->view_mask & a->clear_views, what, &rect, value);
}

static void clear_color(struct vkf_command_buffer *cmd, const struct vkf_rendering *r, uint32_t index)
{
   const struct vkf_attachment *a = &r->color[index];
   uint32_t value[4];
   if (!a->view || !a->clear)
      return;
   memcpy(value, &a->value.color, sizeof value);
   clear_attachment(cmd, r, a, index, value);
}

/* Both aspects at once where both are due: then nothing of the target remains. */
static void clear_depth_stencil(struct vkf_command_buffer *cmd, const struct vkf_rendering *r)
{
   const struct vkf_attachment *d = &r->depth, *s = &r->stencil;
   bool depth = d->view && d->clear, stencil = s->view && s->clear;
   uint32_t value[4] = {0, s->value.depthStencil.stencil & 0xff, 0, 0};
   memcpy(value, &d->value.depthStencil.depth, sizeof value[0]);
   if (depth && stencil && (!r->view_mask || d->clear_views == s->clear_views)) {
      clear_attachment(cmd, r, d, GPU_CLEAR_DEPTH | GPU_CLEAR_STENCIL, value);
      return;
   }
   if (depth)
      clear_attachment(cmd, r, d, GPU_CLEAR_DEPTH, value);
   if (stencil)
      clear_attachment(cmd, r, s, GPU_CLEAR_STENCIL, value);
}

/* ---- begin and end ----------------------------------------------------------------------------------------- */
void vkf_rendering_begin(struct vkf_command_buffer *cmd, const struct vkf_rendering *r)
{
   struct vkf_gfx_state *g = vkf_gfx_state(cmd);
   if (!g)
      return;
   g->rendering = *r;
   g->rendering.active = true;
   for (uint32_t i = 0; i < GPU_GFX_TARGETS; i++)
      set_target(g, GPU_OFF_GFX_TARGET + 4 * GPU_IMAGE_DESC_DW * i, i < r->color_count ? r->color[i].view : NULL);
   set_target(g, GPU_OFF_GFX_DEPTH_TARGET, depth_stencil(r));
   set_areas(g, r);
   vkf_gfx_flush(cmd, g);
   for (uint32_t i = 0; i < r->color_count; i++)
      clear_color(cmd, r, i);
   clear_depth_stencil(cmd, r);
}

static void resolve_attachment(struct vkf_command_buffer *cmd, const struct vkf_rendering *r, const struct vkf_attachment *a,
                               VkImageAspectFlags aspects, bool *any)
{
   if (!a->view || !a->resolve)
      return;
   if (!*any)
      barrier(cmd, GPU_BARRIER_GFX);
   *any = true;
   vkf_resolve_views(cmd, a->view, a->resolve, aspects, a->resolve_mode, &r->area, layer_count(r));
}

void vkf_rendering_end(struct vkf_command_buffer *cmd)
{
   struct vkf_gfx_state *g = vkf_gfx_state(cmd);
   bool any = false;
   if (!g || !g->rendering.active)
      return;
   const struct vkf_rendering *r = &g->rendering;
   for (uint32_t i = 0; i < r->color_count; i++)
      resolve_attachment(cmd, r, &r->color[i], VK_IMAGE_ASPECT_COLOR_BIT, &any);
   resolve_attachment(cmd, r, &r->depth, VK_IMAGE_ASPECT_DEPTH_BIT, &any);
   resolve_attachment(cmd, r, &r->stencil, VK_IMAGE_ASPECT_STENCIL_BIT, &any);
   if (any)
      barrier(cmd, GPU_BARRIER_CS | GPU_BARRIER_DMA);
   g->rendering.active = false;
}
