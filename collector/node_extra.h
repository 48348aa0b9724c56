/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_NODE_EXTRA_H
#define KM_COLLECTOR_NODE_EXTRA_H

#include "batch.h"
#include "net_dev.h"

/*
 * A node's single interfaces as members of its network group beside the sums, "eth0_rx_bytes":
 * counters that come and go with the interface, so they are outside the catalogue.
 */
struct km_node_extra {
    struct km_extra items[KM_NET_INTERFACES * 8];
    char keys[KM_NET_INTERFACES * 8][64];
    size_t count;
};

/* Points into itself: it must not move while the items are used. */
void km_node_extra_fill(struct km_node_extra *extra, const struct km_net_interfaces *interfaces);

#endif
