/* SPDX-License-Identifier: Apache-2.0 */
#include "net_dev.h"

#include <string.h>

#include "scan.h"

/* Columns behind "eth0:": 8 received, 8 sent; 0 is a column that is left out. */
static const unsigned columns[16] = {
    [0] = KM_NET_RX_BYTES,   [1] = KM_NET_RX_PACKETS, [2] = KM_NET_RX_ERRORS,
    [3] = KM_NET_RX_DROPPED, [8] = KM_NET_TX_BYTES,   [9] = KM_NET_TX_PACKETS,
    [10] = KM_NET_TX_ERRORS, [11] = KM_NET_TX_DROPPED};

/* Keeps one apart, unless its name is none that can be a key or there are too many. */
static void keep(struct km_net_interfaces *interfaces, const char *name, const int64_t value[16])
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@:";
    struct km_net_interface *i = &interfaces->items[interfaces->count];
    size_t len = strlen(name);

    if (interfaces->count == KM_NET_INTERFACES || len >= sizeof(i->name) ||
        strspn(name, letters) != len)
        return;
    strcpy(i->name, name);
    for (int c = 0; c < 16; c++) {
        if (columns[c])
            i->value[columns[c] - KM_NET_RX_BYTES] = value[c];
    }
    interfaces->count++;
}

/* " eth0: 1000 10 0 0 0 0 0 0 2000 20 0 0 0 0 0 0" */
void km_net_dev_scan(const char *text, bool (*wanted)(void *arg, const char *name), void *arg,
                     struct km_sample *sample, struct km_net_interfaces *interfaces)
{
    for (const char *line = text; *line; line = km_scan_next_line(line)) {
        const char *begin = line + strspn(line, " "), *colon = strpbrk(begin, ":\n");
        size_t len = colon && *colon == ':' ? (size_t)(colon - begin) : 0;
        int64_t value[16];
        char name[64];
        int n = 0;

        if (len == 0 || len >= sizeof(name))
            continue;
        memcpy(name, begin, len);
        name[len] = '\0';
        if (strcmp(name, "lo") == 0 || !wanted(arg, name))
            continue;
        for (colon++; n < 16 && km_scan_next(&colon, &value[n]); n++)
            ;
        if (n < 16)
            continue;
        for (int c = 0; c < 16; c++) {
            if (columns[c])
                km_scan_add(sample, columns[c], value[c]);
        }
        if (interfaces)
            keep(interfaces, name, value);
    }
}
