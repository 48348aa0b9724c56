/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of every table. id: also the key of its label. kind: link, bar or text. sort: the
 * server's word. show: "wide" and "medium" are left out on narrow screens.
 */
import {age, bytes, bytesPerSecond, cpu, decimal, duration} from "./format.js";
import * as m from "./metrics.js";
import {link} from "./router.js";
import {serverNow} from "./api.js";
import {t} from "./words.js";

const SKEW_SECONDS = 3; /* the Date header has whole seconds */

const CPU = {
    id: "cpu", kind: "bar", metric: "cpu", sort: "cpu", format: cpu, usage: m.cpuUsage, bounds: m.cpuBounds,
};
const MEMORY = {
    id: "memory", kind: "bar", metric: "memory", sort: "memory", format: bytes, usage: m.memoryUsage,
    bounds: m.memoryBounds,
};

function rate(id, sort, value) {
    return {id, number: true, show: "wide", sort, text: (item) => bytesPerSecond(value(item))};
}

const TRAFFIC = [
    rate("received", "network", m.received), rate("sent", null, m.sent),
    rate("read", "disk", m.diskRead), rate("written", null, m.diskWritten),
];
const PODS = {id: "pods", number: true, show: "medium", text: (item) => String(item.pods)};
const RESTARTS = {
    id: "restarts", number: true, show: "medium",
    text: (item) => item.restarts === undefined ? undefined : String(item.restarts),
    tone: (item) => item.restarts > 0 ? "high" : null,
};

function nodeBadge(node) {
    if (node.stale)
        return {text: t("stale_for", {time: duration(node.last_seen_seconds)}), tone: "full"};
    const skew = m.clockSkew(node, serverNow());
    if (Math.abs(skew) > SKEW_SECONDS)
        return {text: t("clock_off", {time: `${skew > 0 ? "+" : "−"}${duration(Math.abs(skew))}`}), tone: "high"};
    return null;
}

export function podBadge(pod) {
    return pod.phase && pod.phase !== "Running" ? {text: pod.phase, tone: "high"} : null;
}

export const podPath = (pod) => ["namespaces", pod.namespace, "pods", pod.pod_name];

export const nodeColumns = () => [
    {id: "node", kind: "link", sort: "name", text: (n) => n.node,
        href: (n) => link(["nodes", n.node]), badge: nodeBadge},
    CPU, MEMORY, ...TRAFFIC,
    {id: "load", number: true, show: "wide", text: (n) => decimal(n.cpu?.load1_milli / 1000)},
    {id: "disk_full", number: true, show: "medium", text: (n) => bytes(n.filesystem?.used),
        title: (n) => `${bytes(n.filesystem?.used)} / ${bytes(n.filesystem?.capacity)}`,
        tone: (n) => m.strain({capacity: n.filesystem?.capacity}, n.filesystem?.used)},
];

export const namespaceColumns = () => [
    {id: "namespace", kind: "link", sort: "name", text: (n) => n.namespace,
        href: (n) => link(["namespaces", n.namespace])},
    PODS, CPU, MEMORY, ...TRAFFIC,
];

/* Where a workload is shown: a deployment has a place of its own. */
export const workloadPath = (w) => w.kind === "Deployment"
    ? ["namespaces", w.namespace, "deployments", w.name] : ["namespaces", w.namespace, "workloads", w.kind, w.name];

export const workloadColumns = (...without) => [
    {id: "workload", kind: "link", sort: "name", text: (w) => w.name, href: (w) => link(workloadPath(w)),
        below: (w) => without.includes("namespace") ? w.kind : `${w.namespace} · ${w.kind}`},
    {id: "kind", show: "medium", text: (w) => w.kind},
    {id: "namespace", show: "medium", text: (w) => w.namespace},
    PODS, CPU, MEMORY, ...TRAFFIC,
].filter((column) => !without.includes(column.id));

/* without: columns that say the same in each row of this list */
export const podColumns = (...without) => [
    {id: "pod", kind: "link", sort: "name", text: (p) => p.pod_name, href: (p) => link(podPath(p)),
        badge: podBadge, below: (p) => without.includes("namespace") ? "" : p.namespace},
    {id: "namespace", show: "medium", text: (p) => p.namespace || undefined},
    {id: "node", show: "medium", text: (p) => p.node},
    CPU, MEMORY, ...TRAFFIC, RESTARTS,
    {id: "age", number: true, show: "medium", text: (p) => age(p.age_seconds),
        title: (p) => duration(p.age_seconds)},
].filter((column) => !without.includes(column.id));

export const containerColumns = (pod) => [
    {id: "container", kind: "link", text: (c) => c.name || c.id?.slice(0, 12),
        href: (c) => c.name && link([...podPath(pod), "containers", c.name])},
    {id: "state", text: (c) => c.state ? t("state_" + c.state) : undefined,
        tone: (c) => c.state && c.state !== "running" ? "high" : null},
    CPU, MEMORY,
    rate("read", null, m.diskRead), rate("written", null, m.diskWritten), RESTARTS,
    {id: "oom_kills", number: true, show: "medium",
        text: (c) => c.memory?.oom_kills === undefined ? undefined : String(c.memory.oom_kills),
        tone: (c) => c.memory?.oom_kills > 0 ? "full" : null},
    {id: "since", number: true, show: "medium",
        text: (c) => c.started ? age((serverNow() - Date.parse(c.started)) / 1000) : undefined,
        title: (c) => c.started},
];
