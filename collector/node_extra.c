/* SPDX-License-Identifier: Apache-2.0 */
#include "node_extra.h"

#include <stdio.h>

void km_node_extra_fill(struct km_node_extra *extra, const struct km_net_interfaces *interfaces)
{
    extra->count = 0;
    for (size_t i = 0; i < interfaces->count; i++) {
        const struct km_net_interface *one = &interfaces->items[i];

        for (unsigned m = KM_NET_RX_BYTES; m <= KM_NET_TX_DROPPED; m++) {
            int64_t value = one->value[m - KM_NET_RX_BYTES];
            char *key = extra->keys[extra->count];
            int len = snprintf(key, sizeof(extra->keys[0]), "%s_%s", one->name, km_metrics[m].key);

            if (value >= 0)
                extra->items[extra->count++] = (struct km_extra){
                    .group = KM_GROUP_NETWORK, .key = key, .key_len = (size_t)len, .value = value};
        }
    }
}
