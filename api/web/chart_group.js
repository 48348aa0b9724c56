/* SPDX-License-Identifier: Apache-2.0 */
/* Charts that share their span, their cursor and one history. */
import {h, setAttribute, setText} from "./dom.js";
import {address, serverNow} from "./api.js";
import {Chart} from "./chart.js";
import {changes} from "./derive.js";
import {clock, duration} from "./format.js";
import {History} from "./history.js";
import {keysOf} from "./panels.js";
import {change, current} from "./router.js";
import {t} from "./words.js";

const LEAST_SPAN = 60; /* seconds */

let groups = 0;

export class ChartGroup {
    /* parts: the entity's path in the API. panels, events: see panels.js. sum: see history.js. */
    constructor({parts, panels, events, sum, context}) {
        this.key = `group${groups++}`;
        this.context = context;
        this.events = events || {};
        this.history = new History({
            parts, sum, keys: keysOf(panels, events), intervalMs: context.intervalMs,
        });
        this.charts = panels.map((panel) => new Chart(panel, this));
        this.zoomText = h("span");
        this.zoomBar = h("p", {class: "zoom", hidden: true}, this.zoomText, " ",
            h("button", {type: "button", onclick: () => this.zoom(null), text: t("zoom_out")}));
        this.notes = h("ul", {class: "events", hidden: true});
        this.missing = h("p", {class: "empty", hidden: true});
        this.download = h("a", {class: "download", text: t("csv"), title: t("csv_hint")});
        this.element = h("section", {class: "charts", "aria-label": t("history")},
            h("h2", {class: "unseen", text: t("history")}), h("div", {class: "chart-tools"}, this.zoomBar, this.notes, this.download), this.missing,
            this.grid = h("div", {class: "chart-grid"}, this.charts.map((chart) => chart.element)));
        this.observer = new ResizeObserver(() => this.charts.forEach((chart) => chart.resize()));
        this.observer.observe(this.element);
        this.onTheme = () => this.redraw();
        addEventListener("theme", this.onTheme);
    }

    /* [from, to] in seconds: the zoom of the address, else the window up to now; while nobody has chosen
     * one, no more of it than there are readings of. */
    span() {
        const {from, to, window: chosen} = current().query;
        if (Number(from) && Number(to) > Number(from))
            return [Number(from), Number(to)];
        const {times} = this.history, window = this.context.window();
        const end = times.at(-1) ?? serverNow() / 1000;
        const now = Math.max(end, serverNow() / 1000 - 2 * this.context.intervalMs / 1000);
        const known = chosen || !times.length ? window : Math.max(LEAST_SPAN, now - times[0]);
        return [now - Math.min(window, known), now];
    }

    zoom(span) {
        change(span ? {from: span[0].toFixed(1), to: span[1].toFixed(1)} : {from: undefined, to: undefined});
    }

    async ask(round) {
        try {
            await this.history.update(this.context.window(), round);
            this.showMissing("");
        } catch (error) {
            if (error.status !== 404)
                throw error;
            this.history.clear();
            this.showMissing(error.message);
        }
        this.show();
    }

    /* Why there is no history, in place of charts without lines. */
    showMissing(why) {
        setText(this.missing, why);
        this.missing.hidden = !why;
        this.grid.hidden = this.download.hidden = Boolean(why);
    }

    /* extra: more marks, such as the starts of a pod's containers. */
    show(extra) {
        this.extra = extra || this.extra || [];
        const marks = [...this.found(), ...this.extra];
        for (const chart of this.charts)
            chart.update(this.history, marks);
        this.showZoom();
        this.showEvents(marks);
        this.showDownload();
    }

    /* The window as a table: the same question that the charts ask, in another format. */
    showDownload() {
        const window = this.context.window(), {parts} = this.history;
        const step = this.history.step(window);
        setAttribute(this.download, "href",
            address(parts, {window, step: step && Math.min(step, window), format: "csv"}));
        setAttribute(this.download, "download", `${parts.slice(1).join("-")}-${window}s.csv`);
    }

    /* Restarts, where a counter fell back, and kills, where theirs rose. */
    found() {
        const {restarted, killed} = this.events;
        const of = (key, kind, sign) => key
            ? changes(this.history.times, this.history.columns[key])
                .filter((c) => c.by * sign > 0).map((c) => ({time: c.time, kind, by: Math.abs(c.by)}))
            : [];
        return [...of(restarted, "restarted", -1), ...of(killed, "killed", 1)];
    }

    showZoom() {
        const {from, to} = current().query;
        this.zoomBar.hidden = !(from && to);
        if (from && to)
            setText(this.zoomText, `${clock(from * 1000)} – ${clock(to * 1000)} (${duration(to - from)})`);
    }

    showEvents(marks) {
        const [from, to] = this.span();
        const shown = marks.filter((mark) => mark.time >= from && mark.time <= to).slice(-20);
        const text = shown.map((mark) => `${mark.time} ${mark.kind} ${mark.what}`).join();
        this.notes.hidden = shown.length === 0;
        if (text === this.shownEvents)
            return;
        this.shownEvents = text;
        this.notes.replaceChildren(...shown.map((mark) => h("li", {"data-kind": mark.kind},
            h("time", {text: clock(mark.time * 1000)}), " ",
            t("event_" + mark.kind, {what: mark.what || "", count: mark.by || 1}))));
    }

    /* The colours have changed. */
    redraw() {
        for (const chart of this.charts)
            chart.destroy();
        if (this.history.times.length)
            this.show();
    }

    destroy() {
        this.observer.disconnect();
        removeEventListener("theme", this.onTheme);
        for (const chart of this.charts)
            chart.destroy();
    }
}
