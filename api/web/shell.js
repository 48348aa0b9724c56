/* SPDX-License-Identifier: Apache-2.0 */
/* The frame around every view: name, places, window, live state, switches. */
import {h, setAttribute, setText} from "./dom.js";
import {duration} from "./format.js";
import {change, current, link} from "./router.js";
import {applyTheme, isDark, save} from "./settings.js";
import {LANGUAGES, currentLanguage, t} from "./words.js";

const WINDOWS = [60, 300, 900, 1800, 3600, 21600, 86400, 604800];
const DEFAULT_WINDOW = 900;
export const PLACES = ["nodes", "namespaces", "workloads", "pods"];

export class Shell {
    /* context: {retention}. chooseLanguage(name), pause(paused), help(). */
    constructor(context, actions) {
        this.context = context;
        this.actions = actions;
        this.main = h("main", {id: "main", tabindex: "-1", "aria-busy": "true"});
        this.said = h("div", {class: "unseen", role: "status", "aria-live": "polite"});
        this.banner = h("p", {class: "banner", role: "alert", hidden: true});
        this.crumbs = h("nav", {class: "crumbs", "aria-label": t("path")});
        this.element = h("div", {class: "shell"},
            this.skipLink(), this.header(), this.banner, this.crumbs, this.main, this.said);
    }

    skipLink() {
        const skip = (event) => {
            event.preventDefault();
            this.main.focus();
        };
        return h("a", {class: "skip", href: "#main", text: t("skip"), onclick: skip});
    }

    header() {
        this.places = PLACES.map((place) => h("a", {"data-place": place, text: t(place)}));
        this.home = h("a", {class: "home", "data-place": ""},
            h("span", {class: "logo", "aria-hidden": "true"}), "kubemonitor");
        return h("header", {class: "bar-top"}, this.home,
            h("nav", {class: "places", "aria-label": t("places")}, this.places),
            h("div", {class: "tools"}, this.windows(), this.liveButton(), this.language(), this.theme(),
                h("button", {type: "button", class: "icon", "aria-label": t("help"), title: `${t("help")} (?)`,
                    onclick: this.actions.help, text: "?"}),
                h("a", {class: "api", href: "docs", text: "API"})));
    }

    windows() {
        const kept = this.context.retention;
        const choices = WINDOWS.filter((seconds) => seconds <= kept);
        if (!choices.includes(kept))
            choices.push(kept);
        this.select = h("select", {
            "aria-label": t("window"), title: t("window"),
            onchange: () => change({window: this.select.value, from: undefined, to: undefined}),
        }, choices.map((seconds) => h("option", {value: seconds, text: duration(seconds)})));
        return this.select;
    }

    /* Seconds of history to show. */
    window() {
        const asked = Math.floor(Number(current().query.window)) || DEFAULT_WINDOW;
        return Math.max(1, Math.min(asked, this.context.retention));
    }

    liveButton() {
        this.live = h("button", {type: "button", class: "live", "aria-pressed": "true", title: t("live_hint"),
            onclick: () => this.togglePause()},
        h("span", {class: "dot", "aria-hidden": "true"}), h("span", {text: t("live")}));
        return this.live;
    }

    togglePause() {
        const paused = this.live.getAttribute("aria-pressed") === "true";
        setAttribute(this.live, "aria-pressed", paused ? "false" : "true");
        setText(this.live.lastChild, paused ? t("paused") : t("live"));
        this.actions.pause(paused);
    }

    language() {
        const select = h("select", {"aria-label": t("language"), title: t("language"), class: "language",
            onchange: () => this.actions.chooseLanguage(select.value)},
        Object.entries(LANGUAGES).map(([id, name]) =>
            h("option", {value: id, text: name, selected: id === currentLanguage()})));
        return select;
    }

    theme() {
        const button = h("button", {type: "button", class: "icon", "aria-label": t("theme"), title: t("theme"),
            onclick: () => { save("theme", isDark() ? "light" : "dark"); applyTheme(); }});
        button.append(h("span", {class: "theme-sign", "aria-hidden": "true"}));
        return button;
    }

    /* Follows the address: links keep the window, and the place that is shown is marked. */
    follow(route) {
        const here = route.parts[0] || "";
        for (const place of [this.home, ...this.places]) {
            const name = place.dataset.place;
            place.href = link(name ? [name] : []);
            setAttribute(place, "aria-current", name === here ? "page" : null);
        }
        const shown = String(this.window());
        if (![...this.select.options].some((option) => option.value === shown))
            this.select.append(h("option", {value: shown, text: duration(Number(shown))}));
        this.select.value = shown;
    }

    show(view) {
        this.main.replaceChildren(view.element);
        document.title = `${view.title} · kubemonitor`;
        this.crumbs.hidden = view.crumbs.length === 0;
        this.crumbs.replaceChildren(h("ol", null,
            view.crumbs.map(([text, href]) => h("li", null, h("a", {href, text}))),
            h("li", {"aria-current": "page", text: view.title})));
    }

    /* Until what somebody asked for is there: a place, an order, a page. Not while it is only renewed. */
    busy(busy) {
        setAttribute(this.main, "aria-busy", busy ? "true" : null);
    }

    say(text) {
        setText(this.said, text);
    }

    /* error: null when the server answers again. */
    report(error, lastGoodMs) {
        this.banner.hidden = !error;
        setAttribute(this.live, "data-broken", Boolean(error) || null);
        if (!error)
            return;
        const since = lastGoodMs ? " " + t("last_update", {time: duration((Date.now() - lastGoodMs) / 1000)}) : "";
        setText(this.banner, (error.status ? `${t("server_says")} ${error.message}` : t("no_answer")) + since);
    }
}
