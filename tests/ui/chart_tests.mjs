/* Charts: live, linked, with gaps and events. */
import assert from "node:assert/strict";
import {readFile} from "node:fs/promises";
import {test} from "node:test";
import {openPage, settled, sourceModule, visit} from "./browser.mjs";

async function drag(page, panel, from, to) {
    const box = await page.locator(`[data-panel=${panel}] .u-over`).boundingBox();
    await page.mouse.move(box.x + box.width * from, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * to, box.y + 60, {steps: 8});
    await page.mouse.up();
}

export function chartTests(world) {
    test("each kind has its charts", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        const {items: [pod]} = await still.get("/api/pods?sort=cpu&limit=1");
        const of = {
            "#/": ["cpu", "memory", "network", "disk", "pressure", "nodes"],
            "#/nodes/worker-01": ["cpu", "memory", "network", "disk", "pressure", "load"],
            "#/namespaces/shop": ["cpu", "memory", "network", "disk", "faults", "pods"],
            [`#/namespaces/${pod.namespace}/pods/${pod.pod_name}`]: ["cpu", "memory", "network", "disk", "pressure", "faults"],
        };
        for (const [hash, panels] of Object.entries(of)) {
            await visit(page, still.url, `${hash}?window=21600`, ".chart canvas");
            for (const panel of panels)
                assert.equal(await page.locator(`[data-panel=${panel}] canvas`).count(), 1, `${hash} ${panel}`);
            assert.deepEqual(page.faults, []);
        }
        await page.context().close();
    });

    test("a drag zooms all charts, the address holds it, Esc ends it", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        await visit(page, still.url, "#/nodes/worker-01?window=21600", ".chart canvas");
        await drag(page, "cpu", 0.3, 0.6);
        await page.locator(".zoom:not([hidden])").waitFor();
        const zoomed = new URLSearchParams(page.url().split("?")[1]);
        const span = Number(zoomed.get("to")) - Number(zoomed.get("from"));
        assert.ok(span > 5400 && span < 7800, `${span} s of six hours' 30 %`);
        await page.reload();
        await page.locator(".zoom:not([hidden])").waitFor();
        await settled(page);
        await page.keyboard.press("Escape");
        await page.locator(".zoom[hidden]").waitFor({state: "attached"});
        assert.doesNotMatch(page.url(), /from=/);
        await page.context().close();
    });

    test("the cursor is shared", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        await visit(page, still.url, "#/nodes/worker-01?window=21600", ".chart canvas");
        const value = page.locator("[data-panel=memory] .key b").first();
        const cpu = page.locator("[data-panel=cpu] .key b").first();
        const before = [await value.innerText(), await cpu.innerText()];
        const box = await page.locator("[data-panel=network] .u-over").boundingBox();
        await page.mouse.move(box.x + box.width * 0.2, box.y + 40);
        await page.waitForFunction((text) => document.querySelector("[data-panel=cpu] .key b").textContent !== text, before[1]);
        const times = await page.locator(".chart .at").allInnerTexts();
        assert.match(times[0], /^\d\d:\d\d:\d\d$/);
        assert.ok(times.every((time) => time === times[0]), "all charts show the values of one time: " + times);
        await page.mouse.move(5, 5);
        await page.waitForFunction(() => document.querySelector(".chart .at").textContent === "");
        await page.waitForFunction((text) => document.querySelector("[data-panel=cpu] .key b").textContent === text, before[1]);
        await page.context().close();
    });

    test("what the charts show comes as CSV", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        for (const place of ["#/", "#/nodes/worker-01", "#/namespaces/shop"]) {
            await visit(page, still.url, place + "?window=21600", ".chart canvas");
            const [file] = await Promise.all([page.waitForEvent("download"), page.locator("a.download").click()]);
            assert.match(file.suggestedFilename(), /^[\w-]+-21600s\.csv$/);
            const text = await readFile(await file.path(), "utf8");
            assert.match(text, /^timestamp,.*cpu_usage.*\r\n20/);
            assert.ok(text.split("\r\n").length > 60);
        }
        assert.deepEqual(page.faults, []);
        await page.context().close();
    });

    test("since when memory is what it is", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        await visit(page, still.url, "#/nodes/worker-01?window=21600", ".chart canvas");
        const times = [100, 160, 220, 280, 340], {levelSince} = await sourceModule("derive.js");
        const level = (values) => levelSince(times, values);
        assert.deepEqual(level([10, 10, 100, 95, 99]), {time: 220, whole: false});
        assert.deepEqual(level([10, 200, null, 95, 99]), {time: 280, whole: false});
        assert.deepEqual(level([100, 101, 99, 95, null]), {time: 100, whole: true});
        assert.equal(level([null, null, null, null, null]), null);
        await page.locator("[data-panel=memory] .since").filter({hasText: /^about this much (for|since) /}).waitFor();
        await page.context().close();
    });

    test("kills and restarts are marked with their time", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        const {items} = await still.get("/api/pods?limit=1000");
        const pod = items.find((one) => one.restarts > 0);
        await visit(page, still.url, `#/namespaces/${pod.namespace}/pods/${pod.pod_name}?window=43200`, ".events li");
        const kinds = await page.locator(".events li").evaluateAll((all) => all.map((li) => li.dataset.kind));
        assert.ok(kinds.includes("killed"), kinds.join());
        assert.ok(kinds.includes("restarted"), kinds.join());
        await page.context().close();
    });

    test("a span without readings is a gap in the line", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        await visit(page, still.url, "#/nodes/worker-02?window=43200", ".chart canvas");
        const {items} = await still.get("/api/nodes/worker-02?window=43200");
        const times = items.map((row) => Date.parse(row.timestamp));
        assert.ok(times.some((time, i) => i && time - times[i - 1] > 750000), "the feed has a gap");
        const {gaps} = await sourceModule("derive.js");
        assert.equal(gaps(times.map((time) => time / 1000), 300).length, 1);
        /* In the middle of the gap, at half height, is no line and no area of the CPU's colour. */
        const blue = await page.evaluate(() => {
            const canvas = document.querySelector("[data-panel=cpu] canvas");
            const {width, height} = canvas;
            const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
            const columns = [];
            for (let x = 0; x < width; x++) {
                let n = 0;
                for (let y = 0; y < height; y++) {
                    const at = (y * width + x) * 4;
                    n += pixels[at + 2] > pixels[at] + 60 && pixels[at + 3] > 60;
                }
                columns.push(n > 0);
            }
            return columns;
        });
        const first = blue.indexOf(true), last = blue.lastIndexOf(true);
        const empty = blue.slice(first, last).filter((has) => !has).length;
        assert.ok(empty > (last - first) * 0.1, `${empty} of ${last - first} columns are empty`);
        await page.context().close();
    });

    test("the page goes on by itself, and stops when told", async () => {
        const {browser, moving} = world;
        const page = await openPage(browser, moving.url);
        await visit(page, moving.url, "#/nodes/worker-01?window=60", ".chart canvas");
        const value = () => page.locator("[data-panel=cpu] .key b").first().innerText();
        const one = await value();
        await page.waitForFunction((text) => document.querySelector("[data-panel=cpu] .key b").textContent !== text, one);
        await page.getByRole("button", {name: "Live"}).click();
        await page.getByRole("button", {name: "Paused"}).waitFor();
        let asked = 0;
        page.on("request", () => asked++);
        await page.waitForTimeout(2500);
        assert.equal(asked, 0);
        await page.context().close();
    });
}
