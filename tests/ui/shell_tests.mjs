/* The frame: weight, prefix, themes, languages, narrow screens, a server that goes away. */
import assert from "node:assert/strict";
import http from "node:http";
import {test} from "node:test";
import {openPage, settled, sourceModule, visit} from "./browser.mjs";
import {feed, startServer} from "./servers.mjs";

const PLACES = ["#/", "#/nodes", "#/namespaces", "#/workloads", "#/pods", "#/nodes/worker-01", "#/namespaces/shop",
    "#/namespaces/shop/deployments/checkout"].map((place) => place + "?window=21600");
const MOST_BYTES = 150 * 1024;

/* The server under /some/where/, as a proxy or kubectl shows it. */
async function startProxy(url) {
    const proxy = http.createServer((asked, answer) => {
        if (!asked.url.startsWith("/some/where/")) {
            answer.writeHead(404).end();
            return;
        }
        http.get(url + asked.url.slice("/some/where".length), {headers: asked.headers}, (given) => {
            answer.writeHead(given.statusCode, given.headers);
            given.pipe(answer);
        });
    });
    await new Promise((resume) => proxy.listen(0, "127.0.0.1", resume));
    return {url: `http://127.0.0.1:${proxy.address().port}/some/where`, stop: () => { proxy.close(); proxy.closeAllConnections?.(); }};
}

export function shellTests(world) {
    test("all of it is light, and nothing comes from elsewhere", async () => {
        const {browser, still} = world;
        const page = await openPage(browser, still.url);
        const client = await page.context().newCDPSession(page);
        await client.send("Network.enable");
        const kinds = new Map();
        let bytes = 0;
        client.on("Network.responseReceived", ({requestId, response}) => kinds.set(requestId, response.url));
        client.on("Network.loadingFinished", ({requestId, encodedDataLength}) => {
            if (!kinds.get(requestId)?.includes("/api/"))
                bytes += encodedDataLength;
        });
        for (const place of PLACES) /* the first one loads all there is */
            await visit(page, still.url, place, "main .view");
        assert.ok(bytes > 10000 && bytes < MOST_BYTES, `${bytes} bytes`);
        assert.deepEqual(page.strangers, []);
        assert.deepEqual(page.faults, []);
        await page.context().close();
    });

    test("it works under a path prefix", async (t) => {
        const proxy = await startProxy(world.still.url);
        t.after(() => proxy.stop());
        const page = await openPage(world.browser, proxy.url);
        await visit(page, proxy.url, "#/pods?window=21600", "tbody tr");
        await page.locator("tbody a.name").first().click();
        await page.locator(".facts").waitFor();
        await settled(page);
        assert.ok(await page.locator(".chart canvas").count() > 0);
        assert.deepEqual(page.strangers, []);
        assert.deepEqual(page.faults, []);
        await page.context().close();
    });

    test("a script that does not come is asked for again, with the whole page", async () => {
        const page = await openPage(world.browser, world.still.url);
        let dropped = 0;
        await page.route("**/page/app.js", (route) => dropped++ < 2 ? route.abort("connectionreset") : route.continue());
        await page.goto(`${world.still.url}/#/nodes`);
        await page.locator("tbody tr").first().waitFor();
        assert.equal(dropped, 3);
        assert.equal(await page.evaluate(() => sessionStorage.getItem("kubemonitor.tries")), null);
        await page.context().close();
    });

    test("no place is wider than a phone", async () => {
        for (const width of [360, 390, 768]) {
            const page = await openPage(world.browser, world.still.url, {viewport: {width, height: 800}});
            for (const place of PLACES) {
                await visit(page, world.still.url, place, "main .view");
                const wide = await page.evaluate(() => document.documentElement.scrollWidth);
                assert.ok(wide <= width, `${place} is ${wide} wide on ${width}`);
            }
            await page.context().close();
        }
    });

    test("dark and light follow the system until somebody chooses", async () => {
        const page = await openPage(world.browser, world.still.url, {colorScheme: "dark"});
        await visit(page, world.still.url, "#/", ".top li");
        const is = (wanted) => page.waitForFunction((name) => document.documentElement.dataset.theme === name, wanted);
        await is("dark");
        await page.emulateMedia({colorScheme: "light"});
        await is("light");
        await page.getByRole("button", {name: "Dark or light"}).click();
        await is("dark");
        await page.reload();
        await page.locator(".top li").first().waitFor();
        await is("dark");
        await page.context().close();
    });

    test("Korean by the browser's language, English by choice, and no word is missing", async () => {
        const page = await openPage(world.browser, world.still.url, {locale: "ko-KR"});
        await visit(page, world.still.url, "#/pods", "tbody tr");
        await page.locator("th", {hasText: "메모리"}).first().waitFor();
        assert.equal(await page.evaluate(() => document.documentElement.lang), "ko");
        await page.getByLabel("언어").selectOption("en");
        await page.locator("th", {hasText: "Memory"}).first().waitFor();
        const words = async (name) => Object.keys((await sourceModule(`strings/${name}.js`)).default).sort();
        assert.deepEqual(await words("ko"), await words("en"));
        await page.context().close();
    });

    test("a server that nobody posts to says so, and shows what comes", async (t) => {
        const server = await startServer("--interval", "1s");
        t.after(() => server.stop());
        const page = await openPage(world.browser, server.url);
        await visit(page, server.url, "#/", ".notice:not([hidden])");
        assert.match(await page.locator(".notice").innerText(), /No node has reported yet/);
        assert.equal(await page.locator(".chart:visible").count(), 0);
        assert.equal(await page.locator(".top .empty:visible").count(), 4);
        const fed = await feed(server.url, "--interval", "1", "--history", "20", "--nodes", "2", "--pods-per-node", "3", "--live");
        t.after(() => fed.stop());
        await page.locator(".chart canvas").first().waitFor();
        await page.locator(".top li").first().waitFor();
        assert.equal(await page.locator(".notice:visible").count(), 0);
        await page.context().close();
    });

    test("an address that is no place, and a name that is not there", async () => {
        const page = await openPage(world.browser, world.still.url);
        await visit(page, world.still.url, "#/no/such/place", ".notice");
        await visit(page, world.still.url, "#/nodes/nobody", ".view");
        await page.getByText("nobody").last().waitFor();
        await page.locator(".notice:not([hidden])").waitFor();
        await page.context().close();
    });

    test("a server that goes away is said, and that it is back", async (t) => {
        let server = await startServer("--interval", "1s");
        t.after(() => server.stop());
        const first = await feed(server.url, "--interval", "1", "--history", "5", "--nodes", "2", "--pods-per-node", "3");
        await first.stop();
        const page = await openPage(world.browser, server.url);
        await visit(page, server.url, "#/nodes", "tbody tr");
        const port = new URL(server.url).port;
        await server.stop();
        await page.locator(".banner:not([hidden])").waitFor();
        assert.equal(await page.locator("tbody tr").count(), 2, "what is known stays");
        server = await startServer("--interval", "1s", "--listen", `127.0.0.1:${port}`);
        await page.locator(".banner[hidden]").waitFor({state: "attached"});
        await page.context().close();
    });
}
