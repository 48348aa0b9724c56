/* SPDX-License-Identifier: Apache-2.0 */
#include "openapi_examples.h"

#include <stddef.h>
#include <string.h>

static const struct km_openapi_example named[] = {
    /* parameters */
    {"window", "10"},
    {"step", "5"},
    {"format", "\"rows\""},
    {"metrics", "\"cpu_usage,memory.working_set\""},
    {"limit", "2"},
    {"continue", "\"0x0p+0/db-0\""},
    {"sort", "\"memory\""},
    {"order", "\"desc\""},
    {"q", "\"cart\""},
    {"watch", "[\"/api/cluster\",\"/api/pods?sort=memory&limit=2\"]"},
    {"since", "1767225600000"},
    {"verbose", "\"true\""},
    /* names */
    {"node", "\"worker-1\""},
    {"namespace", "\"shop\""},
    {"pod", "\"cart-7c9d8b6f5-x2x4z\""},
    {"pod_name", "\"cart-7c9d8b6f5-x2x4z\""},
    {"deployment", "\"cart\""},
    {"container", "\"cart\""},
    {"kind", "\"StatefulSet\""},
    {"name", "\"db\""},
    /* what is known of an entity */
    {"timestamp", "\"2026-01-01T00:00:00.000Z\""},
    {"time", "\"2026-01-01T00:00:00.000Z\""},
    {"oldest", "\"2025-12-31T23:00:00.000Z\""},
    {"newest", "\"2026-01-01T00:00:00.000Z\""},
    {"started", "\"2025-12-31T12:00:00.000Z\""},
    {"created", "\"2025-12-31T00:00:00.000Z\""},
    {"uid", "\"0f6a4c1e-8a49-4d0c-9a53-6c0f1a2b3c4d\""},
    {"id", "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\""},
    {"boot_id", "\"5b7c1f0e-2f1f-4d69-9d3d-5d9c0d5c1a11\""},
    {"interval_ms", "5000"},
    {"stale", "false"},
    {"last_seen_seconds", "0.1"},
    {"phase", "\"Running\""},
    {"host_network", "false"},
    {"restarts", "1"},
    {"age_seconds", "86400"},
    {"state", "\"running\""},
    {"pods", "3"},
    {"nodes", "1"},
    {"stale_nodes", "0"},
    {"total", "3"},
    /* problems */
    {"type", "\"about:blank\""},
    {"title", "\"Unprocessable Content\""},
    {"status", "422"},
    {"detail", "\"limit: must be a whole number from 1 to 100000\""},
    {"instance", "\"/api/nodes\""},
    {"errors_in_all", "17"},
    {"pointer", "\"/memory/used\""},
    {"parameter", "\"limit\""},
    /* the server */
    {"version", "\"0.1.0\""},
    {"retention_seconds", "3600"},
    {"ingest", "\"kubernetes\""},
    {"path", "\"/var/lib/kubemonitor\""},
    {"fsync", "\"interval\""},
    {"error", "\"No space left on device\""},
    {"last_checkpoint", "\"2026-01-01T00:00:00.000Z\""},
    {"last_fsync", "\"2026-01-01T00:00:00.000Z\""},
    {"read", "\"none\""},
    {NULL, NULL},
};

static const struct km_openapi_example units[] = {
    {"bytes", "1048576"}, {"us", "2500000"}, {"ms", "1500"}, {"millicores", "250"},
    {"1/1000", "1250"},   {"1", "12"},       {NULL, NULL},
};

static const char *find(const struct km_openapi_example *table, const char *name)
{
    while (table->name && strcmp(table->name, name) != 0)
        table++;
    return table->json;
}

const char *km_openapi_recorded_of(const char *operation, const char *what)
{
    size_t len = strlen(operation);

    for (const struct km_openapi_example *e = km_openapi_recorded; e->name; e++) {
        if (strncmp(e->name, operation, len) == 0 && e->name[len] == '.' &&
            strcmp(e->name + len + 1, what) == 0)
            return e->json;
    }
    return NULL;
}

const char *km_openapi_example_of(const char *name)
{
    return find(named, name);
}

const char *km_openapi_example_of_unit(const char *unit)
{
    return find(units, unit);
}
