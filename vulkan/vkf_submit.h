/* vkQueueSubmit and vkQueueSubmit2. */
#ifndef VKF_SUBMIT_H
#define VKF_SUBMIT_H

#include "vkf.h"

struct vkf_queue;

/* Temporary imports whose last wait is done by the submission of that number; with the queue's lock held, or alone. */
void vkf_submit_free_retired(struct vkf_queue *queue, uint64_t finished);

#endif
