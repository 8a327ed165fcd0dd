/* Profiles: the numbers that size a card, read from JSON (gpu/profiles/NAME.json are built in; a path
 * names a user's own). Unknown keys, wrong types and values out of range are errors that name the key. */
#ifndef EMU_PROFILE_H
#define EMU_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "isa.h"

typedef struct emu_class_cost {
   uint32_t issue_cycles;   /* scheduler cycles a wave instruction of this class occupies */
   uint32_t latency_cycles; /* until its result may be used */
} emu_class_cost;

enum { TIME_POLICY_OLDEST, TIME_POLICY_ROUND_ROBIN };

typedef struct emu_profile {
   char name[64];
   uint32_t cores, schedulers_per_core, waves_per_core;
   uint32_t core_clock_khz, cp_clock_khz, memory_clock_khz;
   uint64_t vram_B, sysmem_B;
   uint32_t lds_B_per_group, lds_B_per_core, scratch_max_B;
   uint32_t vregs_per_core;             /* vector registers x waves that fit, in units of one 32-lane register */
   uint32_t cp_sram_B;
   uint64_t watchdog_wave_instructions; /* 0: none */
   /* memory system of the timing model (gpu/manual/profiles.md says what each key means) */
   uint32_t l1_B, l1_line_B, l1_ways, l1_misses, l1_lookups_per_cycle, l1_latency_cycles;
   uint32_t scalar_B, scalar_latency_cycles, code_B;
   uint32_t tex_quads_per_cycle, tex_latency_cycles;
   uint32_t rop_colour_B, rop_depth_B, rop_misses, rop_latency_cycles;
   uint32_t xbar_B_per_cycle;
   uint32_t l2_B, l2_line_B, l2_ways, l2_misses, l2_latency_cycles, l2_slices, l2_B_per_cycle, l2_atomic_cycles;
   uint32_t tlb_entries, tlb2_entries, tlb2_lookups_per_cycle, tlb2_latency_cycles, tlb_tables, tlb_walks;
   uint32_t dram_channels, dram_banks, dram_row_B, dram_latency_cycles;
   uint32_t dram_rcd_clocks, dram_rp_clocks, dram_ras_clocks, dram_rrd_clocks, dram_idle_clocks, dram_writes;
   uint64_t dram_B_per_s, pcie_B_per_s;
   uint32_t pcie_latency_ns, pcie_packet_B, pcie_header_B, pcie_reads;
   uint32_t copy_B_per_cycle, copy_setup_ns, copy_bus_setup_ns;
   uint32_t launch_cycles;              /* from the start of a dispatch to its first workgroup */
   uint32_t scheduler_policy;           /* TIME_POLICY_* */
   uint32_t port_queue;                 /* memory instructions of a scheduler that a unit holds before it takes them */
   /* graphics */
   uint32_t draw_launch_cycles, front_indices_per_cycle, front_attributes_per_cycle, front_primitives_per_cycle;
   uint32_t tess_points_per_cycle, setup_primitives_per_cycle, bin_pairs_per_cycle, xfb_dwords_per_cycle;
   uint32_t front_batches, bin_batches, raster_tiles, raster_blocks_per_cycle, raster_quads_per_cycle, early_z_quads_per_cycle, rop_quads_per_cycle;
   emu_class_cost cost[ISA_CLASS_COUNT];
} emu_profile;

/* Load by name or path; on failure returns false and writes a message. */
bool emu_profile_load(const char *name_or_path, emu_profile *out, char *err, size_t err_size);
/* The i-th of the keys that hold one number, and its value; NULL behind the last. */
const char *emu_profile_key(const emu_profile *p, size_t i, uint64_t *value);

#endif
