/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the API's objects: one function a number, undefined where it is absent. */

/* "memory.rss" of a row or an object. */
export function at(item, path) {
    let value = item;
    for (const key of path.split("."))
        value = value?.[key];
    return value;
}

/* A sum of what is there; undefined if nothing is. */
function sum(...values) {
    const there = values.filter((value) => value !== undefined);
    return there.length ? there.reduce((a, b) => a + b, 0) : undefined;
}

/* A sum's limit is that of the pods that have one: it bounds only them. */
const isSum = (item) => item.pods !== undefined;

export const cpuUsage = (item) => item.cpu_usage;
export const cpuBounds = (item) => ({
    request: item.cpu?.request_millicores,
    limit: item.cpu?.limit_millicores,
    capacity: item.cpu?.allocatable_millicores ?? item.cpu?.capacity_millicores,
    partial: isSum(item),
});

/* As the server sorts by it. */
export const memoryUsage = (item) =>
    item.memory?.working_set ?? item.memory?.used ?? item.memory?.usage;
export const memoryBounds = (item) => ({
    request: item.memory?.request,
    limit: item.memory?.limit,
    capacity: item.memory?.allocatable ?? item.memory?.total,
    partial: isSum(item),
});

export const received = (item) => item.network?.rx_bytes_per_second;
export const sent = (item) => item.network?.tx_bytes_per_second;
export const diskRead = (item) => item.disk?.read_bytes_per_second;
export const diskWritten = (item) => item.disk?.write_bytes_per_second;
export const network = (item) => sum(received(item), sent(item));
export const disk = (item) => sum(diskRead(item), diskWritten(item));

/* What the server can sort by, and the number it sorts. */
export const BY = {cpu: cpuUsage, memory: memoryUsage, network, disk};

/* The greatest bound, or undefined: what a full bar stands for. */
export function fullOf({request, limit, capacity}, usage) {
    const bound = capacity ?? limit ?? request;
    return bound === undefined ? undefined : Math.max(bound, request ?? 0, usage ?? 0) || undefined;
}

/* What cannot be exceeded, or undefined. A node's limit is the sum of its pods': it may promise more than
 * there is. */
export function hardBound({limit, capacity, partial}) {
    return partial ? undefined : capacity ?? limit;
}

/* "high" and "full" where a bound that stops the workload is near; a request is no such bound. */
export function strain(bounds, usage) {
    const bound = hardBound(bounds);
    if (!bound || usage === undefined)
        return null;
    return usage >= 0.95 * bound ? "full" : usage >= 0.8 * bound ? "high" : null;
}

/* Seconds the node's clock is ahead of the server's; of a reading that came last_seen_seconds ago. */
export function clockSkew(node, serverNowMs) {
    return (Date.parse(node.timestamp) - (serverNowMs - node.last_seen_seconds * 1000)) / 1000;
}
