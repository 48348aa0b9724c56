/* SPDX-License-Identifier: Apache-2.0 */
/* /api/stream: checks what is to be watched and opens a stream of it. */
#include <errno.h>

#include "api.h"
#include "handlers.h"
#include "stream.h"

#define COME_BACK 5 /* seconds */

void km_get_stream(struct km_call *call)
{
    const struct km_api *api = km_call_api(call);
    const char *paths[KM_STREAM_WATCHES];
    struct km_stream *stream;
    int64_t since = km_call_int(call, "since", 0), last = km_call_last_event_id(call);
    unsigned n = 0, faults = 0;
    char why[512];
    int r;

    while (n < KM_STREAM_WATCHES && (paths[n] = km_call_nth(call, "watch", n)))
        n++;
    if (n == 0)
        paths[n++] = "/api/cluster";
    for (unsigned i = 0; i < n; i++) {
        if (!km_stream_check(km_routes, paths[i], why, sizeof(why)))
            continue;
        km_problem_fault(call, NULL, "watch", "%s: %s", paths[i], why);
        faults++;
    }
    if (faults) {
        km_answer_problem(call, 422, 0, "what is watched cannot be answered; see errors");
        return;
    }
    /* A browser that comes back sends both: what it was opened with, and what it has had since. */
    r = km_stream_open(api->streams, paths, n, last > since ? last : since, &stream);
    if (r == 0)
        km_answer_events(call, stream);
    else if (r == -EBUSY)
        km_answer_problem(call, 503, COME_BACK,
                          "there are as many streams as --max-streams allows");
    else if (r == -ESHUTDOWN)
        km_answer_problem(call, 503, COME_BACK, "the server is stopping");
    else
        km_answer_no_memory(call);
}
