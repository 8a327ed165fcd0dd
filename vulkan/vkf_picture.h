/* Notes for viewers (gpu/picture.h) in the trailers of sections. None of this can fail. */
#ifndef VKF_PICTURE_H
#define VKF_PICTURE_H

#include "vkf.h"

struct vkf_image;
struct vkf_section;

/* An image was bound there. Those of several samples are not described. */
void vkf_picture_bound(struct vkf_section *s, const struct vkf_image *image, uint64_t offset_B);
/* The section is a frame: rows of 4 bytes a pixel, blue first, without gaps. */
void vkf_picture_frame(struct vkf_section *s, VkExtent2D extent);
void vkf_picture_shown(struct vkf_section *s, uint64_t now_ns);

#endif
