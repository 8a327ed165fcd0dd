/* Feature structures as a table: what the driver can do of each. Invariant: after the header each is an array of
 * VkBool32, which both the query and the check of vkCreateDevice walk. */
#include "vkf_features.h"
#include "isa.h"
#include "gfx.h"
#include "vkf_command_buffer.h"
#include "vkf_instance.h"
#include "vkf_physical_device.h"

struct feature_set {
   VkStructureType type;
   uint32_t count; /* of VkBool32 behind the header */
   const void *have;
   const char *name;
};

/* last: the last member; further arguments: the members that are there. */
#define SET(Struct, TYPE, last, ...)                                                                         \
   {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_##TYPE,                                                                \
    (uint32_t)((offsetof(Struct, last) - sizeof(VkBaseOutStructure)) / sizeof(VkBool32) + 1),               \
    &(const Struct){__VA_ARGS__}, #Struct}

static const struct feature_set sets[] = {
    SET(VkPhysicalDeviceFaultFeaturesEXT, FAULT_FEATURES_EXT, deviceFaultVendorBinary, .deviceFault = VK_TRUE),
    SET(VkPhysicalDeviceAddressBindingReportFeaturesEXT, ADDRESS_BINDING_REPORT_FEATURES_EXT, reportAddressBinding,
        .reportAddressBinding = VK_TRUE),
    /* The hardware checks every element of every access against the descriptor's size in bytes, and an image's
     * coordinates against the view; a descriptor of zeros is an empty one. */
    SET(VkPhysicalDeviceRobustness2FeaturesEXT, ROBUSTNESS_2_FEATURES_EXT, nullDescriptor,
        .robustBufferAccess2 = VK_TRUE, .robustImageAccess2 = VK_TRUE, .nullDescriptor = VK_TRUE),
    SET(VkPhysicalDeviceImageRobustnessFeatures, IMAGE_ROBUSTNESS_FEATURES, robustImageAccess,
        .robustImageAccess = VK_TRUE),
    SET(VkPhysicalDevicePipelineRobustnessFeaturesEXT, PIPELINE_ROBUSTNESS_FEATURES_EXT, pipelineRobustness,
        .pipelineRobustness = VK_TRUE),
    SET(VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR, PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR,
        pipelineExecutableInfo, .pipelineExecutableInfo = VK_TRUE),
    SET(VkPhysicalDeviceTimelineSemaphoreFeatures, TIMELINE_SEMAPHORE_FEATURES, timelineSemaphore,
        .timelineSemaphore = VK_TRUE),
    SET(VkPhysicalDeviceSynchronization2Features, SYNCHRONIZATION_2_FEATURES, synchronization2,
        .synchronization2 = VK_TRUE),
    SET(VkPhysicalDevicePresentIdFeaturesKHR, PRESENT_ID_FEATURES_KHR, presentId, .presentId = VK_TRUE),
    SET(VkPhysicalDevicePresentWaitFeaturesKHR, PRESENT_WAIT_FEATURES_KHR, presentWait, .presentWait = VK_TRUE),
    SET(VkPhysicalDeviceMemoryPriorityFeaturesEXT, MEMORY_PRIORITY_FEATURES_EXT, memoryPriority,
        .memoryPriority = VK_TRUE), /* a hint, and nothing is ever evicted */
    SET(VkPhysicalDevice16BitStorageFeatures, 16BIT_STORAGE_FEATURES, storageInputOutput16,
        .storageBuffer16BitAccess = VK_TRUE, .uniformAndStorageBuffer16BitAccess = VK_TRUE,
        .storagePushConstant16 = VK_TRUE),
    SET(VkPhysicalDevice8BitStorageFeatures, 8BIT_STORAGE_FEATURES, storagePushConstant8,
        .storageBuffer8BitAccess = VK_TRUE, .uniformAndStorageBuffer8BitAccess = VK_TRUE,
        .storagePushConstant8 = VK_TRUE),
    SET(VkPhysicalDeviceShaderFloat16Int8Features, SHADER_FLOAT16_INT8_FEATURES, shaderInt8,
        .shaderFloat16 = VK_TRUE, .shaderInt8 = VK_TRUE),
    SET(VkPhysicalDeviceShaderAtomicInt64Features, SHADER_ATOMIC_INT64_FEATURES, shaderSharedInt64Atomics,
        .shaderBufferInt64Atomics = VK_TRUE, .shaderSharedInt64Atomics = VK_TRUE),
    SET(VkPhysicalDeviceShaderAtomicFloatFeaturesEXT, SHADER_ATOMIC_FLOAT_FEATURES_EXT, sparseImageFloat32AtomicAdd,
        .shaderBufferFloat32Atomics = VK_TRUE, .shaderBufferFloat32AtomicAdd = VK_TRUE,
        .shaderBufferFloat64Atomics = VK_TRUE, .shaderBufferFloat64AtomicAdd = VK_TRUE,
        .shaderSharedFloat32Atomics = VK_TRUE, .shaderSharedFloat32AtomicAdd = VK_TRUE,
        .shaderSharedFloat64Atomics = VK_TRUE, .shaderSharedFloat64AtomicAdd = VK_TRUE),
    SET(VkPhysicalDeviceShaderAtomicFloat2FeaturesEXT, SHADER_ATOMIC_FLOAT_2_FEATURES_EXT,
        sparseImageFloat32AtomicMinMax, .shaderBufferFloat32AtomicMinMax = VK_TRUE,
        .shaderSharedFloat32AtomicMinMax = VK_TRUE),
    SET(VkPhysicalDeviceShaderIntegerDotProductFeatures, SHADER_INTEGER_DOT_PRODUCT_FEATURES, shaderIntegerDotProduct,
        .shaderIntegerDotProduct = VK_TRUE),
    SET(VkPhysicalDeviceVariablePointersFeatures, VARIABLE_POINTERS_FEATURES, variablePointers,
        .variablePointersStorageBuffer = VK_TRUE, .variablePointers = VK_TRUE),
    SET(VkPhysicalDeviceBufferDeviceAddressFeatures, BUFFER_DEVICE_ADDRESS_FEATURES, bufferDeviceAddressMultiDevice,
        .bufferDeviceAddress = VK_TRUE),
    SET(VkPhysicalDeviceWorkgroupMemoryExplicitLayoutFeaturesKHR, WORKGROUP_MEMORY_EXPLICIT_LAYOUT_FEATURES_KHR,
        workgroupMemoryExplicitLayout16BitAccess, .workgroupMemoryExplicitLayout = VK_TRUE,
        .workgroupMemoryExplicitLayoutScalarBlockLayout = VK_TRUE, .workgroupMemoryExplicitLayout8BitAccess = VK_TRUE,
        .workgroupMemoryExplicitLayout16BitAccess = VK_TRUE),
    SET(VkPhysicalDeviceZeroInitializeWorkgroupMemoryFeatures, ZERO_INITIALIZE_WORKGROUP_MEMORY_FEATURES,
        shaderZeroInitializeWorkgroupMemory, .shaderZeroInitializeWorkgroupMemory = VK_TRUE),
    SET(VkPhysicalDeviceUniformBufferStandardLayoutFeatures, UNIFORM_BUFFER_STANDARD_LAYOUT_FEATURES,
        uniformBufferStandardLayout, .uniformBufferStandardLayout = VK_TRUE),
    SET(VkPhysicalDeviceScalarBlockLayoutFeatures, SCALAR_BLOCK_LAYOUT_FEATURES, scalarBlockLayout,
        .scalarBlockLayout = VK_TRUE),
    SET(VkPhysicalDeviceVulkanMemoryModelFeatures, VULKAN_MEMORY_MODEL_FEATURES,
        vulkanMemoryModelAvailabilityVisibilityChains, .vulkanMemoryModel = VK_TRUE,
        .vulkanMemoryModelDeviceScope = VK_TRUE, .vulkanMemoryModelAvailabilityVisibilityChains = VK_TRUE),
    SET(VkPhysicalDeviceDescriptorIndexingFeatures, DESCRIPTOR_INDEXING_FEATURES, runtimeDescriptorArray,
        .shaderUniformTexelBufferArrayDynamicIndexing = VK_TRUE,
        .shaderStorageTexelBufferArrayDynamicIndexing = VK_TRUE,
        .shaderUniformBufferArrayNonUniformIndexing = VK_TRUE,
        .shaderSampledImageArrayNonUniformIndexing = VK_TRUE,
        .shaderStorageBufferArrayNonUniformIndexing = VK_TRUE,
        .shaderStorageImageArrayNonUniformIndexing = VK_TRUE,
        .shaderUniformTexelBufferArrayNonUniformIndexing = VK_TRUE,
        .shaderStorageTexelBufferArrayNonUniformIndexing = VK_TRUE,
        .descriptorBindingUniformBufferUpdateAfterBind = VK_TRUE,
        .descriptorBindingSampledImageUpdateAfterBind = VK_TRUE,
        .descriptorBindingStorageImageUpdateAfterBind = VK_TRUE,
        .descriptorBindingStorageBufferUpdateAfterBind = VK_TRUE,
        .descriptorBindingUniformTexelBufferUpdateAfterBind = VK_TRUE,
        .descriptorBindingStorageTexelBufferUpdateAfterBind = VK_TRUE,
        .descriptorBindingUpdateUnusedWhilePending = VK_TRUE, .descriptorBindingPartiallyBound = VK_TRUE,
        .descriptorBindingVariableDescriptorCount = VK_TRUE, .runtimeDescriptorArray = VK_TRUE),
    SET(VkPhysicalDeviceInlineUniformBlockFeatures, INLINE_UNIFORM_BLOCK_FEATURES,
        descriptorBindingInlineUniformBlockUpdateAfterBind, .inlineUniformBlock = VK_TRUE,
        .descriptorBindingInlineUniformBlockUpdateAfterBind = VK_TRUE),
    SET(VkPhysicalDeviceShaderImageAtomicInt64FeaturesEXT, SHADER_IMAGE_ATOMIC_INT64_FEATURES_EXT,
        sparseImageInt64Atomics, .shaderImageInt64Atomics = VK_TRUE),
    SET(VkPhysicalDeviceCustomBorderColorFeaturesEXT, CUSTOM_BORDER_COLOR_FEATURES_EXT,
        customBorderColorWithoutFormat, .customBorderColors = VK_TRUE, .customBorderColorWithoutFormat = VK_TRUE),
    SET(VkPhysicalDeviceNonSeamlessCubeMapFeaturesEXT, NON_SEAMLESS_CUBE_MAP_FEATURES_EXT, nonSeamlessCubeMap,
        .nonSeamlessCubeMap = VK_TRUE),
    SET(VkPhysicalDeviceShaderSubgroupExtendedTypesFeatures, SHADER_SUBGROUP_EXTENDED_TYPES_FEATURES,
        shaderSubgroupExtendedTypes, .shaderSubgroupExtendedTypes = VK_TRUE),
    SET(VkPhysicalDeviceShaderSubgroupUniformControlFlowFeaturesKHR, SHADER_SUBGROUP_UNIFORM_CONTROL_FLOW_FEATURES_KHR,
        shaderSubgroupUniformControlFlow, .shaderSubgroupUniformControlFlow = VK_TRUE),
    SET(VkPhysicalDeviceSubgroupSizeControlFeatures, SUBGROUP_SIZE_CONTROL_FEATURES, computeFullSubgroups,
        .subgroupSizeControl = VK_TRUE, .computeFullSubgroups = VK_TRUE), /* there is one size, and lanes fill waves in order */
#ifdef VK_KHR_shader_subgroup_rotate
    SET(VkPhysicalDeviceShaderSubgroupRotateFeaturesKHR, SHADER_SUBGROUP_ROTATE_FEATURES_KHR, shaderSubgroupRotateClustered,
        .shaderSubgroupRotate = VK_TRUE, .shaderSubgroupRotateClustered = VK_TRUE),
#endif
#ifdef VK_KHR_shader_maximal_reconvergence
    SET(VkPhysicalDeviceShaderMaximalReconvergenceFeaturesKHR, SHADER_MAXIMAL_RECONVERGENCE_FEATURES_KHR,
        shaderMaximalReconvergence, .shaderMaximalReconvergence = VK_TRUE),
#endif
    SET(VkPhysicalDeviceHostQueryResetFeatures, HOST_QUERY_RESET_FEATURES, hostQueryReset,
        .hostQueryReset = VK_TRUE),
    SET(VkPhysicalDeviceMaintenance4Features, MAINTENANCE_4_FEATURES, maintenance4, .maintenance4 = VK_TRUE),
    SET(VkPhysicalDevicePrivateDataFeatures, PRIVATE_DATA_FEATURES, privateData, .privateData = VK_TRUE),
    SET(VkPhysicalDevicePipelineCreationCacheControlFeatures, PIPELINE_CREATION_CACHE_CONTROL_FEATURES,
        pipelineCreationCacheControl, .pipelineCreationCacheControl = VK_TRUE),
    /* Known since 1.1, so they are answered: there are no render passes, and no protected memory. */
    SET(VkPhysicalDeviceDynamicRenderingFeatures, DYNAMIC_RENDERING_FEATURES, dynamicRendering,
        .dynamicRendering = VK_TRUE),
    SET(VkPhysicalDeviceExtendedDynamicStateFeaturesEXT, EXTENDED_DYNAMIC_STATE_FEATURES_EXT, extendedDynamicState,
        .extendedDynamicState = VK_TRUE),
    SET(VkPhysicalDeviceExtendedDynamicState2FeaturesEXT, EXTENDED_DYNAMIC_STATE_2_FEATURES_EXT,
        extendedDynamicState2PatchControlPoints, .extendedDynamicState2 = VK_TRUE, .extendedDynamicState2LogicOp = VK_TRUE,
        .extendedDynamicState2PatchControlPoints = VK_TRUE),
    SET(VkPhysicalDeviceExtendedDynamicState3FeaturesEXT, EXTENDED_DYNAMIC_STATE_3_FEATURES_EXT,
        extendedDynamicState3ShadingRateImageEnable, .extendedDynamicState3TessellationDomainOrigin = VK_TRUE,
        .extendedDynamicState3DepthClampEnable = VK_TRUE, .extendedDynamicState3PolygonMode = VK_TRUE,
        .extendedDynamicState3RasterizationSamples = VK_TRUE, .extendedDynamicState3SampleMask = VK_TRUE,
        .extendedDynamicState3AlphaToCoverageEnable = VK_TRUE, .extendedDynamicState3AlphaToOneEnable = VK_TRUE,
        .extendedDynamicState3LogicOpEnable = VK_TRUE, .extendedDynamicState3ColorBlendEnable = VK_TRUE,
        .extendedDynamicState3ColorBlendEquation = VK_TRUE, .extendedDynamicState3ColorWriteMask = VK_TRUE,
        .extendedDynamicState3RasterizationStream = VK_TRUE,
        .extendedDynamicState3ConservativeRasterizationMode = VK_TRUE,
        .extendedDynamicState3ExtraPrimitiveOverestimationSize = VK_TRUE, .extendedDynamicState3DepthClipEnable = VK_TRUE,
        .extendedDynamicState3ProvokingVertexMode = VK_TRUE, .extendedDynamicState3LineRasterizationMode = VK_TRUE,
        .extendedDynamicState3LineStippleEnable = VK_TRUE, .extendedDynamicState3DepthClipNegativeOneToOne = VK_TRUE),
    SET(VkPhysicalDeviceVertexInputDynamicStateFeaturesEXT, VERTEX_INPUT_DYNAMIC_STATE_FEATURES_EXT,
        vertexInputDynamicState, .vertexInputDynamicState = VK_TRUE),
    SET(VkPhysicalDeviceColorWriteEnableFeaturesEXT, COLOR_WRITE_ENABLE_FEATURES_EXT, colorWriteEnable,
        .colorWriteEnable = VK_TRUE),
    SET(VkPhysicalDeviceLineRasterizationFeaturesEXT, LINE_RASTERIZATION_FEATURES_EXT, stippledSmoothLines,
        .rectangularLines = VK_TRUE, .bresenhamLines = VK_TRUE, .stippledRectangularLines = VK_TRUE,
        .stippledBresenhamLines = VK_TRUE),
    SET(VkPhysicalDeviceMultiDrawFeaturesEXT, MULTI_DRAW_FEATURES_EXT, multiDraw, .multiDraw = VK_TRUE),
    SET(VkPhysicalDeviceProvokingVertexFeaturesEXT, PROVOKING_VERTEX_FEATURES_EXT,
        transformFeedbackPreservesProvokingVertex, .provokingVertexLast = VK_TRUE),
    SET(VkPhysicalDeviceDepthClipEnableFeaturesEXT, DEPTH_CLIP_ENABLE_FEATURES_EXT, depthClipEnable,
        .depthClipEnable = VK_TRUE),
    SET(VkPhysicalDeviceDepthClipControlFeaturesEXT, DEPTH_CLIP_CONTROL_FEATURES_EXT, depthClipControl,
        .depthClipControl = VK_TRUE),
    SET(VkPhysicalDevicePrimitiveTopologyListRestartFeaturesEXT, PRIMITIVE_TOPOLOGY_LIST_RESTART_FEATURES_EXT,
        primitiveTopologyPatchListRestart, .primitiveTopologyListRestart = VK_TRUE,
        .primitiveTopologyPatchListRestart = VK_TRUE),
    SET(VkPhysicalDeviceVertexAttributeDivisorFeaturesEXT, VERTEX_ATTRIBUTE_DIVISOR_FEATURES_EXT,
        vertexAttributeInstanceRateZeroDivisor, .vertexAttributeInstanceRateDivisor = VK_TRUE,
        .vertexAttributeInstanceRateZeroDivisor = VK_TRUE),
    SET(VkPhysicalDeviceIndexTypeUint8FeaturesEXT, INDEX_TYPE_UINT8_FEATURES_EXT, indexTypeUint8,
        .indexTypeUint8 = VK_TRUE),
    /* What lies beyond an image is put in place of its texels, before their components change places. */
    SET(VkPhysicalDeviceBorderColorSwizzleFeaturesEXT, BORDER_COLOR_SWIZZLE_FEATURES_EXT, borderColorSwizzleFromImage,
        .borderColorSwizzle = VK_TRUE, .borderColorSwizzleFromImage = VK_TRUE),
    SET(VkPhysicalDevicePipelineProtectedAccessFeaturesEXT, PIPELINE_PROTECTED_ACCESS_FEATURES_EXT,
        pipelineProtectedAccess, .pipelineProtectedAccess = VK_TRUE),
    SET(VkPhysicalDeviceAttachmentFeedbackLoopLayoutFeaturesEXT, ATTACHMENT_FEEDBACK_LOOP_LAYOUT_FEATURES_EXT,
        attachmentFeedbackLoopLayout, .attachmentFeedbackLoopLayout = VK_TRUE),
    /* Layouts mean nothing to this card. */
    SET(VkPhysicalDeviceSeparateDepthStencilLayoutsFeatures, SEPARATE_DEPTH_STENCIL_LAYOUTS_FEATURES,
        separateDepthStencilLayouts, .separateDepthStencilLayouts = VK_TRUE),
    SET(VkPhysicalDeviceMultiviewFeatures, MULTIVIEW_FEATURES, multiviewTessellationShader,
        .multiview = VK_TRUE, .multiviewGeometryShader = VK_TRUE, .multiviewTessellationShader = VK_TRUE),
    SET(VkPhysicalDeviceShaderTerminateInvocationFeatures, SHADER_TERMINATE_INVOCATION_FEATURES,
        shaderTerminateInvocation, .shaderTerminateInvocation = VK_TRUE),
    SET(VkPhysicalDeviceShaderDemoteToHelperInvocationFeatures, SHADER_DEMOTE_TO_HELPER_INVOCATION_FEATURES,
        shaderDemoteToHelperInvocation, .shaderDemoteToHelperInvocation = VK_TRUE),
    SET(VkPhysicalDeviceFragmentShaderBarycentricFeaturesKHR, FRAGMENT_SHADER_BARYCENTRIC_FEATURES_KHR,
        fragmentShaderBarycentric, .fragmentShaderBarycentric = VK_TRUE),
    SET(VkPhysicalDeviceTransformFeedbackFeaturesEXT, TRANSFORM_FEEDBACK_FEATURES_EXT, geometryStreams,
        .transformFeedback = VK_TRUE, .geometryStreams = VK_TRUE),
    SET(VkPhysicalDevicePrimitivesGeneratedQueryFeaturesEXT, PRIMITIVES_GENERATED_QUERY_FEATURES_EXT,
        primitivesGeneratedQueryWithNonZeroStreams, .primitivesGeneratedQuery = VK_TRUE,
        .primitivesGeneratedQueryWithRasterizerDiscard = VK_TRUE, .primitivesGeneratedQueryWithNonZeroStreams = VK_TRUE),
    SET(VkPhysicalDevicePerformanceQueryFeaturesKHR, PERFORMANCE_QUERY_FEATURES_KHR, performanceCounterMultipleQueryPools,
        .performanceCounterQueryPools = VK_TRUE, .performanceCounterMultipleQueryPools = VK_TRUE),
    SET(VkPhysicalDeviceShaderDrawParametersFeatures, SHADER_DRAW_PARAMETERS_FEATURES, shaderDrawParameters,
        .shaderDrawParameters = VK_TRUE),
    SET(VkPhysicalDeviceProtectedMemoryFeatures, PROTECTED_MEMORY_FEATURES, protectedMemory,
        .protectedMemory = VK_FALSE),
    SET(VkPhysicalDeviceSamplerYcbcrConversionFeatures, SAMPLER_YCBCR_CONVERSION_FEATURES,
        samplerYcbcrConversion, .samplerYcbcrConversion = VK_FALSE),
};

static const struct feature_set *find_set(VkStructureType type)
{
   for (size_t i = 0; i < VKF_COUNT(sets); i++)
      if (sets[i].type == type)
         return &sets[i];
   return NULL;
}

void vkf_features_fill(VkBaseOutStructure *s)
{
   if (vkf_versioned_features_fill(s))
      return;
   const struct feature_set *set = find_set(s->sType);
   if (set)
      memcpy(s + 1, (const VkBaseOutStructure *)set->have + 1, set->count * sizeof(VkBool32));
}

VkResult vkf_features_refuse(struct vkf_physical_device *p, VkStructureType type, uint32_t member)
{
   const struct feature_set *set = find_set(type);
   return vkf_instance_error(p->instance, VK_ERROR_FEATURE_NOT_PRESENT,
                             "vkCreateDevice: feature %u of %s (sType %d) is not supported", member,
                             set ? set->name : "a structure", type);
}

bool vkf_features_have(VkStructureType type, size_t offset)
{
   const struct feature_set *set = find_set(type);
   VkBool32 have = VK_FALSE;
   if (set)
      memcpy(&have, (const char *)set->have + offset, sizeof have);
   return have;
}

VkResult vkf_features_check(struct vkf_physical_device *p, const void *pNext)
{
   for (const VkBaseInStructure *s = pNext; s; s = s->pNext) {
      VkResult r = vkf_versioned_features_check(p, s);
      if (r != VK_SUCCESS)
         return r;
      const struct feature_set *set = find_set(s->sType);
      if (!set)
         continue;
      const VkBool32 *wanted = (const VkBool32 *)(s + 1);
      const VkBool32 *have = (const VkBool32 *)((const VkBaseInStructure *)set->have + 1);
      for (uint32_t i = 0; i < set->count; i++)
         if (wanted[i] && !have[i])
            return vkf_features_refuse(p, set->type, i);
   }
   return VK_SUCCESS;
}

static void fill_id(VkPhysicalDeviceIDProperties *id)
{
   vkf_device_uuid(id->deviceUUID);
   vkf_driver_uuid(id->driverUUID);
   memset(id->deviceLUID, 0, sizeof id->deviceLUID);
   id->deviceNodeMask = 0;
   id->deviceLUIDValid = VK_FALSE; /* no DXGI adapter stands behind the card */
}

static void fill_maintenance3(const struct vkf_physical_device *p, VkPhysicalDeviceMaintenance3Properties *m)
{
   m->maxPerSetDescriptors = 1u << 20;
   m->maxMemoryAllocationSize = VKF_MAX(p->vram_B, p->sysmem_B);
}

/* One program resolves all; stencil has no mean. */
static void fill_resolve(VkPhysicalDeviceDepthStencilResolveProperties *r)
{
   r->supportedStencilResolveModes =
      VK_RESOLVE_MODE_SAMPLE_ZERO_BIT | VK_RESOLVE_MODE_MIN_BIT | VK_RESOLVE_MODE_MAX_BIT;
   r->supportedDepthResolveModes = r->supportedStencilResolveModes | VK_RESOLVE_MODE_AVERAGE_BIT;
   r->independentResolveNone = r->independentResolve = VK_TRUE;
}

/* Each view is a draw of its own; a view mask has 32 bits. */
static void fill_multiview(VkPhysicalDeviceMultiviewProperties *m)
{
   m->maxMultiviewViewCount = 32;
   m->maxMultiviewInstanceIndex = UINT32_MAX;
}

/* A subgroup is a wave. */
static void fill_subgroup(VkPhysicalDeviceSubgroupProperties *s)
{
   s->subgroupSize = ISA_WAVE_LANES;
   s->supportedStages = VK_SHADER_STAGE_ALL_GRAPHICS | VK_SHADER_STAGE_COMPUTE_BIT;
   s->supportedOperations = VK_SUBGROUP_FEATURE_BASIC_BIT | VK_SUBGROUP_FEATURE_VOTE_BIT |
                            VK_SUBGROUP_FEATURE_ARITHMETIC_BIT | VK_SUBGROUP_FEATURE_BALLOT_BIT |
                            VK_SUBGROUP_FEATURE_SHUFFLE_BIT | VK_SUBGROUP_FEATURE_SHUFFLE_RELATIVE_BIT |
                            VK_SUBGROUP_FEATURE_CLUSTERED_BIT | VK_SUBGROUP_FEATURE_QUAD_BIT |
                            VK_SUBGROUP_FEATURE_PARTITIONED_BIT_NV;
#ifdef VK_KHR_shader_subgroup_rotate
   s->supportedOperations |= VK_SUBGROUP_FEATURE_ROTATE_BIT_KHR | VK_SUBGROUP_FEATURE_ROTATE_CLUSTERED_BIT_KHR;
#endif
   s->quadOperationsInAllStages = VK_TRUE;
}

static void fill_subgroup_size(const struct vkf_physical_device *p, VkPhysicalDeviceSubgroupSizeControlProperties *s)
{
   s->minSubgroupSize = s->maxSubgroupSize = ISA_WAVE_LANES;
   s->maxComputeWorkgroupSubgroups = p->properties.limits.maxComputeWorkGroupInvocations / ISA_WAVE_LANES;
   s->requiredSubgroupSizeStages = VK_SHADER_STAGE_ALL_GRAPHICS | VK_SHADER_STAGE_COMPUTE_BIT;
}

/* Every operation rounds once to nearest even, keeps denormals, signed zeros, infinities and NaNs, in all widths. */
static void fill_float_controls(VkPhysicalDeviceFloatControlsProperties *f)
{
   f->denormBehaviorIndependence = VK_SHADER_FLOAT_CONTROLS_INDEPENDENCE_ALL;
   f->roundingModeIndependence = VK_SHADER_FLOAT_CONTROLS_INDEPENDENCE_ALL;
   f->shaderSignedZeroInfNanPreserveFloat16 = VK_TRUE;
   f->shaderSignedZeroInfNanPreserveFloat32 = VK_TRUE;
   f->shaderSignedZeroInfNanPreserveFloat64 = VK_TRUE;
   f->shaderDenormPreserveFloat16 = f->shaderDenormPreserveFloat32 = f->shaderDenormPreserveFloat64 = VK_TRUE;
   f->shaderDenormFlushToZeroFloat16 = f->shaderDenormFlushToZeroFloat32 = f->shaderDenormFlushToZeroFloat64 = VK_FALSE;
   f->shaderRoundingModeRTEFloat16 = f->shaderRoundingModeRTEFloat32 = f->shaderRoundingModeRTEFloat64 = VK_TRUE;
   f->shaderRoundingModeRTZFloat16 = f->shaderRoundingModeRTZFloat32 = f->shaderRoundingModeRTZFloat64 = VK_FALSE;
}

/* A captured dword is one of a vertex's record, and all of them may go into one buffer. */
static void fill_transform_feedback(VkPhysicalDeviceTransformFeedbackPropertiesEXT *t)
{
   t->maxTransformFeedbackStreams = GPU_GFX_STREAMS;
   t->maxTransformFeedbackBuffers = GPU_GFX_XFB_BUFFERS;
   t->maxTransformFeedbackBufferSize = UINT32_MAX & ~3u;
   t->maxTransformFeedbackStreamDataSize = 4 * GPU_GFX_XFB_ENTRIES;
   t->maxTransformFeedbackBufferDataSize = 4 * GPU_GFX_XFB_ENTRIES;
   t->maxTransformFeedbackBufferDataStride = SC_XFB_STRIDE_MAX_B;
   t->transformFeedbackQueries = VK_TRUE;
   t->transformFeedbackStreamsLinesTriangles = VK_TRUE;
   t->transformFeedbackRasterizationStreamSelect = VK_TRUE;
   t->transformFeedbackDraw = VK_TRUE;
}

/* Dot products are expanded: none is faster than its products and sums. */
static void fill_dot_product(VkPhysicalDeviceShaderIntegerDotProductProperties *d)
{
   VkBaseOutStructure *head = (VkBaseOutStructure *)d;
   memset(head + 1, 0, sizeof *d - sizeof *head);
}

void vkf_properties_fill(const struct vkf_physical_device *p, VkBaseOutStructure *s)
{
   if (vkf_versioned_properties_fill(p, s) || vkf_resource_properties_fill(s) || vkf_raster_properties_fill(s))
      return;
   switch (s->sType) {
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES:
      fill_id((VkPhysicalDeviceIDProperties *)s);
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES:
      fill_maintenance3(p, (VkPhysicalDeviceMaintenance3Properties *)s);
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES:
      ((VkPhysicalDeviceMaintenance4Properties *)s)->maxBufferSize = VKF_MAX(p->vram_B, p->sysmem_B);
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MULTIVIEW_PROPERTIES:
      fill_multiview((VkPhysicalDeviceMultiviewProperties *)s);
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DEPTH_STENCIL_RESOLVE_PROPERTIES:
      fill_resolve((VkPhysicalDeviceDepthStencilResolveProperties *)s);
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_POINT_CLIPPING_PROPERTIES:
      ((VkPhysicalDevicePointClippingProperties *)s)->pointClippingBehavior =
          VK_POINT_CLIPPING_BEHAVIOR_ALL_CLIP_PLANES;
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROTECTED_MEMORY_PROPERTIES:
      ((VkPhysicalDeviceProtectedMemoryProperties *)s)->protectedNoFault = VK_FALSE;
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FLOAT_CONTROLS_PROPERTIES:
      fill_float_controls((VkPhysicalDeviceFloatControlsProperties *)s);
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_PROPERTIES:
      fill_dot_product((VkPhysicalDeviceShaderIntegerDotProductProperties *)s);
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_PROPERTIES:
      ((VkPhysicalDeviceTimelineSemaphoreProperties *)s)->maxTimelineSemaphoreValueDifference = UINT64_MAX;
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_PROPERTIES_EXT: {
      VkPhysicalDeviceRobustness2PropertiesEXT *r = (VkPhysicalDeviceRobustness2PropertiesEXT *)s;
      r->robustStorageBufferAccessSizeAlignment = 1;
      r->robustUniformBufferAccessSizeAlignment = 1;
      break;
   }
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_ROBUSTNESS_PROPERTIES_EXT: {
      VkPhysicalDevicePipelineRobustnessPropertiesEXT *r = (VkPhysicalDevicePipelineRobustnessPropertiesEXT *)s;
      r->defaultRobustnessStorageBuffers = VK_PIPELINE_ROBUSTNESS_BUFFER_BEHAVIOR_ROBUST_BUFFER_ACCESS_EXT;
      r->defaultRobustnessUniformBuffers = VK_PIPELINE_ROBUSTNESS_BUFFER_BEHAVIOR_ROBUST_BUFFER_ACCESS_EXT;
      r->defaultRobustnessVertexInputs = VK_PIPELINE_ROBUSTNESS_BUFFER_BEHAVIOR_ROBUST_BUFFER_ACCESS_EXT;
      r->defaultRobustnessImages = VK_PIPELINE_ROBUSTNESS_IMAGE_BEHAVIOR_ROBUST_IMAGE_ACCESS_2_EXT;
      break;
   }
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PUSH_DESCRIPTOR_PROPERTIES_KHR:
      ((VkPhysicalDevicePushDescriptorPropertiesKHR *)s)->maxPushDescriptors = VKF_PUSH_DESCRIPTORS_MAX;
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_MEMORY_HOST_PROPERTIES_EXT:
      ((VkPhysicalDeviceExternalMemoryHostPropertiesEXT *)s)->minImportedHostPointerAlignment = GPU_CHUNK_B;
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FRAGMENT_SHADER_BARYCENTRIC_PROPERTIES_KHR:
      ((VkPhysicalDeviceFragmentShaderBarycentricPropertiesKHR *)s)->triStripVertexOrderIndependentOfProvokingVertex =
         VK_TRUE;
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TRANSFORM_FEEDBACK_PROPERTIES_EXT:
      fill_transform_feedback((VkPhysicalDeviceTransformFeedbackPropertiesEXT *)s);
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PERFORMANCE_QUERY_PROPERTIES_KHR:
      ((VkPhysicalDevicePerformanceQueryPropertiesKHR *)s)->allowCommandBufferQueryCopies = VK_TRUE;
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES:
      fill_subgroup((VkPhysicalDeviceSubgroupProperties *)s);
      break;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES:
      fill_subgroup_size(p, (VkPhysicalDeviceSubgroupSizeControlProperties *)s);
      break;
   default:
      break;
   }
}
