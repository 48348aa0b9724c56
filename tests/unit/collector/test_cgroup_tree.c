/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "cgroup_tree.h"
#include "temp_root.h"

#define UID1 "8712f785-1a3e-41ec-a00b-e2dcc77431cb"
#define UID2 "9712f785-1a3e-41ec-a00b-e2dcc77431cb"
#define ID1  "17db96a24ae1e9dd57143e62b1cb0d2d35e693c65c774c7470e87b0572e07c1a"
#define ID2  "27db96a24ae1e9dd57143e62b1cb0d2d35e693c65c774c7470e87b0572e07c1a"
#define POD1 "/cg/kubepods/burstable/pod" UID1
#define POD2 "/cg/kubepods/pod" UID2

struct fixture {
    struct temp_root *t;
    struct km_pod_table table;
    struct km_cgroup_tree *tree;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (!f || temp_root_setup((void **)&f->t) < 0)
        return -1;
    temp_root_put(f->t, "/cg/kubepods/burstable", NULL);
    f->tree = km_cgroup_tree_new(&f->t->root, "/cg", &f->table);
    *state = f;
    return f->tree ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    void *t = f->t;

    km_cgroup_tree_free(f->tree);
    assert_int_equal(f->table.count, 0);
    km_pod_table_done(&f->table, &f->t->root);
    free(f);
    return temp_root_teardown(&t);
}

#define with_tree(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void update(struct fixture *f)
{
    assert_int_equal(km_cgroup_tree_update(f->tree, &f->t->buf), 0);
}

static struct km_pod_entry *pod(struct fixture *f, const char *uid)
{
    for (size_t i = 0; i < f->table.count; i++) {
        if (strcmp(f->table.pods[i]->uid, uid) == 0)
            return f->table.pods[i];
    }
    return NULL;
}

/* Whatever comes and goes between two looks is found at the next one. */
static void finds_what_comes_and_forgets_what_goes(void **state)
{
    struct fixture *f = *state;
    struct km_pod_entry *one;

    update(f);
    assert_int_equal(f->table.count, 0);
    temp_root_put(f->t, POD1 "/" ID1, NULL);
    update(f);
    assert_int_equal(f->table.count, 1);
    one = pod(f, UID1);
    assert_string_equal(one->path, "/kubepods/burstable/pod" UID1);
    assert_int_equal(one->n_containers, 1);
    temp_root_put(f->t, POD1 "/" ID2, NULL);
    temp_root_put(f->t, POD2 "/" ID1, NULL);
    update(f);
    assert_ptr_equal(pod(f, UID1), one);
    assert_int_equal(one->n_containers, 2);
    assert_int_equal(pod(f, UID2)->n_containers, 1);
    temp_root_drop(f->t, POD1 "/" ID1);
    temp_root_drop(f->t, POD2);
    update(f);
    assert_null(pod(f, UID2));
    assert_int_equal(one->n_containers, 1);
    assert_string_equal(one->containers[0]->id, ID2);
    temp_root_drop(f->t, "/cg/kubepods");
    update(f);
    assert_int_equal(f->table.count, 0);
}

/* For what inotify tells: a machine that is busy may have no instance of it left. */
static void skip_unless_told(const struct fixture *f)
{
    if (!km_cgroup_tree_is_told(f->tree))
        skip();
}

static ino_t inode_of(const struct fixture *f, const char *path)
{
    char full[512];
    struct stat st;

    snprintf(full, sizeof(full), "%s%s", f->t->dir, path);
    assert_int_equal(stat(full, &st), 0);
    return st.st_ino;
}

/* The same name, another cgroup: what was remembered of the first one is not the second's. */
static void tells_a_folder_that_was_made_anew(void **state)
{
    struct fixture *f = *state;
    char from[512], to[512];

    temp_root_put(f->t, POD1 "/" ID1, NULL);
    update(f);
    pod(f, UID1)->containers[0]->oom_kills = 5;
    temp_root_put(f->t, "/other", NULL); /* while the first is there: with an inode of its own */
    temp_root_drop(f->t, POD1 "/" ID1);
    snprintf(from, sizeof(from), "%s/other", f->t->dir);
    snprintf(to, sizeof(to), "%s" POD1 "/" ID1, f->t->dir);
    assert_int_equal(rename(from, to), 0);
    update(f);
    assert_int_equal(pod(f, UID1)->n_containers, 1);
    assert_int_equal(pod(f, UID1)->containers[0]->oom_kills, 0);
}

