/* SPDX-License-Identifier: Apache-2.0 */
import {ChartGroup} from "../chart_group.js";
import {podColumns, workloadColumns} from "../columns.js";
import {h} from "../dom.js";
import {Facts} from "../facts.js";
import {ItemList} from "../item_list.js";
import {SUM_PANELS} from "../panels.js";
import {t} from "../words.js";
import {sumFacts} from "./workload.js";
import {View, crumb, heading} from "./view.js";

export function namespaceView(name, context) {
    const parts = ["api", "namespaces", name];
    const facts = new Facts(parts, sumFacts);
    const charts = new ChartGroup({parts, panels: SUM_PANELS, sum: true, context});
    const workloads = new ItemList({
        title: t("workloads"), parts: [...parts, "workloads"], columns: workloadColumns("namespace"), limit: 15,
        prefix: "w", key: (w) => `${w.kind}/${w.name}`, ...context.list,
    });
    const pods = new ItemList({
        title: t("pods"), parts: [...parts, "pods"], columns: podColumns("namespace"), limit: 25,
        key: (p) => p.uid || p.pod_name, total: () => facts.item?.pods, ...context.list,
    });
    return new View({
        title: name, crumbs: [crumb(t("cluster")), crumb(t("namespaces"), "namespaces")],
        parts: [facts, charts, workloads, pods],
        element: h("div", {class: "view"}, heading(t("namespace"), name), facts.gone, facts.element,
            workloads.element, charts.element, pods.element),
    });
}
