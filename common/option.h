/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_OPTION_H
#define KM_COMMON_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/*
 * A program's options: one table feeds the command line, the environment, --help and the man page.
 * Later wins: default, environment, command line.
 */

enum km_option_type {
    KM_OPTION_FLAG,   /* bool: no argument on the command line; "1" or "true" in the environment */
    KM_OPTION_STRING, /* const char *: into argv or the environment, not copied */
    KM_OPTION_INT,    /* int64_t */
    KM_OPTION_DURATION, /* int64_t in ms: "500ms" "5s" "10m" "1h"; a bare number is seconds */
    KM_OPTION_SIZE,     /* int64_t in bytes: "64Ki" "16Mi" "2Gi"; a bare number is bytes */
    KM_OPTION_CHOICE,   /* int: the place in arg, which lists the words as "memory|clickhouse" */
};

struct km_option {
    const char *name; /* "listen" for --listen */
    const char *env;  /* environment variable; NULL for none */
    enum km_option_type type;
    size_t offset;            /* of the field in the program's config struct */
    const char *arg;          /* what --help calls the argument; for CHOICE the words */
    const char *default_text; /* as a user would write it; NULL leaves the field as it is */
    int64_t min, max; /* INT, DURATION, SIZE: allowed range, both included; max 0: no bound */
    const char *help; /* one sentence */
};

struct km_program {
    const char *name;                /* "kubemonitor-api" */
    const char *version;             /* "0.1.0" */
    const char *summary;             /* one line */
    const struct km_option *options; /* ends with a NULL name */
};

/* A word and what it means. */
struct km_word {
    const char *word; /* "nodes", "pod NAME" */
    const char *help;
};

/* A chapter of --help and of the man page. */
struct km_section {
    const char *title;
    const struct km_word *lines; /* ends with a NULL word */
};

/* "-n" for "--namespace". */
struct km_letter {
    char letter;
    const char *option; /* its name in the option table */
};

/* What the command line of a program with commands holds beside "--name value". */
struct km_words {
    const char *synopsis;              /* "COMMAND [NAME] [OPTION]..." */
    const struct km_section *sections; /* ends with a NULL title */
    const struct km_letter *letters;   /* ends with a 0 letter */
    size_t max;                        /* words taken at most */
};

enum km_options_result {
    KM_OPTIONS_RUN,   /* go on */
    KM_OPTIONS_DONE,  /* --help, --version or --man: *out is for standard output, exit 0 */
    KM_OPTIONS_ERROR, /* *out says what is wrong and names the option, exit 2 */
};

/*
 * Fills config (the struct the offsets are of) from defaults, environment and argv. "--name value"
 * and "--name=value" are both taken; anything that is not an option is an error. --help, --version
 * and --man are understood by every program.
 */
enum km_options_result km_options_read(const struct km_program *program, int argc, char **argv,
                                       void *config, struct km_buf *out);

/*
 * The same for a program with commands: what does not begin with "-" is a word, in any place.
 * "-n value", "-nvalue" and "-A" stand for the long options of words->letters, "-h" for --help.
 * ret_words has room for words->max pointers into argv and a NULL.
 */
enum km_options_result km_options_read_words(const struct km_program *program,
                                             const struct km_words *words, int argc, char **argv,
                                             void *config, struct km_buf *out,
                                             const char **ret_words);

/*
 * The same for a main(): prints what there is to print. True if the program is to run; otherwise it
 * is to end with *ret_status.
 */
bool km_options_start(const struct km_program *program, int argc, char **argv, void *config,
                      int *ret_status);

/* The readers behind DURATION and SIZE. Return 0, -EINVAL, or -ERANGE when it does not fit. */
int km_duration_parse(const char *text, int64_t *ret_ms);
int km_size_parse(const char *text, int64_t *ret_bytes);

#endif
