/* SPDX-License-Identifier: Apache-2.0 */
/* One chart: uPlot, a legend with the values under the cursor, and the marks. */
import {h, setText} from "./dom.js";
import {breakAtGaps, gaps, levelSince, rates, stack} from "./derive.js";
import {clock, duration, isNumber} from "./format.js";
import {drawMarks} from "./marks.js";
import {t} from "./words.js";

const HEIGHT = 168;
const LEAST_LEVEL = 60; /* seconds: what changed just now has no level yet */
const BOUND_FACTOR = 3; /* a limit further away than this many times the usage is not drawn */

/* Distances of an axis' numbers. 1, 2, 5, 10 … for what comes whole. */
const COUNTS = Array.from({length: 16}, (none, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat();
/* 1, 2, 4 … 2^60: round numbers of KiB, MiB, GiB. */
const POWERS = Array.from({length: 61}, (none, power) => 2 ** power);

const INCREMENTS = {powers: POWERS, counts: COUNTS};

export function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export class Chart {
    /* group: ChartGroup, which holds the span shown and is told of a drag. */
    constructor(panel, group) {
        this.panel = panel;
        this.group = group;
        this.values = panel.series.map(() => h("b", {text: "–"}));
        this.items = panel.series.map((series, i) => h("span", {class: "key", hidden: true},
            h("i", {"data-colour": series.colour, "data-draw": series.draw}), t(series.id), " ", this.values[i]));
        this.plotElement = h("div", {class: "plot", role: "img"});
        this.empty = h("p", {class: "empty", text: t("no_data"), hidden: true});
        this.at = h("span", {class: "at"});
        this.since = h("span", {class: "since", hidden: true});
        this.element = h("figure", {class: "panel chart", "data-panel": panel.id},
            h("figcaption", null, h("div", {class: "title"}, h("h3", {text: t(panel.id)}), this.at, this.since),
                h("div", {class: "legend"}, this.items)),
            this.plotElement, this.empty);
    }

    /* What it uses now it has used since then: "which uses most" is half a question. */
    showSince(history) {
        const level = this.panel.level && levelSince(history.times, history.columns[this.panel.level]);
        const seconds = level ? history.times.at(-1) - level.time : 0;
        this.since.hidden = seconds < LEAST_LEVEL;
        if (!this.since.hidden)
            setText(this.since, t(level.whole ? "level_whole" : "level_since",
                {at: clock(level.time * 1000).slice(0, 5), time: duration(seconds - seconds % 60)}));
    }

    /* A series' numbers in the panel's unit. */
    numbers(history, series, interval) {
        const column = history.columns[series.key];
        const factor = series.times || 1, per = history.columns[series.per];
        const values = series.counter ? rates(history.times, column, 4 * interval) : column;
        if (factor === 1 && !per)
            return values;
        return values.map((value, i) => value === null ? null : value * factor / (per ? per[i] || 1 : 1));
    }

    update(history, marks) {
        const interval = (history.step(history.window) || history.intervalMs / 1000);
        this.spans = gaps(history.times, interval);
        this.marks = marks;
        const plain = this.panel.series.map((series) => this.numbers(history, series, interval));
        const [times, columns] = breakAtGaps(history.times, plain, this.spans);
        this.plain = columns;
        this.times = times;
        this.has = columns.map((column) => column.some((value) => value !== null));
        const silent = (series, column) => series.quiet && column.every((value) => !value);
        this.shown = columns.map((column, i) => this.has[i] && !silent(this.panel.series[i], column));
        this.items.forEach((item, i) => { item.hidden = !this.shown[i]; });
        this.showSince(history);
        this.empty.hidden = this.has.some(Boolean);
        this.plotElement.hidden = !this.empty.hidden;
        this.drawn = this.toDraw(columns);
        if (!this.empty.hidden)
            return;
        if (!this.plot)
            this.make();
        else
            this.plot.setData([this.times, ...this.drawn], false);
        this.shown.forEach((show, i) => this.plot.series[i + 1].show !== show && this.plot.setSeries(i + 1, {show}));
        this.fitSpan();
        this.showValues(this.plot.cursor.idx);
        this.describe();
    }

    /* Stacked series as their sums from below, the rest as they are. */
    toDraw(columns) {
        const stacked = this.panel.series.map((s, i) => i).filter((i) => this.panel.series[i].draw === "stack");
        const out = [...columns];
        stack(stacked.map((i) => columns[i])).forEach((column, n) => { out[stacked[n]] = column; });
        return out;
    }

    make() {
        this.plot = new uPlot(this.options(), [this.times, ...this.drawn], this.plotElement);
    }

    options() {
        const axis = {stroke: colour("faint"), grid: {stroke: colour("grid"), width: 1}, ticks: {show: false},
            font: "11px system-ui, sans-serif"};
        return {
            width: Math.max(200, this.plotElement.clientWidth), height: HEIGHT, ms: 1e-3,
            padding: [10, 18, 0, 0],
            legend: {show: false},
            cursor: {
                y: false,
                sync: {key: this.group.key, setSeries: false},
                drag: {x: true, y: false, setScale: false, uni: 12},
                points: {size: 6},
                bind: {dblclick: () => () => { this.group.zoom(null); return null; }},
            },
            scales: {x: {time: true, range: () => this.group.span()}, y: {range: (u, least, most) => this.range(u)}},
            axes: [
                {...axis, size: 26, gap: 6, space: 70, values: (u, times) => times.map((time) => this.tick(time))},
                {
                    ...axis, size: 66, gap: 6, space: 34, incrs: INCREMENTS[this.panel.axis],
                    values: (u, values) => values.map(this.panel.format),
                },
            ],
            series: [{}, ...this.panel.series.map((series) => this.line(series))],
            hooks: {
                setCursor: [(u) => this.showValues(u.cursor.idx)],
                setSelect: [(u) => this.select(u)],
                drawClear: [(u) => drawMarks(u, this.spans, this.marks, colour)],
            },
        };
    }

    tick(time) {
        const text = clock(time * 1000);
        const [from, to] = this.group.span();
        return to - from > 600 ? text.slice(0, 5) : text;
    }

    line(series) {
        const stroke = colour(series.colour);
        const filled = series.draw === "area" || series.draw === "stack";
        return {
            stroke, width: series.draw === "bound" ? 1 : 1.5, spanGaps: false,
            dash: series.draw === "bound" ? [5, 4] : undefined,
            fill: filled ? stroke + (series.draw === "stack" ? "38" : "24") : undefined,
            points: {show: (u, i, first, last) => this.isAlone(i - 1, first, last), size: 4, fill: stroke},
        };
    }

    /* A value without neighbours is no line: it is a point. */
    isAlone(series, first, last) {
        const column = this.drawn[series];
        return first !== null && first === last && isNumber(column[first]);
    }

    /* From 0 to the greatest value in the span; a bound only lifts it while it is near. */
    range(u) {
        const [from, to] = this.group.span();
        let most = 0;
        const bounds = [];
        this.drawn.forEach((column, s) => {
            let here = 0;
            column.forEach((value, i) => {
                if (isNumber(value) && this.times[i] >= from && this.times[i] <= to)
                    here = Math.max(here, value);
            });
            if (this.panel.series[s].draw === "bound")
                bounds.push(here);
            else
                most = Math.max(most, here);
        });
        const near = bounds.filter((bound) => bound <= BOUND_FACTOR * most);
        return [0, Math.max(most, ...near) * 1.08 || 1];
    }

    fitSpan() {
        const [min, max] = this.group.span();
        this.plot.setScale("x", {min, max});
    }

    select(u) {
        if (u.select.width < 8)
            return;
        const from = u.posToVal(u.select.left, "x"), to = u.posToVal(u.select.left + u.select.width, "x");
        u.setSelect({left: 0, width: 0, top: 0, height: 0}, false);
        this.group.zoom([from, to]);
    }

    /* Under the cursor, with its time, or the newest. */
    showValues(place) {
        const shown = isNumber(place);
        setText(this.at, shown ? clock(this.times[place] * 1000) : "");
        this.plain.forEach((column, i) => {
            let at = shown ? place : column.length - 1;
            while (!shown && at > 0 && column[at] === null)
                at--;
            setText(this.values[i], this.panel.format(column[at] ?? undefined));
        });
    }

    describe() {
        const words = this.panel.series.filter((series, i) => this.shown[i]).map((series) =>
            `${t(series.id)} ${this.values[this.panel.series.indexOf(series)].textContent}`);
        this.plotElement.setAttribute("aria-label", `${t(this.panel.id)}: ${words.join(", ")}`);
    }

    resize() {
        if (this.plot && this.plotElement.clientWidth)
            this.plot.setSize({width: this.plotElement.clientWidth, height: HEIGHT});
    }

    destroy() {
        this.plot?.destroy();
        this.plot = null;
    }
}
