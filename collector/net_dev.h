/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_NET_DEV_H
#define KM_COLLECTOR_NET_DEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample.h"

/* One interface's numbers, in the order of the network group's metrics. */
struct km_net_interface {
    char name[32];
    int64_t value[KM_NET_TX_DROPPED - KM_NET_RX_BYTES + 1];
};

/* A machine has few of its own; of more than these only the sum is told. */
#define KM_NET_INTERFACES 6

struct km_net_interfaces {
    struct km_net_interface items[KM_NET_INTERFACES];
    size_t count;
};

/*
 * Adds up the interfaces of a /proc/<pid>/net/dev that wanted(arg, name) takes; "lo" is never asked
 * for. Sets the network group where there is one or more of them. interfaces gets each of them
 * apart; NULL where nobody asks.
 */
void km_net_dev_scan(const char *text, bool (*wanted)(void *arg, const char *name), void *arg,
                     struct km_sample *sample, struct km_net_interfaces *interfaces);

#endif
