/* Notes for viewers: what a section shows. Invariant: nothing here is read back, so no peer can change what the
 * driver does by writing there. */
#include "vkf_picture.h"
#include "picture.h"
#include "vkf_image.h"
#include "vkf_machine.h"

static void note(struct vkf_section *s, const struct gpu_picture *p)
{
   const uint64_t magic = GPU_PICTURE_MAGIC, none = 0;
   vkf_section_note(s, GPU_PICTURE_AT_B, &none, sizeof none);
   vkf_section_note(s, GPU_PICTURE_AT_B + sizeof magic, &p->kind, sizeof *p - sizeof magic);
   vkf_section_note(s, GPU_PICTURE_AT_B, &magic, sizeof magic);
}

void vkf_picture_bound(struct vkf_section *s, const struct vkf_image *image, uint64_t offset_B)
{
   if (!s || image->samples_log2)
      return;
   note(s, &(struct gpu_picture){.kind = GPU_PICTURE_IMAGE,
                                 .format = (uint32_t)image->format,
                                 .width = image->extent.width,
                                 .height = image->extent.height,
                                 .tiling = image->shape.tiling,
                                 .row_pitch_B = image->shape.row_pitch_B,
                                 .offset_B = offset_B});
}

void vkf_picture_frame(struct vkf_section *s, VkExtent2D extent)
{
   if (!s)
      return;
   note(s, &(struct gpu_picture){.kind = GPU_PICTURE_FRAME,
                                 .format = VK_FORMAT_B8G8R8A8_UNORM,
                                 .width = extent.width,
                                 .height = extent.height,
                                 .tiling = GPU_TILING_LINEAR,
                                 .row_pitch_B = extent.width * 4});
}

void vkf_picture_shown(struct vkf_section *s, uint64_t now_ns)
{
   if (s)
      vkf_section_note(s, GPU_PICTURE_AT_B + offsetof(struct gpu_picture, shown_ns), &now_ns, sizeof now_ns);
}
