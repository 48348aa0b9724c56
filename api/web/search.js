/* SPDX-License-Identifier: Apache-2.0 */
/* A page of a list whose names contain some text. A server that knows ?q= filters; of one that does
 * not, pages are read in the list's order and only what fits is kept. */
import {get} from "./api.js";

const PAGE = 1000;
const MOST_READ = 20000; /* then the answer says how far the search went */

let serverFilters = true;

async function readAndFilter(parts, query, text, nameOf, round) {
    const items = [];
    const {limit, ...rest} = query;
    let read = 0, next;
    do {
        const page = await get(parts, {...rest, limit: PAGE, continue: next}, round);
        read += page.items.length;
        next = page.continue;
        for (const item of page.items) {
            if (nameOf(item).toLowerCase().includes(text.toLowerCase()))
                items.push(item);
        }
    } while (next && items.length < limit && read < MOST_READ);
    return {items: items.slice(0, limit), searched: next ? read : undefined};
}

/* Returns {items, continue, searched: how many were looked at, if not all}. */
export async function getMatching(parts, query, text, nameOf, round) {
    if (!text)
        return get(parts, query, round);
    if (serverFilters) {
        try {
            return await get(parts, {...query, q: text}, round);
        } catch (error) {
            if (error.status !== 422 || !error.parameters.includes("q"))
                throw error;
            serverFilters = false;
        }
    }
    return readAndFilter(parts, query, text, nameOf, round);
}
