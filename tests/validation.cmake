# Programs of our own under the Khronos validation layer with synchronization validation: no error message. Included last, when
# all programs are known.
#
# Not among them, for they make mistakes on purpose, or leave out what costs nothing on this card:
#   vk_abuse vk_gfx_abuse vk_loss                 bad input and lost devices
#   vk_api vk_capability vk_compute vk_memory vk_robustness vk_pointers vk_queues vk_sync   requests that are to be refused, or
#                                                 command buffers submitted while they run
#   vk_core11 vk_diagnostics                      structures of later versions, or with types to be ignored
#   vk_blit vk_transfer vk_descriptors vk_images vk_clear_attachments   images without transitions of layout, which do nothing here
#   vk_external vk_external_sync vk_wsi vk_xfb    payloads, sizes and windows that the layer cannot know
#   vk_timeline                                   the layer waits for values that the host signals later, and says that this is its own bug
set(validation_layer /usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json)
if(WIN32 OR NOT EXISTS ${validation_layer})
  message(STATUS "the validation layer is not installed: tests validation/* are left out")
  return()
endif()
set(icd ${CMAKE_BINARY_DIR}/share/vulkan/icd.d/figment_icd.x86_64.json)
set(validation_environment VK_DRIVER_FILES=${icd} VK_ICD_FILENAMES=${icd} VK_LOADER_LAYERS_DISABLE=~implicit~
  VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation VK_LAYER_SETTINGS_PATH=${CMAKE_SOURCE_DIR}/tests/vulkan/validation
  FIGMENT_TIMING=off)

# validated(NAME COMMAND ARGUMENTS...)
function(validated name)
  add_test(NAME validation/${name} COMMAND ${ARGN})
  set_tests_properties(validation/${name} PROPERTIES LABELS short TIMEOUT 600 SKIP_RETURN_CODE 77
    FAIL_REGULAR_EXPRESSION "Validation Error;SYNC-HAZARD"
    ENVIRONMENT "${validation_environment}")
endfunction()

foreach(program vk_push vk_queries vk_recording vk_extras vk_device_group vk_conversions)
  if(TARGET ${program})
    validated(${program} ${program})
  endif()
endforeach()
if(TARGET programs)
  validated(programs programs --spirv ${CMAKE_BINARY_DIR}/tests/programs/plain
    --expected ${CMAKE_SOURCE_DIR}/tests/programs/expected.txt)
endif()
if(TARGET frames)
  validated(frames frames --icd ${icd} --out ${CMAKE_BINARY_DIR}/tests/frames/validated)
endif()
if(TARGET bench_graphics)
  validated(bench_graphics bench_graphics --quick)
endif()
if(TARGET figment-demo AND TARGET figment-peer)
  validated(demo figment-demo --peer $<TARGET_FILE:figment-peer> --png ${CMAKE_BINARY_DIR}/tests/validated.png)
endif()

# The layer does look, and is heard.
if(TARGET vk_memory)
  add_test(NAME validation/mistakes_are_told COMMAND vk_memory)
  set_tests_properties(validation/mistakes_are_told PROPERTIES LABELS short TIMEOUT 120
    PASS_REGULAR_EXPRESSION "Validation Error" ENVIRONMENT "${validation_environment}")
endif()
