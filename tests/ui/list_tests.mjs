/* Sorting, paging, searching, walking down. */
import assert from "node:assert/strict";
import {test} from "node:test";
import {openPage, press, settled, visit} from "./browser.mjs";
import {same} from "./shown.mjs";

const names = (page) => page.locator("tbody a.name").allInnerTexts();
const firstIs = async (page, name) => {
    await settled(page);
    assert.equal(await page.locator("tbody a.name").first().innerText(), name);
};

export function listTests(world) {
    test("a head sorts, by the server, and the address says so", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        await visit(page, still.url, "#/pods", "tbody tr");
        for (const [label, sort] of [["Memory", "memory"], ["Received", "network"], ["Read", "disk"], ["Pod", "name"]]) {
            await press(page, page.locator("thead button", {hasText: label}));
            const {items} = await still.get(`/api/pods?sort=${sort}&limit=50`);
            await firstIs(page, items[0].pod_name);
            assert.deepEqual(await names(page), items.map((pod) => pod.pod_name));
            assert.equal(new URLSearchParams(page.url().split("?")[1]).get("sort"), sort);
            assert.equal(await page.locator("th[aria-sort]").count(), 1);
        }
        await press(page, page.locator("thead button", {hasText: "Pod"}));
        const {items} = await still.get("/api/pods?sort=name&order=desc&limit=50");
        await firstIs(page, items[0].pod_name);
        assert.equal(await page.locator("th[aria-sort]").getAttribute("aria-sort"), "descending");
        await page.reload();
        await page.locator("tbody tr").first().waitFor();
        await firstIs(page, items[0].pod_name);
        await page.context().close();
    });

    test("pages follow each other without a gap and back", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        await visit(page, still.url, "#/pods", "tbody tr");
        const all = (await still.get("/api/pods?sort=cpu&limit=1000")).items.map((pod) => pod.pod_name);
        assert.deepEqual(await names(page), all.slice(0, 50));
        await press(page, page.getByRole("button", {name: "Next"}));
        await firstIs(page, all[50]);
        assert.deepEqual(await names(page), all.slice(50, 100));
        assert.match(await page.locator(".pages span").innerText(), /^51/);
        await press(page, page.getByRole("button", {name: "Previous"}));
        await firstIs(page, all[0]);
        await page.context().close();
    });

    test("a search shows what fits, and what does not is said", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        await visit(page, still.url, "#/pods", "tbody tr");
        await page.getByRole("searchbox").fill("COREDNS");
        await page.waitForFunction(() => /q=COREDNS/.test(location.hash)); /* typing has ended */
        await settled(page);
        const all = (await still.get("/api/pods?limit=1000")).items.filter((pod) => pod.pod_name.includes("coredns"));
        assert.deepEqual((await names(page)).sort(), all.map((pod) => pod.pod_name).sort());
        await page.getByRole("searchbox").fill("E"); /* more than a page of them */
        await page.waitForFunction(() => /q=E\b/.test(location.hash));
        await settled(page);
        const found = await still.get("/api/pods?q=e&sort=cpu&limit=1000");
        assert.ok(found.total > 50);
        assert.deepEqual(await names(page), found.items.slice(0, 50).map((pod) => pod.pod_name));
        assert.equal(await page.locator(".list-panel .count").innerText(), String(found.total));
        await page.getByRole("searchbox").fill("no such pod");
        await page.getByText("Nothing found").waitFor();
        await page.context().close();
    });

    test("cluster, node, pod", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        await visit(page, still.url, "#/", ".top li");
        await page.locator(".places a", {hasText: "Nodes"}).click();
        await page.locator("tbody a.name", {hasText: "worker-04"}).click();
        await page.getByRole("heading", {name: "worker-04"}).waitFor();
        await settled(page);
        const pod = await page.locator("tbody a.name").first().innerText();
        await page.locator("tbody a.name").first().click();
        await page.getByRole("heading", {name: pod}).waitFor();
        await settled(page);
        assert.equal(await page.locator(".facts a", {hasText: "worker-04"}).count(), 1);
        assert.equal(await page.locator(".list-panel tbody tr").count(), 1, "its container");
        await page.goBack();
        await page.getByRole("heading", {name: "worker-04"}).waitFor();
        assert.deepEqual(page.faults, []);
        await page.context().close();
    });

    test("namespace, deployment, pod, and back by the path", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        await visit(page, still.url, "#/namespaces?window=21600", "tbody tr");
        await page.locator("tbody a.name", {hasText: "shop"}).click();
        await page.locator("tbody a.name", {hasText: /^checkout$/}).click();
        await page.getByRole("heading", {name: "checkout", exact: true}).waitFor();
        await settled(page);
        assert.ok(await page.locator(".chart canvas").count() > 0);
        await page.locator("tbody a.name").first().click();
        await page.getByRole("heading", {name: /^checkout-/}).waitFor();
        await settled(page);
        assert.equal(await page.locator(".facts a", {hasText: "checkout"}).count(), 1);
        await page.locator(".crumbs a", {hasText: "shop"}).click();
        await page.getByRole("heading", {name: "shop", exact: true}).waitFor();
        assert.deepEqual(page.faults, []);
        await page.context().close();
    });

    test("workloads of all kinds, or of one", async () => {
        const {browser, still} = world;
        for (const [number, [kind, name]] of [["StatefulSet", "db"], ["DaemonSet", "agent"]].entries())
            await fetch(`${still.url}/api/pods/${name}-${number}`, {
                method: "POST", headers: {"Content-Type": "application/json"},
                body: JSON.stringify({timestamp: new Date().toISOString(), pod_name: `${name}-${number}`, namespace: "data",
                    uid: `u-${name}`, owner: {kind, name}, cpu_usage: 3, memory: {working_set: 5 << 20}}),
            });
        const page = await openPage(browser, still.url);
        await visit(page, still.url, "#/workloads?sort=name", "tbody tr");
        const {items} = await still.get("/api/workloads");
        assert.deepEqual(await names(page), items.map((workload) => workload.name));
        await page.getByLabel("Kind").selectOption("StatefulSet");
        await settled(page);
        assert.deepEqual(await names(page), ["db"]);
        assert.match(page.url(), /kind=StatefulSet/);
        await page.locator("tbody a.name").click();
        await page.getByRole("heading", {name: "db", exact: true}).waitFor();
        await settled(page);
        assert.deepEqual(await names(page), ["db-0"]);
        assert.deepEqual(page.faults, []);
        await page.context().close();
    });

    test("pod, container, and up again by keys", async () => {
        const {browser, still} = world;
        const {items: [pod]} = await still.get("/api/pods?sort=cpu&limit=1");
        const page = await openPage(browser, still.url);
        await visit(page, still.url, `#/namespaces/${pod.namespace}/pods/${pod.pod_name}?window=21600`, "tbody a.name");
        const [name] = await names(page);
        await page.locator("tbody a.name").click();
        await page.getByRole("heading", {name, exact: true}).waitFor();
        await settled(page);
        const newest = await still.get(`/api/namespaces/${pod.namespace}/pods/${pod.pod_name}/containers/${name}`);
        assert.ok(same(await page.locator(".facts dd").first().innerText(), newest.cpu_usage, "cpu"));
        assert.equal(await page.locator(".chart canvas").count(), 5);
        await page.keyboard.press("Escape");
        await page.getByRole("heading", {name: pod.pod_name}).waitFor();
        assert.deepEqual(page.faults, []);
        await page.context().close();
    });

    test("a name is text, whatever stands in it", async () => {
        const {browser, still} = world;
        const name = "<img src=x onerror=alert(1)> & \"é\" 100%";
        const answer = await fetch(`${still.url}/api/pods/${encodeURIComponent(name)}`, {
            method: "POST", headers: {"Content-Type": "application/json"},
            body: JSON.stringify({timestamp: new Date().toISOString(), pod_name: name, namespace: "odd", cpu_usage: 7}),
        });
        if (answer.status === 422)
            return; /* the server takes no such names */
        const page = await openPage(browser, still.url);
        await visit(page, still.url, "#/namespaces/odd", "tbody tr");
        await page.locator("tbody a.name", {hasText: "onerror"}).click();
        await page.getByRole("heading", {name, exact: true}).waitFor();
        assert.equal(await page.locator("main img").count(), 0);
        assert.deepEqual(page.faults, []);
        await page.context().close();
    });

    test("a node that falls silent and one whose clock is off are marked", async () => {
        const {browser, moving, still} = world;
        const page = await openPage(browser, moving.url);
        await visit(page, moving.url, "#/nodes", "tbody tr.stale");
        /* Where the feed itself is held up others are silent too, for a while. */
        await page.waitForFunction(() =>
            [...document.querySelectorAll("tbody tr.stale a.name")].map((a) => a.textContent).join() === "worker-03");
        await page.context().close();
        const other = await openPage(browser, still.url);
        await visit(other, still.url, "#/nodes", "tbody tr");
        const wrong = other.locator("tbody tr", {hasText: "worker-06"}).locator(".badge:not([hidden])");
        assert.match(await wrong.innerText(), /^clock −(8 min \d+ s|9 min( \d+ s)?)$/);
        await other.context().close();
    });
}
