/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown stands in the address behind "#", so that it can be shared and the back button works:
 *
 *   #/namespaces/shop/pods/web-1?window=900&from=1764000000&to=1764000300
 */

/* Kept from one place to the next. */
const STICKY = ["window"];

export function parse(hash) {
    const [path, search] = hash.replace(/^#/, "").split("?", 2);
    const parts = path.split("/").filter(Boolean).map(decode);
    return {parts, query: Object.fromEntries(new URLSearchParams(search || ""))};
}

/* A hash typed by hand may be no valid encoding: then it is taken as it stands. */
function decode(part) {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}

export function format(parts, query) {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query || {})) {
        if (value !== undefined && value !== null && value !== "")
            search.set(name, value);
    }
    const text = search.toString();
    return `#/${parts.map(encodeURIComponent).join("/")}${text ? "?" + text : ""}`;
}

export function current() {
    return parse(location.hash);
}

/* The address of another place, with what stays. */
export function link(parts, query) {
    const kept = {};
    const now = current().query;
    for (const name of STICKY) {
        if (now[name])
            kept[name] = now[name];
    }
    return format(parts, {...kept, ...query});
}

export function go(parts, query) {
    location.hash = link(parts, query);
}

/* Changes parameters of the current place without a new entry in the history. */
export function change(query) {
    const now = current();
    history.replaceState(null, "", format(now.parts, {...now.query, ...query}));
    dispatchEvent(new CustomEvent("route", {detail: {parametersOnly: true}}));
}

/* Calls show({parts, query}, parametersOnly) now and each time the address changes. */
export function start(show) {
    addEventListener("hashchange", () => show(current(), false));
    addEventListener("route", () => show(current(), true));
    show(current(), false);
}
