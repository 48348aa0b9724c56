/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_NET_DEV_H
#define KM_COLLECTOR_NET_DEV_H

#include <stdbool.h>

#include "sample.h"

/*
 * Adds up the interfaces of a /proc/<pid>/net/dev that wanted(arg, name) takes; "lo" is never asked
 * for. Sets the network group where there is one or more of them.
 */
void km_net_dev_scan(const char *text, bool (*wanted)(void *arg, const char *name), void *arg,
                     struct km_sample *sample);

#endif
