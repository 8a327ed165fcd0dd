#include <stdlib.h>
#include "model.h"
struct time_machine { emu_time_job *jobs[64]; unsigned n; uint64_t now; };
__attribute__((weak)) time_machine *time_machine_create(const emu_profile *p, bool d){(void)p;(void)d;return calloc(1,sizeof(time_machine));}
__attribute__((weak)) void time_machine_destroy(time_machine *m){free(m);}
__attribute__((weak)) void time_machine_launch(time_machine *m, emu_time_job *j, uint64_t s){j->start=s;m->jobs[m->n++]=j;}
__attribute__((weak)) enum time_progress time_machine_run(time_machine *m, uint64_t until){(void)until; if(!m->n) return TIME_IDLE; emu_time_job*j=m->jobs[0]; bool st; time_unit*u; while((u=time_job_take(j,&st))){ while(!u->complete) if(!time_unit_poll(j,u)) return TIME_STARVED; time_unit_release(j,u);} if(st) return TIME_STARVED; j->end=j->start+4000; j->done=true; for(unsigned i=1;i<m->n;i++)m->jobs[i-1]=m->jobs[i]; m->n--; return TIME_REACHED;}
__attribute__((weak)) uint64_t time_now(const time_machine *m){return m->now;}
__attribute__((weak)) time_memory *time_machine_memory(time_machine *m){(void)m;return NULL;}
__attribute__((weak)) void time_memory_invalidate(time_memory *m){(void)m;}
