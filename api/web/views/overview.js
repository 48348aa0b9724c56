/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster at a glance: totals, the greatest consumers, its history. */
import {get} from "../api.js";
import {ChartGroup} from "../chart_group.js";
import {podPath} from "../columns.js";
import {h} from "../dom.js";
import {CLUSTER_PANELS} from "../panels.js";
import {link} from "../router.js";
import {Tiles} from "../tiles.js";
import {TopList} from "../top_list.js";
import {t} from "../words.js";
import {View} from "./view.js";

function top(kind, options) {
    const fetch = async (sort, limit, round) => (await get(["api", kind], {sort, limit}, round)).items;
    return new TopList({title: t(kind), more: link([kind]), fetch, ...options});
}

function topLists() {
    return [
        top("namespaces", {name: (n) => n.namespace, href: (n) => link(["namespaces", n.namespace])}),
        top("deployments", {
            more: link(["workloads"], {kind: "Deployment"}), name: (d) => d.deployment, below: (d) => d.namespace,
            href: (d) => link(["namespaces", d.namespace, "deployments", d.deployment]),
        }),
        top("pods", {name: (p) => p.pod_name, below: (p) => p.namespace, href: (p) => link(podPath(p))}),
        top("nodes", {
            name: (n) => n.node, below: (n) => n.stale ? t("silent") : "", href: (n) => link(["nodes", n.node]),
        }),
    ];
}

export function overviewView(context) {
    const tiles = new Tiles();
    const lists = topLists();
    const charts = new ChartGroup({
        parts: ["api", "cluster"], panels: CLUSTER_PANELS, sum: true, context,
    });
    const nobody = h("p", {class: "notice", role: "status", hidden: true, text: t("no_nodes")});
    const totals = {
        ask: async (round) => {
            const cluster = await get(["api", "cluster"], {}, round);
            nobody.hidden = cluster.nodes + cluster.stale_nodes > 0;
            tiles.show(cluster);
        },
    };
    const history = {
        ask: async (round) => {
            await charts.ask(round);
            tiles.draw(charts.history, ...charts.span());
        },
        destroy: () => charts.destroy(),
    };
    return new View({
        title: t("cluster"), parts: [totals, history, ...[...lists].reverse()],
        element: h("div", {class: "view overview"}, h("h1", {class: "unseen", text: t("cluster")}), nobody, tiles.element,
            h("div", {class: "tops"}, lists.map((list) => list.element)), charts.element),
    });
}
