/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_STACKED_DEVICES_H
#define KM_COLLECTOR_STACKED_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "root.h"

#define KM_MAJORS 4096 /* a major number has 12 bits */

/*
 * Block devices that stand on others: device-mapper (LVM, encryption), md, loop, and those in
 * memory. Their bytes are those of the disks below them once more, or of no disk. Told apart by
 * major number, which the kernel gives out as it boots.
 */
struct km_stacked_devices {
    uint64_t majors[KM_MAJORS / 64];
};

/* Finds the majors by <proc>/devices; where it cannot be read, those that are the same everywhere.
 */
void km_stacked_devices_read(struct km_root *root, struct km_buf *buf,
                             struct km_stacked_devices *ret_devices);

/* True if line, "253:0 rbytes=4096 …", begins with the number of such a device. */
bool km_stacked_devices_has(const struct km_stacked_devices *devices, const char *line);

#endif
