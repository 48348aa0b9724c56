/* SPDX-License-Identifier: Apache-2.0 */
/* A container of a pod, through all its restarts. */
import {ChartGroup} from "../chart_group.js";
import {h} from "../dom.js";
import {Facts} from "../facts.js";
import {age, bytes, cpu} from "../format.js";
import {serverNow} from "../api.js";
import {cpuBounds, cpuUsage, memoryBounds, memoryUsage, strain} from "../metrics.js";
import {CONTAINER_PANELS, POD_EVENTS} from "../panels.js";
import {t} from "../words.js";
import {against, starts} from "./pod.js";
import {View, crumb, heading} from "./view.js";

function containerFacts(container) {
    const kills = container.memory?.oom_kills;
    return [
        [t("cpu"), against(cpuUsage(container), cpuBounds(container), cpu),
            strain(cpuBounds(container), cpuUsage(container))],
        [t("memory"), against(memoryUsage(container), memoryBounds(container), bytes),
            strain(memoryBounds(container), memoryUsage(container))],
        [t("state"), container.state && t("state_" + container.state),
            container.state !== "running" ? "high" : null],
        [t("restarts"), container.restarts, container.restarts > 0 ? "high" : null],
        [t("oom_kills"), kills, kills > 0 ? "full" : null],
        [t("since"), container.started && age((serverNow() - Date.parse(container.started)) / 1000)],
    ];
}

export function containerView(namespace, pod, name, context) {
    const parts = ["api", "namespaces", namespace, "pods", pod, "containers", name];
    const facts = new Facts(parts, containerFacts);
    const charts = new ChartGroup({parts, panels: CONTAINER_PANELS, events: POD_EVENTS, context});
    facts.onItem = (container) => charts.show(starts([container]));
    return new View({
        title: name,
        crumbs: [crumb(t("cluster")), crumb(namespace, "namespaces", namespace),
            crumb(pod, "namespaces", namespace, "pods", pod)],
        parts: [charts, facts],
        element: h("div", {class: "view"}, heading(t("container"), name), facts.gone, facts.element,
            charts.element),
    });
}
