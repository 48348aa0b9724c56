/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_JSON_WRITE_H
#define KM_COMMON_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "sample.h"

/*
 * Writes JSON text by appending to a buffer; commas are put by the writer.
 *
 *     struct km_json w = {.out = &buf};
 *     km_json_object(&w);
 *     km_json_key(&w, "node");
 *     km_json_string(&w, name);
 *     km_json_object_end(&w);
 *
 * Errors stay in the buffer (buf.h). Several writers may append to one buffer in turn.
 */
struct km_json {
    struct km_buf *out;
    bool comma; /* a value stands before the next one */
};

void km_json_object(struct km_json *w);
void km_json_object_end(struct km_json *w);
void km_json_array(struct km_json *w);
void km_json_array_end(struct km_json *w);

/* The member name before a value: plain ASCII of our own, or through km_json_key_len(). */
void km_json_key(struct km_json *w, const char *key);

/* The same for a name that came from outside: escaped like a string. */
void km_json_key_len(struct km_json *w, const char *key, size_t len);

void km_json_null(struct km_json *w);
void km_json_bool(struct km_json *w, bool value);
void km_json_int(struct km_json *w, int64_t value);

/* A string; control characters, quotes and backslashes are escaped. The bytes must be UTF-8. */
void km_json_string(struct km_json *w, const char *text);
void km_json_string_len(struct km_json *w, const char *text, size_t len);

/* value / 1000 with exactly 3 decimals: 12345 gives 12.345. */
void km_json_milli(struct km_json *w, int64_t value);

/* The shortest text that reads back as the same double; null for NaN and infinities. */
void km_json_double(struct km_json *w, double value);

/* value with at most 3 decimals, trailing zeros left out: for computed rates and averages. */
void km_json_decimal(struct km_json *w, double value);

/* A member "key": "text"; nothing is written where text is NULL. */
void km_json_member(struct km_json *w, const char *key, const char *text);

/* A member "key": 12. */
void km_json_member_int(struct km_json *w, const char *key, int64_t value);

/* Opens a member "key": { or "key": [ for the caller to fill and end. */
void km_json_member_object(struct km_json *w, const char *key);
void km_json_member_array(struct km_json *w, const char *key);

/* A member "key": "2026-11-24T00:13:51.123Z" (RFC 3339, UTC) of a Unix time in ms. */
void km_json_member_time(struct km_json *w, const char *key, int64_t unix_ms);

/* One metric's value as its kind wants it: whole number, 3 decimals, or exact double. */
void km_json_metric(struct km_json *w, unsigned metric, int64_t value);

/* The same at a pointer: put.h. Takes at most KM_PUT_NUMBER bytes. */
char *km_put_metric(char *to, unsigned metric, int64_t value);

/*
 * A metric's name before its value, and that of its rate: `,"rx_bytes":` `,"rx_bytes_per_second":`.
 * The arrays have one size so that they are copied whole, and only then cut to their length.
 */
#define KM_METRIC_TOKEN 48

struct km_metric_token {
    char key[KM_METRIC_TOKEN], rate[KM_METRIC_TOKEN];
    uint8_t key_len, rate_len;
};

extern const struct km_metric_token km_metric_tokens[KM_METRIC_COUNT];

/*
 * The members of a sample inside an open object, group by group, absent ones and empty groups left
 * out: "cpu_usage":12.345,"cpu":{"usage_usec":1},"memory":{...}. The timestamp is not among them.
 */
void km_json_sample(struct km_json *w, const struct km_sample *sample);

#endif
