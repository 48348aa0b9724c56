/* SPDX-License-Identifier: Apache-2.0 */
#include "column.h"

#include <string.h>

/* Columns that several subjects share. title, key, sort, unit, show, source, of */
#define TEXT(title, key, sort, show, source)                                                       \
    {                                                                                              \
        title, key, sort, KM_UNIT_NAME, show, source, NULL                                         \
    }
#define NAMESPACE TEXT("NAMESPACE", "namespace", "namespace", KM_SHOW_ALL, "namespace")
#define TIME                                                                                       \
    {                                                                                              \
        "TIME (UTC)", "timestamp", NULL, KM_UNIT_TIME, KM_SHOW_ALWAYS, "timestamp", NULL           \
    }
#define CPU                                                                                        \
    {                                                                                              \
        "CPU(cores)", "cpu_millicores", "cpu", KM_UNIT_MILLICORES, KM_SHOW_ALWAYS, "cpu_usage",    \
            NULL                                                                                   \
    }
#define MEMORY(source)                                                                             \
    {                                                                                              \
        "MEMORY(bytes)", "memory_bytes", "memory", KM_UNIT_BYTES, KM_SHOW_ALWAYS, source, NULL     \
    }
#define AMOUNT(title, key, unit, show, source)                                                     \
    {                                                                                              \
        title, key, NULL, unit, show, source, NULL                                                 \
    }
#define SORTED(title, key, sort, unit, show, source)                                               \
    {                                                                                              \
        title, key, sort, unit, show, source, NULL                                                 \
    }
#define PERCENT(title, key, sort, show, source, of)                                                \
    {                                                                                              \
        title, key, sort, KM_UNIT_PERCENT, show, source, of                                        \
    }
#define TRAFFIC(network, disk)                                                                     \
    AMOUNT("RX/s", "rx_bytes_per_second", KM_UNIT_RATE, network, "network/rx_bytes_per_second"),   \
        AMOUNT("TX/s", "tx_bytes_per_second", KM_UNIT_RATE, network,                               \
               "network/tx_bytes_per_second"),                                                     \
        AMOUNT("READ/s", "read_bytes_per_second", KM_UNIT_RATE, disk,                              \
               "disk/read_bytes_per_second"),                                                      \
        AMOUNT("WRITE/s", "write_bytes_per_second", KM_UNIT_RATE, disk,                            \
               "disk/write_bytes_per_second"),                                                     \
        SORTED("NETWORK", "network", "network", KM_UNIT_RATE, KM_SHOW_NEVER,                       \
               "network/rx_bytes_per_second+network/tx_bytes_per_second"),                         \
        SORTED("DISK", "disk", "disk", KM_UNIT_RATE, KM_SHOW_NEVER,                                \
               "disk/read_bytes_per_second+disk/write_bytes_per_second")
#define RESERVED                                                                                   \
    AMOUNT("CPU REQ", "cpu_request_millicores", KM_UNIT_MILLICORES, KM_SHOW_WIDE,                  \
           "cpu/request_millicores"),                                                              \
        AMOUNT("CPU LIM", "cpu_limit_millicores", KM_UNIT_MILLICORES, KM_SHOW_WIDE,                \
               "cpu/limit_millicores"),                                                            \
        AMOUNT("MEM REQ", "memory_request_bytes", KM_UNIT_BYTES, KM_SHOW_WIDE, "memory/request"),  \
        AMOUNT("MEM LIM", "memory_limit_bytes", KM_UNIT_BYTES, KM_SHOW_WIDE, "memory/limit")
#define OF_LIMIT                                                                                   \
    PERCENT("CPU/LIM", "cpu_percent_of_limit", "cpu%", KM_SHOW_WIDE, "cpu_usage",                  \
            "cpu/limit_millicores"),                                                               \
        PERCENT("MEM/LIM", "memory_percent_of_limit", "memory%", KM_SHOW_WIDE, POD_MEMORY,         \
                "memory/limit")
