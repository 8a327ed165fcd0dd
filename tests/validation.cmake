# Programs of our own under the Khronos validation layer with synchronization validation: no error message. Included last, when
# all programs are known.
#
# Tests that break the specification on purpose, or lose their device, are left out by VKT_NO_MISTAKES (vkt_mistakes_test of vkt.h);
# vk_validation brings the layer itself. What the layer is wrong about is named with the program, and why:
set(wrong_of_layer_vk_sync # takes a copy of queries that may not be there yet for a mistake, also where that is allowed
  UNASSIGNED-CoreValidation-DrawState-InvalidQuery)
set(wrong_of_layer_vk_timeline # after a wait for any of several semaphores it waits for all, and says that this is its own bug
  UNASSIGNED-VkSemaphore-state-timeout)

set(validation_layer /usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json)
if(WIN32 OR NOT EXISTS ${validation_layer})
  message(STATUS "the validation layer is not installed: tests validation/* are left out")
  return()
endif()
set(icd ${CMAKE_BINARY_DIR}/share/vulkan/icd.d/figment_icd.x86_64.json)
set(with_xvfb ${CMAKE_SOURCE_DIR}/tests/vulkan/window/with_xvfb)
set(validation_environment VK_DRIVER_FILES=${icd} VK_ICD_FILENAMES=${icd} VK_LOADER_LAYERS_DISABLE=~implicit~
  VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation VK_LAYER_SETTINGS_PATH=${CMAKE_SOURCE_DIR}/tests/vulkan/validation)

# validated(NAME COMMAND ARGUMENTS...)
function(validated name)
  set(timing off)
  if(name STREQUAL vk_sync) # measures it
    set(timing approx)
  endif()
  add_test(NAME validation/${name} COMMAND ${ARGN})
  set_tests_properties(validation/${name} PROPERTIES LABELS short TIMEOUT 600 SKIP_RETURN_CODE 77 RESOURCE_LOCK ${name}
    FAIL_REGULAR_EXPRESSION "Validation Error;SYNC-HAZARD"
    ENVIRONMENT "${validation_environment};FIGMENT_TIMING=${timing};VKT_NO_MISTAKES=1;VK_LAYER_MESSAGE_ID_FILTER=${wrong_of_layer_${name}}")
endfunction()

file(GLOB programs RELATIVE ${CMAKE_SOURCE_DIR}/tests/vulkan ${CMAKE_SOURCE_DIR}/tests/vulkan/vk_*.c)
foreach(source IN LISTS programs)
  get_filename_component(program ${source} NAME_WE)
  if(TARGET ${program} AND NOT program STREQUAL vk_validation)
    validated(${program} ${program})
  endif()
endforeach()
foreach(slow vk_precision vk_timeline) # much arithmetic; the layer's waits of ten seconds
  if(TARGET ${slow})
    set_tests_properties(validation/${slow} PROPERTIES LABELS medium)
  endif()
endforeach()
if(TARGET window_x11)
  validated(window_x11 ${with_xvfb} $<TARGET_FILE:window_x11>)
endif()
if(TARGET window_wayland)
  validated(window_wayland window_wayland)
endif()
foreach(program test_external_fd test_frames)
  if(TARGET ${program})
    validated(${program} ${program})
    set_tests_properties(validation/${program} PROPERTIES WORKING_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
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
if(TARGET figment-microbench)
  validated(microbench figment-microbench --quick --quiet)
endif()
if(TARGET figment-scene)
  validated(scene figment-scene --png ${CMAKE_BINARY_DIR}/tests/validated-scene.png --size 160x90 --frames 4 --samples 4)
endif()
if(TARGET figment-demo AND TARGET figment-peer)
  validated(demo figment-demo --peer $<TARGET_FILE:figment-peer> --png ${CMAKE_BINARY_DIR}/tests/validated.png)
endif()
find_program(VKCUBE vkcube)
if(VKCUBE)
  validated(vkcube ${with_xvfb} ${VKCUBE} --c 60)
endif()

# The layer does look, and is heard.
if(TARGET vk_memory)
  add_test(NAME validation/mistakes_are_told COMMAND vk_memory)
  set_tests_properties(validation/mistakes_are_told PROPERTIES LABELS short TIMEOUT 120
    PASS_REGULAR_EXPRESSION "Validation Error" ENVIRONMENT "${validation_environment}")
endif()
