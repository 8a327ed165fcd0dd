# The timing model. Included by emu/CMakeLists.txt after the target `emu` exists. Integers only, so one level of x86-64 is enough.
file(GLOB time_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/time/*.c)
target_sources(emu PRIVATE ${time_sources})
set_source_files_properties(${time_sources} PROPERTIES COMPILE_OPTIONS "-O3;-march=x86-64-v2")
