/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_DIRECTORY_H
#define KM_COLLECTOR_DIRECTORY_H

#include <stdint.h>

#include "pod_facts.h"

/* The facts of this node's pods by UID. One thread writes, another reads. */
struct km_directory;

struct km_directory *km_directory_new(void); /* NULL when memory runs out */
void km_directory_free(struct km_directory *directory);

/* Adds the pod, or replaces what was known of it. Returns 0 or -ENOMEM. */
int km_directory_put(struct km_directory *directory, const struct km_pod_facts *facts);
void km_directory_remove(struct km_directory *directory, const char *uid);

/* Between begin and end all pods there are are put: end removes the others. */
void km_directory_begin(struct km_directory *directory);
void km_directory_end(struct km_directory *directory);

/* Grows with every change: while it stays, what was found before holds. */
uint64_t km_directory_generation(const struct km_directory *directory);

/* A reference to the pod's facts, for km_pod_facts_unref(); or NULL. */
const struct km_pod_facts *km_directory_find(struct km_directory *directory, const char *uid);

#endif
