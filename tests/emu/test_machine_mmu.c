/* Page walks of every kind, every fault of the walker, TLBs and their invalidation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "machine_rig.h"

#define VA UINT64_C(0x123456600000) /* 2 MiB aligned, bits set at every level */
#define PA (UINT64_C(64) << 20)

static emu_device *dev;
static emu_agent *agent;
static emu_tlb tlb;

static int setup(void **state)
{
   dev = rig_open("fg1-nano");
   agent = emu_agent_create(dev);
   emu_tlb_init(&tlb, dev);
   rig_tables(dev);
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

static enum gpu_fault at(uint64_t va, enum gpu_access access, void **host, uint64_t *avail)
{
   *host = NULL;
   *avail = 0;
   return emu_tlb_translate(&tlb, va, access, host, avail);
}

static enum gpu_fault fault_of(uint64_t va, enum gpu_access access)
{
   void *host;
   uint64_t avail;
   rig_invalidate(dev);
   return at(va, access, &host, &avail);
}

static void expect_page(uint64_t va, uint64_t pa, uint64_t page_B)
{
   void *host;
   uint64_t avail, chunk_B;
   static const enum gpu_access accesses[] = {GPU_ACCESS_READ, GPU_ACCESS_WRITE, GPU_ACCESS_ATOMIC, GPU_ACCESS_EXECUTE};
   for (int again = 0; again < 2; again++)
      for (int i = 0; i < 4; i++) {
         assert_int_equal(at(va, accesses[i], &host, &avail), GPU_FAULT_NONE);
         assert_ptr_equal(host, emu_pa_host(dev, pa, &chunk_B));
         uint64_t fast_B = page_B < GPU_CHUNK_B ? page_B : GPU_CHUNK_B;
         assert_int_equal(avail, fast_B - va % fast_B);
      }
   bool fast = page_B >= GPU_CHUNK_B;
   assert_int_equal(emu_tlb_fast(&tlb, va, false) != NULL, fast);
   assert_int_equal(emu_tlb_fast(&tlb, va, true) != NULL, fast);
}

static void pages_of_every_size(void **state)
{
   rig_map_4k(dev, VA + 0x3000, PA + 0x7000, GPU_PTE_WRITE);
   expect_page(VA + 0x3123, PA + 0x7123, 4096);
   rig_map_64k(dev, VA + 0x10000, PA + 0x50000, GPU_PTE_WRITE);
   expect_page(VA + 0x1f00f, PA + 0x5f00f, 65536);
   expect_page(VA + 0x10000, PA + 0x50000, 65536);
   rig_map_2m(dev, VA + 0x200000, PA + 0x400000, GPU_PTE_WRITE);
   expect_page(VA + 0x3fffff, PA + 0x5fffff, 2 << 20);
   expect_page(VA + 0x212345, PA + 0x412345, 2 << 20);
   rig_map_4k(dev, 0, PA, GPU_PTE_WRITE);
   expect_page(0, PA, 4096);
   rig_map_4k(dev, UINT64_C(0xfffffffff000), PA + 0x1000, GPU_PTE_WRITE | GPU_PTE_SOFTWARE);
   expect_page(UINT64_C(0xffffffffffff), PA + 0x1fff, 4096);
}

static void software_bits_mean_nothing(void **state)
{
   rig_map_4k(dev, VA, PA, GPU_PTE_WRITE | GPU_PTE_SOFTWARE);
   *rig_pte(dev, VA, 1) |= GPU_PTE_SOFTWARE | GPU_PTE_WRITE;
   *rig_pte(dev, VA, 3) |= GPU_PTE_SOFTWARE;
   expect_page(VA, PA, 4096);
}

static void read_only(void **state)
{
   rig_map_4k(dev, VA, PA, 0);
   rig_map_64k(dev, VA + 0x10000, PA + 0x10000, 0);
   rig_map_2m(dev, VA + 0x200000, PA + 0x200000, 0);
   static const uint64_t offsets[] = {0, 0x10000, 0x200000};
   for (int i = 0; i < 3; i++) {
      assert_int_equal(fault_of(VA + offsets[i], GPU_ACCESS_READ), GPU_FAULT_NONE);
      assert_int_equal(fault_of(VA + offsets[i], GPU_ACCESS_EXECUTE), GPU_FAULT_NONE);
      void *host;
      uint64_t avail;
      at(VA + offsets[i], GPU_ACCESS_READ, &host, &avail); /* cached for reading only */
      assert_int_equal(at(VA + offsets[i], GPU_ACCESS_WRITE, &host, &avail), GPU_FAULT_READ_ONLY);
      assert_int_equal(at(VA + offsets[i], GPU_ACCESS_ATOMIC, &host, &avail), GPU_FAULT_READ_ONLY);
   }
}

static void unmapped_at_every_level(void **state)
{
   assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_UNMAPPED);
   rig_map_4k(dev, VA, PA, 0);
   for (unsigned level = 0; level < 4; level++) {
      uint64_t *e = rig_pte(dev, VA, level), good = *e;
      assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_NONE);
      *e &= ~GPU_PTE_VALID;
      *e |= UINT64_C(1) << 63; /* an invalid entry's other bits are free */
      assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_UNMAPPED);
      *e = good;
   }
   emu_mmio_write(dev, GPU_REG_MMU_ENABLE, 0);
   assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_UNMAPPED);
}

