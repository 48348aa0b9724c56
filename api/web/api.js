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

/*
 * What the server answers, an ApiError else. Within a round a place is asked once, and what a stream has
 * brought is not asked at all. enough: parameters that make the question smaller where only what is new
 * is wanted; a stream's answer has only that.
 */
export function get(parts, query, round, enough) {
    const place = address(parts, query);
    if (!round)
        return fetchJson(place);
    let answer = round.asked.get(place);
    if (!answer) {
        const brought = round.answers?.get(place);
        answer = brought ? open(brought) : fetchJson(address(parts, {...query, ...enough}), round.signal);
        round.asked.set(place, answer);
    }
    return answer;
}

async function open({status, answer}) {
    if (status !== 200)
        throw new ApiError(status, answer.detail, (answer.errors || []).map((e) => e.parameter));
    return answer;
}

async function fetchJson(place, signal) {
    let response;
    try {
        response = await fetch(place, {signal, headers: {Accept: "application/json"}});
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