#define RESTARTS                                                                                   \
    SORTED("RESTARTS", "restarts", "restarts", KM_UNIT_COUNT, KM_SHOW_ALWAYS, "restarts")
#define OOM                                                                                        \
    SORTED("OOM", "oom_kills", "oom", KM_UNIT_COUNT, KM_SHOW_WIDE,                                 \
           "memory/oom_kills|processes/oom_kills")
#define PODS SORTED("PODS", "pods", "pods", KM_UNIT_COUNT, KM_SHOW_ALWAYS, "pods")
#define END                                                                                        \
    {                                                                                              \
        NULL, NULL, NULL, KM_UNIT_NAME, KM_SHOW_NEVER, NULL, NULL                                  \
    }

/* The working set, as `kubectl top` shows it; other clients may send only a total. */
#define NODE_MEMORY "memory/working_set|memory/used"
#define POD_MEMORY  "memory/working_set|memory/usage"

#define NODE_CPU                                                                                   \
    CPU, PERCENT("CPU%", "cpu_percent", "cpu%", KM_SHOW_ALWAYS, "cpu_usage",                       \
                 "cpu/capacity_millicores")
#define NODE_MEM                                                                                   \
    MEMORY(NODE_MEMORY), PERCENT("MEMORY%", "memory_percent", "memory%", KM_SHOW_ALWAYS,           \
                                 NODE_MEMORY, "memory/total")

static const struct km_column node_columns[] = {
    TEXT("NAME", "node", "name", KM_SHOW_ALWAYS, "node"),
    NODE_CPU,
    NODE_MEM,
    TEXT("STALE", "stale", "stale", KM_SHOW_ALWAYS, "stale"),
    TRAFFIC(KM_SHOW_ALWAYS, KM_SHOW_ALWAYS),
    AMOUNT("CPUS", "cpu_capacity_millicores", KM_UNIT_MILLICORES, KM_SHOW_WIDE,
           "cpu/capacity_millicores"),
    AMOUNT("MEM TOTAL", "memory_total_bytes", KM_UNIT_BYTES, KM_SHOW_WIDE, "memory/total"),
    SORTED("LOAD", "load1_milli", "load", KM_UNIT_MILLI, KM_SHOW_WIDE, "cpu/load1_milli"),
    AMOUNT("FS USED", "filesystem_used_bytes", KM_UNIT_BYTES, KM_SHOW_WIDE, "filesystem/used"),
    PERCENT("FS%", "filesystem_percent", "filesystem", KM_SHOW_WIDE, "filesystem/used",
            "filesystem/capacity"),
    AMOUNT("PROCS", "processes", KM_UNIT_COUNT, KM_SHOW_WIDE, "processes/total"),
    OOM,
    SORTED("SEEN", "last_seen_seconds", "seen", KM_UNIT_AGE, KM_SHOW_WIDE, "last_seen_seconds"),
    END,
};

static const struct km_column pod_columns[] = {
    NAMESPACE,
    TEXT("NAME", "pod", "name", KM_SHOW_ALWAYS, "pod_name"),
    CPU,
    MEMORY(POD_MEMORY),
    TRAFFIC(KM_SHOW_ALWAYS, KM_SHOW_ALWAYS),
    RESTARTS,
    SORTED("AGE", "age_seconds", "age", KM_UNIT_AGE, KM_SHOW_ALWAYS, "age_seconds"),
    OF_LIMIT,
    RESERVED,
    OOM,
    TEXT("PHASE", "phase", NULL, KM_SHOW_WIDE, "phase"),
    TEXT("NODE", "node", "node", KM_SHOW_WIDE, "node"),
    TEXT("OWNER", "owner", NULL, KM_SHOW_WIDE, "owner/kind+owner/name"),
    END,
};

