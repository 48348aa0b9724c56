/* SPDX-License-Identifier: Apache-2.0 */
#include "jwt.h"

#include <errno.h>
#include <string.h>
#include <yyjson.h>

#include "base64.h"

/* "header.payload.signature": the payload, decoded from base64url (RFC 4648, section 5). */
static int payload(const char *token, struct km_buf *out)
{
    const char *from = strchr(token, '.'), *end = from ? strchr(from + 1, '.') : NULL;
    km_auto_buf struct km_buf text = KM_BUF_INIT;

    if (!end || strchr(end + 1, '.'))
        return -EINVAL;
    km_buf_append(&text, from + 1, (size_t)(end - from - 1));
    for (size_t i = 0; i < text.len; i++)
        text.data[i] = text.data[i] == '-' ? '+' : text.data[i] == '_' ? '/' : text.data[i];
    if (!km_buf_str(&text))
        return -ENOMEM;
    if (km_base64_decode(text.data, out) < 0)
        return -EINVAL;
    return out->failed ? -ENOMEM : 0;
}

static bool names(yyjson_val *aud, const char *audience)
{
    yyjson_val *one;
    size_t i, n;

    if (yyjson_equals_str(aud, audience))
        return true;
    yyjson_arr_foreach(aud, i, n, one)
    {
        if (yyjson_equals_str(one, audience))
            return true;
    }
    return false;
}

int km_jwt_read(const char *token, const char *audience, struct km_jwt *ret_jwt)
{
    km_auto_buf struct km_buf text = KM_BUF_INIT;
    yyjson_doc *doc;
    yyjson_val *root, *exp;
    int r = payload(token, &text);

    if (r < 0)
        return r;
    doc = yyjson_read(text.data, text.len, 0);
    root = yyjson_doc_get_root(doc);
    exp = yyjson_obj_get(root, "exp");
    if (!yyjson_is_obj(root) || (exp && !yyjson_is_num(exp))) {
        yyjson_doc_free(doc);
        return -EINVAL;
    }
    ret_jwt->expires_ms = INT64_MAX;
    /* Seconds, with or without decimals; beyond the year 9999 is as good as never. */
    if (exp && yyjson_get_num(exp) < 253402300800.0)
        ret_jwt->expires_ms = yyjson_get_num(exp) > 0 ? (int64_t)(yyjson_get_num(exp) * 1000) : 0;
    ret_jwt->is_for = names(yyjson_obj_get(root, "aud"), audience);
    yyjson_doc_free(doc);
    return 0;
}
