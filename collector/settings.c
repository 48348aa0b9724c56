/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#define O(field) offsetof(struct km_settings, field)

static const struct km_option options[] = {
    {"server", "API_SERVER_URL", KM_OPTION_STRING, O(server), "URL[,URL...]",
     "http://127.0.0.1:8080", 0, 0,
     "API servers to post to; each address of their names gets everything"},
    {"node", "NODE_NAME", KM_OPTION_STRING, O(node), "NAME", NULL, 0, 0,
     "Name of this node; without it the host's name"},
    {"interval", "KUBEMONITOR_INTERVAL", KM_OPTION_DURATION, O(interval), "DURATION", "5s", 100,
     3600000, "Time between two readings"},
    {"root", NULL, KM_OPTION_STRING, O(root), "DIR", "/", 0, 0,
     "Read the host whose files are below this folder"},
    {"proc", NULL, KM_OPTION_STRING, O(proc), "DIR", NULL, 0, 0,
     "Where proc is within the root; without it /host/proc if there is one, else /proc"},
    {"names", "KUBEMONITOR_NAMES", KM_OPTION_CHOICE, O(names), "auto|api|logs|none", "auto", 0, 0,
     "Where pod names come from: the Kubernetes API, the links in /var/log/containers, or both"},
    {"kubeconfig", "KUBEMONITOR_KUBECONFIG", KM_OPTION_STRING, O(kubeconfig), "FILE", NULL, 0, 0,
     "The way to the Kubernetes API; without it the pod's own service account"},
    {"token-file", "KUBEMONITOR_TOKEN_FILE", KM_OPTION_STRING, O(token_file), "FILE", NULL, 0, 0,
     "Bearer token for the API servers; read again when it changes"},
    {"ca-file", "KUBEMONITOR_CA_FILE", KM_OPTION_STRING, O(ca_file), "FILE", NULL, 0, 0,
     "Certificates that vouch for the API servers' with https; without it the system's"},
    {"outbox-limit", "KUBEMONITOR_OUTBOX_LIMIT", KM_OPTION_SIZE, O(outbox_limit), "SIZE", "16Mi",
     65536, INT64_C(1) << 34, "Batches kept for each server that does not answer; oldest go first"},
    {"compress", "KUBEMONITOR_COMPRESS", KM_OPTION_CHOICE, O(compress), "auto|always|never", "auto",
     0, 0, "Whether batches are packed with gzip on the way; auto: to servers on other machines"},
    {"once", NULL, KM_OPTION_FLAG, O(once), NULL, NULL, 0, 0, "One reading, then exit"},
    {"print", NULL, KM_OPTION_FLAG, O(print), NULL, NULL, 0, 0,
     "Write readings to standard output as JSON instead of posting them"},
    {"log-level", "KUBEMONITOR_LOG_LEVEL", KM_OPTION_CHOICE, O(log_level),
     "error|warning|info|debug", "info", 0, 0, "What is logged"},
    {0},
};

const struct km_program km_collector_program = {
    "kubemonitor-collector", KM_VERSION, "reads a node's and its pods' resource usage", options};
