/* A module may declare a SPIR-V capability exactly if the device offers the feature behind it. Every capability number is tried
 * in a module that does nothing else. Expected: what the specification's table of capabilities says of the features and
 * properties that the device itself reports; a capability that is not in the table here must be refused. */
#include "vkt.h"
#include <spirv/unified1/spirv.h>

static struct vkt t;

static int setup(void **state)
{
   vkt_open(&t);
   return 0;
}

static int teardown(void **state)
{
   vkt_close(&t);
   return 0;
}

/* ---- what the device reports -------------------------------------------------------------------- */

#define CHAIN(X)                                                                                                        \
   X(VkPhysicalDevice16BitStorageFeatures, storage16, 16BIT_STORAGE_FEATURES)                                           \
   X(VkPhysicalDevice8BitStorageFeatures, storage8, 8BIT_STORAGE_FEATURES)                                              \
   X(VkPhysicalDeviceShaderFloat16Int8Features, small, SHADER_FLOAT16_INT8_FEATURES)                                    \
   X(VkPhysicalDeviceShaderAtomicInt64Features, atomic64, SHADER_ATOMIC_INT64_FEATURES)                                 \
   X(VkPhysicalDeviceShaderImageAtomicInt64FeaturesEXT, image64, SHADER_IMAGE_ATOMIC_INT64_FEATURES_EXT)                \
   X(VkPhysicalDeviceShaderAtomicFloatFeaturesEXT, atomic_float, SHADER_ATOMIC_FLOAT_FEATURES_EXT)                      \
   X(VkPhysicalDeviceShaderAtomicFloat2FeaturesEXT, atomic_float2, SHADER_ATOMIC_FLOAT_2_FEATURES_EXT)                  \
   X(VkPhysicalDeviceVulkanMemoryModelFeatures, model, VULKAN_MEMORY_MODEL_FEATURES)                                    \
   X(VkPhysicalDeviceVariablePointersFeatures, variable, VARIABLE_POINTERS_FEATURES)                                    \
   X(VkPhysicalDeviceTransformFeedbackFeaturesEXT, feedback, TRANSFORM_FEEDBACK_FEATURES_EXT)                           \
   X(VkPhysicalDeviceFragmentShaderBarycentricFeaturesKHR, bary, FRAGMENT_SHADER_BARYCENTRIC_FEATURES_KHR)              \
   X(VkPhysicalDeviceShaderDemoteToHelperInvocationFeatures, demote, SHADER_DEMOTE_TO_HELPER_INVOCATION_FEATURES)       \
   X(VkPhysicalDeviceShaderDrawParametersFeatures, draw, SHADER_DRAW_PARAMETERS_FEATURES)                               \
   X(VkPhysicalDeviceMultiviewFeatures, views, MULTIVIEW_FEATURES)                                                      \
   X(VkPhysicalDeviceBufferDeviceAddressFeatures, address, BUFFER_DEVICE_ADDRESS_FEATURES)                              \
   X(VkPhysicalDeviceDescriptorIndexingFeatures, indexing, DESCRIPTOR_INDEXING_FEATURES)                                \
   X(VkPhysicalDeviceShaderIntegerDotProductFeatures, dot, SHADER_INTEGER_DOT_PRODUCT_FEATURES)                         \
   X(VkPhysicalDeviceWorkgroupMemoryExplicitLayoutFeaturesKHR, layout, WORKGROUP_MEMORY_EXPLICIT_LAYOUT_FEATURES_KHR)

#define MEMBER(Struct, name, TYPE) Struct name;
struct report {
   VkPhysicalDeviceFeatures core;
   CHAIN(MEMBER)
   VkPhysicalDeviceSubgroupProperties subgroup;
   VkPhysicalDeviceFloatControlsProperties floats;
};

static void ask(struct report *r)
{
   VkPhysicalDeviceFeatures2 f = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
   VkPhysicalDeviceProperties2 p = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
   memset(r, 0, sizeof *r);
#define LINK(Struct, name, TYPE)                                                                                        \
   r->name.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_##TYPE;                                                            \
   r->name.pNext = f.pNext;                                                                                             \
   f.pNext = &r->name;
   CHAIN(LINK)
   r->floats.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FLOAT_CONTROLS_PROPERTIES;
   r->subgroup.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES;
   r->subgroup.pNext = &r->floats;
   p.pNext = &r->subgroup;
   vk.GetPhysicalDeviceFeatures2KHR(t.physical, &f);
   vk.GetPhysicalDeviceProperties2KHR(t.physical, &p);
   r->core = f.features;
}

/* ---- the specification's table --------------------------------------------------------------------- */

