/* VkCommandPool. Externally synchronised as the API has it, so no lock here. Segments go round between the
 * pool's buffers; the pool gives them back when it is trimmed, destroyed or reset with the release flag. */
#include "vkf_command_pool.h"
#include "vkf_command_buffer.h"
#include "vkf_device.h"
#include "vkf_gfx_state.h"

VkResult vkf_command_pool_segment(struct vkf_command_pool *pool, struct vkf_segment **out)
{
   struct vkf_segment *s = pool->spare;
   if (s) {
      pool->spare = s->next;
      *out = s;
      return VK_SUCCESS;
   }
   s = vkf_alloc(pool->alloc, sizeof *s, VK_SYSTEM_ALLOCATION_SCOPE_OBJECT);
   if (!s)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   VkResult r = vkf_span_take(&pool->device->code, VKF_SEGMENT_B, 256, &s->span);
   if (r != VK_SUCCESS) {
      vkf_free(pool->alloc, s);
      return r;
   }
   *out = s;
   return VK_SUCCESS;
}

void vkf_command_pool_recycle(struct vkf_command_pool *pool, struct vkf_segment *segment)
{
   segment->next = pool->spare;
   pool->spare = segment;
}

static void release_spare(struct vkf_command_pool *pool)
{
   while (pool->spare) {
      struct vkf_segment *s = pool->spare;
      pool->spare = s->next;
      vkf_span_give(&pool->device->code, &s->span);
      vkf_free(pool->alloc, s);
   }
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateCommandPool(VkDevice device_,
                                                     const VkCommandPoolCreateInfo *pCreateInfo,
                                                     const VkAllocationCallbacks *pAllocator,
                                                     VkCommandPool *pCommandPool)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_command_pool *pool =
       vkf_device_object(device, pAllocator, sizeof *pool, VK_OBJECT_TYPE_COMMAND_POOL);
   if (!pool)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   pool->device = device;
   pool->alloc = device->alloc;
   if (pAllocator) {
      pool->alloc_copy = *pAllocator;
      pool->alloc = &pool->alloc_copy;
   }
   *pCommandPool = vkf_command_pool_to(pool);
   return VK_SUCCESS;
}

static void free_buffer(struct vkf_command_pool *pool, struct vkf_command_buffer *cmd)
{
   struct vkf_command_buffer **link = &pool->buffers;
   while (*link != cmd)
      link = &(*link)->next;
   *link = cmd->next;
   vkf_stream_reset(&cmd->stream);
   vkf_gfx_state_free(cmd);
   vkf_free(cmd->device->alloc, cmd->pass.memory);
   vkf_object_delete(NULL, pool->alloc, cmd);
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyCommandPool(VkDevice device, VkCommandPool pool_,
                                                  const VkAllocationCallbacks *pAllocator)
{
   struct vkf_command_pool *pool = vkf_command_pool_from(pool_);
   if (!pool)
      return;
   while (pool->buffers)
      free_buffer(pool, pool->buffers);
   release_spare(pool);
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, pool);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_ResetCommandPool(VkDevice device, VkCommandPool pool_,
                                                    VkCommandPoolResetFlags flags)
{
   struct vkf_command_pool *pool = vkf_command_pool_from(pool_);
   for (struct vkf_command_buffer *cmd = pool->buffers; cmd; cmd = cmd->next)
      vkf_command_buffer_reset(cmd);
   if (flags & VK_COMMAND_POOL_RESET_RELEASE_RESOURCES_BIT)
      release_spare(pool);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_TrimCommandPoolKHR(VkDevice device, VkCommandPool pool,
                                                  VkCommandPoolTrimFlags flags)
{
   release_spare(vkf_command_pool_from(pool));
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_AllocateCommandBuffers(VkDevice device,
                                                          const VkCommandBufferAllocateInfo *pInfo,
                                                          VkCommandBuffer *pCommandBuffers)
{
   struct vkf_command_pool *pool = vkf_command_pool_from(pInfo->commandPool);
   for (uint32_t i = 0; i < pInfo->commandBufferCount; i++)
      pCommandBuffers[i] = VK_NULL_HANDLE;
   for (uint32_t i = 0; i < pInfo->commandBufferCount; i++) {
      struct vkf_command_buffer *cmd = vkf_object_new(
          NULL, pool->alloc, sizeof *cmd, VK_OBJECT_TYPE_COMMAND_BUFFER, VK_SYSTEM_ALLOCATION_SCOPE_OBJECT);
      if (!cmd) {
         vkf_FreeCommandBuffers(device, pInfo->commandPool, i, pCommandBuffers);
         memset(pCommandBuffers, 0, pInfo->commandBufferCount * sizeof *pCommandBuffers);
         return VK_ERROR_OUT_OF_HOST_MEMORY;
      }
      cmd->device = pool->device;
      cmd->secondary = pInfo->level == VK_COMMAND_BUFFER_LEVEL_SECONDARY;
      cmd->stream.pool = pool;
      cmd->next = pool->buffers;
      pool->buffers = cmd;
      pCommandBuffers[i] = vkf_command_buffer_to(cmd);
   }
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_FreeCommandBuffers(VkDevice device, VkCommandPool pool, uint32_t count,
                                                  const VkCommandBuffer *pCommandBuffers)
{
   for (uint32_t i = 0; i < count; i++)
      if (pCommandBuffers[i])
         free_buffer(vkf_command_pool_from(pool), vkf_command_buffer_from(pCommandBuffers[i]));
}
