/* The device boundary: everything that a driver may use of the machine.
 *
 * A device is one card in one slot: registers (BAR0), a VRAM aperture (BAR1), doorbells (BAR2), an
 * interrupt line, a bus on which system memory is made visible, and the section port through
 * which a range of physical memory gets an operating-system section object of its own. All
 * functions may be called from any thread unless said otherwise; none of them blocks longer than
 * its documentation says. Manual: chapters "Memory map", "Boot", "Section port".
 */
#ifndef EMU_DEVICE_H
#define EMU_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct emu_device emu_device;
typedef struct emu_section emu_section;

typedef enum emu_result {
   EMU_OK,
   EMU_E_NO_MEMORY,   /* host memory or address space exhausted */
   EMU_E_NO_HANDLES,  /* too many open files or handles */
   EMU_E_PROFILE,     /* profile unknown, unreadable or out of range */
   EMU_E_SETTING,     /* a FIGMENT_* variable has an unknown value */
   EMU_E_RANGE,       /* address or size outside the memory, or not chunk aligned */
   EMU_E_BUSY,        /* physical range already bound to a section */
   EMU_E_HANDLE,      /* not a section, not mappable, too small, or not sealed against shrinking */
   EMU_E_EXISTS,      /* a section of that name exists */
   EMU_E_NOT_FOUND,   /* no section of that name */
   EMU_E_ACCESS,      /* the operating system denied access */
   EMU_E_HOST,        /* any other host failure */
} emu_result;
const char *emu_result_text(emu_result r);

/* ---- the card ------------------------------------------------------------------------------ */
typedef struct emu_open_info {
   const char *profile; /* profile name or path of a JSON file; NULL: FIGMENT_PROFILE, else "fg1" */
} emu_open_info;

/* Power up a card in its own slot. Reads the FIGMENT_* settings of the emulator. On failure *out is NULL and a
 * message for the user stands in err; with no room for it (err NULL or err_size 0) it goes to stderr instead. */
emu_result emu_device_open(const emu_open_info *info, emu_device **out, char *err, size_t err_size);
/* Power down: stops every thread of the device, drops all physical bindings, frees it. Sections that the caller
 * holds stay valid. Writes FIGMENT_REPORT if it is set. */
void emu_device_close(emu_device *dev);

/* Name of the profile, valid until close. */
const char *emu_device_profile_name(const emu_device *dev);

/* ---- BAR0: registers; address in bytes, multiple of 4 (regs.def). Undefined addresses read 0. -- */
uint32_t emu_mmio_read(emu_device *dev, uint32_t address);
void emu_mmio_write(emu_device *dev, uint32_t address, uint32_t value);

/* ---- BAR2: doorbell of a ring: publishes all earlier memory writes, sets RING.WPTR and wakes the processor. */
void emu_doorbell(emu_device *dev, uint32_t ring, uint32_t wptr_dw);

/* ---- BAR1: host address of VRAM [pa, pa + size_B), valid while the device is open and no section is bound
 * over or unbound from the range. The range must lie in VRAM and be either wholly private or wholly inside one bound
 * section. NULL if it is not, or on host memory exhaustion. */
void *emu_aperture_map(emu_device *dev, uint64_t pa, uint64_t size_B);

/* The driver no longer needs the private VRAM [pa, pa + size_B) (64 KiB aligned): its bytes read as zero afterwards and
 * the host memory behind it may be returned. */
void emu_aperture_discard(emu_device *dev, uint64_t pa, uint64_t size_B);

/* ---- interrupt line ------------------------------------------------------------------------
 * Every interrupt increments a sequence number. Wait until it differs from last_seq or timeout_ns (< 0: for ever, 0: poll)
 * has passed; returns the current number. IRQ.STATUS tells the cause. Sleeps, does not spin. */
uint64_t emu_irq_wait(emu_device *dev, uint64_t last_seq, int64_t timeout_ns);
/* End the sleep of everyone in emu_irq_wait as an interrupt would, with no cause in IRQ.STATUS: for what one thread of the driver tells others. */
void emu_irq_wake(emu_device *dev);

