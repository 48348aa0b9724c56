/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_NODE_DEVICES_H
#define KM_COLLECTOR_NODE_DEVICES_H

#include "name_memo.h"
#include "net_dev.h"
#include "root.h"
#include "sample.h"

/* Which of a node's disks and interfaces are its own, and what they have moved. */

/*
 * The text of process 1's net/dev: the interfaces that carry the node's own traffic. Those with a
 * device behind them, so that a bridge or bond does not count its members' bytes again, and without
 * those that pass on for one with a device. A node that is itself a container (kind) has none; then
 * the name tells.
 */
void km_node_network_scan(const char *text, const struct km_root *root, struct km_name_memo *memo,
                          struct km_sample *sample, struct km_net_interfaces *ret_interfaces);

/*
 * The text of diskstats, which is cut up: whole disks. Their partitions and the devices built on
 * them would count the same bytes again.
 *
 *     254 0 vda reads merged sectors ms writes merged sectors ms in_flight io_ms …
 */
void km_node_disks_scan(char *text, const struct km_root *root, struct km_name_memo *disks,
                        struct km_sample *sample);

#endif
