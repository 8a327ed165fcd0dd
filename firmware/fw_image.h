/* The firmware image as the driver carries it: struct gpu_fw_header and the bytes behind it. */
#ifndef FIRMWARE_IMAGE_H
#define FIRMWARE_IMAGE_H

extern const unsigned char gpu_firmware_image[];
extern const unsigned gpu_firmware_image_size;

#endif
