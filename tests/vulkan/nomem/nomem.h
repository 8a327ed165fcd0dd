/* Failing allocations of the driver, from outside: the preloaded library nomem_shim counts every call by which the driver
 * (and nobody else in the process) asks the system for something, lets one of them fail, and knows what is still held. */
#ifndef NOMEM_H
#define NOMEM_H

struct nomem_live {
   long allocations; /* malloc and its family */
   long mapped_B;    /* mmap less munmap */
   long fds;         /* descriptors made and not closed, by whomever */
   long threads;     /* started; joined threads are not subtracted */
};

/* The nth request from now on fails, once; 0: none does. Starts counting anew. */
void nomem_arm(long nth);
long nomem_count(void); /* requests since then */
int nomem_hit(void);    /* the nth has come */
void nomem_live(struct nomem_live *out);

/* Environment, for programs that know nothing of this: NOMEM_FAIL=n arms at start; NOMEM_POINT=name:k lets the kth request
 * that comes from the point of that name fail (a point is a way through the driver's code, named by a hash). Files written at
 * exit: NOMEM_POINTS "name count" of each point met, NOMEM_REPORT "count hit allocations mapped_B fds" and, if one failed, the
 * addresses in the driver's library that led there, innermost first. */

#endif
