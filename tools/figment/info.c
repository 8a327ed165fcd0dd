/* figment info: power up a card and say what it is, through nothing but its registers. */
#include <inttypes.h>
#include <stdio.h>

#include "emu/device.h"
#include "gpu.h"
#include "regs.h"
#include "tool.h"

enum { OPT_PROFILE, OPT_REGISTERS };

static const tool_option options[] = {
   {"--profile", "-p", "NAME|FILE", "which card; default: FIGMENT_PROFILE, else fg1"},
   {"--registers", "-r", NULL, "dump every readable register"},
   {0},
};

static int run(const tool_command *c, int argc, char **argv);

const tool_command tool_info = {
   "info",
   "identify a card: profile, sizes, registers",
   "",
   "",
   "   figment info --profile fg1-nano --registers",
   options,
   false,
   run,
};

static uint32_t read_register(void *ctx, uint32_t address)
{
   return emu_mmio_read(ctx, address);
}

static void put(void *ctx, const char *text)
{
   (void)ctx;
   puts(text);
}

static uint64_t read_pair(emu_device *dev, uint32_t low)
{
   return (uint64_t)emu_mmio_read(dev, low + 4) << 32 | emu_mmio_read(dev, low);
}

static void print_card(emu_device *dev)
{
   uint32_t magic = emu_mmio_read(dev, GPU_REG_ID_MAGIC);

   printf("profile            %s\n", emu_device_profile_name(dev));
   printf("magic              0x%08" PRIx32 "%s\n", magic, magic == GPU_MAGIC ? "" : " (not a Figment card)");
   printf("contract version   %" PRIu32 "\n", emu_mmio_read(dev, GPU_REG_ID_ABI));
   printf("hardware revision  %" PRIu32 "\n", emu_mmio_read(dev, GPU_REG_ID_REVISION));
   printf("cores              %" PRIu32 ", %" PRIu32 " schedulers each, %" PRIu32 " resident waves each\n",
          emu_mmio_read(dev, GPU_REG_ID_CORES), emu_mmio_read(dev, GPU_REG_ID_SCHEDULERS),
          emu_mmio_read(dev, GPU_REG_ID_WAVES_PER_CORE));
   printf("core clock         %g MHz\n", emu_mmio_read(dev, GPU_REG_ID_CORE_CLOCK_KHZ) / 1000.0);
   printf("command processor  %g MHz, %" PRIu32 " KiB SRAM\n",
          emu_mmio_read(dev, GPU_REG_ID_CP_CLOCK_KHZ) / 1000.0,
          emu_mmio_read(dev, GPU_REG_ID_CP_SRAM_B) / 1024);
   printf("rings              %" PRIu32 "\n", emu_mmio_read(dev, GPU_REG_ID_RINGS));
   printf("VRAM               %" PRIu64 " MiB\n", read_pair(dev, GPU_REG_ID_VRAM_LO) >> 20);
   printf("system memory      %" PRIu64 " MiB addressable\n", read_pair(dev, GPU_REG_ID_SYSMEM_LO) >> 20);
   printf("LDS                %" PRIu32 " KiB per workgroup\n", emu_mmio_read(dev, GPU_REG_ID_LDS_B) / 1024);
   printf("scratch            %" PRIu32 " KiB per lane\n",
          emu_mmio_read(dev, GPU_REG_ID_SCRATCH_MAX_B) / 1024);
   printf("watchdog           %" PRIu32 " x 2^20 instructions per wave\n",
          emu_mmio_read(dev, GPU_REG_ID_WATCHDOG_M));
}

static int run(const tool_command *c, int argc, char **argv)
{
   tool_line line;
   emu_device *dev;
   char err[512] = "";
   int status;

   if (!tool_parse(c, argc, argv, &line, &status))
      return status;
   if (line.operands)
      return tool_usage(c, "unexpected %s", line.operand[0]);
   emu_open_info info = {.profile = line.arg[OPT_PROFILE][0]};
   emu_result r = emu_device_open(&info, &dev, err, sizeof err);
   if (r != EMU_OK)
      return tool_fail(c, "%s", *err ? err : emu_result_text(r));
   print_card(dev);
   if (line.given[OPT_REGISTERS]) {
      putchar('\n');
      reg_dump(read_register, dev, put, NULL);
   }
   emu_device_close(dev);
   return TOOL_OK;
}
