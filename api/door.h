/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_DOOR_H
#define KM_API_DOOR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Who may come in, judged by more than a bearer token: by the certificate of the TLS connection and
 * by all headers. The HTTP server asks before anything of a body is looked at; who has to ask
 * somebody else first has the request set aside meanwhile, so that no thread waits.
 */

struct km_call;

struct km_door_cert {
    const void *der;
    size_t len;
};

/* Who asks; valid during the call only. */
struct km_door_visitor {
    const struct km_door_cert *certs; /* his own first; he has shown that he has its key */
    size_t n_certs;                   /* 0: none was sent */
    /* Calls each for every header, in their order. */
    void (*headers)(void *source, void (*each)(void *arg, const char *name, const char *value),
                    void *arg);
    void *source;
};

struct km_door {
    void *arg;
    /*
     * Judges a call whose route is known. True: the call was answered with a problem, or it may go
     * on. False: somebody has to be asked; then wait() follows, and this again when woken. last
     * says that the request will not be set aside again: then it must be judged.
     */
    bool (*check)(void *arg, struct km_call *call, const struct km_door_visitor *visitor,
                  bool last);
    /* Asks, and calls wake(wake_arg) once, from another thread and maybe before this returns.
     * Negative where nothing is asked: then wake is not called. */
    int (*wait)(void *arg, struct km_call *call, const struct km_door_visitor *visitor,
                void (*wake)(void *wake_arg), void *wake_arg);
    /* The server stops: whoever waits is woken, and nobody waits any more. */
    void (*stop)(void *arg);
};

#endif