static bool expected(const struct report *r, uint32_t capability)
{
   const VkPhysicalDeviceFloatControlsProperties *f = &r->floats;
   switch (capability) {
   case SpvCapabilityMatrix: case SpvCapabilityShader:
      return true;
   case SpvCapabilityInputAttachment: case SpvCapabilityDerivativeControl:
      return true;
   case SpvCapabilityGeometry: return r->core.geometryShader;
   case SpvCapabilityTessellation: return r->core.tessellationShader;
   case SpvCapabilityGeometryPointSize: case SpvCapabilityTessellationPointSize:
      return r->core.shaderTessellationAndGeometryPointSize;
   case SpvCapabilityMultiViewport: return r->core.multiViewport;
   case SpvCapabilityDrawParameters: return r->draw.shaderDrawParameters;
   case SpvCapabilityDemoteToHelperInvocation: return r->demote.shaderDemoteToHelperInvocation;
   case SpvCapabilityFragmentBarycentricKHR: return r->bary.fragmentShaderBarycentric;
   case SpvCapabilityTransformFeedback: return r->feedback.transformFeedback;
   case SpvCapabilityGeometryStreams: return r->feedback.geometryStreams;
   case SpvCapabilityMultiView: return r->views.multiview;
   case SpvCapabilityClipDistance: return r->core.shaderClipDistance;
   case SpvCapabilityCullDistance: return r->core.shaderCullDistance;
   case SpvCapabilitySampleRateShading: case SpvCapabilityInterpolationFunction: return r->core.sampleRateShading;
   case SpvCapabilityFloat64: return r->core.shaderFloat64;
   case SpvCapabilityInt64: return r->core.shaderInt64;
   case SpvCapabilityInt16: return r->core.shaderInt16;
   case SpvCapabilityInt8: return r->small.shaderInt8;
   case SpvCapabilityFloat16: return r->small.shaderFloat16;
   case SpvCapabilityStorageBuffer16BitAccess: return r->storage16.storageBuffer16BitAccess;
   case SpvCapabilityUniformAndStorageBuffer16BitAccess: return r->storage16.uniformAndStorageBuffer16BitAccess;
   case SpvCapabilityStoragePushConstant16: return r->storage16.storagePushConstant16;
   case SpvCapabilityStorageBuffer8BitAccess: return r->storage8.storageBuffer8BitAccess;
   case SpvCapabilityUniformAndStorageBuffer8BitAccess: return r->storage8.uniformAndStorageBuffer8BitAccess;
   case SpvCapabilityStoragePushConstant8: return r->storage8.storagePushConstant8;
   case SpvCapabilityInt64Atomics:
      return r->atomic64.shaderBufferInt64Atomics || r->atomic64.shaderSharedInt64Atomics || r->image64.shaderImageInt64Atomics;
   case SpvCapabilityInt64ImageEXT: return r->image64.shaderImageInt64Atomics;
   case SpvCapabilityAtomicFloat32AddEXT:
      return r->atomic_float.shaderBufferFloat32AtomicAdd || r->atomic_float.shaderSharedFloat32AtomicAdd ||
             r->atomic_float.shaderImageFloat32AtomicAdd;
   case SpvCapabilityAtomicFloat64AddEXT:
      return r->atomic_float.shaderBufferFloat64AtomicAdd || r->atomic_float.shaderSharedFloat64AtomicAdd;
   case SpvCapabilityAtomicFloat32MinMaxEXT:
      return r->atomic_float2.shaderBufferFloat32AtomicMinMax || r->atomic_float2.shaderSharedFloat32AtomicMinMax ||
             r->atomic_float2.shaderImageFloat32AtomicMinMax;
   case SpvCapabilityAtomicFloat64MinMaxEXT:
      return r->atomic_float2.shaderBufferFloat64AtomicMinMax || r->atomic_float2.shaderSharedFloat64AtomicMinMax;
   case SpvCapabilityAtomicFloat16MinMaxEXT:
      return r->atomic_float2.shaderBufferFloat16AtomicMinMax || r->atomic_float2.shaderSharedFloat16AtomicMinMax;
   case SpvCapabilityAtomicFloat16AddEXT:
      return r->atomic_float2.shaderBufferFloat16AtomicAdd || r->atomic_float2.shaderSharedFloat16AtomicAdd;
   case SpvCapabilityVulkanMemoryModel: return r->model.vulkanMemoryModel;
   case SpvCapabilityVulkanMemoryModelDeviceScope: return r->model.vulkanMemoryModelDeviceScope;
   case SpvCapabilityVariablePointersStorageBuffer: return r->variable.variablePointersStorageBuffer;
   case SpvCapabilityVariablePointers: return r->variable.variablePointers;
   case SpvCapabilityPhysicalStorageBufferAddresses: return r->address.bufferDeviceAddress;
   case SpvCapabilityDotProduct: case SpvCapabilityDotProductInputAll: case SpvCapabilityDotProductInput4x8Bit:
   case SpvCapabilityDotProductInput4x8BitPacked:
      return r->dot.shaderIntegerDotProduct;
   case SpvCapabilityWorkgroupMemoryExplicitLayoutKHR: return r->layout.workgroupMemoryExplicitLayout;
   case SpvCapabilityWorkgroupMemoryExplicitLayout8BitAccessKHR: return r->layout.workgroupMemoryExplicitLayout8BitAccess;
   case SpvCapabilityWorkgroupMemoryExplicitLayout16BitAccessKHR: return r->layout.workgroupMemoryExplicitLayout16BitAccess;
   case SpvCapabilityDenormPreserve:
      return f->shaderDenormPreserveFloat16 || f->shaderDenormPreserveFloat32 || f->shaderDenormPreserveFloat64;
   case SpvCapabilityDenormFlushToZero:
      return f->shaderDenormFlushToZeroFloat16 || f->shaderDenormFlushToZeroFloat32 || f->shaderDenormFlushToZeroFloat64;
   case SpvCapabilitySignedZeroInfNanPreserve:
      return f->shaderSignedZeroInfNanPreserveFloat16 || f->shaderSignedZeroInfNanPreserveFloat32 ||
             f->shaderSignedZeroInfNanPreserveFloat64;
   case SpvCapabilityRoundingModeRTE:
      return f->shaderRoundingModeRTEFloat16 || f->shaderRoundingModeRTEFloat32 || f->shaderRoundingModeRTEFloat64;
   case SpvCapabilityRoundingModeRTZ:
      return f->shaderRoundingModeRTZFloat16 || f->shaderRoundingModeRTZFloat32 || f->shaderRoundingModeRTZFloat64;
   case SpvCapabilityUniformBufferArrayDynamicIndexing: return r->core.shaderUniformBufferArrayDynamicIndexing;
   case SpvCapabilityStorageBufferArrayDynamicIndexing: return r->core.shaderStorageBufferArrayDynamicIndexing;
   case SpvCapabilitySampledImageArrayDynamicIndexing: return r->core.shaderSampledImageArrayDynamicIndexing;
   case SpvCapabilityStorageImageArrayDynamicIndexing: return r->core.shaderStorageImageArrayDynamicIndexing;
   case SpvCapabilityRuntimeDescriptorArray: return r->indexing.runtimeDescriptorArray;
   case SpvCapabilityUniformBufferArrayNonUniformIndexing: return r->indexing.shaderUniformBufferArrayNonUniformIndexing;
   case SpvCapabilityStorageBufferArrayNonUniformIndexing: return r->indexing.shaderStorageBufferArrayNonUniformIndexing;
   case SpvCapabilitySampledImageArrayNonUniformIndexing: return r->indexing.shaderSampledImageArrayNonUniformIndexing;
   case SpvCapabilityStorageImageArrayNonUniformIndexing: return r->indexing.shaderStorageImageArrayNonUniformIndexing;
   case SpvCapabilityUniformTexelBufferArrayDynamicIndexing: return r->indexing.shaderUniformTexelBufferArrayDynamicIndexing;
   case SpvCapabilityStorageTexelBufferArrayDynamicIndexing: return r->indexing.shaderStorageTexelBufferArrayDynamicIndexing;
   case SpvCapabilityUniformTexelBufferArrayNonUniformIndexing:
      return r->indexing.shaderUniformTexelBufferArrayNonUniformIndexing;
   case SpvCapabilityStorageTexelBufferArrayNonUniformIndexing:
      return r->indexing.shaderStorageTexelBufferArrayNonUniformIndexing;
   case SpvCapabilityImageCubeArray: case SpvCapabilitySampledCubeArray: return r->core.imageCubeArray;
   case SpvCapabilityStorageImageMultisample: case SpvCapabilityImageMSArray: return r->core.shaderStorageImageMultisample;
   case SpvCapabilityImageGatherExtended: return r->core.shaderImageGatherExtended;
   case SpvCapabilityStorageImageExtendedFormats: return r->core.shaderStorageImageExtendedFormats;
   case SpvCapabilityStorageImageReadWithoutFormat: return r->core.shaderStorageImageReadWithoutFormat;
   case SpvCapabilityStorageImageWriteWithoutFormat: return r->core.shaderStorageImageWriteWithoutFormat;
   case SpvCapabilitySparseResidency: return r->core.shaderResourceResidency;
   case SpvCapabilityMinLod: return r->core.shaderResourceMinLod;
   case SpvCapabilityGroupNonUniform: return r->subgroup.supportedOperations & VK_SUBGROUP_FEATURE_BASIC_BIT;
   case SpvCapabilityGroupNonUniformVote: return r->subgroup.supportedOperations & VK_SUBGROUP_FEATURE_VOTE_BIT;
   case SpvCapabilityGroupNonUniformArithmetic: return r->subgroup.supportedOperations & VK_SUBGROUP_FEATURE_ARITHMETIC_BIT;
   case SpvCapabilityGroupNonUniformBallot: return r->subgroup.supportedOperations & VK_SUBGROUP_FEATURE_BALLOT_BIT;
   case SpvCapabilityGroupNonUniformShuffle: return r->subgroup.supportedOperations & VK_SUBGROUP_FEATURE_SHUFFLE_BIT;
   case SpvCapabilityGroupNonUniformShuffleRelative:
      return r->subgroup.supportedOperations & VK_SUBGROUP_FEATURE_SHUFFLE_RELATIVE_BIT;
   case SpvCapabilityGroupNonUniformClustered: return r->subgroup.supportedOperations & VK_SUBGROUP_FEATURE_CLUSTERED_BIT;
   case SpvCapabilityGroupNonUniformPartitionedNV:
      return r->subgroup.supportedOperations & VK_SUBGROUP_FEATURE_PARTITIONED_BIT_NV;
   case SpvCapabilityGroupNonUniformQuad: return r->subgroup.supportedOperations & VK_SUBGROUP_FEATURE_QUAD_BIT;
   default:
      return false;
   }
}

