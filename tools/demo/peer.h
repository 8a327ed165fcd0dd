/* The second process: what its portable half (peer.c) needs of the operating system. */
#ifndef DEMO_PEER_H
#define DEMO_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct peer_source {
   const char *socket, *handle, *name; /* exactly one is not NULL, as text from the command line */
} peer_source;

/* Map size_B bytes of the section from offset 0, readable and writable. NULL with a message on failure. */
uint8_t *peer_map(const peer_source *src, uint64_t size_B);
/* Send bytes to the first process. */
bool peer_send(const void *data, uint64_t size_B);

#endif
