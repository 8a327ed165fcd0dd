/* Properties of fixed functions of the graphics pipeline in structures of their own. */
#include "gfx.h"
#include "vkf_features.h"

bool vkf_raster_properties_fill(VkBaseOutStructure *s)
{
   switch (s->sType) {
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTENDED_DYNAMIC_STATE_3_PROPERTIES_EXT:
      ((VkPhysicalDeviceExtendedDynamicState3PropertiesEXT *)s)->dynamicPrimitiveTopologyUnrestricted = VK_TRUE;
      return true;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_LINE_RASTERIZATION_PROPERTIES_EXT:
      ((VkPhysicalDeviceLineRasterizationPropertiesEXT *)s)->lineSubPixelPrecisionBits = 8;
      return true;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MULTI_DRAW_PROPERTIES_EXT:
      ((VkPhysicalDeviceMultiDrawPropertiesEXT *)s)->maxMultiDrawCount = UINT32_MAX; /* memory alone limits it */
      return true;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROVOKING_VERTEX_PROPERTIES_EXT: {
      VkPhysicalDeviceProvokingVertexPropertiesEXT *p = (VkPhysicalDeviceProvokingVertexPropertiesEXT *)s;
      p->provokingVertexModePerPipeline = VK_TRUE;
      p->transformFeedbackPreservesTriangleFanProvokingVertex = VK_FALSE;
      return true;
   }
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VERTEX_ATTRIBUTE_DIVISOR_PROPERTIES_EXT:
      ((VkPhysicalDeviceVertexAttributeDivisorPropertiesEXT *)s)->maxVertexAttribDivisor = UINT32_MAX;
      return true;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_CONSERVATIVE_RASTERIZATION_PROPERTIES_EXT: { /* whatever pixel is touched, and no more */
      VkBaseOutStructure *head = s;
      memset(head + 1, 0, sizeof(VkPhysicalDeviceConservativeRasterizationPropertiesEXT) - sizeof *head);
      return true;
   }
   default:
      return false;
   }
}
