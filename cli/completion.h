/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_COMPLETION_H
#define KM_CLI_COMPLETION_H

#include <stdio.h>

/*
 * What may come next on the command line. The shells' scripts, and kubectl by way of
 * kubectl_complete-monitor, all ask "kubectl-monitor __complete WORD... LAST" and get what kubectl
 * expects of a plugin: a line "word<TAB>what it is" for each, then ":N", the sum of
 *   1 an error, 4 do not offer files instead.
 */

/* Answers for the words so far, the last of which is being typed. Returns the exit status. */
int km_completion_answer(int count, char **words, FILE *out);

/* Writes the script of "bash", "zsh" or "fish". Returns 0, or -EINVAL for another shell. */
int km_completion_script(const char *shell, FILE *out);

#endif