/* File systems on disks give a free inode to the next folder that is made: inotify tells of it. */
static void tells_a_folder_that_has_the_inode_of_the_one_before(void **state)
{
    struct fixture *f = *state;
    ino_t before;

    temp_root_put(f->t, POD1 "/" ID1, NULL);
    update(f);
    skip_unless_told(f);
    pod(f, UID1)->containers[0]->oom_kills = 5;
    before = inode_of(f, POD1 "/" ID1);
    for (int i = 0; i < 20; i++) { /* another program may take it first */
        temp_root_drop(f->t, POD1 "/" ID1);
        temp_root_put(f->t, POD1 "/" ID1, NULL);
        if (inode_of(f, POD1 "/" ID1) == before)
            break;
    }
    update(f);
    assert_int_equal(pod(f, UID1)->n_containers, 1);
    assert_int_equal(pod(f, UID1)->containers[0]->oom_kills, 0);
}

static void counts_folders_within_containers(void **state)
{
    struct fixture *f = *state;
    struct km_container_entry *c;

    temp_root_put(f->t, POD1 "/" ID1 "/a/b/c/d/e", NULL);
    update(f);
    c = pod(f, UID1)->containers[0];
    assert_int_equal(c->n_folders, 5); /* its own and four levels */
    assert_string_equal(c->folders[0].path, "/kubepods/burstable/pod" UID1 "/" ID1);
    temp_root_put(f->t, POD1 "/" ID1 "/f", NULL);
    update(f);
    assert_int_equal(c->n_folders, 6);
    temp_root_drop(f->t, POD1 "/" ID1 "/a/b");
    update(f);
    assert_int_equal(c->n_folders, 3);
}

/* Whoever may make cgroups in a container must not make us remember them all. */
static void counts_so_many_folders_within_a_container(void **state)
{
    struct fixture *f = *state;
    char path[256];

    for (int i = 0; i < 1100; i++) {
        snprintf(path, sizeof(path), POD1 "/" ID1 "/%d", i);
        temp_root_put(f->t, path, NULL);
    }
    temp_root_put(f->t, POD1 "/" ID2 "/in", NULL);
    for (int i = 0; i < 2; i++) {
        update(f);
        assert_int_equal(pod(f, UID1)->n_containers, 2);
        assert_int_equal(pod(f, UID1)->containers[0]->n_folders +
                             pod(f, UID1)->containers[1]->n_folders,
                         1 + 1024 + 2);
    }
}

/* Where a node is a container itself, its pods are seen twice; each way is good. */
static void a_pod_that_is_seen_twice_is_one(void **state)
{
    struct fixture *f = *state;
    struct km_pod_entry *one;

    temp_root_put(f->t, POD1 "/" ID1 "/in", NULL);
    temp_root_put(f->t, "/cg/docker/x/kubepods/pod" UID1 "/" ID1 "/in", NULL);
    update(f);
    assert_int_equal(f->table.count, 1);
    one = pod(f, UID1);
    assert_int_equal(one->n_containers, 1);
    assert_int_equal(one->containers[0]->n_folders, 2);
    temp_root_drop(f->t, "/cg/kubepods");
    update(f);
    assert_ptr_equal(pod(f, UID1), one);
    assert_string_equal(one->path, "/docker/x/kubepods/pod" UID1);
    assert_int_equal(one->containers[0]->n_folders, 2);
    temp_root_drop(f->t, "/cg/docker/x");
    update(f);
    assert_int_equal(f->table.count, 0);
}

static void containers_may_stand_elsewhere(void **state)
{
    static const char slice[] = "/cg/kubepods-pod8712f785_1a3e_41ec_a00b_e2dcc77431cb.slice";
    struct fixture *f = *state;
    char path[256];

    temp_root_put(f->t, slice, NULL);
    snprintf(path, sizeof(path), "/cg/system/%s:cri-containerd:" ID1, slice + 4);
    temp_root_put(f->t, path, NULL);
    update(f);
    assert_int_equal(f->table.count, 1);
    assert_int_equal(pod(f, UID1)->scattered, 1);
    assert_int_equal(pod(f, UID1)->n_containers, 1);
    temp_root_drop(f->t, path);
    update(f);
    assert_int_equal(pod(f, UID1)->scattered, 0);
    assert_int_equal(pod(f, UID1)->n_containers, 0);
}

/* The kernel keeps 16384 events, and says so when there were more: everything is looked through. */
static void lost_events_are_made_up_for(void **state)
{
    struct fixture *f = *state;
    char from[512], to[512];

    update(f);
    temp_root_put(f->t, "/cg/kubepods/x", NULL);
    for (int i = 0; i < 8200; i++) { /* two events each */
        snprintf(from, sizeof(from), "%s/cg/kubepods/%c", f->t->dir, i % 2 ? 'y' : 'x');
        snprintf(to, sizeof(to), "%s/cg/kubepods/%c", f->t->dir, i % 2 ? 'x' : 'y');
        assert_int_equal(rename(from, to), 0);
    }
    temp_root_put(f->t, POD1 "/" ID1, NULL);
    update(f);
    assert_int_equal(f->table.count, 1);
    assert_int_equal(pod(f, UID1)->n_containers, 1);
}

