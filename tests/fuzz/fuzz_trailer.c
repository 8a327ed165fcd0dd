/* Any shared memory object offered for import. Eight bytes choose the object (size, seals, kind), and what the import asks
 * for; the others are XORed onto the trailer that an honest exporter would write, so an input of zeros is a good one.
 * The import succeeds exactly if the trailer says what is asked for, and the memory is then whole. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "fuzz_vk.h"

#define CHUNK_B 65536u
#define TRAILER_B 4096u /* of a section (emu/device.h) */
#define CARD_VRAM_B (UINT64_C(256) << 20) /* of card.json */
#define CHECKED_B 64u   /* of the trailer: what the driver writes and compares (vkf_trailer.h) */
#define TYPE_AT 24u     /* its memory type */

static uint8_t honest[CHECKED_B];
static VkDeviceSize honest_B;

static int export_fd(VkDeviceSize size_B, VkDeviceMemory *memory)
{
   VkExportMemoryAllocateInfo how = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO,
                                     .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
   VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                .pNext = &how,
                                .allocationSize = size_B,
                                .memoryTypeIndex = VKT_TYPE_VRAM_VISIBLE};
   fuzz_check(vk.AllocateMemory(fuzz_vk.device, &info, NULL, memory) == VK_SUCCESS);
   VkMemoryGetFdInfoKHR get = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR,
                               .memory = *memory,
                               .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
   int fd;
   fuzz_check(vk.GetMemoryFdKHR(fuzz_vk.device, &get, &fd) == VK_SUCCESS);
   return fd;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
   fuzz_vk_open();
   VkDeviceMemory memory;
   honest_B = 2 * CHUNK_B;
   int fd = export_fd(honest_B, &memory);
   fuzz_check(pread(fd, honest, CHECKED_B, (off_t)honest_B) == CHECKED_B && !memcmp(honest, "FGMT", 4));
   close(fd);
   vk.FreeMemory(fuzz_vk.device, memory, NULL);
   return 0;
}

/* What the input makes of the object and of the import. */
typedef struct offer {
   uint8_t kind;        /* 0 sealed object, 1 unsealed, 2 sealed against growth only, 3 pipe, 4 no descriptor, 5 write-sealed */
   uint32_t object_B;   /* taken off or added */
   uint8_t type;        /* memory type asked for, XOR */
   uint16_t size_xor;   /* chunks of the allocation size, XOR; low bit 15: one byte less */
   uint8_t trailer[CHECKED_B]; /* as offered */
} offer;

static int make_object(offer *o, fuzz_in *in)
{
   static const unsigned seals[6] = {F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL, 0, F_SEAL_GROW, 0, 0,
                                     F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE};
   if (o->kind == 3) {
      int ends[2];
      fuzz_check(!pipe(ends));
      close(ends[1]);
      return ends[0];
   }
   if (o->kind == 4)
      return -1;
   int fd = memfd_create("offer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
   fuzz_check(fd >= 0 && !ftruncate(fd, (off_t)(honest_B + TRAILER_B)));
   uint8_t bytes[TRAILER_B] = {0};
   memcpy(bytes, honest, sizeof honest);
   for (size_t i = 0; i < sizeof bytes && in->left_B; i++)
      bytes[i] ^= (uint8_t)fuzz_take(in, 1);
   memcpy(o->trailer, bytes, sizeof o->trailer);
   fuzz_check(pwrite(fd, bytes, sizeof bytes, (off_t)honest_B) == sizeof bytes);
   fuzz_check(!ftruncate(fd, (off_t)(honest_B + TRAILER_B) + (int16_t)o->object_B));
   fuzz_check(!fcntl(fd, F_ADD_SEALS, seals[o->kind]));
   return fd;
}

/* The whole payload can be written and read, and what the GPU writes is what the object holds. */
static void check_memory(VkDeviceMemory memory, int fd)
{
   uint8_t *host, byte = 0;
   fuzz_check(vk.MapMemory(fuzz_vk.device, memory, 0, VK_WHOLE_SIZE, 0, (void **)&host) == VK_SUCCESS);
   host[0] = 0x5a, host[honest_B - 1] = 0xa5;
   fuzz_check(pread(fd, &byte, 1, (off_t)honest_B - 1) == 1 && byte == 0xa5);
   vk.UnmapMemory(fuzz_vk.device, memory);
   VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                              .size = honest_B,
                              .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT};
   VkBuffer buffer;
   fuzz_check(vk.CreateBuffer(fuzz_vk.device, &info, NULL, &buffer) == VK_SUCCESS);
   fuzz_check(vk.BindBufferMemory(fuzz_vk.device, buffer, memory, 0) == VK_SUCCESS);
   VkCommandBuffer cmd = vkt_begin(&fuzz_vk);
   vk.CmdFillBuffer(cmd, buffer, 0, VK_WHOLE_SIZE, 0x33333333);
   fuzz_check(vkt_submit(&fuzz_vk, cmd) == VK_SUCCESS);
   fuzz_check(pread(fd, &byte, 1, (off_t)honest_B - 1) == 1 && byte == 0x33);
   vk.DestroyBuffer(fuzz_vk.device, buffer, NULL);
}

/* What the trailer says is what is asked for: the honest one, but for a memory type that was changed in both. */
static bool trailer_fits(const offer *o, uint32_t type)
{
   uint8_t want[CHECKED_B];
   memcpy(want, honest, sizeof want);
   memcpy(want + TYPE_AT, &type, sizeof type);
   return !memcmp(o->trailer, want, sizeof want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
   fuzz_in in = {data, size};
   offer o = {.kind = (uint8_t)(fuzz_take(&in, 1) % 6), .type = (uint8_t)fuzz_take(&in, 1)};
   o.object_B = (uint32_t)fuzz_take(&in, 2);
   o.size_xor = (uint16_t)fuzz_take(&in, 2);
   fuzz_take(&in, 2);
   int fd = make_object(&o, &in), mine = fd >= 0 ? dup(fd) : -1;
   VkImportMemoryFdInfoKHR import = {.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR,
                                     .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT,
                                     .fd = fd};
   VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                .pNext = &import,
                                .allocationSize = (honest_B ^ (o.size_xor & 0x7fff) * (uint64_t)CHUNK_B) - (o.size_xor >> 15),
                                .memoryTypeIndex = (VKT_TYPE_VRAM_VISIBLE ^ o.type) & 3};
   if (!info.allocationSize)
      info.allocationSize = 1; /* zero is not valid usage */
   VkDeviceMemory memory;
   VkResult r = vk.AllocateMemory(fuzz_vk.device, &info, NULL, &memory);
   bool good = o.kind == 0 && !o.object_B && !o.size_xor && trailer_fits(&o, info.memoryTypeIndex);
   fuzz_check(!good || r == VK_SUCCESS);
   if (r == VK_SUCCESS) {
      fuzz_check(o.kind == 0 && !o.size_xor && trailer_fits(&o, info.memoryTypeIndex)); /* the object may be larger */
      if (info.memoryTypeIndex == VKT_TYPE_VRAM_VISIBLE)
         check_memory(memory, mine);
      vk.FreeMemory(fuzz_vk.device, memory, NULL);
   } else {
      fuzz_check(r == VK_ERROR_INVALID_EXTERNAL_HANDLE ||
                 (r == VK_ERROR_OUT_OF_DEVICE_MEMORY && info.allocationSize > CARD_VRAM_B));
      if (fd >= 0)
         close(fd); /* stays the application's */
   }
   if (mine >= 0)
      close(mine);
   return 0;
}
