/* What a SPIR-V capability asks of the device. */
#ifndef VKF_CAPABILITY_H
#define VKF_CAPABILITY_H

#include <stdbool.h>
#include <stdint.h>

/* Does this driver's device offer what the capability stands for? For sc_input.offers. */
bool vkf_offers_capability(uint32_t capability);

#endif
