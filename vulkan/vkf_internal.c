/* Internal programs. Invariant: they see a root table of their own (sc.h) with one set of two images, which
 * lives in the command buffer's data like everything else it recorded; afterwards the application's state is
 * loaded again by its next dispatch. */
#include "vkf_internal.h"
#include "internal_shaders.h"
#include "vkf_device.h"
#include "vkf_packet.h"

/* Set 0: the source image at 0, the target image behind it; then the root table. */
#define SET_ALIGN_B 64u
#define TARGET_B (GPU_IMAGE_DESC_DW * 4u)
#define ROOT_B (2u * TARGET_B)

struct shader {
   const uint32_t *words;
   size_t count;
};

#define SHADER(name)                                                                                         \
   {                                                                                                         \
      internal_##name, VKF_COUNT(internal_##name)                                                            \
   }
#define BLITS(k) SHADER(blit_##k##22), SHADER(blit_##k##23), SHADER(blit_##k##32), SHADER(blit_##k##33)
static const struct shader shaders[VKF_INTERNAL_COUNT] = {
    BLITS(f), BLITS(i), BLITS(u), SHADER(resolve_f), SHADER(resolve_i), SHADER(resolve_u)};

VkResult vkf_internal_create(struct vkf_device *device)
{
   device->internal = vkf_alloc(device->alloc, sizeof *device->internal, VK_SYSTEM_ALLOCATION_SCOPE_DEVICE);
   if (!device->internal)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   pthread_mutex_init(&device->internal->lock, NULL);
   return VK_SUCCESS;
}

void vkf_internal_destroy(struct vkf_device *device)
{
   if (!device->internal)
      return;
   for (uint32_t i = 0; i < VKF_INTERNAL_COUNT; i++)
      vkf_program_finish(device, &device->internal->pipelines[i].programs[SC_STAGE_COMPUTE]);
   pthread_mutex_destroy(&device->internal->lock);
   vkf_free(device->alloc, device->internal);
}

/* ---- compiling ------------------------------------------------------------------------------------------- */
static VkResult compile(struct vkf_device *device, uint32_t index, struct vkf_pipeline *out)
{
   static const sc_binding bindings[] = {
       {.binding = 0, .kind = SC_BINDING_SAMPLED_IMAGE, .count = 1, .offset_B = 0},
       {.binding = 1, .kind = SC_BINDING_STORAGE_IMAGE, .count = 1, .offset_B = TARGET_B},
   };
   const VkPhysicalDeviceLimits *limits = &device->physical->properties.limits;
   sc_input in = {.words = shaders[index].words,
                  .word_count = shaders[index].count,
                  .entry = "main",
                  .bindings = bindings,
                  .binding_count = VKF_COUNT(bindings),
                  .max_group_invocations = limits->maxComputeWorkGroupInvocations,
                  .max_lds_B = device->physical->lds_B,
                  .max_scratch_B = device->physical->scratch_max_B};
   memcpy(in.max_group_size, limits->maxComputeWorkGroupSize, sizeof in.max_group_size);
   sc_program program = {0};
   char err[400] = "";
   sc_result sr = sc_compile(&in, &program, err, sizeof err);
   if (sr != SC_OK)
      return vkf_error(device, NULL, sr == SC_E_NO_MEMORY ? VK_ERROR_OUT_OF_HOST_MEMORY : VK_ERROR_UNKNOWN,
                       "internal program %u: %s", index, err);
   VkResult r = vkf_program_upload(device, &program, &out->programs[SC_STAGE_COMPUTE]);
   out->tag = atomic_fetch_add(&device->pipelines, 1) + 1;
   sc_program_finish(&program);
   return r;
}

/* NULL: *r tells why. */
static const struct vkf_pipeline *program_of(struct vkf_device *device, uint32_t index, VkResult *r)
{
   struct vkf_pipeline *p = &device->internal->pipelines[index];
   *r = VK_SUCCESS;
   pthread_mutex_lock(&device->internal->lock);
   if (!p->programs[SC_STAGE_COMPUTE].qw)
      *r = compile(device, index, p);
   pthread_mutex_unlock(&device->internal->lock);
   return *r == VK_SUCCESS ? p : NULL;
}

/* ---- dispatching
 * ------------------------------------------------------------------------------------------- */
static uint64_t write_tables(struct vkf_stream *s, const gpu_image *source, const gpu_image *target,
                             const void *push, uint32_t push_B)
{
   uint64_t va;
   char *data = vkf_stream_data(s, ROOT_B + SC_ROOT_B + SET_ALIGN_B, &va);
   uint64_t set = vkf_align(va, SET_ALIGN_B);
   data += set - va;
   gpu_image_encode(source, (uint32_t *)data);
   gpu_image_encode(target, (uint32_t *)(data + TARGET_B));
   memset(data + ROOT_B, 0, SC_ROOT_B);
   memcpy(data + ROOT_B + SC_ROOT_SETS, &set, sizeof set);
   memcpy(data + ROOT_B + SC_ROOT_PUSH, push, VKF_MIN(push_B, SC_PUSH_MAX_B));
   return set + ROOT_B;
}

void vkf_internal_dispatch(struct vkf_command_buffer *cmd, uint32_t program, const gpu_image *source,
                           const gpu_image *target, const void *push, uint32_t push_B, const uint32_t size[3])
{
   VkResult r;
   const struct vkf_pipeline *pipeline = program_of(cmd->device, program, &r);
   if (!pipeline) {
      if (cmd->stream.error == VK_SUCCESS)
         cmd->stream.error = r;
      return;
   }
   vkf_cmd_load_program(cmd, pipeline, write_tables(&cmd->stream, source, target, push, push_B));
   uint32_t *p = vkf_stream_reserve(&cmd->stream, VKF_PKT_DW(DISPATCH));
   vkf_stream_commit(&cmd->stream, vkf_pkt_dispatch(p, (size[0] + 7) / 8, (size[1] + 7) / 8, size[2]));
   vkf_cmd_compute_unknown(cmd);
}
