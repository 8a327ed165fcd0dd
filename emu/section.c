/* Section port: reference counts, trailers and argument checks that both systems share. A section knows nothing of devices;
 * vram.c puts it behind physical addresses.
 */
#include "section.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static emu_section *section_alloc(uint64_t payload_B)
{
   emu_section *s = calloc(1, sizeof(*s));
   if (s) {
      atomic_init(&s->refs, 1);
      s->payload_B = payload_B;
      s->handle = -1;
   }
   return s;
}

static emu_result section_finish(emu_section *s, emu_result r, emu_section **out)
{
   if (r == EMU_OK)
      *out = s;
   else
      free(s);
   return r;
}

static bool payload_valid(uint64_t payload_B)
{
   return payload_B > 0 && payload_B <= EMU_SECTION_MAX_B;
}

emu_result emu_section_create(const emu_section_info *info, emu_section **out)
{
   *out = NULL;
   if (!payload_valid(info->size_B) || info->trailer_B > EMU_SECTION_TRAILER_B)
      return EMU_E_RANGE;
   emu_section *s = section_alloc(info->size_B);
   if (!s)
      return EMU_E_NO_MEMORY;
   emu_result r = emu_section_os_create(s, info);
   if (r == EMU_OK && info->trailer)
      memcpy(s->map + emu_round_chunk(s->payload_B), info->trailer, info->trailer_B);
   return section_finish(s, r, out);
}

emu_result emu_section_import(intptr_t handle, uint64_t payload_B, emu_section **out)
{
   *out = NULL;
   if (!payload_valid(payload_B))
      return EMU_E_RANGE;
   emu_section *s = section_alloc(payload_B);
   return s ? section_finish(s, emu_section_os_import(s, handle), out) : EMU_E_NO_MEMORY;
}

emu_result emu_section_import_name(const void *win32_name, uint64_t payload_B, emu_section **out)
{
   *out = NULL;
   if (!payload_valid(payload_B))
      return EMU_E_RANGE;
   emu_section *s = section_alloc(payload_B);
   return s ? section_finish(s, emu_section_os_import_name(s, win32_name), out) : EMU_E_NO_MEMORY;
}

emu_result emu_section_export(emu_section *s, uint32_t win32_access, bool inherit, intptr_t *handle)
{
   *handle = -1;
   return emu_section_os_export(s, win32_access, inherit, handle);
}

void emu_section_trailer(const emu_section *s, void *out, size_t size_B)
{
   assert(size_B <= EMU_SECTION_TRAILER_B);
   memcpy(out, s->map + emu_round_chunk(s->payload_B), size_B);
}

void emu_section_note(emu_section *s, uint32_t at_B, const void *data, size_t size_B)
{
   assert(at_B <= EMU_SECTION_TRAILER_B && size_B <= EMU_SECTION_TRAILER_B - at_B);
   memcpy(s->map + emu_round_chunk(s->payload_B) + at_B, data, size_B);
}

void *emu_section_host(emu_section *s)
{
   return s->map;
}

uint64_t emu_section_payload_B(const emu_section *s)
{
   return s->payload_B;
}

void emu_section_ref(emu_section *s)
{
   atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
}

void emu_section_unref(emu_section *s)
{
   if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
      return;
   emu_section_os_close(s);
   free(s);
}
