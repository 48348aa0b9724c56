/* SPDX-License-Identifier: Apache-2.0 */
/* Packed bodies within their limit, and any bytes there and back. */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "gzip.h"

#define MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT, packed = KM_BUF_INIT, again = KM_BUF_INIT;
    char *header = strndup((const char *)data, size);
    int r = km_gunzip(data, size, MAX, &out);

    MUST(r == 0 || r == -EINVAL || r == -EMSGSIZE);
    MUST(r != 0 || out.len <= MAX);
    MUST(out.cap <= 4 * MAX); /* a bomb costs no more than its limit */
    MUST(km_gzip(data, size, &packed) == 0);
    MUST(km_gunzip(packed.data, packed.len, size, &again) == 0);
    MUST(again.len == size && (size == 0 || memcmp(again.data, data, size) == 0));
    MUST(header);
    km_gzip_accepted(header);
    free(header);
    return 0;
}
