/* SPDX-License-Identifier: Apache-2.0 */
#include "completion.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cli_settings.h"
#include "column.h"
#include "endpoint.h"
#include "listing.h"

#define NAMES_MAX  200  /* more than anyone reads */
#define TIMEOUT_MS 2000 /* a shell waits for us */
#define NO_FILES   4

/* Offers a word if it goes on with what is typed; hint may be NULL. */
static void offer(FILE *out, const char *typed, const char *word, const char *hint)
{
    if (strncmp(word, typed, strlen(typed)) == 0)
        fprintf(out, hint ? "%s\t%s\n" : "%s\n", word, hint);
}

/* The words of "a|b|c". */
static void offer_choices(FILE *out, const char *typed, const char *choices)
{
    char word[32];

    while (*choices) {
        size_t len = strcspn(choices, "|");

        snprintf(word, sizeof(word), "%.*s", (int)len, choices);
        offer(out, typed, word, NULL);
        choices += len + (choices[len] == '|');
    }
}

struct names {
    FILE *out;
    const char *typed;
    const struct km_subject *subject;
};

static int offer_name(void *arg, yyjson_val *item)
{
    const struct names *n = arg;
    const char *name = yyjson_get_str(yyjson_obj_get(item, n->subject->name));

    if (name && *name)
        offer(n->out, n->typed, name, NULL);
    return 0;
}

/* Names from the server; none where it does not answer, for a shell has no place for words. */
static void offer_names(FILE *out, const char *typed, const struct km_subject *subject,
                        const struct km_cli_settings *settings)
{
    struct km_cli_settings quick = *settings;
    struct km_list_query query = {.subject = subject, .max = NAMES_MAX};
    struct names names = {out, typed, subject};
    km_auto_buf struct km_buf error = KM_BUF_INIT;
    struct km_fetch *fetch;

    quick.timeout = TIMEOUT_MS;
    query.name_space = settings->all_namespaces ? NULL : settings->name_space;
    if (!quick.monitor_namespace)
        return; /* the options could not be read */
    if (km_endpoint_open(&quick, &error, &fetch) < 0)
        return;
    km_list_each(fetch, &query, offer_name, &names, NULL);
    km_fetch_free(fetch);
}

/* The option whose value comes next after this word; NULL where none does. */
static const struct km_option *waits_for_value(const char *word)
{
    const char *name = word;

    if (strncmp(word, "--", 2) == 0)
        name = word + 2;
    else if (word[0] == '-' && word[1] && !word[2])
        for (const struct km_letter *l = km_cli_words.letters; l->letter; l++)
            name = l->letter == word[1] ? l->option : name;
    for (const struct km_option *o = km_cli_program.options; o->name && *word == '-'; o++) {
        if (strcmp(o->name, name) == 0)
            return o->type == KM_OPTION_FLAG ? NULL : o;
    }
    return NULL;
}

static void offer_options(FILE *out, const char *typed)
{
    char word[64];

    for (const struct km_option *o = km_cli_program.options; o->name; o++) {
        snprintf(word, sizeof(word), "--%s", o->name);
        offer(out, typed, word, o->help);
    }
}

/* Values of an option. Returns false where files are as good an answer as any. */
static bool offer_values(FILE *out, const char *typed, const struct km_option *option,
                         const struct km_subject *subject, const struct km_cli_settings *settings)
{
    if (option->type == KM_OPTION_CHOICE) {
        offer_choices(out, typed, option->arg);
    } else if (strcmp(option->name, "namespace") == 0) {
        offer_names(out, typed, &km_subject_namespace, settings);
    } else if (strcmp(option->name, "sort") == 0) {
        const struct km_column *c = subject ? subject->columns : km_subject_pod.columns;

        for (; c->title; c++) {
            if (c->sort)
                offer(out, typed, c->sort, NULL);
        }
    } else if (strcmp(option->arg, "FILE") == 0) {
        return false;
    }
    return true;
}

