/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quantity.h"

bool km_cluster_key(yyjson_val *object, char ret_key[KM_CLUSTER_KEY])
{
    yyjson_val *metadata = yyjson_obj_get(object, "metadata");
    const char *name = yyjson_get_str(yyjson_obj_get(metadata, "name"));
    const char *name_space = yyjson_get_str(yyjson_obj_get(metadata, "namespace"));
    int len;

    if (!name || !*name)
        return false;
    len = snprintf(ret_key, KM_CLUSTER_KEY, "%s%s%s", name_space ? name_space : "",
                   name_space ? "/" : "", name);
    return len < KM_CLUSTER_KEY;
}

struct km_cluster_owner *km_cluster_owner_read(yyjson_val *object)
{
    yyjson_val *owners = yyjson_obj_get(yyjson_obj_get(object, "metadata"), "ownerReferences");
    const char *kind = "", *name = "";
    struct km_cluster_owner *owner;
    yyjson_val *one;
    size_t i, n;

    yyjson_arr_foreach(owners, i, n, one)
    {
        const char *its_kind = yyjson_get_str(yyjson_obj_get(one, "kind"));
        const char *its_name = yyjson_get_str(yyjson_obj_get(one, "name"));

        if (yyjson_get_bool(yyjson_obj_get(one, "controller")) && its_kind && its_name) {
            kind = its_kind;
            name = its_name;
        }
    }
    owner = malloc(sizeof(*owner) + strlen(kind) + strlen(name) + 2);
    if (!owner)
        return NULL;
    strcpy(owner->kind, kind);
    owner->name = strcpy(owner->kind + strlen(kind) + 1, name);
    return owner;
}

static int64_t allocatable(yyjson_val *status, const char *name, int64_t scale)
{
    yyjson_val *all = yyjson_obj_get(status, "allocatable");
    const char *text = yyjson_get_str(yyjson_obj_get(all, name));
    int64_t value;

    return text && km_quantity_parse(text, scale, &value) == 0 ? value : -1;
}

struct km_cluster_node *km_cluster_node_read(yyjson_val *object)
{
    yyjson_val *status = yyjson_obj_get(object, "status"), *one;
    struct km_cluster_node *node = calloc(1, sizeof(*node));
    size_t i, n;

    if (!node)
        return NULL;
    node->cpu_milli = allocatable(status, "cpu", 1000);
    node->memory = allocatable(status, "memory", 1);
    yyjson_arr_foreach(yyjson_obj_get(status, "conditions"), i, n, one)
    {
        if (yyjson_equals_str(yyjson_obj_get(one, "type"), "Ready"))
            node->ready = yyjson_equals_str(yyjson_obj_get(one, "status"), "True");
    }
    return node;
}