static void reserved_bits_at_every_level(void **state)
{
   rig_map_4k(dev, VA, PA, GPU_PTE_WRITE);
   for (unsigned level = 0; level < 4; level++) {
      uint64_t *e = rig_pte(dev, VA, level), good = *e;
      for (unsigned bit = GPU_PA_BITS; bit < 64; bit++) {
         *e = good | UINT64_C(1) << bit;
         assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_RESERVED_PTE);
      }
      *e = good;
   }
   assert_int_equal(fault_of(VA, GPU_ACCESS_WRITE), GPU_FAULT_NONE);
}

static void leaf_where_it_does_not_belong(void **state)
{
   rig_map_4k(dev, VA, PA, 0);
   for (unsigned level = 2; level < 4; level++) {
      uint64_t *e = rig_pte(dev, VA, level);
      *e |= GPU_PTE_LEAF;
      assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_RESERVED_PTE);
      *e &= ~GPU_PTE_LEAF;
   }
   uint64_t *e0 = rig_pte(dev, VA, 0), *e1 = rig_pte(dev, VA, 1);
   *e0 &= ~GPU_PTE_LEAF;
   assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_RESERVED_PTE);
   *e0 |= GPU_PTE_LEAF;
   *e1 |= GPU_PTE_CONTIG; /* a table entry is not contiguous */
   assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_RESERVED_PTE);
   *e1 &= ~GPU_PTE_CONTIG;
   assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_NONE);
}

static void large_pages_have_aligned_addresses(void **state)
{
   rig_map_2m(dev, VA, PA, 0);
   uint64_t *e = rig_pte(dev, VA, 1), good = *e;
   for (unsigned bit = 12; bit < 21; bit++) {
      *e = good | UINT64_C(1) << bit;
      assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_RESERVED_PTE);
   }
   *e = good | GPU_PTE_CONTIG;
   assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_RESERVED_PTE);
   *e = good;
   assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_NONE);
   rig_map_64k(dev, VA + (4 << 20), PA, 0);
   *rig_pte(dev, VA + (4 << 20) + 0x5000, 0) ^= 0x1000; /* the wrong sixteenth */
   assert_int_equal(fault_of(VA + (4 << 20) + 0x5000, GPU_ACCESS_READ), GPU_FAULT_RESERVED_PTE);
   assert_int_equal(fault_of(VA + (4 << 20) + 0x4000, GPU_ACCESS_READ), GPU_FAULT_NONE);
}

static void tables_lie_in_vram(void **state)
{
   rig_map_4k(dev, VA, PA, 0);
   for (unsigned level = 1; level < 4; level++) {
      uint64_t *e = rig_pte(dev, VA, level), good = *e;
      *e = dev->profile.vram_B | GPU_PTE_VALID;
      assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_RESERVED_PTE);
      *e = GPU_PA_SYSMEM | GPU_PTE_VALID;
      assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_RESERVED_PTE);
      *e = good;
   }
   emu_mmio_write(dev, GPU_REG_MMU_ROOT_LO, (uint32_t)RIG_ROOT + 8);
   assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_RESERVED_PTE);
   emu_mmio_write(dev, GPU_REG_MMU_ROOT_LO, (uint32_t)RIG_ROOT);
   emu_mmio_write(dev, GPU_REG_MMU_ROOT_HI, 0xffffffff);
   assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_RESERVED_PTE);
}

static void addresses_with_nothing_behind(void **state)
{
   rig_map_4k(dev, VA, dev->profile.vram_B, GPU_PTE_WRITE);
   rig_map_4k(dev, VA + 0x1000, GPU_PA_SYSMEM, GPU_PTE_WRITE);
   rig_map_2m(dev, VA + (2 << 20), UINT64_C(0xffffe00000), GPU_PTE_WRITE);
   assert_int_equal(fault_of(VA, GPU_ACCESS_READ), GPU_FAULT_BAD_ADDRESS);
   assert_int_equal(fault_of(VA + 0x1000, GPU_ACCESS_WRITE), GPU_FAULT_BAD_ADDRESS);
   assert_int_equal(fault_of(VA + (2 << 20), GPU_ACCESS_READ), GPU_FAULT_BAD_ADDRESS);
   assert_int_equal(fault_of(UINT64_C(1) << 48, GPU_ACCESS_READ), GPU_FAULT_BAD_ADDRESS);
   assert_int_equal(fault_of(UINT64_MAX, GPU_ACCESS_READ), GPU_FAULT_BAD_ADDRESS);
   assert_null(emu_tlb_fast(&tlb, UINT64_MAX, false));
}