/* ---- bus: system memory ---------------------------------------------------------------------
 * Make host memory [host, host + size_B) visible at physical address pa (in GPU_PA_SYSMEM.., both 64 KiB aligned, size a
 * multiple of 64 KiB). The caller keeps it alive until unbound. */
emu_result emu_sysmem_bind(emu_device *dev, uint64_t pa, void *host, uint64_t size_B);
/* Takes the range away; waits until no engine holds a pointer into it. Also drops all TLB entries. */
void emu_sysmem_unbind(emu_device *dev, uint64_t pa, uint64_t size_B);

/* Whether this process lets itself be watched from outside (FIGMENT_WATCH=on). */
bool emu_watched(void);

/* ---- section port -----------------------------------------------------------------------------
 * A section is an operating-system shared memory object: payload from offset 0, then (at the next 64 KiB boundary) a trailer of
 * EMU_SECTION_TRAILER_B bytes that holds the creator's metadata. Sections are independent of devices and
 * reference counted; a section stays mapped at emu_section_host() until its last reference goes. */
#define EMU_SECTION_TRAILER_B 4096u

typedef struct emu_section_info {
   uint64_t size_B;          /* payload bytes, > 0; rounded up to 64 KiB inside */
   const void *trailer;      /* trailer_B bytes copied behind the payload, NULL for none */
   uint32_t trailer_B;       /* at most EMU_SECTION_TRAILER_B */
   const void *win32_security; /* SECURITY_ATTRIBUTES *, NULL for the default; ignored on Linux */
   const void *win32_name;   /* LPCWSTR, NULL for none; ignored on Linux */
} emu_section_info;

emu_result emu_section_create(const emu_section_info *info, emu_section **out);

/* Import. The OS object is duplicated; the caller keeps (and closes) what it passed. Checks that it is a section / memfd, that
 * it is sealed against shrinking (Linux) and large enough for payload_B + trailer, then maps it. `payload_B` must be what the creator
 * passed as size_B. The trailer is only readable by emu_section_trailer(). `handle`: an fd (intptr_t) on Linux, a HANDLE on Windows. */
emu_result emu_section_import(intptr_t handle, uint64_t payload_B, emu_section **out);
/* Windows: open by name (LPCWSTR). EMU_E_NOT_FOUND on Linux. */
emu_result emu_section_import_name(const void *win32_name, uint64_t payload_B, emu_section **out);

/* A new OS handle on the section, owned by the caller: an fd with FD_CLOEXEC, or a HANDLE. dwAccess: Windows access bits as given by
 * the application (generic, section or DXGI bits; 0 = default), inherit: bInheritHandle. */
emu_result emu_section_export(emu_section *s, uint32_t win32_access, bool inherit, intptr_t *handle);

/* Copy of the trailer as it is at this moment, to out (size_B <= EMU_SECTION_TRAILER_B). The peer may change it at any time. */
void emu_section_trailer(const emu_section *s, void *out, size_t size_B);
/* Change part of the trailer, for others to read; at_B + size_B <= EMU_SECTION_TRAILER_B. */
void emu_section_note(emu_section *s, uint32_t at_B, const void *data, size_t size_B);
void *emu_section_host(emu_section *s);          /* mapping of the payload */
uint64_t emu_section_payload_B(const emu_section *s);
void emu_section_ref(emu_section *s);
void emu_section_unref(emu_section *s);

/* Put the payload behind physical [pa, pa + payload rounded up to 64 KiB), VRAM or system memory range, 64 KiB aligned. The device
 * takes a reference. */
emu_result emu_section_bind(emu_device *dev, uint64_t pa, emu_section *s);
/* Undo; waits until no engine holds a pointer into it; drops all TLB entries. Private VRAM shows through again, as zeros. */
void emu_section_unbind(emu_device *dev, uint64_t pa, emu_section *s);

#endif
