/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_name.h"

#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

/* "8712f785_1a3e_41ec_a00b_e2dcc77431cb" or with '-'. */
static bool is_uid(const char *text, size_t len)
{
    if (len == 32)
        return strspn(text, hex_digits) >= 32;
    if (len != 36)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text[i] != '-' && text[i] != '_' : !strchr(hex_digits, text[i]))
            return false;
    }
    return true;
}

bool km_cgroup_pod(const char *name, char ret_uid[37])
{
    size_t len = strlen(name);
    const char *pod = NULL;

    if (len > 6 && strcmp(name + len - 6, ".slice") == 0)
        len -= 6;
    /* The last "pod" that begins the name or follows a '-': uids and "kubepods" hold no such. */
    for (const char *p = strstr(name, "pod"); p; p = strstr(p + 1, "pod")) {
        if (p == name || p[-1] == '-')
            pod = p + 3;
    }
    if (!pod || !is_uid(pod, len - (size_t)(pod - name)))
        return false;
    len -= (size_t)(pod - name);
    for (size_t i = 0; i < len; i++)
        ret_uid[i] = pod[i] == '_' ? '-' : pod[i];
    ret_uid[len] = '\0';
    return true;
}

bool km_cgroup_container(const char *name, char ret_id[65])
{
    size_t len = strlen(name);

    if (strstr(name, "crio-conmon-"))
        return false;
    if (len > 6 && strcmp(name + len - 6, ".scope") == 0)
        len -= 6;
    if (len < 64 || strspn(name + len - 64, hex_digits) < 64)
        return false;
    if (len > 64 && name[len - 65] != '-' && name[len - 65] != ':')
        return false;
    memcpy(ret_id, name + len - 64, 64);
    ret_id[64] = '\0';
    return true;
}

bool km_cgroup_pod_container(const char *name, char ret_uid[37], char ret_id[65])
{
    const char *colon = strchr(name, ':');
    char pod[128], uid[37];

    if (!colon || (size_t)(colon - name) >= sizeof(pod))
        return false;
    memcpy(pod, name, (size_t)(colon - name));
    pod[colon - name] = '\0';
    if (!km_cgroup_pod(pod, uid) || !km_cgroup_container(colon, ret_id))
        return false;
    strcpy(ret_uid, uid);
    return true;
}
