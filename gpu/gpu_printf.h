/* Format checking for functions in the manner of printf. On Windows the build asks for C99's formats, which
 * plain "printf" does not mean to GCC there. */
#ifndef GPU_GPU_PRINTF_H
#define GPU_GPU_PRINTF_H

#if defined(__MINGW32__) && !defined(__clang__)
#define GPU_PRINTF(format_index, first_arg) __attribute__((format(gnu_printf, format_index, first_arg)))
#else
#define GPU_PRINTF(format_index, first_arg) __attribute__((format(printf, format_index, first_arg)))
#endif

#endif
