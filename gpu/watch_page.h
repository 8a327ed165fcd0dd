/* The counter page: a section of its own in which a running card shows other processes its counters. Manual: chapter "Counters". */
#ifndef GPU_WATCH_PAGE_H
#define GPU_WATCH_PAGE_H

#include "gpu.h"

#define GPU_WATCH_MAGIC UINT64_C(0x3148435441574746) /* "FGWATCH1" */

struct gpu_watch_page {
   uint64_t magic;
   uint32_t size_B; /* of this structure */
   uint32_t count;  /* of counters, in the order of counters.def */
   uint64_t copies; /* grows with every copy, odd while one is under way */
   char profile[64];
   uint64_t counter[GPU_COUNTER_COUNT];
};

#endif
