/* VkCommandBuffer: a packet stream and the state that its commands build up. */
#ifndef VKF_COMMAND_BUFFER_H
#define VKF_COMMAND_BUFFER_H

#include "sc.h"
#include "vkf.h"
#include "vkf_cmd_render_pass.h"
#include "vkf_stream.h"

struct vkf_device;
struct vkf_gfx_state;
struct vkf_pipeline;
struct vkf_set;
struct vkf_set_layout;

enum vkf_cmd_state { VKF_CMD_INITIAL, VKF_CMD_RECORDING, VKF_CMD_EXECUTABLE, VKF_CMD_INVALID };

#define VKF_PUSH_DESCRIPTORS_MAX 32u
#define VKF_PUSH_SET_MAX_B (VKF_PUSH_DESCRIPTORS_MAX * 64u)

struct vkf_bound_set {
   const struct vkf_set *set;
   uint64_t push_va; /* descriptors pushed into the stream instead of a set; 0 if none */
   uint32_t offsets[SC_MAX_DYNAMIC];
};

/* What a bind point's programs see besides push constants, which all share. */
struct vkf_bindings {
   struct vkf_bound_set sets[SC_MAX_SETS];
   uint8_t push_set[VKF_PUSH_SET_MAX_B];          /* what has been pushed so far; a layout has one such set */
   const struct vkf_set_layout *push_layout;      /* of push_set; only compared */
   bool dirty; /* a new root table is due */
};
#define VKF_BIND_POINTS 2u /* indexed by VkPipelineBindPoint: graphics, compute */

/* Compute state; what is dirty is written into the stream by the next dispatch. */
struct vkf_compute_state {
   const struct vkf_pipeline *pipeline;
   bool pipeline_dirty;
};

struct vkf_command_buffer {
   struct vkf_object object;
   struct vkf_command_buffer *next; /* of the pool */
   struct vkf_device *device;
   enum vkf_cmd_state state;
   struct vkf_stream stream;
   uint8_t push[SC_PUSH_MAX_B];
   struct vkf_bindings bindings[VKF_BIND_POINTS];
   struct vkf_compute_state compute;
   struct vkf_gfx_state *gfx;  /* NULL until something graphical is recorded */
   struct vkf_pass_state pass;
   bool secondary;             /* its level */
   bool inherits;              /* secondary: continues a render pass of its primary */
};
VKF_HANDLE(vkf_command_buffer, VkCommandBuffer)

void vkf_command_buffer_reset(struct vkf_command_buffer *cmd);
/* A command that this driver cannot record: tell, and let vkEndCommandBuffer fail. */
void vkf_cmd_unsupported(VkCommandBuffer commandBuffer, const char *command);
/* vkf_cmd_dispatch.c: bring the CS registers up to date. False if there is nothing to dispatch. */
bool vkf_cmd_flush_compute(struct vkf_command_buffer *cmd);
/* Load a program and its root table, whatever is bound; the caller marks the state dirty. */
void vkf_cmd_load_program(struct vkf_command_buffer *cmd, const struct vkf_pipeline *pipeline, uint64_t root_va);

/* GPU address of a root table with what is bound for this pipeline. */
uint64_t vkf_cmd_write_root(struct vkf_command_buffer *cmd, const struct vkf_pipeline *pipeline);
/* Nothing is known of what the card's compute registers hold. */
void vkf_cmd_compute_unknown(struct vkf_command_buffer *cmd);
/* vkf_cmd_draw.c */
void vkf_gfx_bind(struct vkf_command_buffer *cmd, const struct vkf_pipeline *pipeline);

#endif
