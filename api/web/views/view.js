/* SPDX-License-Identifier: Apache-2.0 */
/* What every view is: an element, questions to ask each interval, and a way to stop. */
import {h} from "../dom.js";
import {link} from "../router.js";

export class View {
    /* parts: those with ask(round), perhaps destroy(). crumbs: [[text, href], …]. */
    constructor({title, crumbs, parts, element}) {
        this.title = title;
        this.crumbs = crumbs || [];
        this.parts = parts;
        this.element = element;
    }

    /* All parts ask at once; the first that fails fails the whole, after the others are done. */
    async ask(round) {
        const results = await Promise.allSettled(this.parts.map((part) => part.ask(round)));
        const failed = results.find((result) => result.status === "rejected");
        if (failed)
            throw failed.reason;
    }

    destroy() {
        for (const part of this.parts)
            part.destroy?.();
    }
}

export function heading(kind, name, ...more) {
    return h("div", {class: "heading"}, h("p", {class: "kind", text: kind}), h("h1", {text: name}), more);
}

export const crumb = (text, ...parts) => [text, link(parts)];
