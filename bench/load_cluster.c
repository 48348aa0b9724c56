/* SPDX-License-Identifier: Apache-2.0 */
#include "load_cluster.h"

#include <stdio.h>
#include <string.h>

#include "load_random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIB          (INT64_C(1) << 20)

/* Replicas of the workloads of one block; the first is a StatefulSet, the others Deployments. */
static const uint8_t block_sizes[] = {3, 10, 4, 9, 5, 8, 6, 7};
#define BLOCK_PODS 52 /* their sum */

static const char *const daemons[] = {"node-proxy", "node-agent", "log-shipper"};
static const char *const apps[] = {"db",      "web",    "api",     "worker", "cart",  "search",
                                   "billing", "ledger", "gateway", "mailer", "media", "auth"};
static const char *const teams[] = {"shop", "search", "payments", "identity", "content", "mobile",
                                    "maps", "media",  "orders",   "pricing",  "stock",   "support"};
static const char *const stages[] = {"prod", "staging", "test", "dev"};

static const struct {
    int16_t cpu, memory_mib; /* limits; requests are half */
} sizes[] = {{100, 128},  {250, 256},   {500, 256},  {500, 512},
             {1000, 512}, {1000, 1024}, {2000, 2048}};

/* What one workload's pods have in common. */
struct workload {
    uint64_t hash;
    const char *kind;
    char name[24];
    uint32_t member;  /* which of its pods this is */
    uint32_t members; /* how many it has, or more */
    bool daemon;
};

static uint64_t hash3(uint64_t a, uint64_t b, uint64_t c)
{
    return km_load_mix(km_load_mix(km_load_mix(a + 1) ^ b) + 0x51ed27 * c + 1);
}

/* Appends the low digits of value in base 16. */
static char *put_hex(char *out, uint64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--)
        *out++ = "0123456789abcdef"[value >> 4 * i & 15];
    return out;
}

/* Characters as Kubernetes appends them to names. */
static char *put_suffix(char *out, uint64_t value, int length)
{
    for (; length > 0; length--, value /= 27)
        *out++ = "bcdfghjklmnpqrstvwxz2456789"[value % 27];
    return out;
}

static char *put_text(char *out, const char *text)
{
    size_t len = strlen(text);

    memcpy(out, text, len);
    return out + len;
}

/* RFC 9562, version 4: xxxxxxxx-xxxx-4xxx-[89ab]xxx-xxxxxxxxxxxx */
static void put_uuid(char *out, uint64_t random)
{
    uint64_t high = km_load_next(&random), low = km_load_next(&random);

    out = put_hex(out, high >> 32, 8);
    *out++ = '-';
    out = put_hex(out, high >> 16, 4);
    *out++ = '-';
    out = put_hex(out, (high & 0xfff) | 0x4000, 4);
    *out++ = '-';
    out = put_hex(out, (low >> 48 & 0x3fff) | 0x8000, 4);
    *out++ = '-';
    *put_hex(out, low, 12) = '\0';
}

void km_load_node_name(uint32_t node, char ret_name[KM_LOAD_NODE_NAME])
{
    snprintf(ret_name, KM_LOAD_NODE_NAME, "node-%05u", node);
}

void km_load_boot_id(const struct km_load_cluster *cluster, uint32_t node,
                     char ret_uuid[KM_LOAD_UUID])
{
    put_uuid(ret_uuid, hash3(cluster->seed, UINT64_MAX, node));
}

static uint32_t daemons_of(const struct km_load_cluster *cluster)
{
    uint32_t wanted = cluster->pods_per_node / 5;

    return wanted < COUNT(daemons) ? wanted : (uint32_t)COUNT(daemons);
}

/*
 * Workloads take places slot by slot across the nodes, in blocks:
 *
 *     place   0 1 2 | 3 4 5 6 7 8 9 10 11 12 | 13 ... 51 | 52 ...
 *             db-0  | web-1                  | api-2 ... | db-8 ...
 */
static void find_workload(const struct km_load_cluster *cluster, uint32_t node, uint32_t slot,
                          struct workload *w)
{
    uint64_t place;
    uint32_t number, i = 0;

