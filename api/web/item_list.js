/* SPDX-License-Identifier: Apache-2.0 */
/* A table of one of the server's lists: a page of it, sorted and searched by the server. */
import {get} from "./api.js";
import {h, setText} from "./dom.js";
import {count} from "./format.js";
import {change, current} from "./router.js";
import {Table} from "./table.js";
import {t} from "./words.js";

const SEARCH_DELAY_MS = 200;

export class ItemList {
    /*
     * title: its heading. parts: the API's path. filter: parameters that always hold. key(item).
     * limit: items a page. prefix: of its parameters in the address, where a place has two lists.
     * total(): how many there are in all, where the answer does not say it. small: no search.
     * choices: {name, all, values}: a parameter of the list to choose, none is chosen by `all`.
     */
    constructor(options) {
        Object.assign(this, {prefix: "", filter: {}, sort: "cpu", limit: 50, total: () => undefined}, options);
        this.before = []; /* continue tokens of the pages before this one */
        this.token = undefined;
        this.table = new Table({
            caption: this.title, columns: this.columns, key: this.key,
            sortBy: this.sortable === false ? null : (sort, order) => this.set({sort, order}),
        });
        this.element = h("section", {class: "panel list-panel", "aria-label": this.title},
            h("header", null, h("h2", {text: this.title}), this.howMany = h("span", {class: "count"}),
                this.choices && this.choice(), this.small ? null : this.searchBox()),
            h("div", {class: "scroll"}, this.table.element),
            this.empty = h("p", {class: "empty", hidden: true}),
            this.foot());
    }

    searchBox() {
        this.input = h("input", {
            type: "search", placeholder: t("search"), "aria-label": `${t("search")}: ${this.title}`,
            autocomplete: "off", spellcheck: "false", maxlength: "250", "data-search": true,
            oninput: () => {
                clearTimeout(this.typing);
                this.typing = setTimeout(() => this.set({q: this.input.value.trim()}), SEARCH_DELAY_MS);
            },
        });
        this.input.value = this.option("q") || "";
        return this.input;
    }

    choice() {
        const {name, all, values} = this.choices;
        const select = h("select", {"aria-label": t(name), onchange: () => this.set({[name]: select.value})},
            h("option", {value: "", text: all}),
            values.map((value) => h("option", {value, text: value, selected: value === this.option(name)})));
        return select;
    }

    foot() {
        this.previous = h("button", {type: "button", onclick: () => this.turn(-1), text: t("previous")});
        this.next = h("button", {type: "button", onclick: () => this.turn(1), text: t("next")});
        this.place = h("span");
        return this.pages = h("nav", {class: "pages", hidden: true, "aria-label": `${t("pages")}: ${this.title}`},
            this.previous, this.place, this.next);
    }

    option(name) {
        return current().query[this.prefix + name];
    }

    set(options) {
        this.before = [];
        this.token = undefined;
        change(Object.fromEntries(Object.entries(options).map(([name, value]) => [this.prefix + name, value])));
    }

    turn(direction) {
        if (direction > 0) {
            this.before.push(this.token);
            this.token = this.continue;
        } else {
            this.token = this.before.pop();
        }
        this.turned = true;
        this.refresh();
    }

    chosen() {
        return this.choices ? {[this.choices.name]: this.option(this.choices.name)} : {};
    }

    async ask(round) {
        const sort = this.option("sort") || this.sort;
        const order = this.option("order");
        const text = this.option("q");
        const answer = await get(this.parts,
            {...this.filter, ...this.chosen(), q: text, sort, order, limit: this.limit, continue: this.token}, round);
        this.continue = answer.continue;
        this.table.render(answer.items, sort, order);
        this.show(answer, text);
        this.items = answer.items;
        return answer.items;
    }

    show(answer, text) {
        const first = this.before.length * this.limit;
        const many = this.before.length > 0 || Boolean(answer.continue);
        this.pages.hidden = !many;
        this.previous.disabled = this.before.length === 0;
        this.next.disabled = !answer.continue;
        setText(this.place, `${count(first + 1)} – ${count(first + answer.items.length)}`);
        this.empty.hidden = answer.items.length > 0;
        setText(this.empty, text ? t("nothing_found", {text}) : t("nothing_here"));
        /* In the order of names the server does not count: it finds them while it sends. */
        const total = answer.total ?? (many ? this.total() : answer.items.length);
        setText(this.howMany, count(total).replace("–", ""));
        if (this.turned)
            this.announce?.(this.place.textContent);
        this.turned = false;
    }
}
