/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "memory_limit.h"

#define O(field) offsetof(struct km_api_config, field)

static const struct km_option options[] = {
    {"listen", "KUBEMONITOR_LISTEN", KM_OPTION_STRING, O(listen), "ADDR:PORT", "0.0.0.0:8080", 0, 0,
     "Address to answer on; port 0 takes a free one and prints it"},
    {"retention", "KUBEMONITOR_RETENTION", KM_OPTION_DURATION, O(retention), "DURATION", "1h",
     10000, INT64_C(31622400000), "How long history is kept"},
    {"memory-limit", "KUBEMONITOR_MEMORY_LIMIT", KM_OPTION_SIZE, O(memory_limit), "SIZE", NULL,
     1 << 20, INT64_C(1) << 44,
     "Memory for history; the oldest goes first. Without it 75 % of the cgroup's limit, or 1Gi"},
    {"interval", "KUBEMONITOR_INTERVAL", KM_OPTION_DURATION, O(interval), "DURATION", "5s", 100,
     3600000, "Time between two readings that collectors are expected to keep"},
    {"catch-up", "KUBEMONITOR_CATCH_UP", KM_OPTION_DURATION, O(catch_up), "DURATION", "0", 0, 3600000,
     "In a cluster, how long /readyz waits at most until every ready node was heard of since the "
     "start: for several servers, each reached by its own address before it is ready"},
    {"max-body", "KUBEMONITOR_MAX_BODY", KM_OPTION_SIZE, O(max_body), "SIZE", "4Mi", 1024, 1 << 28,
     "Largest request body, also after gzip"},
    {"max-connections", "KUBEMONITOR_MAX_CONNECTIONS", KM_OPTION_INT, O(max_connections), "N",
     "8192", 1, 1000000, "Connections at a time; each takes 33 KiB; more are refused"},
    {"max-entities", "KUBEMONITOR_MAX_ENTITIES", KM_OPTION_INT, O(max_entities), "N", "2000000", 1,
     100000000, "Nodes, pods and containers kept, those that are gone but have history included"},
    {"max-keys", "KUBEMONITOR_MAX_KEYS", KM_OPTION_INT, O(max_keys), "N", "1024", 0, 60000,
     "Different members outside the metric catalogue that clients may send"},
    {"max-streams", "KUBEMONITOR_MAX_STREAMS", KM_OPTION_INT, O(max_streams), "N", "1000", 0,
     100000, "Clients of /api/stream at a time; more are told to come back"},
    {"threads", "KUBEMONITOR_THREADS", KM_OPTION_INT, O(threads), "N", "2", 2, 64,
     "Threads that answer"},
    {"header-timeout", "KUBEMONITOR_HEADER_TIMEOUT", KM_OPTION_DURATION, O(header_timeout),
     "DURATION", "10s", 100, 3600000, "A request's headers must be complete by then"},
    {"body-timeout", "KUBEMONITOR_BODY_TIMEOUT", KM_OPTION_DURATION, O(body_timeout), "DURATION",
     "30s", 100, 3600000, "Then its body"},
    {"answer-timeout", "KUBEMONITOR_ANSWER_TIMEOUT", KM_OPTION_DURATION, O(answer_timeout),
     "DURATION", "2m", 100, 3600000, "Then the client must have taken the answer"},
    {"idle-timeout", "KUBEMONITOR_IDLE_TIMEOUT", KM_OPTION_DURATION, O(idle_timeout), "DURATION",
     "75s", 1000, 3600000, "A connection without a request is closed then"},
    {"drain-timeout", "KUBEMONITOR_DRAIN_TIMEOUT", KM_OPTION_DURATION, O(drain_timeout), "DURATION",
     "2s", 0, 3600000, "How long answers under way may take after SIGTERM"},
    {"tls-cert", "KUBEMONITOR_TLS_CERT", KM_OPTION_STRING, O(tls_cert), "FILE", NULL, 0, 0,
     "PEM certificate: answer with TLS"},
    {"tls-key", "KUBEMONITOR_TLS_KEY", KM_OPTION_STRING, O(tls_key), "FILE", NULL, 0, 0,
     "PEM key of it"},
    {"ingest-auth", "KUBEMONITOR_INGEST_AUTH", KM_OPTION_CHOICE, O(ingest_auth),
     "auto|none|token|kubernetes", "auto", 0, 0,
     "Who may post: everybody, who has a token of --ingest-token-file, or collectors that the "
     "Kubernetes API knows. auto is kubernetes in a cluster, token with a file, else none"},
    {"ingest-token-file", "KUBEMONITOR_INGEST_TOKEN_FILE", KM_OPTION_STRING, O(ingest_token_file),
     "FILE", NULL, 0, 0, "Tokens of posters, one a line; read again when it changes"},
    {"ingest-audience", "KUBEMONITOR_INGEST_AUDIENCE", KM_OPTION_STRING, O(ingest_audience), "NAME",
     "kubemonitor", 0, 0, "Audience that a collector's service-account token must be made for"},
    {"ingest-account", "KUBEMONITOR_INGEST_ACCOUNT", KM_OPTION_STRING, O(ingest_account),
     "[NAMESPACE/]NAME", "resource-collector", 0, 0,
     "Service account of the collectors; without a namespace in the server's own"},
    {"read-auth", "KUBEMONITOR_READ_AUTH", KM_OPTION_CHOICE, O(read_auth),
     "auto|none|token|kubernetes", "auto", 0, 0,
     "Who may read: everybody, who has a token of --read-token-file, or who may list pods of "
     "metrics.k8s.io in the namespace. auto is token with a file, else none"},
    {"read-token-file", "KUBEMONITOR_READ_TOKEN_FILE", KM_OPTION_STRING, O(read_token_file), "FILE",
     NULL, 0, 0, "Tokens of readers, one a line; read again when it changes"},
    {"metrics-api-listen", "KUBEMONITOR_METRICS_API_LISTEN", KM_OPTION_STRING,
     O(metrics_api_listen), "ADDR:PORT", NULL, 0, 0,
     "Answer metrics.k8s.io (kubectl top, autoscalers) here, with TLS, to the Kubernetes API "
     "server"},
    {"metrics-api-cert", "KUBEMONITOR_METRICS_API_CERT", KM_OPTION_STRING, O(metrics_api_cert),
     "FILE", NULL, 0, 0,
     "PEM certificate for it, read again when it changes; without it one is made"},
    {"metrics-api-key", "KUBEMONITOR_METRICS_API_KEY", KM_OPTION_STRING, O(metrics_api_key), "FILE",
     NULL, 0, 0, "PEM key of it"},
    {"kubeconfig", "KUBEMONITOR_KUBECONFIG", KM_OPTION_STRING, O(kubeconfig), "FILE", NULL, 0, 0,
     "The way to the Kubernetes API; without it the pod's own service account, if there is one"},
    {"data-dir", "KUBEMONITOR_DATA_DIR", KM_OPTION_STRING, O(data_dir), "DIR", NULL, 0, 0,
     "Folder that history outlives the process in; without it nothing is written"},
    {"fsync", "KUBEMONITOR_FSYNC", KM_OPTION_CHOICE, O(fsync), "always|interval", "interval", 0, 0,
     "With --data-dir a reading is acknowledged when the system has it and the disk is asked to "
     "keep it once an interval; or, always, when the disk has it: then at least 16 threads answer"},
    {"log-level", "KUBEMONITOR_LOG_LEVEL", KM_OPTION_CHOICE, O(log_level),
     "error|warning|info|debug", "info", 0, 0, "What is logged"},
    {0},
};

const struct km_program km_api_program = {
    "kubemonitor-api", KM_VERSION, "resource usage of a Kubernetes cluster over HTTP", options};

size_t km_default_memory_limit(void)
{
    int64_t limit;

    if (km_memory_limit("", &limit) < 0)
        return (size_t)1 << 30;
    return (size_t)(limit / 4 * 3);
}
