/* SPDX-License-Identifier: Apache-2.0 */
#include "kube_pod.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#define TIMEOUT_MS 5000
#define ANSWER_MAX (4u << 20) /* etcd takes objects up to 1.5 MiB; JSON makes them longer */

int km_kube_pod_node(struct km_kube_client *client, const char *name_space, const char *pod,
                     const char *uid, char **ret_node, struct km_buf *words)
{
    km_auto_buf struct km_buf path = KM_BUF_INIT, answer = KM_BUF_INIT;
    struct km_kube_request request = {.answer_max = ANSWER_MAX, .timeout_ms = TIMEOUT_MS};
    const char *node;
    yyjson_val *root;
    yyjson_doc *doc;
    long code = 0;
    int r;

    /* Names of Kubernetes objects want no escaping. */
    km_buf_printf(&path, "/api/v1/namespaces/%s/pods/%s", name_space, pod);
    request.path = km_buf_str(&path);
    r = request.path ? km_kube_request(client, &request, &answer, &code) : -ENOMEM;
    if (r < 0) {
        km_buf_puts(words, km_kube_client_error(client));
        return r;
    }
    if (code != 200) {
        km_buf_printf(words, "%s: status %ld %.300s", path.data, code,
                      answer.len ? km_buf_str(&answer) : "");
        return code == 404 ? -ENOENT : code == 401 || code == 403 ? -EPERM : -EIO;
    }
    doc = yyjson_read(answer.data, answer.len, 0);
    root = yyjson_doc_get_root(doc);
    node = yyjson_get_str(yyjson_obj_get(yyjson_obj_get(root, "spec"), "nodeName"));
    r = -ENOENT;
    if (!yyjson_equals_str(yyjson_obj_get(yyjson_obj_get(root, "metadata"), "uid"), uid))
        km_buf_printf(words, "the pod %s/%s is another one by now", name_space, pod);
    else if (!node || !*node)
        km_buf_printf(words, "the pod %s/%s runs on no node", name_space, pod);
    else
        r = (*ret_node = strdup(node)) ? 0 : -ENOMEM;
    yyjson_doc_free(doc);
    return r;
}
