/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzzer's entry over every file of a folder: the corpus as a plain test, without libFuzzer.
 */
#include <dirent.h>
#include <string.h>

#include "buf.h"
#include "clean.h"
#include "fuzz.h"

/* The input is a block of exactly its size, so that the sanitizers see a read behind it. */
static int run_file(const char *folder, const char *name)
{
    char path[4096];
    km_auto_fclose FILE *file = NULL;
    km_auto_buf struct km_buf text = KM_BUF_INIT;
    km_auto_free uint8_t *exact = NULL;
    size_t n;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "re");
    if (!file)
        return -1;
    do {
        if (km_buf_reserve(&text, 65536) < 0)
            return -1;
        n = fread(text.data + text.len, 1, 65536, file);
        text.len += n;
    } while (n > 0);
    exact = malloc(text.len ? text.len : 1);
    if (!exact)
        return -1;
    memcpy(exact, text.data, text.len);
    LLVMFuzzerTestOneInput(exact, text.len);
    return 0;
}

int main(int argc, char **argv)
{
    km_auto_closedir DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    const struct dirent *entry;
    unsigned files = 0;

    if (!folder) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    while ((entry = readdir(folder))) {
        if (entry->d_name[0] == '.')
            continue;
        if (run_file(argv[1], entry->d_name) < 0) {
            fprintf(stderr, "%s/%s cannot be read\n", argv[1], entry->d_name);
            return 1;
        }
        files++;
    }
    printf("%u inputs\n", files);
    return files > 0 ? 0 : 1;
}
