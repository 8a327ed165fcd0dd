/* VkPipelineLayout: set layouts side by side, and the table of bindings that the compiler reads. */
#ifndef VKF_PIPELINE_LAYOUT_H
#define VKF_PIPELINE_LAYOUT_H

#include "sc.h"
#include "vkf.h"
#include "vkf_descriptor.h"

struct vkf_pipeline_layout {
   struct vkf_object object;
   uint32_t set_count;
   struct vkf_set_layout *sets[SC_MAX_SETS];
   uint32_t dynamic_base[SC_MAX_SETS]; /* root-table index of each set's first dynamic descriptor */
   uint32_t binding_count;
   sc_binding bindings[];
};
VKF_HANDLE(vkf_pipeline_layout, VkPipelineLayout)

#endif
