/* SPDX-License-Identifier: Apache-2.0 */
#include "pem_file.h"

#include <stdio.h>

#include "buf.h"
#include "clean.h"

char *km_pem_read(const char *path)
{
    km_auto_fclose FILE *file = fopen(path, "re");
    struct km_buf text = KM_BUF_INIT;
    size_t n;

    if (!file)
        return NULL;
    do {
        km_buf_reserve(&text, 4096);
        n = text.failed ? 0 : fread(text.data + text.len, 1, 4096, file);
        text.len += n;
    } while (n == 4096 && text.len < 1 << 20);
    if (ferror(file) || !km_buf_str(&text))
        km_buf_done(&text);
    return text.data;
}
