/* SPDX-License-Identifier: Apache-2.0 */
#include "discovery.h"

#include <stdio.h>
#include <string.h>

#include "api.h"
#include "json_write.h"

/*
 * v1 is Kubernetes 1.37's (KEP-5207). The one that older clients know stands first until most know
 * the other: kubectl takes the first of those it knows, others know v1beta1 only.
 */
const char *const km_kube_versions[] = {"v1beta1", "v1", NULL};

const char *km_kube_version_of(struct km_call *call)
{
    const char *wanted = km_call_path(call, "version");

    for (size_t i = 0; km_kube_versions[i]; i++) {
        if (strcmp(km_kube_versions[i], wanted) == 0)
            return km_kube_versions[i];
    }
    km_answer_problem(call, 404, 0, "the server could not find the requested resource");
    return NULL;
}

static void write_version(struct km_json *w, const char *version)
{
    char text[64];

    snprintf(text, sizeof(text), "metrics.k8s.io/%s", version);
    km_json_object(w);
    km_json_member(w, "groupVersion", text);
    km_json_member(w, "version", version);
    km_json_object_end(w);
}

/* The members of a group. */
static void write_group(struct km_json *w)
{
    km_json_member(w, "name", "metrics.k8s.io");
    km_json_member_array(w, "versions");
    for (size_t i = 0; km_kube_versions[i]; i++)
        write_version(w, km_kube_versions[i]);
    km_json_array_end(w);
    km_json_key(w, "preferredVersion");
    write_version(w, km_kube_versions[0]);
}

void km_get_api_groups(struct km_call *call)
{
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};

    km_json_object(&w);
    km_json_member(&w, "kind", "APIGroupList");
    km_json_member(&w, "apiVersion", "v1");
    km_json_member_array(&w, "groups");
    km_json_object(&w);
    write_group(&w);
    km_json_object_end(&w);
    km_json_array_end(&w);
    km_json_object_end(&w);
    km_answer_json(call, &body);
}

void km_get_api_group(struct km_call *call)
{
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};

    km_json_object(&w);
    km_json_member(&w, "kind", "APIGroup");
    km_json_member(&w, "apiVersion", "v1");
    write_group(&w);
    km_json_object_end(&w);
    km_answer_json(call, &body);
}

static void write_resource(struct km_json *w, const char *name, const char *kind, bool namespaced)
{
    km_json_object(w);
    km_json_member(w, "name", name);
    km_json_member(w, "singularName", "");
    km_json_key(w, "namespaced");
    km_json_bool(w, namespaced);
    km_json_member(w, "kind", kind);
    km_json_member_array(w, "verbs");
    km_json_string(w, "get");
    km_json_string(w, "list");
    km_json_array_end(w);
    km_json_object_end(w);
}

void km_get_api_resources(struct km_call *call)
{
    const char *version = km_kube_version_of(call);
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};
    char text[64];

    if (!version)
        return;
    snprintf(text, sizeof(text), "metrics.k8s.io/%s", version);
    km_json_object(&w);
    km_json_member(&w, "kind", "APIResourceList");
    km_json_member(&w, "apiVersion", "v1");
    km_json_member(&w, "groupVersion", text);
    km_json_member_array(&w, "resources");
    write_resource(&w, "nodes", "NodeMetrics", false);
    write_resource(&w, "pods", "PodMetrics", true);
    km_json_array_end(&w);
    km_json_object_end(&w);
    km_answer_json(call, &body);
}

void km_get_kube_version(struct km_call *call)
{
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};
    const char *minor;
    char text[64], part[16];

    snprintf(text, sizeof(text), "v%s", km_call_api(call)->version);
    minor = text + strcspn(text, ".") + 1;
    km_json_object(&w);
    snprintf(part, sizeof(part), "%.*s", (int)strcspn(text + 1, "."), text + 1);
    km_json_member(&w, "major", part);
    snprintf(part, sizeof(part), "%.*s", (int)strcspn(minor, "."), minor);
    km_json_member(&w, "minor", part);
    km_json_member(&w, "gitVersion", text);
    km_json_member(&w, "platform", "linux");
    km_json_object_end(&w);
    km_answer_json(call, &body);
}