/*
 * A sum's limit is that of those pods that have one, so a percentage of it would say nothing: the
 * amounts stand side by side instead.
 */
static const struct km_column namespace_columns[] = {
    TEXT("NAME", "namespace", "name", KM_SHOW_ALWAYS, "namespace"),
    PODS,
    CPU,
    MEMORY(POD_MEMORY),
    TRAFFIC(KM_SHOW_ALWAYS, KM_SHOW_ALWAYS),
    RESERVED,
    END,
};

static const struct km_column deployment_columns[] = {
    NAMESPACE,
    TEXT("NAME", "deployment", "name", KM_SHOW_ALWAYS, "deployment"),
    PODS,
    CPU,
    MEMORY(POD_MEMORY),
    TRAFFIC(KM_SHOW_ALWAYS, KM_SHOW_ALWAYS),
    RESERVED,
    END,
};

static const struct km_column container_columns[] = {
    TEXT("NAME", "container", "name", KM_SHOW_ALWAYS, "name|id"),
    CPU,
    MEMORY(POD_MEMORY),
    TRAFFIC(KM_SHOW_NEVER, KM_SHOW_ALWAYS),
    RESTARTS,
    OF_LIMIT,
    RESERVED,
    OOM,
    TEXT("STATE", "state", NULL, KM_SHOW_ALWAYS, "state"),
    END,
};

const struct km_column km_columns_node_window[] = {
    TIME,
    NODE_CPU,
    NODE_MEM,
    TRAFFIC(KM_SHOW_ALWAYS, KM_SHOW_ALWAYS),
    AMOUNT("LOAD", "load1_milli", KM_UNIT_MILLI, KM_SHOW_WIDE, "cpu/load1_milli"),
    END,
};

const struct km_column km_columns_pod_window[] = {
    TIME,
    AMOUNT("PODS", "pods", KM_UNIT_COUNT, KM_SHOW_WIDE, "pods"),
    CPU,
    MEMORY(POD_MEMORY),
    TRAFFIC(KM_SHOW_ALWAYS, KM_SHOW_ALWAYS),
    RESERVED,
    END,
};

#define ALIASES(...)                                                                               \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

const struct km_subject km_subject_node = {"nodes",      "node", ALIASES("no"), "node",
                                           node_columns, false,  "/api/v1"};
const struct km_subject km_subject_pod = {"pods",      "pod", ALIASES("po"), "pod_name",
                                          pod_columns, true,  "/api/v1"};
const struct km_subject km_subject_namespace = {
    "namespaces", "namespace", ALIASES("ns"), "namespace", namespace_columns, false, "/api/v1"};
const struct km_subject km_subject_deployment = {
    "deployments",      "deployment", ALIASES("deploy"), "deployment",
    deployment_columns, true,         "/apis/apps/v1"};
const struct km_subject km_subject_container = {"containers",      NULL, ALIASES("co"), "name",
                                                container_columns, true, NULL};

const struct km_subject *const km_subjects[] = {
    &km_subject_node, &km_subject_pod, &km_subject_namespace, &km_subject_deployment, NULL};

const struct km_subject *km_subject_find(const char *word, bool *ret_one)
{
    for (const struct km_subject *const *s = km_subjects; *s; s++) {
        bool one = strcmp((*s)->singular, word) == 0, list = strcmp((*s)->plural, word) == 0;

        for (const char *const *alias = (*s)->aliases; *alias; alias++)
            list = list || strcmp(*alias, word) == 0;
        if (one || list) {
            *ret_one = one;
            return *s;
        }
    }
    return NULL;
}

size_t km_column_count(const struct km_column *columns)
{
    size_t count = 0;

    while (columns[count].title)
        count++;
    return count;
}

int km_column_find(const struct km_column *columns, const char *sort)
{
    for (int i = 0; columns[i].title; i++) {
        if (columns[i].sort && strcmp(columns[i].sort, sort) == 0)
            return i;
    }
    return -1;
}
