/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_read.h"

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/): tells whether a short text has changed. */
static uint64_t hash(const struct km_buf *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < text->len; i++)
        h = (h ^ (unsigned char)text->data[i]) * UINT64_C(0x100000001b3);
    return h;
}

struct reading {
    struct km_cgroup *cgroup;
    struct km_root *root;
    const struct km_cgroup_mounts *mounts;
    const char *path;
    struct km_buf *buf;
    struct km_cgroup_scan scan;
    bool before_failed; /* the file before in the table was to be read and could not be */
    bool cpu_known, cpu_stayed, usage_known, usage_stayed;
};

static bool any_set(const struct km_cgroup_file *file, const struct km_sample *sample)
{
    for (const unsigned *m = file->sets; *m; m++) {
        if (km_sample_has(sample, *m))
            return true;
    }
    return !*file->sets;
}

static bool holds(const struct reading *r, unsigned only_if)
{
    return (!(only_if & KM_IF_QUOTA) || r->scan.quota > 0) &&
           (!(only_if & KM_IF_NOT_BEFORE) || r->before_failed) &&
           (!(only_if & KM_IF_DISK) || km_sample_has(r->scan.sample, KM_DISK_READ_BYTES));
}

/* Compares a usage with its text of before, and keeps the new one. */
static bool stays(uint64_t *text, bool known, const struct km_buf *buf)
{
    uint64_t now = hash(buf);
    bool same = known && now == *text;

    *text = now;
    return same;
}

static void read_file(struct reading *r, size_t i)
{
    const struct km_cgroup_file *file = &km_cgroup_files[i];
    struct km_kept_file *kept = &r->cgroup->files[i];
    const char *mount = km_cgroup_mount_of(r->mounts, file);
    int result;

    if (!mount || !holds(r, file->only_if))
        return;
    for (const unsigned *m = file->sets; *m; m++)
        km_sample_unset(r->scan.sample, *m);
    result =
        km_kept_read(r->root, kept, KM_KEPT_WHOLE, r->buf, "%s%s/%s", mount, r->path, file->name);
    r->before_failed = result < 0;
    if (result < 0)
        return;
    r->cgroup->made_anew |= result == KM_KEPT_ANEW;
    if (file->when == KM_WHEN_CPU) {
        r->cpu_known = true;
        r->cpu_stayed = stays(&r->cgroup->cpu_text, r->cgroup->known, r->buf);
    } else if (file->when == KM_WHEN_USAGE) {
        r->usage_known = true;
        r->usage_stayed = stays(&r->cgroup->usage_text, r->cgroup->known, r->buf);
    }
    file->scan(&r->scan, r->buf->data);
    /* "Total 0" of a kernel that does not count, or a file without what is looked for. */
    if (file->when == KM_WHEN_BUSY && !any_set(file, r->scan.sample))
        km_kept_rest(r->root, kept);
    if (file->when == KM_WHEN_ASKED)
        km_kept_close(r->root, kept);
}

static void read_files(struct reading *r, enum km_cgroup_when when)
{
    r->before_failed = false;
    for (size_t i = 0; i < KM_CGROUP_FILES; i++) {
        if (km_cgroup_files[i].when == when)
            read_file(r, i);
    }
}

static int64_t stalls(const struct km_sample *s)
{
    uint64_t sum = 0;

    for (unsigned m = KM_PSI_CPU_SOME; m <= KM_PSI_IO_FULL; m++)
        sum += km_sample_has(s, m) ? (uint64_t)s->value[m] : 0;
    return (int64_t)sum;
}

static void close_files(struct km_cgroup *cgroup, struct km_root *root, enum km_cgroup_when when)
{
    for (size_t i = 0; i < KM_CGROUP_FILES; i++) {
        if (km_cgroup_files[i].when == when)
            km_kept_close(root, &cgroup->files[i]);
    }
}

/* Counts a reading in which no task had run; what is left to read then. */
static void count_quiet(struct reading *r, bool no_task_ran)
{
    struct km_cgroup *c = r->cgroup;

    if (!no_task_ran)
        c->quiet = 0;
    else if (c->quiet < KM_CGROUP_QUIET)
        c->quiet++;
}

void km_cgroup_read(struct km_cgroup *cgroup, struct km_root *root,
                    const struct km_cgroup_mounts *mounts, const char *path, unsigned how,
                    struct km_buf *buf)
{
    struct reading r = {cgroup, root, mounts,
                        path,   buf,  .scan = {&mounts->stacked, cgroup->quota, &cgroup->sample}};
    bool first = !cgroup->known, busy;
    int64_t waited;

    cgroup->made_anew = false;
    if (first || (how & KM_CGROUP_LIMITS))
        read_files(&r, KM_WHEN_ASKED);
    if (first || !(how & KM_CGROUP_NO_TASK_RAN))
        read_files(&r, KM_WHEN_CPU);
    if (!(how & KM_CGROUP_NO_MEMORY) && (first || !(how & KM_CGROUP_USAGE_STAYED)))
        read_files(&r, KM_WHEN_USAGE);
    if (cgroup->made_anew)
        read_files(&r, KM_WHEN_ASKED);
    count_quiet(&r, !first && ((how & KM_CGROUP_NO_TASK_RAN) || (r.cpu_known && r.cpu_stayed)));
    cgroup->usage_stayed =
        !first && ((how & KM_CGROUP_USAGE_STAYED) || (r.usage_known && r.usage_stayed));
    /* A quota that is new has throttled nobody yet, and says so. */
    busy = cgroup->quiet < KM_CGROUP_QUIET || r.scan.quota != cgroup->quota;
    if (!(how & KM_CGROUP_NO_MEMORY) && (busy || !cgroup->usage_stayed || (how & KM_CGROUP_MEMORY)))
        read_files(&r, KM_WHEN_MEMORY);
    if (busy) {
        read_files(&r, KM_WHEN_BUSY);
        cgroup->busy_open = true;
        waited = stalls(&cgroup->sample);
        if (waited != cgroup->stalls)
            cgroup->quiet = 0;
        cgroup->stalls = waited;
    }
    read_files(&r, KM_WHEN_ALWAYS);
    if (cgroup->busy_open && cgroup->quiet == KM_CGROUP_QUIET) {
        close_files(cgroup, root, KM_WHEN_BUSY);
        if (how & KM_CGROUP_NO_TASK_RAN)
            close_files(cgroup, root, KM_WHEN_CPU);
        cgroup->busy_open = false;
    }
    cgroup->quota = r.scan.quota;
    cgroup->known = true;
}

void km_cgroup_close(struct km_cgroup *cgroup, struct km_root *root)
{
    for (size_t i = 0; i < KM_CGROUP_FILES; i++)
        km_kept_close(root, &cgroup->files[i]);
}
