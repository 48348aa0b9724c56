/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_CGROUP_TREE_H
#define KM_COLLECTOR_CGROUP_TREE_H

#include "pod_table.h"
#include "root.h"

/*
 * The folders of a cgroup hierarchy down to those within containers, and the pods and containers
 * that they are (cgroup_name.h), whatever stands above them.
 *
 * inotify says in which folder something was made or removed since, so that only that one is looked
 * through again; as a safety net one folder in KM_CGROUP_TREE_SWEEP is looked through each time
 * without being asked. A folder that was removed and made anew under the same name is told by its
 * inode. Where inotify is not to be had (fs.inotify.max_user_instances, max_user_watches), all
 * folders are looked through each time, and it is asked for again each KM_CGROUP_TREE_SWEEP times.
 */
struct km_cgroup_tree;

#define KM_CGROUP_TREE_SWEEP 60

/*
 * The tree at a mount within the root. It puts what it finds into the table, which must outlive it,
 * and takes out what is gone. Returns NULL when memory runs out.
 */
struct km_cgroup_tree *km_cgroup_tree_new(struct km_root *root, const char *mount,
                                          struct km_pod_table *table);

/* Empties the table, too. */
void km_cgroup_tree_free(struct km_cgroup_tree *tree);

/*
 * Brings the table up to date. What was there when it is called is found, what was gone is not in
 * it. Allocates nothing where nothing has changed. Returns 0, or -ENOMEM, then some may be missing.
 */
int km_cgroup_tree_update(struct km_cgroup_tree *tree, struct km_buf *buf);

/* False where everything is looked through each time for want of inotify. */
bool km_cgroup_tree_is_told(const struct km_cgroup_tree *tree);

#endif
