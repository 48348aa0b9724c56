/* SPDX-License-Identifier: Apache-2.0 */
import {ChartGroup} from "../chart_group.js";
import {containerColumns} from "../columns.js";
import {h} from "../dom.js";
import {Facts} from "../facts.js";
import {bytes, cpu, duration, percent} from "../format.js";
import {cpuBounds, cpuUsage, memoryBounds, memoryUsage, strain} from "../metrics.js";
import {POD_EVENTS, POD_PANELS} from "../panels.js";
import {link} from "../router.js";
import {Table} from "../table.js";
import {t} from "../words.js";
import {View, crumb, heading} from "./view.js";

export function against(usage, {request, limit}, format) {
    const parts = [format(usage)];
    if (limit !== undefined)
        parts.push(`${t("of_limit", {limit: format(limit)})} (${percent(usage, limit)})`);
    if (request !== undefined)
        parts.push(t("requested", {request: format(request)}));
    return parts.join(" · ");
}

/* The workload a pod belongs to: [kind, name, path], or null. */
export function ownerOf(pod) {
    if (pod.deployment)
        return [t("deployment"), pod.deployment, ["namespaces", pod.namespace, "deployments", pod.deployment]];
    if (!pod.owner)
        return null;
    return [pod.owner.kind, pod.owner.name,
        ["namespaces", pod.namespace, "workloads", pod.owner.kind, pod.owner.name]];
}

function podFacts(pod) {
    const owner = ownerOf(pod);
    const kills = pod.memory?.oom_kills;
    return [
        [t("cpu"), against(cpuUsage(pod), cpuBounds(pod), cpu), strain(cpuBounds(pod), cpuUsage(pod))],
        [t("memory"), against(memoryUsage(pod), memoryBounds(pod), bytes),
            strain(memoryBounds(pod), memoryUsage(pod))],
        [t("node"), pod.node ? h("a", {href: link(["nodes", pod.node]), text: pod.node}) : undefined],
        owner ? [owner[0], h("a", {href: link(owner[2]), text: owner[1]})] : ["", undefined],
        [t("phase"), pod.phase, pod.phase !== "Running" ? "high" : null],
        [t("restarts"), pod.restarts, pod.restarts > 0 ? "high" : null],
        [t("oom_kills"), kills, kills > 0 ? "full" : null],
        [t("age"), pod.age_seconds === undefined ? undefined : duration(pod.age_seconds)],
        [t("network"), pod.host_network ? t("host_network") : undefined],
    ];
}

/* When containers started, for the first time or again, as marks of charts. */
export function starts(containers) {
    return containers.filter((c) => c.started).map((c) => ({
        time: Date.parse(c.started) / 1000, kind: c.restarts > 0 ? "restarted" : "started", what: c.name,
    }));
}

export function podView(namespace, name, context) {
    const parts = ["api", "namespaces", namespace, "pods", name];
    const facts = new Facts(parts, podFacts);
    const charts = new ChartGroup({parts, panels: POD_PANELS, events: POD_EVENTS, context});
    const table = new Table({caption: t("containers"), columns: containerColumns({namespace, pod_name: name}), key: (c) => c.id || c.name});
    facts.onItem = (pod) => {
        table.render(pod.containers || []);
        charts.show(starts(pod.containers || []));
    };
    return new View({
        title: name,
        crumbs: [crumb(t("cluster")), crumb(namespace, "namespaces", namespace)],
        parts: [charts, facts],
        element: h("div", {class: "view"}, heading(t("pod"), name), facts.gone, facts.element,
            h("section", {class: "panel list-panel", "aria-label": t("containers")},
                h("header", null, h("h2", {text: t("containers")})), h("div", {class: "scroll"}, table.element)),
            charts.element),
    });
}
