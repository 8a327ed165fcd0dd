# Graphics pipeline. Included by emu/CMakeLists.txt after the target `emu` exists. Compiled once, for the lowest level of
# x86-64: results are the same everywhere because the arithmetic is.
file(GLOB gfx_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/gfx/*.c)
target_sources(emu PRIVATE ${gfx_sources})
set_source_files_properties(${gfx_sources} PROPERTIES COMPILE_OPTIONS "-O2;-march=x86-64-v2;-fno-trapping-math;-fno-math-errno")
