/* What the page says is what the API says. */
import assert from "node:assert/strict";
import {test} from "node:test";
import {openPage, visit} from "./browser.mjs";
import {same} from "./shown.mjs";

const texts = (locator) => locator.allInnerTexts();

function assertSame(text, value, unit) {
    assert.ok(same(text, value, unit), `the page says "${text}", the API ${value}`);
}

export function numberTests(world) {
    test("totals and greatest consumers", async () => {
        const page = await openPage(world.browser, world.still.url);
        await visit(page, world.still.url, "#/", ".top li");
        const cluster = await world.still.get("/api/cluster");
        const tile = (name) => page.locator(`.tile[data-metric=${name}] .figures`);
        assertSame(await tile("cpu").locator("b").first().innerText(), cluster.cpu_usage, "cpu");
        assertSame((await tile("cpu").innerText()).split("/")[1], cluster.cpu.capacity_millicores, "cpu");
        assertSame(await tile("memory").locator("b").first().innerText(), cluster.memory.working_set, "bytes");
        assertSame((await tile("memory").innerText()).split("/")[1], cluster.memory.total, "bytes");
        assertSame(await tile("network").locator("b").first().innerText(), cluster.network.rx_bytes_per_second, "rate");
        assertSame(await tile("network").locator("b").last().innerText(), cluster.network.tx_bytes_per_second, "rate");
        assertSame(await tile("disk").locator("b").first().innerText(), cluster.disk.read_bytes_per_second, "rate");
        assertSame(await tile("nodes").locator("b").first().innerText(), cluster.nodes + cluster.stale_nodes, "count");
        assertSame(await tile("pods").locator("b").first().innerText(), cluster.pods, "count");
        for (const [place, kind] of [[0, "namespaces"], [2, "pods"], [3, "nodes"]]) {
            for (const [half, sort] of ["cpu", "memory"].entries()) {
                const {items} = await world.still.get(`/api/${kind}?sort=${sort}&limit=6`);
                const rows = page.locator(".top").nth(place).locator("ol").nth(half);
                assert.deepEqual(await texts(rows.locator(".name")), items.map((i) => i.pod_name || i.namespace || i.node));
                const values = await texts(rows.locator(".value"));
                items.forEach((item, i) => assertSame(values[i], sort === "cpu" ? item.cpu_usage : item.memory.working_set,
                    sort === "cpu" ? "cpu" : "bytes"));
            }
        }
        await page.context().close();
    });

    test("the greatest deployments are those of all namespaces", async () => {
        const {items} = await world.still.get("/api/namespaces");
        const all = [];
        for (const {namespace} of items)
            all.push(...(await world.still.get(`/api/namespaces/${namespace}/deployments`)).items);
        const page = await openPage(world.browser, world.still.url);
        await visit(page, world.still.url, "#/", ".top li");
        for (const [half, use] of [(d) => d.cpu_usage, (d) => d.memory.working_set].entries()) {
            const wanted = all.sort((a, b) => use(b) - use(a)).slice(0, 6).map((d) => d.deployment);
            assert.deepEqual(await texts(page.locator(".top").nth(1).locator("ol").nth(half).locator(".name")), wanted);
        }
        await page.context().close();
    });

    test("the pods' table", async () => {
        const page = await openPage(world.browser, world.still.url);
        await visit(page, world.still.url, "#/pods", "tbody tr");
        const {items} = await world.still.get("/api/pods?sort=cpu&limit=50");
        assert.deepEqual(await texts(page.locator("tbody a.name")), items.map((pod) => pod.pod_name));
        const rows = page.locator("tbody tr");
        for (const [i, pod] of items.entries()) {
            const cells = await texts(rows.nth(i).locator("td"));
            assert.equal(cells[0], pod.namespace);
            assert.equal(cells[1], pod.node);
            assertSame(cells[2], pod.cpu_usage, "cpu");
            assertSame(cells[3], pod.memory.working_set, "bytes");
            assertSame(cells[4], pod.network.rx_bytes_per_second, "rate");
            assertSame(cells[5], pod.network.tx_bytes_per_second, "rate");
            assertSame(cells[6], pod.disk.read_bytes_per_second, "rate");
            assertSame(cells[7], pod.disk.write_bytes_per_second, "rate");
            assert.equal(cells[8], String(pod.restarts));
            const parts = await texts(rows.nth(i).locator(".part"));
            const share = pod.cpu.limit_millicores && 100 * pod.cpu_usage / pod.cpu.limit_millicores;
            if (share)
                assert.ok(Math.abs(parseFloat(parts[0]) - share) <= 0.51, `${parts[0]} is not ${share}`);
            else
                assert.equal(parts[0], "");
        }
        await page.context().close();
    });

    test("a node against what is allocatable and requested", async () => {
        const page = await openPage(world.browser, world.still.url);
        await visit(page, world.still.url, "#/nodes/worker-01?window=21600", ".chart canvas");
        const node = await world.still.get("/api/nodes/worker-01");
        const [cpu, memory] = await texts(page.locator(".facts dd"));
        assertSame(cpu.split("Allocatable")[1], node.cpu.allocatable_millicores, "cpu");
        assertSame(cpu.split("Request")[1], node.cpu.request_millicores, "cpu");
        assertSame(memory.split("Allocatable")[1], node.memory.allocatable, "bytes");
        assert.equal(await page.locator("[data-panel=cpu] .key:not([hidden])", {hasText: "Allocatable"}).count(), 1);
        await visit(page, world.still.url, "#/nodes?sort=name", "tbody tr");
        const {items} = await world.still.get("/api/nodes");
        const parts = await texts(page.locator("tbody tr td.bar:nth-child(2) .part"));
        items.forEach((one, i) => assert.ok(Math.abs(parseFloat(parts[i]) - 100 * one.cpu_usage / one.cpu.allocatable_millicores) <= 0.51,
            `${one.node}: ${parts[i]}`));
        await page.context().close();
    });

    test("a chart's legend ends at the newest reading", async () => {
        const page = await openPage(world.browser, world.still.url);
        await visit(page, world.still.url, "#/nodes/worker-01?window=21600", ".chart canvas");
        const {items} = await world.still.get("/api/nodes/worker-01?window=21600");
        const newest = items.at(-1);
        const values = (panel) => page.locator(`[data-panel=${panel}] .key:not([hidden]) b`);
        assertSame(await values("cpu").first().innerText(), newest.cpu_usage, "cpu");
        assertSame(await values("memory").first().innerText(), newest.memory.used, "bytes");
        assertSame(await values("network").first().innerText(), newest.network.rx_bytes_per_second, "rate");
        assertSame(await values("disk").last().innerText(), newest.disk.write_bytes_per_second, "rate");
        await page.context().close();
    });

    test("what is absent is not zero", async () => {
        const {post, name, namespace} = {name: "bare", namespace: "odd", post: (path, body) => fetch(world.still.url + path, {
            method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)})};
        const answer = await post(`/api/pods/${name}`, {timestamp: new Date().toISOString(), pod_name: name, namespace,
            node: "nowhere", cpu_usage: 5});
        assert.equal(answer.status, 200);
        const page = await openPage(world.browser, world.still.url);
        await visit(page, world.still.url, "#/pods?q=bare", "tbody tr");
        assert.equal(await page.locator("tbody tr").count(), 1);
        const cells = await texts(page.locator("tbody tr td"));
        assertSame(cells[2], 5, "cpu");
        assert.deepEqual(cells.slice(3, 9).map((cell) => cell.trim()), Array(6).fill("–"));
        await page.context().close();
    });
}