int km_completion_answer(int count, char **words, FILE *out)
{
    const char *typed = count > 0 ? words[count - 1] : "", *last = NULL;
    const char *command[KM_CLI_WORDS + 1] = {NULL};
    const struct km_subject *subject = NULL;
    const struct km_option *option = NULL;
    struct km_cli_settings settings = {0};
    km_auto_buf struct km_buf faults = KM_BUF_INIT;
    int n_words = 0, complete = count > 0 ? count - 1 : 0;
    char *argv[64] = {(char *)"kubectl-monitor"};
    bool one = false, no_files = true;

    for (int i = 0; i < complete; i++) {
        last = words[i];
        option = waits_for_value(last);
        if (option && i + 1 < complete)
            i++; /* its value */
        else if (*last != '-' && n_words < KM_CLI_WORDS)
            command[n_words++] = last;
    }
    option = complete > 0 ? option : NULL;
    if (option && words[complete - 1] != last)
        option = NULL; /* its value is there */
    if (command[0])
        subject = km_subject_find(command[0], &one);
    /* The server's options as far as they are typed; an unfinished one is no fault here. */
    for (int i = 0; i < complete && i < 62; i++)
        argv[i + 1] = words[i];
    km_options_read_words(&km_cli_program, &km_cli_words, (complete < 62 ? complete : 62) + 1, argv,
                          &settings, &faults, command);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (option) {
        no_files = offer_values(out, typed, option, subject, &settings);
    } else if (*typed == '-') {
        offer_options(out, typed);
    } else if (n_words == 0) {
        for (const struct km_word *w = km_cli_commands; w->word; w++)
            offer(out, typed, w->word, w->help);
    } else if (n_words == 1 && strcmp(command[0], "completion") == 0) {
        offer_choices(out, typed, "bash|zsh|fish");
    } else if (n_words == 1 && subject && one) {
        offer_names(out, typed, subject, &settings);
    }
    curl_global_cleanup();
    fprintf(out, ":%d\n", no_files ? NO_FILES : 0);
    return 0;
}

/* Each asks for lines of "word<TAB>help" and leaves out the last one, ":N". */
static const struct {
    const char *shell, *script;
} scripts[] = {
    {"bash", "# bash completion of kubectl-monitor: source <(kubectl-monitor completion bash)\n"
             "_kubectl_monitor() {\n"
             "    local words line\n"
             "    COMPREPLY=()\n"
             "    words=(\"${COMP_WORDS[@]:1:COMP_CWORD}\")\n"
             "    while IFS= read -r line; do\n"
             "        case $line in\n"
             "        :0) compopt -o default ;;\n"
             "        :*) ;;\n"
             "        *) COMPREPLY+=(\"${line%%$'\\t'*}\") ;;\n"
             "        esac\n"
             "    done < <(kubectl-monitor __complete \"${words[@]}\" 2>/dev/null)\n"
             "}\n"
             "complete -F _kubectl_monitor kubectl-monitor\n"},
    {"zsh", "#compdef kubectl-monitor\n"
            "# zsh completion of kubectl-monitor: source <(kubectl-monitor completion zsh)\n"
            "_kubectl_monitor() {\n"
            "    local line\n"
            "    local -a offers\n"
            "    while IFS= read -r line; do\n"
            "        case $line in\n"
            "        :0) _files; return ;;\n"
            "        :*) ;;\n"
            "        *) line=${line//:/\\\\:}; offers+=(\"${line/$'\\t'/:}\") ;;\n"
            "        esac\n"
            "    done < <(kubectl-monitor __complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)\n"
            "    _describe kubectl-monitor offers\n"
            "}\n"
            "compdef _kubectl_monitor kubectl-monitor\n"},
    {"fish", "# fish completion of kubectl-monitor: kubectl-monitor completion fish | source\n"
             "function __kubectl_monitor\n"
             "    set -l words (commandline -opc) (commandline -ct)\n"
             "    kubectl-monitor __complete $words[2..-1] 2>/dev/null | string match -v -r '^:'\n"
             "end\n"
             "complete -c kubectl-monitor -f -a '(__kubectl_monitor)'\n"},
};

int km_completion_script(const char *shell, FILE *out)
{
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        if (strcmp(scripts[i].shell, shell) == 0) {
            fputs(scripts[i].script, out);
            return 0;
        }
    }
    return -EINVAL;
}
