/* SPDX-License-Identifier: Apache-2.0 */
#include "load_settings.h"

#define O(field) offsetof(struct km_load_settings, field)

static const struct km_option options[] = {
    {"server", "API_SERVER_URL", KM_OPTION_STRING, O(server), "URL", "http://127.0.0.1:8080", 0, 0,
     "API server to post to"},
    {"nodes", NULL, KM_OPTION_INT, O(nodes), "N", "10", 1, 100000, "Nodes of the played cluster"},
    {"pods-per-node", NULL, KM_OPTION_INT, O(pods_per_node), "N", "30", 1, 1000,
     "Pods on each of them"},
    {"containers", NULL, KM_OPTION_INT, O(containers), "N", "1", 0, 1,
     "Containers of each pod: 1, or 0 as clients send that know pods only"},
    {"metrics", NULL, KM_OPTION_CHOICE, O(metrics), "all|basic", "all", 0, 0,
     "Numbers of a reading: all that the collector reads, or the 24 that most agents do"},
    {"interval", "KUBEMONITOR_INTERVAL", KM_OPTION_DURATION, O(interval), "DURATION", "5s", 100,
     3600000, "Time between two readings of a node"},
    {"duration", NULL, KM_OPTION_DURATION, O(duration), "DURATION", "1m", 100, INT64_C(31622400000),
     "Time that is played; as many ticks as intervals fit in"},
    {"fast", NULL, KM_OPTION_FLAG, O(fast), NULL, NULL, 0, 0,
     "Send as fast as the server takes it, stamped so that the last tick is now; a duration longer "
     "than the server's retention is refused"},
    {"print", NULL, KM_OPTION_FLAG, O(print), NULL, NULL, 0, 0,
     "Write the bodies to standard output, a line each, and send nothing"},
    {"churn", NULL, KM_OPTION_INT, O(churn), "PERCENT", "0", 0, 100,
     "Pods replaced by new ones in a minute"},
    {"seed", NULL, KM_OPTION_INT, O(seed), "N", "1", 0, 0,
     "Names and values follow from it: the same seed, the same load"},
    {"connections", NULL, KM_OPTION_INT, O(connections), "N", "16", 1, 100000,
     "Connections kept to the server; more than nodes are not opened"},
    {0},
};

const struct km_program km_load_program = {"kubemonitor-loadgen", KM_VERSION,
                                           "plays a cluster's collectors against an API server",
                                           options};
