/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <curl/curl.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "completion.h"
#include "endpoint.h"

/* What stands behind a word; NULL subject and run for none. */
struct command {
    const struct km_subject *subject;
    int (*run)(struct km_cli *cli, const struct km_subject *subject);
    enum { NO_NAME, MAY_NAME, MUST_NAME } name;
};

static int run_top(struct km_cli *cli, const struct km_subject *subject)
{
    (void)subject;
    return km_command_top(cli);
}

static struct command find_command(const char *word)
{
    bool one = false;
    const struct km_subject *subject = km_subject_find(word, &one);

    if (subject)
        return (struct command){subject, one ? km_command_one : km_command_list,
                                one ? MUST_NAME : NO_NAME};
    if (strcmp(word, "top") == 0)
        return (struct command){NULL, run_top, MAY_NAME};
    return (struct command){0};
}

static enum km_exit usage(const char *format, const char *word)
{
    fprintf(stderr, format, word);
    fputs("; see kubectl-monitor --help\n", stderr);
    return KM_EXIT_USAGE;
}

static enum km_exit run_command(struct km_cli *cli, const struct command *command)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    enum km_exit status;
    int r;

    r = km_endpoint_open(&cli->settings, &out, &cli->fetch);
    if (r < 0) {
        fputs(out.failed ? "memory ran out\n" : km_buf_str(&out), stderr);
        return km_exit_of(r);
    }
    r = command->run(cli, command->subject);
    if (r < 0)
        fprintf(stderr, "%s\n", km_fetch_error(cli->fetch));
    status = km_exit_of(r);
    if (fflush(cli->out) != 0 || ferror(cli->out)) {
        fprintf(stderr, "cannot write: %s\n", strerror(errno));
        status = status == KM_EXIT_OK ? KM_EXIT_SERVER : status;
    }
    km_fetch_free(cli->fetch);
    return status;
}

static enum km_exit start(struct km_cli *cli)
{
    struct command command;

    if (!cli->word)
        return usage("a command is missing, such as \"%s\"", "nodes");
    if (strcmp(cli->word, "completion") == 0) {
        if (cli->name && km_completion_script(cli->name, cli->out) == 0)
            return KM_EXIT_OK;
        return usage("completion: \"%s\" is none of bash, zsh and fish",
                     cli->name ? cli->name : "");
    }
    command = find_command(cli->word);
    if (!command.run)
        return usage("\"%s\" is no command", cli->word);
    if (command.name == MUST_NAME && !cli->name)
        return usage("%s: a name is missing", cli->word);
    if (command.name == NO_NAME && cli->name) {
        fprintf(stderr, "%s takes no name; for one of them: kubectl-monitor %s %s\n", cli->word,
                command.subject->singular, cli->name);
        return KM_EXIT_USAGE;
    }
    if (cli->settings.step && !cli->settings.window)
        return usage("%s: wants --window with it", "--step");
    if (cli->settings.selector && command.run != km_command_list)
        return usage("%s: is for lists, such as pods", "--selector");
    return run_command(cli, &command);
}

int km_command_run(int argc, char **argv)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    const char *words[KM_CLI_WORDS + 1] = {NULL};
    struct km_cli cli = {.out = stdout};
    enum km_exit status;

    /* A name may be in any script; without a UTF-8 locale it is shown byte by byte. */
    setlocale(LC_CTYPE, "");
    if (argc > 1 && strcmp(argv[1], "__complete") == 0)
        return km_completion_answer(argc - 2, argv + 2, stdout);
    switch (km_options_read_words(&km_cli_program, &km_cli_words, argc, argv, &cli.settings, &out,
                                  words)) {
    case KM_OPTIONS_DONE:
        fputs(km_buf_str(&out), stdout);
        return KM_EXIT_OK;
    case KM_OPTIONS_ERROR:
        fputs(km_buf_str(&out), stderr);
        return KM_EXIT_USAGE;
    case KM_OPTIONS_RUN:
        break;
    }
    cli.word = words[0];
    cli.name = cli.word ? words[1] : NULL;
    km_cli_look_at_terminal(&cli);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    status = start(&cli);
    curl_global_cleanup();
    return (int)status;
}
