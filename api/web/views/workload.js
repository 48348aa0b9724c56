/* SPDX-License-Identifier: Apache-2.0 */
/* A deployment, StatefulSet, DaemonSet or Job: the sum of its pods, and they. */
import {ChartGroup} from "../chart_group.js";
import {podColumns} from "../columns.js";
import {h} from "../dom.js";
import {Facts} from "../facts.js";
import {bytes, bytesPerSecond, count, cpu} from "../format.js";
import {ItemList} from "../item_list.js";
import * as m from "../metrics.js";
import {SUM_PANELS} from "../panels.js";
import {t} from "../words.js";
import {View, crumb, heading} from "./view.js";

function sumOf(usage, {request, limit}, format) {
    const parts = [format(usage)];
    if (request !== undefined)
        parts.push(t("requested", {request: format(request)}));
    if (limit !== undefined)
        parts.push(t("of_limit", {limit: format(limit)}));
    return parts.join(" · ");
}

export function sumFacts(sum) {
    return [
        [t("pods"), count(sum.pods)],
        [t("cpu"), sumOf(m.cpuUsage(sum), m.cpuBounds(sum), cpu)],
        [t("memory"), sumOf(m.memoryUsage(sum), m.memoryBounds(sum), bytes)],
        [t("received"), bytesPerSecond(m.received(sum))],
        [t("sent"), bytesPerSecond(m.sent(sum))],
        [t("read"), bytesPerSecond(m.diskRead(sum))],
        [t("written"), bytesPerSecond(m.diskWritten(sum))],
    ];
}

/* path: ["deployments", name] or ["workloads", kind, name] */
export function workloadView(namespace, path, context) {
    const parts = ["api", "namespaces", namespace, ...path];
    const name = path.at(-1), kind = path.length === 2 ? t("deployment") : path[1];
    const facts = new Facts(parts, sumFacts);
    const charts = new ChartGroup({parts, panels: SUM_PANELS, sum: true, context});
    const pods = new ItemList({
        title: t("pods"), parts: [...parts, "pods"], columns: podColumns("namespace"), limit: 25,
        key: (p) => p.uid || p.pod_name, total: () => facts.item?.pods, ...context.list,
    });
    return new View({
        title: name,
        crumbs: [crumb(t("cluster")), crumb(namespace, "namespaces", namespace)],
        parts: [facts, charts, pods],
        element: h("div", {class: "view"}, heading(kind, name), facts.gone, facts.element, charts.element,
            pods.element),
    });
}
