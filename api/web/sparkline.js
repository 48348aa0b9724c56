/* SPDX-License-Identifier: Apache-2.0 */
/* A small picture of a series: an area that breaks where nothing was measured. */
import {svg} from "./dom.js";
import {isNumber} from "./format.js";

const WIDTH = 200, HEIGHT = 40;

/* Runs of points that follow each other: [[[x, y], …], …]; a null ends a run. */
function runs(times, values, from, to, full) {
    const all = [];
    let run = [];
    times.forEach((time, i) => {
        if (isNumber(values[i]))
            run.push([((time - from) / (to - from)) * WIDTH, HEIGHT - 1 - (values[i] / full) * (HEIGHT - 3)]);
        else if (run.length)
            run = (all.push(run), []);
    });
    if (run.length)
        all.push(run);
    return all;
}

const round = (number) => Math.round(number * 10) / 10;

function pathOf(run) {
    return "M" + run.map(([x, y]) => `${round(x)} ${round(y)}`).join("L");
}

export class Sparkline {
    constructor(metric) {
        this.areas = svg("path", {class: "area"});
        this.lines = svg("path", {class: "line"});
        this.element = svg("svg", {
            class: "sparkline", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none",
            "data-metric": metric, "aria-hidden": "true",
        }, this.areas, this.lines);
    }

    /* full: the value at the top; without it, the greatest value. */
    draw(times, values, from, to, full) {
        const top = full || Math.max(...values.filter(isNumber), 0) || 1;
        const all = runs(times, values, from, to, top);
        this.lines.setAttribute("d", all.map(pathOf).join(""));
        this.areas.setAttribute("d", all.map((run) =>
            `${pathOf(run)}L${round(run.at(-1)[0])} ${HEIGHT}L${round(run[0][0])} ${HEIGHT}Z`).join(""));
    }
}
