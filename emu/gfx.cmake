# Graphics pipeline. Included by emu/CMakeLists.txt after the target `emu` exists. Compiled once, for the lowest level of
# x86-64, but for the inner loops: results are the same everywhere because the arithmetic is.
file(GLOB gfx_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/gfx/*.c)
list(FILTER gfx_sources EXCLUDE REGEX "/gfx_lanes\\.c$")
target_sources(emu PRIVATE ${gfx_sources})
set_source_files_properties(${gfx_sources} PROPERTIES COMPILE_OPTIONS "-O2;-march=x86-64-v2;-fno-trapping-math;-fno-math-errno")

# Inner loops, once for each level as the interpreter (cores.cmake).
set(lanes_v2 -march=x86-64-v2)
set(lanes_v3 -march=x86-64-v3)
set(lanes_v4 -march=x86-64-v4 -mprefer-vector-width=512)
foreach(level v2 v3 v4)
  add_library(emu_gfx_lanes_${level} OBJECT gfx/gfx_lanes.c)
  target_include_directories(emu_gfx_lanes_${level} PRIVATE
    ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/gfx ${CMAKE_CURRENT_SOURCE_DIR}/../gpu)
  target_compile_definitions(emu_gfx_lanes_${level} PRIVATE EMU_LEVEL=${level})
  target_compile_options(emu_gfx_lanes_${level} PRIVATE ${interp_flags} ${lanes_${level}})
  target_sources(emu PRIVATE $<TARGET_OBJECTS:emu_gfx_lanes_${level}>)
endforeach()