static void stale_until_invalidated(void **state)
{
   void *host, *other;
   uint64_t avail;
   rig_map_64k(dev, VA, PA, GPU_PTE_WRITE);
   rig_map_4k(dev, VA + 0x20000, PA, GPU_PTE_WRITE);
   at(VA, GPU_ACCESS_WRITE, &host, &avail);
   at(VA + 0x20000, GPU_ACCESS_WRITE, &host, &avail);
   uint64_t misses = tlb.misses;
   rig_map_64k(dev, VA, PA + 0x10000, GPU_PTE_WRITE);
   *rig_pte(dev, VA + 0x20000, 0) = 0;
   at(VA, GPU_ACCESS_READ, &other, &avail);
   assert_ptr_equal(other, host);
   assert_int_equal(at(VA + 0x20000, GPU_ACCESS_READ, &other, &avail), GPU_FAULT_NONE);
   assert_int_equal(tlb.misses, misses);
   uint64_t generation = emu_mmu_generation(dev);
   rig_invalidate(dev);
   assert_int_not_equal(emu_mmu_generation(dev), generation);
   emu_tlb_sync(&tlb);
   assert_null(emu_tlb_fast(&tlb, VA, false));
   at(VA, GPU_ACCESS_READ, &other, &avail);
   assert_ptr_equal(other, (uint8_t *)host + 0x10000);
   assert_int_equal(at(VA + 0x20000, GPU_ACCESS_READ, &other, &avail), GPU_FAULT_UNMAPPED);
   assert_int_equal(tlb.misses, misses + 2);
   assert_true(emu_mmio_read(dev, GPU_REG_AT(COUNTER, LO, GPU_COUNTER_TLB_MISSES)) >= misses + 2);
}

static void entries_that_share_a_slot(void **state)
{
   void *host;
   uint64_t avail, chunk_B;
   for (unsigned i = 0; i < 3; i++) /* same index in the direct-mapped table */
      rig_map_64k(dev, VA + i * EMU_TLB_ENTRIES * UINT64_C(65536), PA + i * 65536, GPU_PTE_WRITE);
   for (unsigned n = 0; n < 9; n++) {
      assert_int_equal(at(VA + n % 3 * EMU_TLB_ENTRIES * UINT64_C(65536), GPU_ACCESS_WRITE, &host, &avail), GPU_FAULT_NONE);
      assert_ptr_equal(host, emu_pa_host(dev, PA + n % 3 * 65536, &chunk_B));
   }
}

static void copies_through_the_tlb(void **state)
{
   static uint8_t out[3 * 4096], in[3 * 4096];
   uint64_t fault_va = 0;
   for (unsigned i = 0; i < sizeof(out); i++)
      out[i] = (uint8_t)(i * 7 + i / 256);
   rig_map_4k(dev, VA, PA + 0x5000, GPU_PTE_WRITE); /* neighbours in VA, strangers in PA */
   rig_map_4k(dev, VA + 0x1000, PA + 0x1000, GPU_PTE_WRITE);
   rig_map_4k(dev, VA + 0x2000, PA + 0x9000, 0);
   for (unsigned at = 0; at < 16; at++) {
      assert_int_equal(emu_mem_write(&tlb, VA + at, out, 8192 - 2 * at, &fault_va), GPU_FAULT_NONE);
      assert_int_equal(emu_mem_read(&tlb, VA + at, in, 8192 - 2 * at, &fault_va), GPU_FAULT_NONE);
      assert_memory_equal(in, out, 8192 - 2 * at);
   }
   assert_int_equal(emu_mem_write(&tlb, VA + 10, out, sizeof(out) - 20, &fault_va), GPU_FAULT_READ_ONLY);
   assert_int_equal(fault_va, VA + 0x2000);
   assert_int_equal(emu_mem_read(&tlb, VA + 10, in, sizeof(out), &fault_va), GPU_FAULT_UNMAPPED);
   assert_int_equal(fault_va, VA + 0x3000);
   assert_memory_equal(in, out, 8192 - 10);
   uint64_t q = 0;
   assert_int_equal(emu_mem_write(&tlb, VA + 8, out + 8, 8, &fault_va), GPU_FAULT_NONE);
   assert_int_equal(emu_mem_read(&tlb, VA + 8, &q, 8, &fault_va), GPU_FAULT_NONE);
   assert_memory_equal(&q, out + 8, 8);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
   const struct CMUnitTest tests[] = {
      T(pages_of_every_size), T(software_bits_mean_nothing), T(read_only), T(unmapped_at_every_level),
      T(reserved_bits_at_every_level), T(leaf_where_it_does_not_belong), T(large_pages_have_aligned_addresses),
      T(tables_lie_in_vram), T(addresses_with_nothing_behind), T(stale_until_invalidated), T(entries_that_share_a_slot),
      T(copies_through_the_tlb),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
