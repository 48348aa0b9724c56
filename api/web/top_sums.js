/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The greatest namespaces and deployments of the cluster, each list asked for once a round. The
 * server lists deployments by namespace, so namespaces are asked in falling order of what they use;
 * once the next one as a whole uses less than the last deployment found, none of its can be among
 * the greatest.
 */
import {get} from "./api.js";
import {BY} from "./metrics.js";

const WHOLE = 300; /* items: most lists of namespaces and deployments are shorter */
const AT_ONCE = 3;

const use = (sort) => (item) => BY[sort](item) ?? 0;

function greatest(items, sort, limit) {
    return [...items].sort((a, b) => use(sort)(b) - use(sort)(a)).slice(0, limit);
}

export class TopSums {
    /* Begins a round: what was asked before is asked anew. */
    begin() {
        this.asked = new Map();
    }

    once(parts, sort, signal) {
        const key = [...parts, sort].join("/");
        if (!this.asked.has(key))
            this.asked.set(key, get(parts, {sort, limit: WHOLE}, signal));
        return this.asked.get(key);
    }

    /* The items of a list, at least those that are greatest by sort: a list that fits is asked for
     * once, whatever it is sorted by. */
    async items(parts, sort, signal) {
        const list = await this.once(parts, "cpu", signal);
        return (list.continue ? await this.once(parts, sort, signal) : list).items;
    }

    async namespaces(sort, limit, signal) {
        return greatest(await this.items(["api", "namespaces"], sort, signal), sort, limit);
    }

    async deployments(sort, limit, signal) {
        const namespaces = await this.namespaces(sort, WHOLE, signal);
        let best = [];
        for (let i = 0; i < namespaces.length; i += AT_ONCE) {
            if (best.length >= limit && use(sort)(namespaces[i]) <= use(sort)(best[limit - 1]))
                break;
            const lists = await Promise.all(namespaces.slice(i, i + AT_ONCE)
                .map((item) => this.items(["api", "namespaces", item.namespace, "deployments"], sort, signal)));
            best = greatest([...best, ...lists.flat()], sort, limit);
        }
        return best;
    }
}
