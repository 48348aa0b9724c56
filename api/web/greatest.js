/* SPDX-License-Identifier: Apache-2.0 */
/* The greatest sums of a list. The server adds up all pods for each question, so a list that fits into
 * one page is asked for once, whatever it is sorted by here. */
import {get} from "./api.js";
import {BY} from "./metrics.js";

const WHOLE = 60; /* items: more namespaces or deployments than this are asked for by each use */

export async function greatest(parts, sort, limit, round) {
    const use = (item) => BY[sort](item) ?? 0;
    let list = await get(parts, {sort: "cpu", limit: WHOLE}, round);
    if (list.continue && sort !== "cpu")
        list = await get(parts, {sort, limit}, round);
    return [...list.items].sort((a, b) => use(b) - use(a)).slice(0, limit);
}
