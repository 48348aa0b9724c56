/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_settings.h"

#define O(field)   offsetof(struct km_cli_settings, field)
#define YEAR_MS    INT64_C(31622400000)
#define MINUTES_10 INT64_C(600000)

static const struct km_option options[] = {
    {"server", "KUBEMONITOR_SERVER", KM_OPTION_STRING, O(server), "URL", NULL, 0, 0,
     "Address of kubemonitor-api; without it the service in the cluster of the kubeconfig file"},
    {"kubeconfig", NULL, KM_OPTION_STRING, O(kubeconfig), "FILE", NULL, 0, 0,
     "The cluster to ask; without it the file of KUBECONFIG, or ~/.kube/config"},
    {"monitor-namespace", "KUBEMONITOR_MONITOR_NAMESPACE", KM_OPTION_STRING, O(monitor_namespace),
     "NAMESPACE", "monitoring", 0, 0, "Where kubemonitor is installed in that cluster"},
    {"namespace", "KUBEMONITOR_NAMESPACE", KM_OPTION_STRING, O(name_space), "NAMESPACE", NULL, 0, 0,
     "Only pods or deployments of this namespace; without it all"},
    {"all-namespaces", NULL, KM_OPTION_FLAG, O(all_namespaces), NULL, NULL, 0, 0,
     "All namespaces, whatever KUBEMONITOR_NAMESPACE says"},
    {"selector", NULL, KM_OPTION_STRING, O(selector), "SELECTOR", NULL, 0, 0,
     "Of a list only those with these labels, as kubectl takes them: app=web,tier!=cache. The "
     "cluster of the kubeconfig file is asked for them"},
    {"output", NULL, KM_OPTION_CHOICE, O(output), "table|wide|json|yaml|csv", "table", 0, 0,
     "How to write; csv has plain numbers in the units of its first line"},
    {"sort", NULL, KM_OPTION_STRING, O(sort), "COLUMN", NULL, 0, 0,
     "Order by name, cpu, memory, network, disk or another column; numbers descend"},
    {"reverse", NULL, KM_OPTION_FLAG, O(reverse), NULL, NULL, 0, 0, "Turn the order over"},
    {"window", NULL, KM_OPTION_DURATION, O(window), "DURATION", NULL, 1000, YEAR_MS,
     "The time until now instead of now: of a list the averages, of one name its rows"},
    {"step", NULL, KM_OPTION_DURATION, O(step), "DURATION", NULL, 1000, YEAR_MS,
     "With --window of one name: the time that a row stands for"},
    {"watch", NULL, KM_OPTION_FLAG, O(watch), NULL, NULL, 0, 0, "Write again and again"},
    {"interval", NULL, KM_OPTION_DURATION, O(interval), "DURATION", "5s", 100, YEAR_MS,
     "Time between two readings of --watch and top"},
    {"count", NULL, KM_OPTION_INT, O(count), "N", NULL, 1, 0, "With --watch: end after so many"},
    {"no-headers", NULL, KM_OPTION_FLAG, O(no_headers), NULL, NULL, 0, 0,
     "Leave out the first line of table, wide and csv"},
    {"timeout", NULL, KM_OPTION_DURATION, O(timeout), "DURATION", "30s", 100, MINUTES_10,
     "Longest time for one request"},
    {"token-file", "KUBEMONITOR_TOKEN_FILE", KM_OPTION_STRING, O(token_file), "FILE", NULL, 0, 0,
     "With --server: a file that holds the token of a server that wants one"},
    {"ca-file", "KUBEMONITOR_CA_FILE", KM_OPTION_STRING, O(ca_file), "FILE", NULL, 0, 0,
     "With --server: certificates to trust instead of the system's, as PEM"},
    {0},
};

const struct km_program km_cli_program = {"kubectl-monitor", KM_VERSION,
                                          "shows what nodes, pods, namespaces and deployments use",
                                          options};

const struct km_word km_cli_commands[] = {
    {"nodes", "List the nodes"},
    {"pods", "List the pods"},
    {"namespaces", "List the namespaces, each the sum of its pods"},
    {"deployments", "List the deployments, each the sum of its pods"},
    {"node", "Show one node and the pods on it"},
    {"pod", "Show one pod and its containers"},
    {"namespace", "Show one namespace and its pods"},
    {"deployment", "Show one deployment and its pods"},
    {"top", "Full screen: what uses most, live"},
    {"completion", "Print completion for a shell: bash, zsh or fish"},
    {NULL, NULL},
};

static const struct km_word keys[] = {
    {"1 2 3 4", "Nodes, pods, namespaces, deployments"},
    {"c m n d a", "Order by CPU, memory, network, disk, name; again turns it over"},
    {"Up Down j k", "Choose a line; Page Up, Page Down, Home and End too"},
    {"Enter", "What the line is made of: a node's pods, a pod's containers"},
    {"Esc, Backspace", "Back"},
    {"/", "Show only names that contain a text; Enter keeps it, Esc drops it"},
    {"q", "Quit"},
    {NULL, NULL},
};

static const struct km_word exits[] = {
    {"0", "All was well"},
    {"1", "The server says no: there is no such name, or it cannot answer"},
    {"2", "The command line is wrong"},
    {"3", "The server cannot be reached"},
    {NULL, NULL},
};

static const struct km_section sections[] = {
    {"Commands", km_cli_commands}, {"Keys of top", keys}, {"Exit status", exits}, {NULL, NULL}};

static const struct km_letter letters[] = {{'n', "namespace"}, {'A', "all-namespaces"},
                                           {'l', "selector"},  {'o', "output"},
                                           {'w', "watch"},     {0, NULL}};

const struct km_words km_cli_words = {"COMMAND [NAME] [OPTION]...", sections, letters,
                                      KM_CLI_WORDS};
