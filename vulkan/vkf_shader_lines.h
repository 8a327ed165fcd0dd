/* Source lines of shaders, for profiles: FIGMENT_SHADER_LINES=file. */
#ifndef VKF_SHADER_LINES_H
#define VKF_SHADER_LINES_H

#include "sc.h"
#include "vkf_shader_module.h"

/* Does somebody want them? Then programs are compiled with sc_input.want_origins, and come from no cache. */
bool vkf_shader_lines_wanted(void);
/* Append what is known of a program: a JSON object on a line of its own, under the program's
 * gpu_program_hash. A module without debug information gives none. What cannot be written is said once on
 * stderr. */
void vkf_shader_lines_write(const struct vkf_shader_module *module, const sc_input *in,
                            const sc_program *program);

#endif
