/* SPDX-License-Identifier: Apache-2.0 */
import {serverNow} from "../api.js";
import {ChartGroup} from "../chart_group.js";
import {podColumns} from "../columns.js";
import {h} from "../dom.js";
import {Facts} from "../facts.js";
import {bytes, cores, cpu, decimal, duration, percent} from "../format.js";
import {ItemList} from "../item_list.js";
import {clockSkew, cpuUsage, memoryUsage, strain} from "../metrics.js";
import {NODE_EVENTS, NODE_PANELS} from "../panels.js";
import {t} from "../words.js";
import {View, crumb, heading} from "./view.js";

function nodeFacts(node) {
    const skew = clockSkew(node, serverNow());
    const capacity = node.cpu?.capacity_millicores, total = node.memory?.total, fs = node.filesystem || {};
    const promised = (allocatable, request, format) => [[allocatable, `${t("allocatable")} `], [request, `${t("request")} `]]
        .filter(([amount]) => amount !== undefined).map(([amount, label]) => ` · ${label}${format(amount)}`).join("");
    return [
        [t("cpu"), `${cpu(cpuUsage(node))} / ${cores(capacity)} (${percent(cpuUsage(node), capacity)})`
            + promised(node.cpu?.allocatable_millicores, node.cpu?.request_millicores, cpu),
            strain({capacity}, cpuUsage(node))],
        [t("memory"), `${bytes(memoryUsage(node))} / ${bytes(total)} (${percent(memoryUsage(node), total)})`
            + promised(node.memory?.allocatable, node.memory?.request, bytes),
            strain({capacity: total}, memoryUsage(node))],
        [t("disk_full"), `${bytes(fs.used)} / ${bytes(fs.capacity)} (${percent(fs.used, fs.capacity)})`,
            strain({capacity: fs.capacity}, fs.used)],
        [t("load"), ["load1_milli", "load5_milli", "load15_milli"]
            .map((key) => decimal(node.cpu?.[key] / 1000)).join("  ")],
        [t("oom_kills"), node.processes?.oom_kills, node.processes?.oom_kills > 0 ? "full" : null],
        [t("last_seen"), t("ago", {time: duration(node.last_seen_seconds)}), node.stale ? "full" : null],
        [t("clock"), Math.abs(skew) > 3 ? `${skew > 0 ? "+" : "−"}${duration(Math.abs(skew))}` : undefined, "high"],
    ];
}

export function nodeView(name, context) {
    const parts = ["api", "nodes", name];
    const facts = new Facts(parts, nodeFacts);
    const charts = new ChartGroup({parts, panels: NODE_PANELS, events: NODE_EVENTS, context});
    const pods = new ItemList({
        title: t("pods"), parts: [...parts, "pods"], columns: podColumns("node"), limit: 25,
        key: (p) => p.uid || `${p.namespace}/${p.pod_name}`, ...context.list,
    });
    return new View({
        title: name, crumbs: [crumb(t("cluster")), crumb(t("nodes"), "nodes")], parts: [facts, charts, pods],
        element: h("div", {class: "view"}, heading(t("node"), name), facts.gone, facts.element, charts.element,
            pods.element),
    });
}
