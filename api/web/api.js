/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the server. Addresses are relative to the page, so a path prefix or a proxy does not matter. */

/* Milliseconds the server's clock is ahead of this one's. */
let clockOffset = 0;

export function serverNow() {
    return Date.now() + clockOffset;
}

/* What the server answered instead of data, or that it did not answer (status 0). */
export class ApiError extends Error {
    constructor(status, detail, parameters) {
        super(detail);
        this.status = status;
        this.parameters = parameters || [];
    }
}

function noteClock(response) {
    const date = Date.parse(response.headers.get("Date"));
    /* The header has whole seconds: only a difference that is more than that is one. */
    if (date && Math.abs(date + 500 - Date.now()) > 1500)
        clockOffset = date + 500 - Date.now();
    else
        clockOffset = 0;
}

async function problem(response) {
    try {
        const body = await response.json();
        return new ApiError(response.status, body.detail, (body.errors || []).map((e) => e.parameter));
    } catch {
        return new ApiError(response.status, response.statusText);
    }
}

/* parts: ["api", "namespaces", name]; each is encoded. query: {window: 60}; undefined is left out. */
export function address(parts, query) {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query || {})) {
        if (value !== undefined && value !== null && value !== "")
            search.set(name, value);
    }
    const path = parts.map(encodeURIComponent).join("/");
    const text = search.toString();
    return text ? `${path}?${text}` : path;
}

export async function get(parts, query, signal) {
    let response;
    try {
        response = await fetch(address(parts, query), {signal, headers: {Accept: "application/json"}});
    } catch (error) {
        if (error.name === "AbortError")
            throw error;
        throw new ApiError(0, "");
    }
    noteClock(response);
    if (!response.ok)
        throw await problem(response);
    return response.json();
}
