/* Quiescent-state reclamation: how unbind knows that no engine holds a pointer any more. An epoch counts unbinds; each agent publishes the
 * epoch it last saw, 0 while outside. synchronize() raises the epoch and waits until every agent shows it or 0.
 * Invariant: an agent that publishes epoch e reads every table change made before the epoch became e.
 */
#include "blocks.h"
#include <stdlib.h>

struct emu_agent {
   struct emu_agents *owner;
   struct emu_agent *next;
   _Atomic uint64_t seen; /* 0: outside */
};

struct emu_agents {
   _Atomic uint64_t epoch; /* >= 1 */
   pthread_mutex_t lock;   /* list; also held around signals so that none is lost */
   pthread_cond_t moved;
   emu_agent *list;
};

static void announce(struct emu_agents *as)
{
   pthread_mutex_lock(&as->lock);
   pthread_cond_broadcast(&as->moved);
   pthread_mutex_unlock(&as->lock);
}

/* Publish the epoch until it has not moved meanwhile: either we see the new one or synchronize() sees us. In the second case it may
 * have seen us with the old one and gone to sleep. */
static void publish(emu_agent *a)
{
   uint64_t e = atomic_load(&a->owner->epoch), now;
   for (;; e = now) {
      atomic_store(&a->seen, e);
      now = atomic_load(&a->owner->epoch);
      if (now == e)
         return;
      atomic_store(&a->seen, now);
      announce(a->owner);
   }
}

void emu_agent_enter(emu_agent *a)
{
   publish(a);
}

void emu_agent_quiesce(emu_agent *a)
{
   uint64_t seen = atomic_load_explicit(&a->seen, memory_order_relaxed);
   if (seen == 0 || atomic_load_explicit(&a->owner->epoch, memory_order_acquire) == seen)
      return;
   publish(a);
   announce(a->owner);
}

void emu_agent_leave(emu_agent *a)
{
   uint64_t seen = atomic_exchange(&a->seen, 0);
   if (seen != 0 && atomic_load(&a->owner->epoch) != seen)
      announce(a->owner);
}

emu_agent *emu_agent_create(emu_device *dev)
{
   emu_agent *a = calloc(1, sizeof(*a));
   if (!a)
      return NULL;
   a->owner = dev->agents;
   pthread_mutex_lock(&a->owner->lock);
   a->next = a->owner->list;
   a->owner->list = a;
   pthread_mutex_unlock(&a->owner->lock);
   return a;
}

void emu_agent_destroy(emu_agent *a)
{
   if (!a)
      return;
   struct emu_agents *as = a->owner;
   pthread_mutex_lock(&as->lock);
   emu_agent **link = &as->list;
   while (*link != a)
      link = &(*link)->next;
   *link = a->next;
   pthread_cond_broadcast(&as->moved);
   pthread_mutex_unlock(&as->lock);
   free(a);
}

static bool any_behind(struct emu_agents *as, uint64_t epoch)
{
   for (emu_agent *a = as->list; a; a = a->next) {
      uint64_t seen = atomic_load(&a->seen);
      if (seen != 0 && seen < epoch)
         return true;
   }
   return false;
}

void emu_agents_synchronize(emu_device *dev)
{
   struct emu_agents *as = dev->agents;
   pthread_mutex_lock(&as->lock);
   uint64_t epoch = atomic_fetch_add(&as->epoch, 1) + 1;
   while (any_behind(as, epoch))
      pthread_cond_wait(&as->moved, &as->lock);
   pthread_mutex_unlock(&as->lock);
}

bool emu_agents_create(emu_device *dev)
{
   struct emu_agents *as = calloc(1, sizeof(*as));
   if (!as)
      return false;
   atomic_init(&as->epoch, 1);
   if (pthread_mutex_init(&as->lock, NULL) != 0) {
      free(as);
      return false;
   }
   if (pthread_cond_init(&as->moved, NULL) != 0) {
      pthread_mutex_destroy(&as->lock);
      free(as);
      return false;
   }
   dev->agents = as;
   return true;
}

void emu_agents_destroy(emu_device *dev)
{
   struct emu_agents *as = dev->agents;
   pthread_cond_destroy(&as->moved);
   pthread_mutex_destroy(&as->lock);
   free(as);
   dev->agents = NULL;
}
