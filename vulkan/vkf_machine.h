/* The driver's only way to the card: this file pair alone includes emu/device.h.
 *
 * A machine is one opened card. Registers, aperture, doorbells, interrupts, the bus and the section port pass
 * through here; host failures come back as the VkResult that the calling command may return. Everything else
 * of the driver sees physical addresses, GPU addresses and registers only. */
#ifndef VKF_MACHINE_H
#define VKF_MACHINE_H

#include "vkf.h"

struct vkf_machine;
struct vkf_section;

#define VKF_TRAILER_MAX_B 4096u

/* VK_ERROR_INITIALIZATION_FAILED, _OUT_OF_HOST_MEMORY or _TOO_MANY_OBJECTS with a message in err. */
VkResult vkf_machine_open(struct vkf_machine **out, char *err, size_t err_B);
void vkf_machine_close(struct vkf_machine *m);
/* The process lets itself be watched from outside. */
bool vkf_machine_watched(void);
const char *vkf_machine_profile(const struct vkf_machine *m);

/* ---- registers: addresses as GPU_REG_* ------------------------------------------------------------ */
uint32_t vkf_machine_read(struct vkf_machine *m, uint32_t reg);
uint64_t vkf_machine_read64(struct vkf_machine *m, uint32_t reg_lo);
void vkf_machine_write(struct vkf_machine *m, uint32_t reg, uint32_t value);
void vkf_machine_write64(struct vkf_machine *m, uint32_t reg_lo, uint64_t value);
void vkf_machine_doorbell(struct vkf_machine *m, uint32_t ring, uint32_t wptr_dw);

/* Sleep until the number of interrupts differs from last or timeout_ns has passed (< 0: for ever, 0: do not
 * sleep); returns that number. */
uint64_t vkf_machine_irq_wait(struct vkf_machine *m, uint64_t last, int64_t timeout_ns);
/* Let everyone who sleeps there look again. */
void vkf_machine_irq_wake(struct vkf_machine *m);

/* ---- memory: addresses are physical, in 64 KiB chunks --------------------------------------------- */
void *vkf_machine_aperture(struct vkf_machine *m, uint64_t pa, uint64_t size_B);
/* Private VRAM that is free again: reads as zero from now on. */
void vkf_machine_discard(struct vkf_machine *m, uint64_t pa, uint64_t size_B);
VkResult vkf_machine_bind_host(struct vkf_machine *m, uint64_t pa, void *host, uint64_t size_B);
void vkf_machine_unbind_host(struct vkf_machine *m, uint64_t pa, uint64_t size_B);
VkResult vkf_machine_bind_section(struct vkf_machine *m, uint64_t pa, struct vkf_section *s);
void vkf_machine_unbind_section(struct vkf_machine *m, uint64_t pa, struct vkf_section *s);

/* ---- sections: memory with an operating-system handle of its own ---------------------------------- */
/* win32_security and win32_name: SECURITY_ATTRIBUTES and LPCWSTR, or NULL. */
VkResult vkf_section_create(uint64_t size_B, const void *trailer, uint32_t trailer_B,
                            const void *win32_security, const void *win32_name, struct vkf_section **out);
/* handle stays the caller's. VK_ERROR_INVALID_EXTERNAL_HANDLE, _OUT_OF_HOST_MEMORY or _TOO_MANY_OBJECTS; *why
 * is a text. */
VkResult vkf_section_import(intptr_t handle, uint64_t payload_B, struct vkf_section **out, const char **why);
VkResult vkf_section_import_name(const void *win32_name, uint64_t payload_B, struct vkf_section **out,
                                 const char **why);
/* A new handle, the caller's to close. */
VkResult vkf_section_export(struct vkf_section *s, uint32_t win32_access, bool inherit, intptr_t *handle);
void vkf_section_trailer(const struct vkf_section *s, void *out, size_t size_B);
/* Change part of the trailer, for others to read. */
void vkf_section_note(struct vkf_section *s, uint32_t at_B, const void *data, size_t size_B);
void *vkf_section_host(struct vkf_section *s);
void vkf_section_release(struct vkf_section *s);

#endif
