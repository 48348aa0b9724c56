/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_JWT_H
#define KM_API_JWT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What a JSON Web Token (RFC 7519) says of itself. Nothing here is proven, the signature is not
 * looked at: it tells early what cannot be valid, and how long a token that the API server has
 * accepted stays so.
 */
struct km_jwt {
    int64_t expires_ms; /* "exp", Unix time; INT64_MAX: it says none */
    bool is_for;        /* "aud" is the audience that was asked for, or a list with it */
};

/* Returns 0, or -EINVAL for a text that is no such token, -ENOMEM. */
int km_jwt_read(const char *token, const char *audience, struct km_jwt *ret_jwt);

#endif
