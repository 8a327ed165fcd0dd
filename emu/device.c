/* The card as a whole: powers the blocks up in the order in which they need each other and down in the opposite one. Nothing here does GPU work.
 */
#include "blocks.h"
#include "labels.h"
#include "settings.h"
#include "time/timing.h"
#include "watch.h"
#include <stdio.h>
#include <stdlib.h>

const char *emu_result_text(emu_result r)
{
   switch (r) {
   case EMU_OK: return "success";
   case EMU_E_NO_MEMORY: return "host memory, address space or threads exhausted";
   case EMU_E_NO_HANDLES: return "too many open files or handles";
   case EMU_E_PROFILE: return "profile unknown, unreadable or out of range";
   case EMU_E_SETTING: return "a FIGMENT_* variable is unknown or has an unknown value";
   case EMU_E_RANGE: return "address or size outside the memory or not aligned";
   case EMU_E_BUSY: return "physical range already bound";
   case EMU_E_HANDLE: return "not a section, not mappable, too small, or not sealed against shrinking";
   case EMU_E_EXISTS: return "a section of that name exists";
   case EMU_E_NOT_FOUND: return "no section of that name";
   case EMU_E_ACCESS: return "the operating system denied access";
   case EMU_E_HOST: return "unexpected host failure";
   }
   return "unknown result";
}

/* Parts that can only fail for want of host memory or threads. */
#define PLAIN_PART(part)                                                                                     \
   static emu_result create_##part(emu_device *dev)                                                          \
   {                                                                                                         \
      return emu_##part##_create(dev) ? EMU_OK : EMU_E_NO_MEMORY;                                            \
   }
PLAIN_PART(agents)
PLAIN_PART(mmu)
PLAIN_PART(fault)
PLAIN_PART(irq)
PLAIN_PART(regs)
PLAIN_PART(labels)
PLAIN_PART(cp)
PLAIN_PART(dma)
PLAIN_PART(cs)
PLAIN_PART(gfx)
PLAIN_PART(time)
#undef PLAIN_PART

/* ORDER create: agents before memory (unbind waits for them), the processor before the engines that send it events, the timing
 * unit last: its jobs hold programs of the engines */
static const struct {
   const char *what;
   emu_result (*create)(emu_device *);
   void (*destroy)(emu_device *);
} parts[] = {
   {"agents", create_agents, emu_agents_destroy},
   {"translation", create_mmu, emu_mmu_destroy},
   {"memory", emu_vram_create, emu_vram_destroy},
   {"fault unit", create_fault, emu_fault_destroy},
   {"interrupt line", create_irq, emu_irq_destroy},
   {"registers", create_regs, emu_regs_destroy},
   {"labels", create_labels, emu_labels_destroy},
   {"command processor", create_cp, emu_cp_destroy},
   {"copy engine", create_dma, emu_dma_destroy},
   {"compute front end", create_cs, emu_cs_destroy},
   {"graphics front end", create_gfx, emu_gfx_destroy},
   {"timing unit", create_time, emu_time_destroy},
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static void destroy_parts(emu_device *dev, size_t created)
{
   while (created > 0)
      parts[--created].destroy(dev);
}

static emu_result create_parts(emu_device *dev, char *err, size_t err_size)
{
   for (size_t i = 0; i < PARTS; i++) {
      emu_result r = parts[i].create(dev);
      if (r == EMU_OK)
         continue;
      destroy_parts(dev, i);
      snprintf(err, err_size, "cannot create the device's %s: %s", parts[i].what, emu_result_text(r));
      return r;
   }
   return EMU_OK;
}

static emu_result open_device(const char *profile, emu_device **out, char *err, size_t err_size)
{
   emu_device *dev = calloc(1, sizeof(*dev));
   emu_result r = EMU_OK;
   if (!dev) {
      snprintf(err, err_size, "host memory exhausted");
      return EMU_E_NO_MEMORY;
   }
   if (!emu_settings_read(profile, &dev->settings, err, err_size))
      r = EMU_E_SETTING;
   else if (!emu_profile_load(dev->settings.profile, &dev->profile, err, err_size))
      r = EMU_E_PROFILE;
   else
      r = create_parts(dev, err, err_size);
   if (r != EMU_OK) {
      free(dev);
      return r;
   }
   emu_report_open(dev);
   emu_watch_open(dev);
   *out = dev;
   return EMU_OK;
}

emu_result emu_device_open(const emu_open_info *info, emu_device **out, char *err, size_t err_size)
{
   char text[1024] = "";
   *out = NULL;
   emu_result r = open_device(info ? info->profile : NULL, out, text, sizeof(text));
   if (r != EMU_OK && err && err_size > 0)
      snprintf(err, err_size, "%s", text);
   else if (r != EMU_OK)
      fprintf(stderr, "figment: %s\n", text);
   return r;
}

void emu_device_close(emu_device *dev)
{
   if (!dev)
      return;
   emu_reg_write(dev, GPU_REG_CP_RESET, 1, false);
   emu_watch_close(dev);
   emu_report_close(dev);
   destroy_parts(dev, PARTS);
   free(dev);
}

const char *emu_device_profile_name(const emu_device *dev)
{
   return dev->profile.name;
}

/* The MMU, IRQ.ENABLE and the counters keep their values: the driver sets them up while the processor is held in reset. */
void emu_device_reset(emu_device *dev)
{
   emu_cp_write(dev, GPU_REG_CP_RESET, 1, false); /* parks the processor and resets the engines */
   emu_time_reset(dev);
   emu_regs_reset(dev);
   emu_labels_reset(dev);
   emu_fault_reset(dev);
   emu_irq_reset(dev);
   emu_mmu_invalidate(dev);
}
