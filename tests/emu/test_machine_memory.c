/* Physical memory: private VRAM, bindings over it, system memory, discard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/mman.h>
#include <unistd.h>
#include "machine_rig.h"

#define CHUNK GPU_CHUNK_B
#define MiB (UINT64_C(1) << 20)

static emu_device *dev;
static emu_agent *agent;

static int setup(void **state)
{
   dev = rig_open("fg1-nano");
   agent = emu_agent_create(dev);
   emu_agent_enter(agent);
   return 0;
}

static int teardown(void **state)
{
   emu_agent_leave(agent);
   emu_agent_destroy(agent);
   emu_device_close(dev);
   return 0;
}

static uint8_t *host(uint64_t pa)
{
   uint64_t avail;
   return emu_pa_host(dev, pa, &avail);
}

static void private_is_zero_and_shared_with_the_aperture(void **state)
{
   uint64_t avail;
   uint8_t *a = emu_aperture_map(dev, 5 * MiB, 2 * MiB);
   assert_non_null(a);
   for (unsigned i = 0; i < 2 * MiB; i += 4096)
      assert_int_equal(a[i], 0);
   uint8_t *p = emu_pa_host(dev, 5 * MiB + 0x1234, &avail);
   assert_int_equal(avail, CHUNK - 0x1234);
   *p = 77;
   assert_int_equal(a[0x1234], 77);
}

static void edges_of_vram(void **state)
{
   uint64_t avail = 1, top = dev->profile.vram_B;
   assert_non_null(emu_pa_host(dev, top - 1, &avail));
   assert_int_equal(avail, 1);
   assert_null(emu_pa_host(dev, top, &avail));
   assert_int_equal(avail, 0);
   assert_null(emu_pa_host(dev, GPU_PA_SYSMEM, &avail));
   assert_null(emu_pa_host(dev, UINT64_C(1) << GPU_PA_BITS, &avail));
   assert_null(emu_pa_host(dev, UINT64_MAX, &avail));
   assert_non_null(emu_aperture_map(dev, top - CHUNK, CHUNK));
   assert_null(emu_aperture_map(dev, top - CHUNK, CHUNK + 1));
   assert_null(emu_aperture_map(dev, top, 1));
   assert_null(emu_aperture_map(dev, UINT64_MAX - 3, 8));
   assert_null(emu_aperture_map(dev, 0, 0));
   assert_null(emu_aperture_map(dev, 4096, UINT64_MAX - 100));
}

static void discard_zeroes_and_returns_memory(void **state)
{
   unsigned char resident[2 * MiB / 4096];
   uint8_t *a = emu_aperture_map(dev, 64 * MiB, 2 * MiB);
   memset(a, 0xaa, 2 * MiB);
   emu_aperture_discard(dev, 64 * MiB + CHUNK, MiB);
   assert_int_equal(a[CHUNK - 1], 0xaa);
   assert_int_equal(mincore(a + CHUNK, MiB, resident), 0);
   for (unsigned i = 0; i < MiB / 4096; i++)
      assert_int_equal(resident[i] & 1, 0);
   for (uint64_t i = CHUNK; i < CHUNK + MiB; i++)
      assert_int_equal(a[i], 0);
   assert_int_equal(a[CHUNK + MiB], 0xaa);
   emu_aperture_discard(dev, 64 * MiB + 4096, CHUNK);         /* not aligned: nothing */
   emu_aperture_discard(dev, dev->profile.vram_B, CHUNK);     /* outside: nothing */
   emu_aperture_discard(dev, 64 * MiB, UINT64_MAX - CHUNK + 1); /* wraps: nothing */
   assert_int_equal(a[0], 0xaa);
}

static emu_section *section(uint64_t size_B)
{
   emu_section *s = NULL;
   assert_int_equal(emu_section_create(&(emu_section_info){.size_B = size_B}, &s), EMU_OK);
   return s;
}

/* bind and unbind wait for agents, so this thread's has to be outside */
static emu_result bind(uint64_t pa, emu_section *s)
{
   emu_agent_leave(agent);
   emu_result r = emu_section_bind(dev, pa, s);
   emu_agent_enter(agent);
   return r;
}

static void unbind(uint64_t pa, emu_section *s)
{
   emu_agent_leave(agent);
   emu_section_unbind(dev, pa, s);
   emu_agent_enter(agent);
}

static void section_shows_through_and_goes(void **state)
{
   emu_section *s = section(3 * CHUNK - 100);
   uint8_t *payload = emu_section_host(s);
   uint64_t pa = 300 * MiB; /* crosses no leaf; the next test does */
   memset(emu_aperture_map(dev, pa, 4 * CHUNK), 0x55, 4 * CHUNK);
   assert_int_equal(bind(pa, s), EMU_OK);
   assert_ptr_equal(host(pa), payload);
   assert_ptr_equal(host(pa + 2 * CHUNK + 5), payload + 2 * CHUNK + 5);
   assert_int_equal(*host(pa), 0);
   assert_int_equal(*host(pa + 3 * CHUNK), 0x55);
   *host(pa + CHUNK) = 9;
   assert_int_equal(payload[CHUNK], 9);
   assert_ptr_equal(emu_aperture_map(dev, pa + CHUNK, 2 * CHUNK), payload + CHUNK);
   assert_null(emu_aperture_map(dev, pa + CHUNK, 3 * CHUNK));  /* half bound, half private */
   assert_null(emu_aperture_map(dev, pa - CHUNK, 2 * CHUNK));
   emu_aperture_discard(dev, pa, 4 * CHUNK);                   /* skips the section */
   assert_int_equal(payload[CHUNK], 9);
   assert_int_equal(*host(pa + 3 * CHUNK), 0);
   unbind(pa, s);
   for (unsigned i = 0; i < 4 * CHUNK; i += 64)
      assert_int_equal(*host(pa + i), 0); /* neither the section's bytes nor what was there before */
   assert_int_equal(payload[CHUNK], 9);
   emu_section_unref(s);
}

