/* Objects and host memory: allocation callbacks honoured, structure chains, the two-call idiom.
 * Invariant: what is allocated with a set of callbacks is freed with the same set. */
#include "vkf.h"
#include <stdlib.h>

#define VKF_ALLOC_ALIGN 16

void *vkf_alloc(const VkAllocationCallbacks *alloc, size_t size_B, VkSystemAllocationScope scope)
{
   if (!alloc)
      return calloc(1, size_B ? size_B : 1);
   void *p = alloc->pfnAllocation(alloc->pUserData, size_B ? size_B : 1, VKF_ALLOC_ALIGN, scope);
   if (p)
      memset(p, 0, size_B);
   return p;
}

void *vkf_realloc(const VkAllocationCallbacks *alloc, void *p, size_t old_B, size_t new_B,
                  VkSystemAllocationScope scope)
{
   void *n =
       alloc ? alloc->pfnReallocation(alloc->pUserData, p, new_B, VKF_ALLOC_ALIGN, scope) : realloc(p, new_B);
   if (n && new_B > old_B)
      memset((char *)n + old_B, 0, new_B - old_B);
   return n;
}

void vkf_free(const VkAllocationCallbacks *alloc, void *p)
{
   if (!p)
      return;
   if (alloc)
      alloc->pfnFree(alloc->pUserData, p);
   else
      free(p);
}

void *vkf_object_new(const VkAllocationCallbacks *given, const VkAllocationCallbacks *parent, size_t size_B,
                     VkObjectType type, VkSystemAllocationScope scope)
{
   struct vkf_object *o = vkf_alloc(given ? given : parent, size_B, scope);
   if (!o)
      return NULL;
   set_loader_magic_value(o);
   o->type = type;
   return o;
}

static void free_private_data(struct vkf_private_data *d)
{
   while (d) {
      struct vkf_private_data *next = d->next;
      free(d);
      d = next;
   }
}

void vkf_object_delete(const VkAllocationCallbacks *given, const VkAllocationCallbacks *parent, void *object)
{
   struct vkf_object *o = object;
   if (!o)
      return;
   free(o->name);
   free_private_data(o->private_data);
   vkf_free(given ? given : parent, o);
}

const void *vkf_find_in(const void *pNext, VkStructureType type)
{
   for (const VkBaseInStructure *s = pNext; s; s = s->pNext)
      if (s->sType == type)
         return s;
   return NULL;
}

VkResult vkf_return_array(const void *records, uint32_t n, size_t record_B, uint32_t *count, void *out)
{
   if (!out) {
      *count = n;
      return VK_SUCCESS;
   }
   *count = VKF_MIN(*count, n);
   if (*count)
      memcpy(out, records, *count * record_B);
   return *count < n ? VK_INCOMPLETE : VK_SUCCESS;
}
