# Entry of the firmware: stack at the end of SRAM (its size comes from ID.CP_SRAM_B), zeroed .bss, then fw_main.
# No trap handler is installed: a trap is a bug of the firmware, and the core halts with PC, CAUSE and TVAL for the host.
   .option norelax
   .section .text.start, "ax"
   .globl fw_start
fw_start:
   lui t0, 0x40000          # register space
   lw sp, 0x28(t0)          # ID.CP_SRAM_B
   lui t1, %hi(fw_bss_start)
   addi t1, t1, %lo(fw_bss_start)
   lui t2, %hi(fw_bss_end)
   addi t2, t2, %lo(fw_bss_end)
1: bgeu t1, t2, 2f
   sw zero, 0(t1)
   addi t1, t1, 4
   j 1b
2: call fw_main
   ebreak                   # fw_main does not return
