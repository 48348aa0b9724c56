/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_OUTPUT_OBJECT_H
#define KM_CLI_OUTPUT_OBJECT_H

#include <stdio.h>
#include <yyjson.h>

/*
 * Writes the server's objects as they are, as JSON or YAML: one alone, or a list {"items":[…]}
 * whose items are written as they come.
 */
struct km_object_writer {
    int (*begin)(struct km_object_writer *w);                    /* begins a list */
    int (*item)(struct km_object_writer *w, yyjson_val *object); /* in a list, or a document */
    int (*end)(struct km_object_writer *w);                      /* ends the list */
    void (*free)(struct km_object_writer *w);
};

/* A writer to out, which must outlive it; NULL where memory runs out. Its calls return 0, -EIO or
 * -ENOMEM. */
struct km_object_writer *km_output_json_new(FILE *out);

/* YAML documents each begin with "---". */
struct km_object_writer *km_output_yaml_new(FILE *out);

#endif
