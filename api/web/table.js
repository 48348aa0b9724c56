/* SPDX-License-Identifier: Apache-2.0 */
/* A sortable table of a page of items. Rows are kept by key, so focus and selection survive an update. */
import {makeCell} from "./cells.js";
import {h, setAttribute} from "./dom.js";
import {t} from "./words.js";

export class Table {
    /*
     * caption: said by screen readers. columns: see columns.js. key(item): what names a row.
     * sortBy(sort, order) is called when a head is pressed.
     */
    constructor({caption, columns, key, sortBy}) {
        this.columns = columns;
        this.key = key;
        this.rows = new Map();
        this.heads = columns.map((column) => this.head(column, sortBy));
        this.body = h("tbody");
        this.element = h("table", {class: "list"},
            h("caption", {class: "unseen", text: caption}),
            h("thead", null, h("tr", null, this.heads.map((head) => head.th))), this.body);
        this.body.addEventListener("click", openRow);
    }

    head(column, sortBy) {
        const label = t(column.id);
        const th = h("th", {
            scope: "col",
            class: [column.kind, column.show, column.number ? "number" : null].filter(Boolean).join(" "),
        });
        if (column.sort && sortBy)
            th.append(h("button", {type: "button", onclick: () => this.press(column, sortBy), text: label}));
        else
            th.textContent = label;
        return {th, column};
    }

    press(column, sortBy) {
        const first = column.sort === "name" ? "asc" : "desc";
        const other = first === "asc" ? "desc" : "asc";
        sortBy(column.sort, this.sort === column.sort && this.order === first ? other : first);
    }

    render(items, sort, order) {
        this.sort = sort;
        this.order = order || (sort === "name" ? "asc" : "desc");
        for (const {th, column} of this.heads) {
            const sorted = column.sort && column.sort === sort;
            setAttribute(th, "aria-sort", sorted ? (this.order === "asc" ? "ascending" : "descending") : null);
        }
        this.renderRows(items);
    }

    renderRows(items) {
        const before = this.rows;
        const greatest = this.columns.map((column) => column.usage
            && Math.max(...items.map((item) => column.usage(item) ?? 0)));
        this.rows = new Map();
        items.forEach((item, place) => {
            const key = this.key(item);
            const row = before.get(key) || this.makeRow();
            before.delete(key);
            this.rows.set(key, row);
            row.cells.forEach((cell, i) => cell.update(item, greatest[i]));
            row.tr.classList.toggle("stale", Boolean(item.stale));
            if (this.body.children[place] !== row.tr)
                this.place(row.tr, place);
        });
        for (const row of before.values())
            row.tr.remove();
    }

    /* Moving a row takes the focus from it; it gets it back. */
    place(tr, place) {
        const focused = tr.contains(document.activeElement) ? document.activeElement : null;
        this.body.insertBefore(tr, this.body.children[place] || null);
        focused?.focus({preventScroll: true});
    }

    makeRow() {
        const cells = this.columns.map(makeCell);
        return {cells, tr: h("tr", null, cells.map((cell) => cell.td))};
    }
}

/* A click anywhere on a row opens it, but selecting its text does not. */
function openRow(event) {
    const link = event.target.closest("tr")?.querySelector("a.name[href]");
    if (link && !event.target.closest("a, button") && !String(getSelection()))
        link.click();
}
