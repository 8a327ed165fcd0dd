/* Programs of the driver's own (shaders/): compiled on first use, kept by the device, dispatched in the
 * middle of an application's commands without touching what it has bound. */
#ifndef VKF_INTERNAL_H
#define VKF_INTERNAL_H

#include <pthread.h>
#include "image.h"
#include "vkf_command_buffer.h"
#include "vkf_pipeline.h"

/* Kinds of texels that a program handles: what its loads and stores carry. */
enum vkf_texel_kind { VKF_TEXEL_FLOAT, VKF_TEXEL_SINT, VKF_TEXEL_UINT, VKF_TEXEL_KINDS };

/* ORDER of the table in vkf_internal.c */
enum {
   VKF_INTERNAL_BLIT = 0,                      /* + 4 * kind + 2 if the source is 3D + 1 if the target is */
   VKF_INTERNAL_RESOLVE = 4 * VKF_TEXEL_KINDS, /* + kind */
   VKF_INTERNAL_COUNT = VKF_INTERNAL_RESOLVE + VKF_TEXEL_KINDS
};

struct vkf_internal {
   pthread_mutex_t lock;
   struct vkf_pipeline pipelines[VKF_INTERNAL_COUNT]; /* no words: not compiled yet */
};

VkResult vkf_internal_create(struct vkf_device *device);
/* Tolerates a device whose creation failed. */
void vkf_internal_destroy(struct vkf_device *device);

/* Dispatch a program over size texels in groups of 8 x 8, with a source and a target image and push
 * constants. Errors make the command buffer fail. */
void vkf_internal_dispatch(struct vkf_command_buffer *cmd, uint32_t program, const gpu_image *source,
                           const gpu_image *target, const void *push, uint32_t push_B,
                           const uint32_t size[3]);

#endif
