# Shader cores. Included by emu/CMakeLists.txt after the target `emu` exists; files in emu/ itself are globbed
# there.
# The interpreter is one source compiled for three levels of x86-64; the host's level is chosen at run time.
target_sources(emu PRIVATE
  core/core_sectors.c
  core/core_trace.c
  core/decode.c
  core/interp_select.c
  core/memory.c
  core/program.c
  core/stage.c
  core/tex_exec.c
  core/tex_format.c
  core/tex_lod.c
  core/tex_memory.c
  core/tex_sample.c
  core/tex_view.c
  core/wave.c
)
figment_host_headers(emu xxhash.h)

# Always optimised: unoptimised handlers would not become vector code. None of these flags lets results differ;
# the uppermost vector halves are cleared by the interpreter itself where it leaves vector code.
set(interp_flags -O3 -fno-trapping-math -fno-math-errno)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND interp_flags -fno-tree-loop-distribute-patterns)
endif()
set(interp_v2 -march=x86-64-v2)
set(interp_v3 -march=x86-64-v3 -mno-vzeroupper)
set(interp_v4 -march=x86-64-v4 -mno-vzeroupper -mprefer-vector-width=512)
foreach(level v2 v3 v4)
  add_library(emu_interp_${level} OBJECT core/interp.c)
  target_include_directories(emu_interp_${level} PRIVATE
    ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/../gpu)
  target_compile_definitions(emu_interp_${level} PRIVATE EMU_LEVEL=${level})
  target_compile_options(emu_interp_${level} PRIVATE ${interp_flags} ${interp_${level}})
  target_sources(emu PRIVATE $<TARGET_OBJECTS:emu_interp_${level}>)
endforeach()

# The texture unit is compiled once, for the lowest level: it needs the rounding instructions, never libm.
set_source_files_properties(core/tex_exec.c core/tex_format.c core/tex_lod.c core/tex_memory.c core/tex_sample.c core/tex_view.c core/stage.c
  PROPERTIES COMPILE_OPTIONS "-O2;-march=x86-64-v2;-fno-trapping-math;-fno-math-errno")
