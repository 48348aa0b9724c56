/* SPDX-License-Identifier: Apache-2.0 */
#include "stacked_devices.h"

#include <string.h>

#include "scan.h"

static void set(struct km_stacked_devices *devices, int64_t major)
{
    if (major >= 0 && major < KM_MAJORS)
        devices->majors[major / 64] |= UINT64_C(1) << (major % 64);
}

static bool is_stacked(const char *name, size_t len)
{
    static const char *const drivers[] = {"device-mapper", "md",   "mdp", "loop",
                                          "ramdisk",       "zram", NULL};

    for (const char *const *d = drivers; *d; d++) {
        if (strlen(*d) == len && memcmp(name, *d, len) == 0)
            return true;
    }
    return false;
}

/*
 *     Character devices:
 *       1 mem
 *
 *     Block devices:
 *       7 loop
 *     253 device-mapper
 */
void km_stacked_devices_read(struct km_root *root, struct km_buf *buf,
                             struct km_stacked_devices *ret_devices)
{
    struct km_stacked_devices devices = {0};
    const char *line = NULL;

    /* ram, loop and md, as the kernel's list of devices has them. */
    set(&devices, 1);
    set(&devices, 7);
    set(&devices, 9);
    if (km_root_read(root, buf, "%s/devices", root->proc) == 0)
        line = strstr(buf->data, "Block devices:\n");
    for (; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        const char *p = line;
        int64_t major;

        if (km_scan_next(&p, &major) && *p == ' ' && is_stacked(p + 1, strcspn(p + 1, "\n")))
            set(&devices, major);
    }
    *ret_devices = devices;
}

bool km_stacked_devices_has(const struct km_stacked_devices *devices, const char *line)
{
    int64_t major;

    return km_scan_next(&line, &major) && *line == ':' && major >= 0 && major < KM_MAJORS &&
           devices->majors[major / 64] >> (major % 64) & 1;
}
