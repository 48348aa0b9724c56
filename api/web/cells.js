/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a table's cell: made once, then written again only where it changed. */
import {h, setAttribute, setText} from "./dom.js";
import {ABSENT, isNumber, percent} from "./format.js";
import {fullOf, hardBound, strain} from "./metrics.js";
import {t} from "./words.js";

function textCell(td, column) {
    return (item) => {
        const value = column.text(item);
        setText(td, value ?? ABSENT);
        setAttribute(td, "title", column.title?.(item));
        setAttribute(td, "data-tone", column.tone?.(item));
    };
}

function linkCell(td, column) {
    const link = h("a", {class: "name"});
    const badge = h("span", {class: "badge", hidden: true});
    const below = h("span", {class: "below"});
    td.append(link, badge, below);
    return (item) => {
        setText(link, column.text(item) ?? ABSENT);
        setAttribute(link, "href", column.href(item));
        setAttribute(link, "title", column.text(item));
        const mark = column.badge?.(item);
        badge.hidden = !mark;
        setText(badge, mark?.text ?? "");
        setAttribute(badge, "data-tone", mark?.tone);
        setText(below, column.below?.(item) ?? "");
    };
}

/* "250 m of 1 core (25 %), request 500 m" */
function inWords(column, usage, bounds) {
    const parts = [`${t(column.id)} ${column.format(usage)}`];
    for (const name of ["request", "limit", "capacity"]) {
        if (isNumber(bounds[name]))
            parts.push(`${t(name)} ${column.format(bounds[name])} (${percent(usage, bounds[name])})`);
    }
    return parts.join(", ");
}

/*
 *   [=======|----]  250 m  25 %
 *    usage  request     of the limit or the capacity, which the whole bar stands for. Sums have no
 *                       bound that holds: their bars compare them with the greatest of the page.
 */
function barCell(td, column) {
    const used = h("span", {class: "used"}), request = h("span", {class: "request"});
    const bar = h("span", {class: "bar", "data-metric": column.metric, "aria-hidden": "true"}, used, request);
    const value = h("span", {class: "value"}), part = h("span", {class: "part"});
    td.append(h("span", {class: "gauge"}, bar, value, part));
    return (item, greatest) => {
        const usage = column.usage(item), bounds = column.bounds(item);
        const full = !isNumber(usage) ? undefined : bounds.partial ? greatest : fullOf(bounds, usage);
        const tone = strain(bounds, usage);
        setText(value, column.format(usage));
        setText(part, hardBound(bounds) ? percent(usage, hardBound(bounds)) : "");
        setAttribute(part, "data-tone", tone);
        setAttribute(bar, "data-tone", tone);
        bar.classList.toggle("open", full !== undefined && !bounds.partial && !hardBound(bounds));
        bar.classList.toggle("unbounded", full === undefined);
        used.style.width = full ? `${Math.min(100, (usage / full) * 100)}%` : "0";
        request.hidden = !full || !isNumber(bounds.request) || bounds.request > full;
        request.style.left = full ? `${(bounds.request / full) * 100}%` : "0";
        setAttribute(td, "title", inWords(column, usage, bounds));
    };
}

const KINDS = {text: textCell, link: linkCell, bar: barCell};

/* Returns {td, update(item, greatest)}: greatest is the column's greatest value in the page. */
export function makeCell(column) {
    const kind = column.kind || "text";
    const td = h(kind === "link" ? "th" : "td", {
        scope: kind === "link" ? "row" : null,
        class: [kind, column.show, column.number ? "number" : null].filter(Boolean).join(" "),
    });
    return {td, update: KINDS[kind](td, column)};
}
