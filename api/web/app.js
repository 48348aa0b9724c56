/* SPDX-License-Identifier: Apache-2.0 */
/* Starts the page: words, the server's settings, then the view that the address names. */
import {ApiError, get} from "./api.js";
import {h} from "./dom.js";
import {listen, showHelp} from "./keyboard.js";
import {Live} from "./live.js";
import {change, current, start} from "./router.js";
import {applyTheme} from "./settings.js";
import {PLACES, Shell} from "./shell.js";
import {containerView} from "./views/container.js";
import {listView} from "./views/lists.js";
import {namespaceView} from "./views/namespace.js";
import {nodeView} from "./views/node.js";
import {overviewView} from "./views/overview.js";
import {podView} from "./views/pod.js";
import {View} from "./views/view.js";
import {workloadView} from "./views/workload.js";
import {chooseLanguage, loadWords, t} from "./words.js";

const RETRY_MS = 2000;

const root = document.getElementById("app");
const context = {intervalMs: 5000, retention: 3600, window: () => shell.window()};
let shell, view, live, lastGood = 0, paused = false;

/* #/nodes/a -> its view; null where there is no such place. */
function viewOf([place, name, what, ...rest]) {
    if (!place)
        return overviewView(context);
    if (!name)
        return PLACES.includes(place) ? listView(place, context) : null;
    if (place === "nodes" && !what)
        return nodeView(name, context);
    if (place !== "namespaces")
        return null;
    if (!what)
        return namespaceView(name, context);
    if (what === "pods" && rest.length === 1)
        return podView(name, rest[0], context);
    if (what === "pods" && rest.length === 3 && rest[1] === "containers")
        return containerView(name, rest[0], rest[2], context);
    if ((what === "deployments" && rest.length === 1) || (what === "workloads" && rest.length === 2))
        return workloadView(name, [what, ...rest], context);
    return null;
}

function notFound() {
    return new View({title: t("not_found"), parts: [], element: h("p", {class: "notice", text: t("not_found")})});
}

function report(error) {
    shell.busy(false);
    if (!error)
        lastGood = Date.now();
    shell.report(error, lastGood);
}

/* What somebody has asked for by a press or the address. */
function askNow() {
    shell.busy(true);
    live.refresh();
}

function show(route, parametersOnly) {
    shell.follow(route);
    if (parametersOnly && view) {
        askNow();
        return;
    }
    live?.stop();
    view?.destroy();
    view = viewOf(route.parts) || notFound();
    shell.show(view);
    shell.busy(true);
    scrollTo(0, 0);
    live = new Live((round) => view.ask(round), report);
    live.paused = paused;
    for (const part of view.parts)
        part.refresh = askNow;
    live.start(context.intervalMs).then(() => performance.mark("data"));
}

function buildShell() {
    root.removeAttribute("aria-busy");
    shell = new Shell(context, {
        help: showHelp,
        pause: (wanted) => { paused = wanted; live.pause(wanted); },
        chooseLanguage: (name) => { chooseLanguage(name); buildShell(); show(current(), false); },
    });
    context.list = {announce: (text) => shell.say(text)};
    root.replaceChildren(shell.element);
}

/* The server's interval and retention; asked until it answers. */
async function askStatus() {
    for (;;) {
        try {
            return await get(["api", "status"]);
        } catch (error) {
            root.replaceChildren(h("p", {class: "notice", role: "alert",
                text: error instanceof ApiError && error.status ? error.message : t("no_answer")}));
            await new Promise((resume) => setTimeout(resume, RETRY_MS));
        }
    }
}

try {
    sessionStorage.removeItem("kubemonitor.tries"); /* early.js counts them */
} catch {
    /* storage is forbidden */
}
applyTheme();
loadWords();
const status = await askStatus();
context.intervalMs = Math.max(1000, status.interval_ms);
context.retention = status.retention_seconds;
buildShell();
listen({
    pause: () => shell.togglePause(),
    zoomOut: () => change({from: undefined, to: undefined}),
});
start(show);
performance.mark("shown");
