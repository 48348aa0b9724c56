/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: / search, arrows to walk rows, Enter to open, Esc to go back, ? for help. */
import {h} from "./dom.js";
import {current, go} from "./router.js";
import {t} from "./words.js";

const KEYS = [
    ["/", "key_search"], ["↑ ↓", "key_rows"], ["Enter", "key_open"], ["Esc", "key_back"], ["← →", "key_pages"],
    ["g c", "key_cluster"], ["g n", "key_nodes"], ["g s", "key_namespaces"], ["g w", "key_workloads"],
    ["g p", "key_pods"],
    ["space", "key_pause"], ["?", "key_help"],
];
const PLACES = {c: [], n: ["nodes"], s: ["namespaces"], w: ["workloads"], p: ["pods"]};

let dialog;

export function showHelp() {
    dialog?.remove();
    dialog = h("dialog", {class: "help", "aria-labelledby": "help-title"},
        h("h2", {id: "help-title", text: t("keys")}),
        h("dl", null, KEYS.map(([key, what]) =>
            h("div", null, h("dt", null, h("kbd", {text: key})), h("dd", {text: t(what)})))),
        h("p", {text: t("help_chart")}),
        h("form", {method: "dialog"}, h("button", {text: t("close")})));
    document.body.append(dialog);
    dialog.showModal();
}

const isTyping = (element) => element.matches("input, select, textarea");

function walk(direction) {
    const links = [...document.querySelectorAll("main a.name[href]")].filter((link) => link.offsetParent);
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? (direction > 0 ? 0 : links.length - 1) : at + direction;
    links[Math.max(0, Math.min(links.length - 1, next))]?.focus();
}

function turnPage(forward) {
    const [previous, next] = document.querySelectorAll("main .pages:not([hidden]) button");
    (forward ? next : previous)?.click();
}

/* Up: what contains this: a zoom's whole, a container's pod, its namespace, the cluster. */
function back(zoomOut) {
    const {parts, query} = current();
    if (query.from)
        zoomOut();
    else if (parts.length > 4 && parts[2] === "pods")
        go(parts.slice(0, 4));
    else if (parts.length > 2)
        go(parts.slice(0, 2));
    else if (parts.length > 0)
        go(parts.slice(0, -1));
}

/* actions: {pause(), zoomOut()} */
export function listen(actions) {
    let before = "";
    addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || dialog?.open)
            return;
        const target = event.target;
        if (isTyping(target)) {
            if (event.key === "Escape")
                target.blur();
            else if (event.key === "ArrowDown" && target.type === "search")
                walk(1);
            return;
        }
        const key = event.key, first = before;
        before = key;
        if (first === "g" && PLACES[key])
            go(PLACES[key]);
        else if (key === "/")
            document.querySelector("main [data-search]")?.focus();
        else if (key === "ArrowDown" || key === "ArrowUp")
            walk(key === "ArrowDown" ? 1 : -1);
        else if (key === "ArrowRight" || key === "ArrowLeft")
            turnPage(key === "ArrowRight");
        else if (key === "Escape")
            back(actions.zoomOut);
        else if (key === "?")
            showHelp();
        else if (key === " " && !target.matches("button, a"))
            actions.pause();
        else
            return;
        event.preventDefault();
    });
}
