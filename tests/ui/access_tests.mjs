/* For everybody: keys, and axe-core's rules. */
import assert from "node:assert/strict";
import {createRequire} from "node:module";
import {test} from "node:test";
import {openPage, settled, visit} from "./browser.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const SPAN = "?window=21600";
const PLACES = {["#/" + SPAN]: ".top li", "#/nodes": "tbody tr", "#/namespaces": "tbody tr", "#/workloads": "tbody tr", "#/pods": "tbody tr",
    ["#/nodes/worker-01" + SPAN]: ".chart canvas", ["#/namespaces/shop" + SPAN]: ".chart canvas"};

async function violations(page) {
    /* As the page's own script: its content policy lets nothing else run. */
    await page.evaluate(await axeSource());
    const {violations: found} = await page.evaluate(() => axe.run(document, {resultTypes: ["violations"]}));
    return found.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 140)).join(" | ")}`);
}

let source;
async function axeSource() {
    source ||= (await import("node:fs/promises")).readFile(AXE, "utf8");
    return source;
}

export function accessTests(world) {
    for (const colorScheme of ["light", "dark"]) {
        test(`axe finds nothing, ${colorScheme}`, async () => {
            const page = await openPage(world.browser, world.still.url, {colorScheme});
            const {items: [pod]} = await world.still.get("/api/pods?sort=cpu&limit=1");
            const places = {...PLACES, [`#/namespaces/${pod.namespace}/pods/${pod.pod_name}${SPAN}`]: ".chart canvas"};
            for (const [place, shown] of Object.entries(places)) {
                await visit(page, world.still.url, place, shown);
                assert.deepEqual(await violations(page), [], place);
            }
            await page.keyboard.press("?");
            await page.locator("dialog[open]").waitFor();
            assert.deepEqual(await violations(page), [], "help");
            await page.context().close();
        });
    }

    test("axe finds nothing on a phone", async () => {
        const page = await openPage(world.browser, world.still.url, {viewport: {width: 390, height: 844}});
        for (const [place, shown] of Object.entries(PLACES)) {
            await visit(page, world.still.url, place, shown);
            assert.deepEqual(await violations(page), [], place);
        }
        await page.context().close();
    });

    test("search, walk, open and go back without a mouse", async () => {
        const page = await openPage(world.browser, world.still.url);
        await visit(page, world.still.url, "#/nodes", "tbody tr");
        await page.keyboard.press("/");
        assert.equal(await page.evaluate(() => document.activeElement.type), "search");
        await page.keyboard.press("Escape");
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("ArrowDown");
        const name = await page.evaluate(() => document.activeElement.textContent);
        const {items} = await world.still.get("/api/nodes?sort=cpu");
        assert.equal(name, items[1].node);
        await page.keyboard.press("Enter");
        await page.getByRole("heading", {name}).waitFor();
        await page.keyboard.press("Escape");
        await page.locator("h1", {hasText: "Nodes"}).waitFor({state: "attached"});
        await page.keyboard.press("g");
        await page.keyboard.press("p");
        await page.locator("h1", {hasText: "Pods"}).waitFor({state: "attached"});
        await page.locator("tbody tr").first().waitFor();
        await settled(page);
        await page.keyboard.press("ArrowRight");
        await settled(page);
        assert.match(await page.locator(".pages span").innerText(), /^51/);
        await page.keyboard.press("?");
        await page.locator("dialog[open]").waitFor();
        await page.keyboard.press("Escape");
        await page.locator("dialog[open]").waitFor({state: "detached"});
        await page.context().close();
    });

    test("focus stays where it is while the rows move", async () => {
        const page = await openPage(world.browser, world.moving.url);
        await visit(page, world.moving.url, "#/pods", "tbody tr");
        await page.keyboard.press("ArrowDown");
        const name = await page.evaluate(() => document.activeElement.textContent);
        const rows = () => page.locator("tbody").innerText();
        for (let i = 0, before = await rows(); i < 2; i++)
            before = await page.waitForFunction((text) => {
                const now = document.querySelector("tbody").innerText;
                return now !== text && now;
            }, before).then((found) => found.jsonValue());
        assert.equal(await page.evaluate(() => document.activeElement.textContent), name);
        await page.context().close();
    });
}
