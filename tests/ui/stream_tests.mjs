/* Live by the server's stream, and by asking again where there is none. */
import assert from "node:assert/strict";
import http from "node:http";
import {test} from "node:test";
import {openPage, press, settled, visit} from "./browser.mjs";

/* Counts what a page asks for: {stream, others}. */
function counting(page) {
    const asked = {stream: [], others: []};
    page.on("request", (request) => {
        const path = new URL(request.url()).pathname;
        if (path.includes("/api/"))
            asked[path.endsWith("/api/stream") ? "stream" : "others"].push(request.url());
    });
    return asked;
}

const value = (page) => page.locator("[data-panel=cpu] .key b").first().innerText();

async function changes(page, times) {
    for (let before = await value(page); times > 0; times--)
        before = await page.waitForFunction((text) => {
            const now = document.querySelector("[data-panel=cpu] .key b").innerText;
            return now !== text && now;
        }, before).then((found) => found.jsonValue());
}

/* The server behind a proxy that has no streams. */
async function withoutStreams(url) {
    const proxy = http.createServer((asked, answer) => {
        if (asked.url.startsWith("/api/stream")) {
            answer.writeHead(404, {"Content-Type": "text/plain"}).end("no");
            return;
        }
        http.get(url + asked.url, {headers: asked.headers}, (given) => {
            answer.writeHead(given.statusCode, given.headers);
            given.pipe(answer);
        });
    });
    await new Promise((resume) => proxy.listen(0, "127.0.0.1", resume));
    return {url: `http://127.0.0.1:${proxy.address().port}`, stop: () => { proxy.close(); proxy.closeAllConnections?.(); }};
}

export function streamTests(world) {
    test("a view asks once, then a stream brings what is new", async () => {
        const page = await openPage(world.browser, world.moving.url);
        const asked = counting(page);
        await visit(page, world.moving.url, "#/nodes/worker-01?window=60", ".chart canvas");
        await changes(page, 1);
        const before = asked.others.length;
        await changes(page, 4);
        assert.equal(asked.stream.length, 1);
        const watched = new URL(asked.stream[0]).searchParams.getAll("watch");
        assert.ok(watched.includes("/api/nodes/worker-01") && watched.some((path) => path.startsWith("/api/nodes/worker-01?window=60")), watched.join());
        /* Where the machine is so slow that a tick is late the page asks by itself: once, not each interval. */
        assert.ok(asked.others.length - before <= 3, asked.others.slice(before).join("\n"));
        assert.deepEqual(page.faults, []);
        await page.context().close();
    });

    test("another order is another stream, and the one before ends", async () => {
        const page = await openPage(world.browser, world.moving.url);
        const asked = counting(page);
        await visit(page, world.moving.url, "#/pods", "tbody tr");
        await press(page, page.locator("thead button", {hasText: "Memory"}));
        await page.waitForFunction(() => performance.getEntriesByType("resource").length > 0);
        for (let tries = 0; asked.stream.length < 2 && tries < 100; tries++)
            await page.waitForTimeout(100);
        assert.ok(new URL(asked.stream.at(-1)).searchParams.getAll("watch").some((path) => path.includes("sort=memory")));
        await page.context().close();
    });

    test("without a stream it asks again each interval", async (t) => {
        const proxy = await withoutStreams(world.moving.url);
        t.after(() => proxy.stop());
        const page = await openPage(world.browser, proxy.url);
        const asked = counting(page);
        await visit(page, proxy.url, "#/nodes/worker-01?window=60", ".chart canvas");
        await changes(page, 3);
        assert.ok(asked.stream.length <= 2, "it does not insist");
        assert.ok(asked.others.length > 6);
        assert.ok(await page.locator(".banner").isHidden());
        await page.context().close();
    });

    test("a pause ends the stream, going on opens it again without a gap", async () => {
        const page = await openPage(world.browser, world.moving.url);
        await visit(page, world.moving.url, "#/nodes/worker-01?window=60", ".chart canvas");
        await changes(page, 1);
        await page.getByRole("button", {name: "Live"}).click();
        await page.getByRole("button", {name: "Paused"}).waitFor();
        const asked = counting(page);
        await page.waitForTimeout(1500);
        assert.deepEqual(asked, {stream: [], others: []});
        await page.getByRole("button", {name: "Paused"}).click();
        await changes(page, 2);
        await settled(page);
        assert.equal(asked.stream.length, 1);
        await page.context().close();
    });
}