    w->daemon = slot < daemons_of(cluster);
    if (w->daemon) {
        w->hash = hash3(cluster->seed, UINT64_MAX - 1, slot);
        w->kind = "DaemonSet";
        strcpy(w->name, daemons[slot]);
        w->member = node;
        w->members = cluster->nodes;
        return;
    }
    place = (uint64_t)(slot - daemons_of(cluster)) * cluster->nodes + node;
    number = (uint32_t)(place / BLOCK_PODS) * (uint32_t)COUNT(block_sizes);
    place %= BLOCK_PODS;
    for (; place >= block_sizes[i]; i++)
        place -= block_sizes[i];
    number += i;
    w->hash = hash3(cluster->seed, UINT64_MAX - 2, number);
    w->kind = i == 0 ? "StatefulSet" : "ReplicaSet";
    snprintf(w->name, sizeof(w->name), "%s-%u", i == 0 ? apps[0] : apps[1 + number % 11], number);
    w->member = (uint32_t)place;
    w->members = block_sizes[i];
}

static void name_pod(const struct workload *w, uint32_t generation, struct km_load_identity *id)
{
    /* Distinct for every pod of the workload as long as it has fewer than 27^5: 7919 is prime. */
    uint64_t suffix = (w->hash % 1000003 + w->member + (uint64_t)w->members * generation) * 7919;
    char *end = put_text(id->name, w->name);

    id->deployment[0] = '\0';
    id->owner_kind = w->kind;
    *end++ = '-';
    if (strcmp(w->kind, "StatefulSet") == 0) {
        snprintf(end, 11, "%u", w->member);
        strcpy(id->owner_name, w->name);
        return;
    }
    if (!w->daemon) {
        strcpy(id->deployment, w->name);
        end = put_suffix(end, w->hash >> 8, 10);
        memcpy(id->owner_name, id->name, (size_t)(end - id->name));
        id->owner_name[end - id->name] = '\0';
        *end++ = '-';
    } else {
        strcpy(id->owner_name, w->name);
    }
    *put_suffix(end, suffix, 5) = '\0';
}

static void place_pod(const struct workload *w, struct km_load_identity *id)
{
    char *end;

    if (w->daemon) {
        strcpy(id->name_space, "kube-system");
    } else {
        end = put_text(id->name_space, teams[w->hash % COUNT(teams)]);
        *end++ = '-';
        *put_text(end, stages[w->hash / 16 % COUNT(stages)]) = '\0';
    }
    strcpy(id->container, w->name);
    id->host_network = w->daemon && strcmp(w->name, daemons[0]) == 0;
}

static void size_pod(const struct workload *w, struct km_load_identity *id)
{
    size_t size = w->daemon ? 0 : w->hash / 64 % COUNT(sizes);
    unsigned temper = w->daemon ? 60 : (unsigned)(w->hash / 1024 % 100);
    bool limited = w->hash / 131072 % 4 != 0; /* a quarter goes without limits */

    id->cpu_request = sizes[size].cpu / 2;
    id->memory_request = sizes[size].memory_mib / 2 * MIB;
    id->cpu_limit = limited ? sizes[size].cpu : 0;
    id->memory_limit = limited ? sizes[size].memory_mib * MIB : 0;
    id->temper = temper < 60 ? KM_LOAD_IDLE : temper < 92 ? KM_LOAD_STEADY : KM_LOAD_BUSY;
}

void km_load_identity(const struct km_load_cluster *cluster, uint32_t node, uint32_t slot,
                      uint32_t generation, struct km_load_identity *ret_identity)
{
    struct km_load_identity *id = ret_identity;
    struct workload w;
    uint64_t random;
    char *end = id->container_id;

    find_workload(cluster, node, slot, &w);
    name_pod(&w, generation, id);
    place_pod(&w, id);
    size_pod(&w, id);
    random = hash3(cluster->seed, (uint64_t)node * cluster->pods_per_node + slot, generation);
    id->random = random;
    put_uuid(id->uid, random);
    for (int i = 0; i < 4; i++)
        end = put_hex(end, km_load_mix(random + (uint64_t)i + 1), 16);
    *end = '\0';
    id->restarts = generation == 0 && random % 32 == 0 ? (int32_t)(1 + random / 32 % 3) : 0;
}
