/* Each view of the page on a server that runs already, whatever cluster feeds it:
 * KUBEMONITOR_URL=http://… node --test tests/ui/running.test.mjs
 *
 * The numbers change each interval, so a shown one and the API's are read together until they are the
 * same: tests/e2e/page.sh starts this on a real node, through a port that kubectl forwards and through
 * the Kubernetes API's proxy. PICTURES: a folder for a picture of each view.
 */
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import {launch, openPage, visit} from "./browser.mjs";
import {same} from "./shown.mjs";

const url = process.env.KUBEMONITOR_URL?.replace(/\/$/, "");
const TRIES = 60, REST_MS = 250;
let browser, page, intervalMs;

const get = async (path) => (await fetch(url + path)).json();

/* read(): [[what, shown text, the API's number, unit], …], until all are the same at one moment. */
async function agree(read) {
    let differ;
    for (let tries = 0; tries < TRIES; tries++) {
        differ = (await read()).filter(([, text, value, unit]) => !same(text, value, unit));
        if (!differ.length)
            return;
        await page.waitForTimeout(REST_MS);
    }
    assert.fail(differ.map(([what, text, value]) => `${what}: the page says "${text}", the API ${value}`).join("; "));
}

async function open(place, shown) {
    await visit(page, url, place, shown);
    if (process.env.PICTURES) {
        await page.waitForTimeout(700);
        await page.screenshot({path: `${process.env.PICTURES}/${place.replace(/\W+/g, "-").slice(1) || "cluster"}.png`});
    }
}

/* The usage, which stands before what it is of. */
async function fact(name) {
    const term = page.locator("dt", {hasText: new RegExp(`^${name}$`)});
    return (await page.locator(".facts div", {has: term}).locator("dd").innerText()).split(/ [/·]/)[0];
}

/* What a view with facts says of an entity, and that its charts are drawn and end where its history does. */
async function checkEntity(place, path) {
    await open(place, ".chart canvas");
    await agree(async () => {
        const item = await get(path);
        return [["cpu", await fact("CPU"), item.cpu_usage, "cpu"],
            ["memory", await fact("Memory"), item.memory.working_set, "bytes"]];
    });
    await agree(async () => {
        const {items} = await get(`${path}?window=60${path.includes("/pods/") || path.includes("/nodes/") ? "" : `&step=${intervalMs / 1000}`}`);
        return [["chart", await page.locator("[data-panel=cpu] .key b").first().innerText(), items.at(-1).cpu_usage, "cpu"]];
    });
    assert.ok(await page.locator(".chart canvas").count() >= 4);
}

async function checkList(kind, nameOf) {
    await open(`#/${kind}?sort=memory`, "tbody tr");
    await agree(async () => {
        const {items} = await get(`/api/${kind}?sort=memory&limit=50`);
        const rows = page.locator("tbody tr");
        if (await rows.locator("a.name").first().innerText() !== nameOf(items[0]))
            return [["order", "", 1, "count"]];
        return [[kind, await rows.first().locator(".gauge .value").nth(1).innerText(), items[0].memory.working_set, "bytes"],
            [kind, String(await rows.count()), items.length, "count"]];
    });
}

before(async () => {
    assert.ok(url, "KUBEMONITOR_URL names the server");
    browser = await launch();
    page = await openPage(browser, url);
    intervalMs = (await get("/api/status")).interval_ms;
});

after(() => browser?.close());

test("the cluster", async () => {
    await open("#/", ".top li");
    const tile = (name) => page.locator(`.tile[data-metric=${name}] .figures b`).first().innerText();
    await agree(async () => {
        const cluster = await get("/api/cluster");
        return [["cpu", await tile("cpu"), cluster.cpu_usage, "cpu"],
            ["memory", await tile("memory"), cluster.memory.working_set, "bytes"],
            ["nodes", await tile("nodes"), cluster.nodes + (cluster.stale_nodes ?? 0), "count"],
            ["pods", await tile("pods"), cluster.pods, "count"]];
    });
});

test("lists", async () => {
    await checkList("nodes", (n) => n.node);
    await checkList("namespaces", (n) => n.namespace);
    await checkList("workloads", (w) => w.name);
    await checkList("pods", (p) => p.pod_name);
});

test("from the node to the container", async () => {
    const {items: [node]} = await get("/api/nodes?limit=1");
    const {items: [deployment]} = await get("/api/deployments?sort=memory&limit=1");
    const {items: workloads} = await get("/api/workloads?sort=memory");
    const other = workloads.find((one) => one.kind !== "Deployment");
    const space = `namespaces/${deployment.namespace}`;
    const {items: [{pod_name}]} = await get(`/api/${space}/deployments/${deployment.deployment}/pods?limit=1`);
    const {containers: [container]} = await get(`/api/${space}/pods/${pod_name}`);
    const places = [`nodes/${node.node}`, space, `${space}/deployments/${deployment.deployment}`, `${space}/pods/${pod_name}`,
        `${space}/pods/${pod_name}/containers/${container.name}`];
    if (other)
        places.push(`namespaces/${other.namespace}/workloads/${other.kind}/${other.name}`);
    for (const place of places)
        await checkEntity(`#/${place}`, `/api/${place}`);
});

test("it is live by the stream, asks nobody else, and reports no fault", async () => {
    await page.evaluate(() => { location.hash = "#/"; });
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.waitForTimeout(3 * intervalMs);
    const streams = await page.evaluate(() => performance.getEntriesByType("resource").filter((e) => e.name.includes("/api/stream")).length);
    assert.ok(streams + asked.filter((one) => one.includes("/api/stream")).length >= 1, "no stream was asked for");
    asked.length = 0;
    const value = () => page.locator(".tile[data-metric=cpu] .figures b").first().innerText();
    const before = await value();
    await page.waitForFunction((text) => document.querySelector(".tile[data-metric=cpu] .figures b").innerText !== text, before);
    assert.deepEqual(asked, [], "what is new comes by the stream");
    assert.deepEqual(page.strangers, []);
    assert.deepEqual(page.faults, []);
});
