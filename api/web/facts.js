/* SPDX-License-Identifier: Apache-2.0 */
/* The line of facts below a view's heading: what the entity is and uses now. */
import {get} from "./api.js";
import {h} from "./dom.js";

export class Facts {
    /* parts: the entity's path. facts(item): [[label, text or element, tone], …]; empty ones are left out. */
    constructor(parts, facts) {
        this.parts = parts;
        this.facts = facts;
        this.element = h("dl", {class: "facts"});
        this.gone = h("p", {class: "notice", role: "status", hidden: true});
    }

    async ask(round) {
        try {
            this.item = await get(this.parts, {}, round);
            this.gone.hidden = true;
        } catch (error) {
            if (error.status !== 404)
                throw error;
            this.gone.textContent = error.message;
            this.gone.hidden = false;
            return;
        }
        const facts = this.facts(this.item).filter(([, text]) => text !== undefined && text !== null);
        this.element.replaceChildren(...facts.map(([label, text, tone]) =>
            h("div", null, h("dt", {text: label}), h("dd", {"data-tone": tone}, text))));
        this.onItem?.(this.item);
    }
}
