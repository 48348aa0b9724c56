/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_COLUMN_H
#define KM_CLI_COLUMN_H

#include <stdbool.h>
#include <stddef.h>

#include "units.h"

/*
 * What is shown of an object, once: the table, -o wide, -o csv, --sort and `top` all read these
 * columns.
 */

enum km_show {
    KM_SHOW_ALWAYS,
    KM_SHOW_WIDE, /* -o wide, csv and the description of one object */
    KM_SHOW_ALL,  /* a namespace: where more than one is listed; always in csv */
    KM_SHOW_NEVER /* only to sort by */
};

struct km_column {
    const char *title; /* over the table */
    const char *key;   /* first line of csv; says the unit */
    const char *sort;  /* the word that --sort takes; NULL: nothing to sort by */
    enum km_unit unit;
    enum km_show show;
    const char *source; /* see source.h */
    const char *of;     /* PERCENT: 100 * source / of */
};

/* A kind of object that can be listed. */
struct km_subject {
    const char *plural;              /* "pods": the command that lists them */
    const char *singular;            /* "pod": the command that shows one; NULL for none */
    const char *const *aliases;      /* further words for the list, ends with NULL */
    const char *name;                /* the member that is its name: "pod_name" */
    const struct km_column *columns; /* ends with a NULL title */
    bool in_namespace;               /* its name is unique within a namespace only */
    const char *group; /* of the Kubernetes API: "/apis/apps/v1"; NULL: no kind there */
};

extern const struct km_subject km_subject_node;
extern const struct km_subject km_subject_pod;
extern const struct km_subject km_subject_namespace;
extern const struct km_subject km_subject_deployment;
extern const struct km_subject km_subject_container;

/* The four that have commands, in the order of `top`'s keys; ends with NULL. */
extern const struct km_subject *const km_subjects[];

/* Columns of the rows of a window: of a node or of pods. */
extern const struct km_column km_columns_node_window[];
extern const struct km_column km_columns_pod_window[];

/* The subject that a word lists (ret_one false) or shows one of (true); NULL for none. */
const struct km_subject *km_subject_find(const char *word, bool *ret_one);

size_t km_column_count(const struct km_column *columns);

/* The column that a --sort word means, or -1. */
int km_column_find(const struct km_column *columns, const char *sort);

#endif
