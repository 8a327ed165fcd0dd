/* The driver inside the fuzz program, reached through its ICD entry point with the helpers of the driver's own tests
 * (vkt.h). Included once per target. */
#ifndef FUZZ_VK_H
#define FUZZ_VK_H

#include "vkt.h"
#include "fuzz.h"

extern VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL vk_icdGetInstanceProcAddr(VkInstance instance, const char *pName);

static struct vkt fuzz_vk;

static inline void fuzz_vk_open(void)
{
   setenv("FIGMENT_PROFILE", FUZZ_CARD, 1);
   setenv("FIGMENT_THREADS", "1", 1);
   vk.get = vk_icdGetInstanceProcAddr;
   vk.CreateInstance = (PFN_vkCreateInstance)vk.get(NULL, "vkCreateInstance");
   vkt_open(&fuzz_vk);
}

/* A new device, after one has been lost. */
static inline void fuzz_vk_reopen(void)
{
   vkt_close(&fuzz_vk);
   fuzz_vk_open();
}

#endif
