/* SPIR-V capabilities and the features that they stand for ("Capabilities" in the Vulkan environment of SPIR-V).
 *
 * A module that declares a capability is refused unless the device offers its feature. What the compiler cannot read it refuses
 * by itself; a capability that it can read must stand here, too.
 */
#include "vkf_capability.h"
#include <spirv/unified1/spirv.h>
#include "vkf_features.h"
#include "vkf_physical_device.h"

struct rule {
   uint32_t capability;
   uint32_t offset; /* of the feature's VkBool32 in its structure */
   VkStructureType type;
};

#define IN_CORE VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2
#define ALWAYS VK_STRUCTURE_TYPE_MAX_ENUM

#define ANY(capability) {SpvCapability##capability, 0, ALWAYS}
#define CORE(capability, feature) {SpvCapability##capability, offsetof(VkPhysicalDeviceFeatures, feature), IN_CORE}
#define SET(capability, Struct, TYPE, feature)                                                                          \
   {SpvCapability##capability, offsetof(VkPhysicalDevice##Struct, feature), VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_##TYPE}

#define INDEXING(capability, feature) \
   SET(capability, DescriptorIndexingFeatures, DESCRIPTOR_INDEXING_FEATURES, feature)
#define STORAGE16(capability, feature) SET(capability, 16BitStorageFeatures, 16BIT_STORAGE_FEATURES, feature)
#define STORAGE8(capability, feature) SET(capability, 8BitStorageFeatures, 8BIT_STORAGE_FEATURES, feature)
#define LAYOUT(capability, feature)                                                                                     \
   SET(capability, WorkgroupMemoryExplicitLayoutFeaturesKHR, WORKGROUP_MEMORY_EXPLICIT_LAYOUT_FEATURES_KHR, feature)
#define MODEL(capability, feature) SET(capability, VulkanMemoryModelFeatures, VULKAN_MEMORY_MODEL_FEATURES, feature)
#define DOT(capability)                                                                                                 \
   SET(capability, ShaderIntegerDotProductFeatures, SHADER_INTEGER_DOT_PRODUCT_FEATURES, shaderIntegerDotProduct)
#define VARIABLE(capability, feature) SET(capability, VariablePointersFeatures, VARIABLE_POINTERS_FEATURES, feature)

/* Several rules of one capability: any of them will do. */
static const struct rule rules[] = {
    ANY(Matrix),
    ANY(Shader),
    /* images */
    ANY(Sampled1D),
    ANY(Image1D),
    ANY(SampledBuffer),
    ANY(ImageBuffer),
    ANY(ImageQuery),
    CORE(SampledCubeArray, imageCubeArray),
    CORE(ImageCubeArray, imageCubeArray),
    CORE(StorageImageMultisample, shaderStorageImageMultisample),
    CORE(ImageMSArray, shaderStorageImageMultisample),
    CORE(ImageGatherExtended, shaderImageGatherExtended),
    CORE(StorageImageExtendedFormats, shaderStorageImageExtendedFormats),
    CORE(StorageImageReadWithoutFormat, shaderStorageImageReadWithoutFormat),
    CORE(StorageImageWriteWithoutFormat, shaderStorageImageWriteWithoutFormat),
    CORE(MinLod, shaderResourceMinLod),
    CORE(SparseResidency, shaderResourceResidency),
    SET(Int64ImageEXT, ShaderImageAtomicInt64FeaturesEXT, SHADER_IMAGE_ATOMIC_INT64_FEATURES_EXT, shaderImageInt64Atomics),
    /* arrays of descriptors */
    CORE(UniformBufferArrayDynamicIndexing, shaderUniformBufferArrayDynamicIndexing),
    CORE(StorageBufferArrayDynamicIndexing, shaderStorageBufferArrayDynamicIndexing),
    CORE(SampledImageArrayDynamicIndexing, shaderSampledImageArrayDynamicIndexing),
    CORE(StorageImageArrayDynamicIndexing, shaderStorageImageArrayDynamicIndexing),
    ANY(ShaderNonUniform),
    INDEXING(RuntimeDescriptorArray, runtimeDescriptorArray),
    INDEXING(UniformTexelBufferArrayDynamicIndexing, shaderUniformTexelBufferArrayDynamicIndexing),
    INDEXING(StorageTexelBufferArrayDynamicIndexing, shaderStorageTexelBufferArrayDynamicIndexing),
    INDEXING(UniformBufferArrayNonUniformIndexing, shaderUniformBufferArrayNonUniformIndexing),
    INDEXING(StorageBufferArrayNonUniformIndexing, shaderStorageBufferArrayNonUniformIndexing),
    INDEXING(SampledImageArrayNonUniformIndexing, shaderSampledImageArrayNonUniformIndexing),
    INDEXING(StorageImageArrayNonUniformIndexing, shaderStorageImageArrayNonUniformIndexing),
    INDEXING(UniformTexelBufferArrayNonUniformIndexing, shaderUniformTexelBufferArrayNonUniformIndexing),
    INDEXING(StorageTexelBufferArrayNonUniformIndexing, shaderStorageTexelBufferArrayNonUniformIndexing),
    /* widths of numbers, in registers and in memory */
    CORE(Float64, shaderFloat64),
    CORE(Int64, shaderInt64),
    CORE(Int16, shaderInt16),
    SET(Int8, ShaderFloat16Int8Features, SHADER_FLOAT16_INT8_FEATURES, shaderInt8),
    SET(Float16, ShaderFloat16Int8Features, SHADER_FLOAT16_INT8_FEATURES, shaderFloat16),
    STORAGE16(StorageBuffer16BitAccess, storageBuffer16BitAccess),
    STORAGE16(UniformAndStorageBuffer16BitAccess, uniformAndStorageBuffer16BitAccess),
    STORAGE16(StoragePushConstant16, storagePushConstant16),
    STORAGE8(StorageBuffer8BitAccess, storageBuffer8BitAccess),
    STORAGE8(UniformAndStorageBuffer8BitAccess, uniformAndStorageBuffer8BitAccess),
    STORAGE8(StoragePushConstant8, storagePushConstant8),
    LAYOUT(WorkgroupMemoryExplicitLayoutKHR, workgroupMemoryExplicitLayout),
    LAYOUT(WorkgroupMemoryExplicitLayout8BitAccessKHR, workgroupMemoryExplicitLayout8BitAccess),
    LAYOUT(WorkgroupMemoryExplicitLayout16BitAccessKHR, workgroupMemoryExplicitLayout16BitAccess),
    /* pointers */
    VARIABLE(VariablePointersStorageBuffer, variablePointersStorageBuffer),
    VARIABLE(VariablePointers, variablePointers),
    SET(PhysicalStorageBufferAddresses, BufferDeviceAddressFeatures, BUFFER_DEVICE_ADDRESS_FEATURES, bufferDeviceAddress),
    /* atomics and order */
    SET(Int64Atomics, ShaderAtomicInt64Features, SHADER_ATOMIC_INT64_FEATURES, shaderBufferInt64Atomics),
    SET(Int64Atomics, ShaderImageAtomicInt64FeaturesEXT, SHADER_IMAGE_ATOMIC_INT64_FEATURES_EXT, shaderImageInt64Atomics),
    SET(AtomicFloat32AddEXT, ShaderAtomicFloatFeaturesEXT, SHADER_ATOMIC_FLOAT_FEATURES_EXT, shaderBufferFloat32AtomicAdd),
    SET(AtomicFloat64AddEXT, ShaderAtomicFloatFeaturesEXT, SHADER_ATOMIC_FLOAT_FEATURES_EXT, shaderBufferFloat64AtomicAdd),
    SET(AtomicFloat32MinMaxEXT, ShaderAtomicFloat2FeaturesEXT, SHADER_ATOMIC_FLOAT_2_FEATURES_EXT,
        shaderBufferFloat32AtomicMinMax),
    MODEL(VulkanMemoryModel, vulkanMemoryModel),
    MODEL(VulkanMemoryModelDeviceScope, vulkanMemoryModelDeviceScope),
    /* arithmetic */
    DOT(DotProduct),
    DOT(DotProductInputAll),
    DOT(DotProductInput4x8Bit),
    DOT(DotProductInput4x8BitPacked),
    ANY(DenormPreserve), /* which modes there are, the properties of float controls say */
    ANY(SignedZeroInfNanPreserve),
    ANY(RoundingModeRTE),
    /* graphics stages */
    ANY(InputAttachment),
    ANY(DerivativeControl),
    CORE(InterpolationFunction, sampleRateShading),
    CORE(Geometry, geometryShader),
    CORE(Tessellation, tessellationShader),
    CORE(GeometryPointSize, shaderTessellationAndGeometryPointSize),
    CORE(TessellationPointSize, shaderTessellationAndGeometryPointSize),
    CORE(MultiViewport, multiViewport),
    CORE(ClipDistance, shaderClipDistance),
    CORE(CullDistance, shaderCullDistance),
    CORE(SampleRateShading, sampleRateShading),
    SET(DrawParameters, ShaderDrawParametersFeatures, SHADER_DRAW_PARAMETERS_FEATURES, shaderDrawParameters),
    SET(TransformFeedback, TransformFeedbackFeaturesEXT, TRANSFORM_FEEDBACK_FEATURES_EXT, transformFeedback),
    SET(GeometryStreams, TransformFeedbackFeaturesEXT, TRANSFORM_FEEDBACK_FEATURES_EXT, geometryStreams),
    SET(DemoteToHelperInvocation, ShaderDemoteToHelperInvocationFeatures, SHADER_DEMOTE_TO_HELPER_INVOCATION_FEATURES,
        shaderDemoteToHelperInvocation),
    SET(FragmentBarycentricKHR, FragmentShaderBarycentricFeaturesKHR, FRAGMENT_SHADER_BARYCENTRIC_FEATURES_KHR,
        fragmentShaderBarycentric),
    ANY(StencilExportEXT),
    ANY(ShaderViewportIndexLayerEXT),
    SET(MultiView, MultiviewFeatures, MULTIVIEW_FEATURES, multiview),
    /* invocations and devices; subgroups have properties, not features */
    ANY(GroupNonUniform),
    ANY(GroupNonUniformVote),
    ANY(GroupNonUniformArithmetic),
    ANY(GroupNonUniformBallot),
    ANY(GroupNonUniformShuffle),
    ANY(GroupNonUniformShuffleRelative),
    ANY(GroupNonUniformClustered),
    ANY(GroupNonUniformQuad),
#ifdef VK_KHR_shader_subgroup_rotate
    SET(GroupNonUniformRotateKHR, ShaderSubgroupRotateFeaturesKHR, SHADER_SUBGROUP_ROTATE_FEATURES_KHR, shaderSubgroupRotate),
#endif
    ANY(GroupNonUniformPartitionedNV),
    ANY(SubgroupBallotKHR),
    ANY(SubgroupVoteKHR),
    ANY(DeviceGroup),
};

static bool holds(const struct rule *rule)
{
   VkBool32 have;
   if (rule->type == ALWAYS)
      return true;
   if (rule->type != IN_CORE)
      return vkf_features_have(rule->type, rule->offset);
   memcpy(&have, (const char *)&vkf_features + rule->offset, sizeof have);
   return have;
}

bool vkf_offers_capability(uint32_t capability)
{
   for (size_t i = 0; i < VKF_COUNT(rules); i++)
      if (rules[i].capability == capability && holds(&rules[i]))
         return true;
   return false;
}
