/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The greatest deployments of the cluster. The server lists them by namespace, so namespaces are
 * asked in falling order of what they use; once the next one as a whole uses less than the last
 * deployment found, none of its can be among the greatest.
 */
import {get} from "./api.js";
import {BY} from "./metrics.js";

const NAMESPACES = 30;
const AT_ONCE = 4;

export async function topDeployments(sort, limit, signal) {
    const use = (item) => BY[sort](item) ?? 0;
    const {items: namespaces} = await get(["api", "namespaces"], {sort, limit: NAMESPACES}, signal);
    let best = [];
    for (let i = 0; i < namespaces.length; i += AT_ONCE) {
        if (best.length >= limit && use(namespaces[i]) <= use(best[limit - 1]))
            break;
        const lists = await Promise.all(namespaces.slice(i, i + AT_ONCE).map((n) =>
            get(["api", "namespaces", n.namespace, "deployments"], {sort, limit}, signal)));
        best = [...best, ...lists.flatMap((list) => list.items)].sort((a, b) => use(b) - use(a)).slice(0, limit);
    }
    return best;
}