/* Those that come with an extension or a version but without a feature, or that core versions make free: either answer fits. */
static bool optional(uint32_t capability)
{
   switch (capability) {
   case SpvCapabilitySampled1D: case SpvCapabilityImage1D: case SpvCapabilitySampledBuffer: case SpvCapabilityImageBuffer:
   case SpvCapabilityImageQuery: case SpvCapabilityShaderNonUniform: case SpvCapabilityDeviceGroup:
   case SpvCapabilitySubgroupBallotKHR: case SpvCapabilitySubgroupVoteKHR: case SpvCapabilityStencilExportEXT:
   case SpvCapabilityShaderViewportIndexLayerEXT:
      return true;
   default:
      return false;
   }
}

/* ---- modules ----------------------------------------------------------------------------------------- */

static VkResult try_capability(uint32_t capability)
{
   const uint32_t op = 16;
   const uint32_t words[] = {
      SpvMagicNumber, 0x10000, 0, 6, 0,
      2u << op | SpvOpCapability, SpvCapabilityShader,
      2u << op | SpvOpCapability, capability,
      3u << op | SpvOpMemoryModel, SpvAddressingModelLogical, SpvMemoryModelGLSL450,
      5u << op | SpvOpEntryPoint, SpvExecutionModelGLCompute, 1, 0x6e69616d, 0, /* "main" */
      6u << op | SpvOpExecutionMode, 1, SpvExecutionModeLocalSize, 1, 1, 1,
      2u << op | SpvOpTypeVoid, 2,
      3u << op | SpvOpTypeFunction, 3, 2,
      5u << op | SpvOpFunction, 2, 1, 0, 3,
      2u << op | SpvOpLabel, 4,
      1u << op | SpvOpReturn,
      1u << op | SpvOpFunctionEnd,
   };
   const struct vkt_compute_info info = {VKT_SPIRV(words)};
   struct vkt_compute c;
   VkResult result = vkt_compute_try(&t, &info, &c);
   vkt_compute_free(&t, &c);
   return result;
}

static void test_every_capability(void **state)
{
   struct report report;
   unsigned accepted = 0;
   ask(&report);
   for (uint32_t c = 0; c < 6500; c++) {
      if (optional(c))
         continue;
      VkResult want = expected(&report, c) ? VK_SUCCESS : VK_ERROR_FEATURE_NOT_PRESENT, got = try_capability(c);
      if (got != want)
         fail_msg("capability %u: result %d, the features say %d", c, got, want);
      accepted += got == VK_SUCCESS;
   }
   assert_true(accepted > 10);
}

int main(void)
{
   const struct CMUnitTest tests[] = {vkt_mistakes_test(test_every_capability)};
   vkt_load();
   return cmocka_run_group_tests(tests, setup, teardown);
}
