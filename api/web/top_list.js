/* SPDX-License-Identifier: Apache-2.0 */
/* The greatest consumers of one kind, by CPU and by memory: bars that compare them with each other. */
import {h, setAttribute, setText} from "./dom.js";
import {bytes, cpu} from "./format.js";
import {BY, cpuBounds, memoryBounds, strain} from "./metrics.js";
import {t} from "./words.js";

const ROWS = 6;
const METRICS = {cpu: {format: cpu, bounds: cpuBounds}, memory: {format: bytes, bounds: memoryBounds}};

function makeRow(metric) {
    const link = h("a", {class: "name"}), below = h("span", {class: "below"});
    const bar = h("span", {class: "fill"}), value = h("span", {class: "value"});
    const li = h("li", {"data-metric": metric}, bar, h("span", {class: "who"}, link, below), value);
    return {li, link, below, bar, value};
}

export class TopList {
    /*
     * title, more: the address of the whole list. fetch(sort, limit, round): its items.
     * name(item), below(item), href(item).
     */
    constructor(options) {
        Object.assign(this, options);
        this.lists = Object.keys(METRICS).map((metric) => ({
            metric, element: h("ol", {"aria-label": `${this.title}: ${t(metric)}`}), rows: [],
        }));
        this.element = h("section", {class: "panel top", "aria-label": this.title},
            h("header", null, h("h2", null, this.more ? h("a", {href: this.more, text: this.title}) : this.title)),
            this.lists.map((list) => h("div", {class: "half"}, h("h3", {text: t(list.metric)}), list.element)),
            this.empty = h("p", {class: "empty", text: t("nothing_here"), hidden: true}));
    }

    async ask(round) {
        const all = await Promise.all(this.lists.map((list) => this.fetch(list.metric, ROWS, round)));
        this.lists.forEach((list, i) => this.show(list, all[i]));
        this.empty.hidden = this.lists.some((list) => list.rows.length);
        for (const {element} of this.lists)
            element.parentElement.hidden = !this.empty.hidden;
    }

    show({metric, element, rows}, items) {
        const {format, bounds} = METRICS[metric];
        const used = items.filter((item) => BY[metric](item) !== undefined).slice(0, ROWS);
        const most = Math.max(...used.map(BY[metric]), 0) || 1;
        while (rows.length < used.length)
            element.append(rows[rows.push(makeRow(metric)) - 1].li);
        while (rows.length > used.length)
            rows.pop().li.remove();
        used.forEach((item, i) => {
            const row = rows[i], usage = BY[metric](item);
            setText(row.link, this.name(item));
            setAttribute(row.link, "href", this.href(item));
            setAttribute(row.link, "title", this.name(item));
            setText(row.below, this.below?.(item) ?? "");
            setText(row.value, format(usage));
            setAttribute(row.value, "data-tone", strain(bounds(item), usage));
            row.bar.style.width = `${(usage / most) * 100}%`;
        });
    }
}
