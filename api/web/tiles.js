/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster's totals: a number, what it is of, and how it went over the window. */
import {h, setAttribute, setText} from "./dom.js";
import {bytes, bytesPerSecond, cores, count, cpu, percent} from "./format.js";
import * as m from "./metrics.js";
import {link} from "./router.js";
import {Sparkline} from "./sparkline.js";
import {t} from "./words.js";

/*
 * now(cluster): {value, of, share, part (0–1), tone}. keys: the history's columns that are
 * added up for the picture; full: the column that is its top.
 */
const TILES = [
    {
        id: "cpu", keys: ["cpu_usage"], full: "cpu.capacity_millicores",
        now: (c) => whole(m.cpuUsage(c), c.cpu?.capacity_millicores, cpu, cores),
    },
    {
        id: "memory", keys: ["memory.working_set"], full: "memory.total",
        now: (c) => whole(m.memoryUsage(c), c.memory?.total, bytes, bytes),
    },
    {
        id: "network", keys: ["network.rx_bytes_per_second", "network.tx_bytes_per_second"],
        now: (c) => pair("↓", m.received(c), "↑", m.sent(c)),
    },
    {
        id: "disk", keys: ["disk.read_bytes_per_second", "disk.write_bytes_per_second"],
        now: (c) => pair(t("read_short"), m.diskRead(c), t("written_short"), m.diskWritten(c)),
    },
    {
        id: "nodes", place: "nodes",
        now: (c) => ({
            value: count(c.nodes + c.stale_nodes),
            of: c.stale_nodes ? t("stale_nodes", {count: c.stale_nodes}) : c.nodes ? t("all_report") : "",
            tone: c.stale_nodes ? "full" : null,
        }),
    },
    {id: "pods", place: "pods", now: (c) => ({value: count(c.pods), of: perNode(c)})},
];

function pair(first, a, second, b) {
    return {value: `${first} ${bytesPerSecond(a)}`, second: `${second} ${bytesPerSecond(b)}`};
}

function whole(usage, full, format, formatFull) {
    return {
        value: format(usage), of: `/ ${formatFull(full)}`, share: percent(usage, full),
        part: full ? usage / full : undefined, tone: m.strain({capacity: full}, usage),
    };
}

function perNode(cluster) {
    return cluster.nodes ? t("per_node", {count: count(cluster.pods / cluster.nodes)}) : "";
}

function makeTile(tile) {
    const value = h("b"), of = h("span", {class: "of"}), share = h("span", {class: "share"});
    const second = h("b", {class: "second"});
    const spark = tile.keys && new Sparkline(tile.id), bar = h("span", {class: "used"});
    const element = h(tile.place ? "a" : "div",
        {class: "panel tile", href: tile.place && link([tile.place]), "data-metric": tile.id},
        h("span", {class: "label"}, t(tile.id), share), h("span", {class: "figures"}, value, " ", second, of),
        spark?.element, tile.full && h("span", {class: "bar", "aria-hidden": "true"}, bar));
    return {...tile, element, value, second, of, share, spark, bar};
}

function added(columns) {
    return columns[0].map((value, i) => {
        const all = columns.map((column) => column[i]).filter((v) => v !== null);
        return all.length ? all.reduce((a, b) => a + b, 0) : null;
    });
}

export class Tiles {
    constructor() {
        this.tiles = TILES.map(makeTile);
        this.element = h("section", {class: "tiles", "aria-label": t("cluster")},
            this.tiles.map((tile) => tile.element));
    }

    show(cluster) {
        for (const tile of this.tiles) {
            const now = tile.now(cluster);
            setText(tile.value, now.value);
            setText(tile.second, now.second ?? "");
            setText(tile.of, now.of ?? "");
            setText(tile.share, now.share ?? "");
            setAttribute(tile.element, "data-tone", now.tone);
            tile.bar.style.width = now.part ? `${Math.min(100, now.part * 100)}%` : "0";
        }
    }

    draw(history, from, to) {
        for (const tile of this.tiles) {
            if (!tile.keys)
                continue;
            const full = tile.full && Math.max(...history.columns[tile.full]);
            tile.spark.draw(history.times, added(tile.keys.map((key) => history.columns[key])), from, to, full);
        }
    }
}