/* Another hierarchy under the same path is no event: the sweep finds it. */
static void sweeps_what_it_is_not_told_of(void **state)
{
    struct fixture *f = *state;
    char link[512], here[512], there[512];

    temp_root_put(f->t, POD1 "/" ID1, NULL);
    temp_root_put(f->t, "/there/kubepods/burstable/pod" UID2 "/" ID2, NULL);
    update(f);
    skip_unless_told(f);
    snprintf(link, sizeof(link), "%s/cg", f->t->dir);
    snprintf(here, sizeof(here), "%s/here", f->t->dir);
    snprintf(there, sizeof(there), "%s/there", f->t->dir);
    assert_int_equal(rename(link, here), 0);
    assert_int_equal(symlink(there, link), 0);
    for (int i = 0; i <= KM_CGROUP_TREE_SWEEP; i++)
        update(f);
    assert_null(pod(f, UID1));
    assert_int_equal(f->table.count, 1);
    assert_string_equal(pod(f, UID2)->containers[0]->id, ID2);
}

/* The limit of open files leaves none for inotify, while the tree is made. */
static struct km_cgroup_tree *tree_without_inotify(struct fixture *f, struct km_pod_table *table)
{
    struct km_cgroup_tree *tree;
    struct rlimit limit, none;

    getrlimit(RLIMIT_NOFILE, &limit);
    none = limit;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    tree = km_cgroup_tree_new(&f->t->root, "/cg", table);
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_non_null(tree);
    return tree;
}

/* Everything is looked through. */
static void works_without_inotify(void **state)
{
    struct fixture *f = *state;
    struct km_pod_table table = {0};
    struct km_cgroup_tree *tree = tree_without_inotify(f, &table);

    assert_false(km_cgroup_tree_is_told(tree));
    for (int i = 0; i < 3; i++) {
        temp_root_put(f->t, POD1 "/" ID1, NULL);
        assert_int_equal(km_cgroup_tree_update(tree, &f->t->buf), 0);
        assert_int_equal(table.count, 1);
        assert_int_equal(table.pods[0]->n_containers, 1);
        temp_root_drop(f->t, POD1);
        assert_int_equal(km_cgroup_tree_update(tree, &f->t->buf), 0);
        assert_int_equal(table.count, 0);
    }
    km_cgroup_tree_free(tree);
    km_pod_table_done(&table, &f->t->root);
}

/* Others had all of it for a while. */
static void takes_inotify_when_it_is_to_be_had(void **state)
{
    struct fixture *f = *state;
    struct km_pod_table table = {0};
    struct km_cgroup_tree *tree;

    skip_unless_told(f);
    tree = tree_without_inotify(f, &table);
    temp_root_put(f->t, POD1 "/" ID1, NULL);
    for (int i = 0; i < KM_CGROUP_TREE_SWEEP; i++) {
        assert_false(km_cgroup_tree_is_told(tree));
        assert_int_equal(km_cgroup_tree_update(tree, &f->t->buf), 0);
        assert_int_equal(table.count, 1);
    }
    assert_true(km_cgroup_tree_is_told(tree));
    temp_root_put(f->t, POD1 "/" ID2, NULL);
    assert_int_equal(km_cgroup_tree_update(tree, &f->t->buf), 0);
    assert_int_equal(table.pods[0]->n_containers, 2);
    temp_root_drop(f->t, POD1);
    assert_int_equal(km_cgroup_tree_update(tree, &f->t->buf), 0);
    assert_int_equal(table.count, 0);
    km_cgroup_tree_free(tree);
    km_pod_table_done(&table, &f->t->root);
}

/* No more files are to be had for a moment: nobody has gone for that. */
static void keeps_what_it_cannot_look_at(void **state)
{
    struct fixture *f = *state;
    struct rlimit limit, none;

    temp_root_put(f->t, POD1 "/" ID1, NULL);
    update(f);
    getrlimit(RLIMIT_NOFILE, &limit);
    none = limit;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    for (int i = 0; i < 100; i++)
        update(f);
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_int_equal(f->table.count, 1);
    assert_int_equal(pod(f, UID1)->n_containers, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_tree(finds_what_comes_and_forgets_what_goes),
        with_tree(tells_a_folder_that_was_made_anew),
        with_tree(tells_a_folder_that_has_the_inode_of_the_one_before),
        with_tree(counts_folders_within_containers),
        with_tree(counts_so_many_folders_within_a_container),
        with_tree(a_pod_that_is_seen_twice_is_one),
        with_tree(containers_may_stand_elsewhere),
        with_tree(lost_events_are_made_up_for),
        with_tree(sweeps_what_it_is_not_told_of),
        with_tree(works_without_inotify),
        with_tree(takes_inotify_when_it_is_to_be_had),
        with_tree(keeps_what_it_cannot_look_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
