/* SPDX-License-Identifier: Apache-2.0 */
#include "health.h"

/* 2026-01-01T00:00:00Z: a clock before it was never set, and every reading would seem to be ahead.
 */
#define CLOCK_UNSET_MS INT64_C(1767225600000)

struct check {
    const char *name;
    bool ready_only; /* no reason to restart the server */
    bool (*passes)(const struct km_health *health);
    const char *otherwise;
};

static bool answers(const struct km_health *h)
{
    return h != NULL;
}

static bool is_within_memory(const struct km_health *h)
{
    return h->memory_used <= h->memory_limit;
}

static bool has_clock(const struct km_health *h)
{
    return h->now_ms >= CLOCK_UNSET_MS;
}

static bool has_caught_up(const struct km_health *h)
{
    return h->caught_up;
}

static bool goes_on(const struct km_health *h)
{
    return !h->stopping;
}

static const struct check checks[] = {
    {"ping", false, answers, ""},
    {"store-memory", false, is_within_memory, "the store has outgrown --memory-limit"},
    {"clock", true, has_clock, "the system's clock is not set"},
    {"caught-up", true, has_caught_up, "not all nodes have been heard of since the start"},
    {"shutdown", true, goes_on, "the server is stopping"},
};

bool km_health_write(struct km_buf *out, const struct km_health *health, bool ready, bool verbose)
{
    bool passed = true;

    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        passed &= (checks[i].ready_only && !ready) || checks[i].passes(health);
    if (passed && !verbose) {
        km_buf_puts(out, "ok");
        return true;
    }
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        const struct check *c = &checks[i];

        if (c->ready_only && !ready)
            continue;
        if (c->passes(health))
            km_buf_printf(out, "[+]%s ok\n", c->name);
        else
            km_buf_printf(out, "[-]%s failed: %s\n", c->name, c->otherwise);
    }
    km_buf_printf(out, "%s check %s\n", ready ? "readyz" : "livez", passed ? "passed" : "failed");
    return passed;
}
