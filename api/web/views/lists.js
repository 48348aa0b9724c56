/* SPDX-License-Identifier: Apache-2.0 */
/* The places that are one long list: nodes, namespaces, pods. */
import {get} from "../api.js";
import {namespaceColumns, nodeColumns, podColumns, workloadColumns} from "../columns.js";
import {h} from "../dom.js";
import {ItemList} from "../item_list.js";
import {t} from "../words.js";
import {View, crumb} from "./view.js";

const LISTS = {
    nodes: {columns: nodeColumns, key: (n) => n.node, total: (c) => c.nodes + c.stale_nodes},
    namespaces: {columns: namespaceColumns, key: (n) => n.namespace},
    workloads: {
        columns: workloadColumns, key: (w) => `${w.namespace}/${w.kind}/${w.name}`,
        kinds: ["Deployment", "StatefulSet", "DaemonSet", "Job"],
    },
    pods: {
        columns: podColumns, key: (p) => p.uid || `${p.namespace}/${p.pod_name}`, total: (c) => c.pods,
    },
};

export function listView(kind, context) {
    const options = LISTS[kind];
    let cluster = {};
    const list = new ItemList({
        ...options, title: t(kind), parts: ["api", kind], columns: options.columns(),
        choices: options.kinds && {name: "kind", all: t("all_kinds"), values: options.kinds},
        total: () => options.total?.(cluster), ...context.list,
    });
    const counts = {ask: async (round) => { cluster = await get(["api", "cluster"], {}, round); }};
    return new View({
        title: t(kind), crumbs: [crumb(t("cluster"))], parts: options.total ? [counts, list] : [list],
        element: h("div", {class: "view"}, h("h1", {class: "unseen", text: t(kind)}), list.element),
    });
}