static void binding_across_leaves_and_conflicts(void **state)
{
   emu_section *a = section(4 * CHUNK), *b = section(CHUNK);
   uint64_t pa = 256 * MiB - 2 * CHUNK;
   assert_int_equal(bind(pa, a), EMU_OK);
   assert_ptr_equal(host(256 * MiB + 1), (uint8_t *)emu_section_host(a) + 2 * CHUNK + 1);
   assert_int_equal(bind(pa + 3 * CHUNK, b), EMU_E_BUSY);
   assert_int_equal(bind(pa - CHUNK, a), EMU_E_BUSY);
   assert_int_equal(bind(pa + 4 * CHUNK, b), EMU_OK);
   assert_int_equal(bind(pa + 100, b), EMU_E_RANGE);
   assert_int_equal(bind(dev->profile.vram_B, b), EMU_E_RANGE);
   assert_int_equal(bind(dev->profile.vram_B - CHUNK, a), EMU_E_RANGE);
   unbind(pa + 4 * CHUNK, a); /* not what is bound there: nothing happens */
   assert_ptr_equal(host(pa + 4 * CHUNK), emu_section_host(b));
   /* the same section twice, once in the system memory range */
   assert_int_equal(bind(GPU_PA_SYSMEM + 8 * CHUNK, b), EMU_OK);
   assert_ptr_equal(host(GPU_PA_SYSMEM + 8 * CHUNK), emu_section_host(b));
   emu_section_unref(b); /* the device holds its own */
   *host(GPU_PA_SYSMEM + 8 * CHUNK) = 1;
   assert_int_equal(*host(pa + 4 * CHUNK), 1);
   unbind(pa, a);
   emu_section_unref(a);
}

static void system_memory(void **state)
{
   uint8_t *memory = aligned_alloc(CHUNK, 2 * CHUNK);
   uint64_t pa = GPU_PA_SYSMEM + 1024 * MiB;
   assert_int_equal(emu_sysmem_bind(dev, pa + 1, memory, CHUNK), EMU_E_RANGE);
   assert_int_equal(emu_sysmem_bind(dev, pa, memory + 4096, CHUNK), EMU_E_RANGE);
   assert_int_equal(emu_sysmem_bind(dev, pa, memory, CHUNK / 2), EMU_E_RANGE);
   assert_int_equal(emu_sysmem_bind(dev, pa, NULL, CHUNK), EMU_E_RANGE);
   assert_int_equal(emu_sysmem_bind(dev, 0, memory, CHUNK), EMU_E_RANGE);
   assert_int_equal(emu_sysmem_bind(dev, GPU_PA_SYSMEM + dev->profile.sysmem_B - CHUNK, memory, 2 * CHUNK), EMU_E_RANGE);
   assert_int_equal(emu_sysmem_bind(dev, pa, memory, 2 * CHUNK), EMU_OK);
   assert_int_equal(emu_sysmem_bind(dev, pa + CHUNK, memory, CHUNK), EMU_E_BUSY);
   assert_ptr_equal(host(pa + CHUNK + 7), memory + CHUNK + 7);
   assert_null(host(pa + 2 * CHUNK));
   emu_agent_leave(agent);
   emu_sysmem_unbind(dev, pa, CHUNK); /* not the range that was bound */
   assert_non_null(host(pa));
   emu_sysmem_unbind(dev, pa, 2 * CHUNK);
   emu_agent_enter(agent);
   assert_null(host(pa));
   free(memory);
}

static long resident_pages(void)
{
   long size, resident = 0;
   FILE *f = fopen("/proc/self/statm", "r");
   if (!f || fscanf(f, "%ld %ld", &size, &resident) != 2)
      resident = -1;
   if (f)
      fclose(f);
   return resident;
}

static void a_large_card_is_cheap(void **state)
{
   long before = resident_pages();
   emu_device *large = rig_open("fg1");
   assert_non_null(emu_aperture_map(large, 0, large->profile.vram_B));
   assert_true((resident_pages() - before) * 4 < 4 * 1024); /* KiB */
   emu_device_close(large);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(private_is_zero_and_shared_with_the_aperture, setup, teardown),
      cmocka_unit_test_setup_teardown(edges_of_vram, setup, teardown),
      cmocka_unit_test_setup_teardown(discard_zeroes_and_returns_memory, setup, teardown),
      cmocka_unit_test_setup_teardown(section_shows_through_and_goes, setup, teardown),
      cmocka_unit_test_setup_teardown(binding_across_leaves_and_conflicts, setup, teardown),
      cmocka_unit_test_setup_teardown(system_memory, setup, teardown),
      cmocka_unit_test(a_large_card_is_cheap),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
