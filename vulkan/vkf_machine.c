/* The driver's only way to the card. Thin on purpose: no decision of the driver is taken here, only names and
 * error codes change. Leaves the meaning of registers and packets to the callers. */
#include "vkf_machine.h"
#include "emu/device.h"

_Static_assert(VKF_TRAILER_MAX_B == EMU_SECTION_TRAILER_B, "trailer size");

static emu_device *dev(struct vkf_machine *m)
{
   return (emu_device *)m;
}
static emu_section *sec(struct vkf_section *s)
{
   return (emu_section *)s;
}

static VkResult to_vk(emu_result r)
{
   switch (r) {
   case EMU_OK:
      return VK_SUCCESS;
   case EMU_E_NO_MEMORY:
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   case EMU_E_NO_HANDLES:
      return VK_ERROR_TOO_MANY_OBJECTS;
   case EMU_E_PROFILE:
   case EMU_E_SETTING:
      return VK_ERROR_INITIALIZATION_FAILED;
   case EMU_E_HANDLE:
   case EMU_E_EXISTS:
   case EMU_E_NOT_FOUND:
   case EMU_E_ACCESS:
      return VK_ERROR_INVALID_EXTERNAL_HANDLE;
   default:
      return VK_ERROR_OUT_OF_DEVICE_MEMORY;
   }
}

VkResult vkf_machine_open(struct vkf_machine **out, char *err, size_t err_B)
{
   emu_device *d = NULL;
   emu_result r = emu_device_open(&(emu_open_info){0}, &d, err, err_B);
   *out = (struct vkf_machine *)d;
   if (r == EMU_OK)
      return VK_SUCCESS;
   VkResult vr = to_vk(r);
   return vr == VK_ERROR_OUT_OF_HOST_MEMORY || vr == VK_ERROR_TOO_MANY_OBJECTS
              ? vr
              : VK_ERROR_INITIALIZATION_FAILED;
}

void vkf_machine_close(struct vkf_machine *m)
{
   if (m)
      emu_device_close(dev(m));
}

bool vkf_machine_watched(void)
{
   return emu_watched();
}

const char *vkf_machine_profile(const struct vkf_machine *m)
{
   return emu_device_profile_name((const emu_device *)m);
}

uint32_t vkf_machine_read(struct vkf_machine *m, uint32_t reg)
{
   return emu_mmio_read(dev(m), reg);
}

uint64_t vkf_machine_read64(struct vkf_machine *m, uint32_t reg_lo)
{
   uint32_t lo = emu_mmio_read(dev(m), reg_lo);
   return lo | (uint64_t)emu_mmio_read(dev(m), reg_lo + 4) << 32;
}

void vkf_machine_write(struct vkf_machine *m, uint32_t reg, uint32_t value)
{
   emu_mmio_write(dev(m), reg, value);
}

void vkf_machine_write64(struct vkf_machine *m, uint32_t reg_lo, uint64_t value)
{
   emu_mmio_write(dev(m), reg_lo, VKF_LO(value));
   emu_mmio_write(dev(m), reg_lo + 4, VKF_HI(value));
}

void vkf_machine_doorbell(struct vkf_machine *m, uint32_t ring, uint32_t wptr_dw)
{
   emu_doorbell(dev(m), ring, wptr_dw);
}

uint64_t vkf_machine_irq_wait(struct vkf_machine *m, uint64_t last, int64_t timeout_ns)
{
   return emu_irq_wait(dev(m), last, timeout_ns);
}

void vkf_machine_irq_wake(struct vkf_machine *m)
{
   emu_irq_wake(dev(m));
}

void *vkf_machine_aperture(struct vkf_machine *m, uint64_t pa, uint64_t size_B)
{
   return emu_aperture_map(dev(m), pa, size_B);
}

void vkf_machine_discard(struct vkf_machine *m, uint64_t pa, uint64_t size_B)
{
   emu_aperture_discard(dev(m), pa, size_B);
}

VkResult vkf_machine_bind_host(struct vkf_machine *m, uint64_t pa, void *host, uint64_t size_B)
{
   return to_vk(emu_sysmem_bind(dev(m), pa, host, size_B));
}

void vkf_machine_unbind_host(struct vkf_machine *m, uint64_t pa, uint64_t size_B)
{
   emu_sysmem_unbind(dev(m), pa, size_B);
}

VkResult vkf_machine_bind_section(struct vkf_machine *m, uint64_t pa, struct vkf_section *s)
{
   return to_vk(emu_section_bind(dev(m), pa, sec(s)));
}

void vkf_machine_unbind_section(struct vkf_machine *m, uint64_t pa, struct vkf_section *s)
{
   emu_section_unbind(dev(m), pa, sec(s));
}

VkResult vkf_section_create(uint64_t size_B, const void *trailer, uint32_t trailer_B,
                            const void *win32_security, const void *win32_name, struct vkf_section **out)
{
   emu_section *s = NULL;
   emu_result r = emu_section_create(&(emu_section_info){.size_B = size_B,
                                                         .trailer = trailer,
                                                         .trailer_B = trailer_B,
                                                         .win32_security = win32_security,
                                                         .win32_name = win32_name},
                                     &s);
   *out = (struct vkf_section *)s;
   return to_vk(r);
}

static VkResult imported(emu_result r, emu_section *s, struct vkf_section **out, const char **why)
{
   *out = r == EMU_OK ? (struct vkf_section *)s : NULL;
   *why = emu_result_text(r);
   VkResult vr = to_vk(r);
   return r == EMU_E_RANGE || r == EMU_E_HOST ? VK_ERROR_INVALID_EXTERNAL_HANDLE : vr;
}

VkResult vkf_section_import(intptr_t handle, uint64_t payload_B, struct vkf_section **out, const char **why)
{
   emu_section *s = NULL;
   emu_result r = emu_section_import(handle, payload_B, &s);
   return imported(r, s, out, why);
}

VkResult vkf_section_import_name(const void *win32_name, uint64_t payload_B, struct vkf_section **out,
                                 const char **why)
{
   emu_section *s = NULL;
   emu_result r = emu_section_import_name(win32_name, payload_B, &s);
   return imported(r, s, out, why);
}

VkResult vkf_section_export(struct vkf_section *s, uint32_t win32_access, bool inherit, intptr_t *handle)
{
   emu_result r = emu_section_export(sec(s), win32_access, inherit, handle);
   if (r == EMU_OK)
      return VK_SUCCESS;
   return r == EMU_E_NO_HANDLES ? VK_ERROR_TOO_MANY_OBJECTS : VK_ERROR_OUT_OF_HOST_MEMORY;
}

void vkf_section_trailer(const struct vkf_section *s, void *out, size_t size_B)
{
   emu_section_trailer((const emu_section *)s, out, size_B);
}

void vkf_section_note(struct vkf_section *s, uint32_t at_B, const void *data, size_t size_B)
{
   emu_section_note(sec(s), at_B, data, size_B);
}

void *vkf_section_host(struct vkf_section *s)
{
   return emu_section_host(sec(s));
}

void vkf_section_release(struct vkf_section *s)
{
   if (s)
      emu_section_unref(sec(s));
}
