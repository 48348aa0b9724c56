/* Writes the pictures of the page to docs/images/: node tests/ui/screenshots.mjs */
import {mkdirSync} from "node:fs";
import {launch, openPage, visit} from "./browser.mjs";
import {feed, startServer} from "./servers.mjs";

const TO = new URL("../../docs/images/", import.meta.url).pathname;
const DESK = {width: 1440, height: 900}, PHONE = {width: 390, height: 844};
const SETTLE_MS = 700; /* bars move to their place */

const server = await startServer();
const fed = await feed(server.url, "--nodes", "8", "--pods-per-node", "24", "--history", "900", "--live");
const {items} = await server.get("/api/pods?limit=1000");
const killed = items.find((pod) => pod.restarts > 0);
const ofPod = `#/namespaces/${killed.namespace}/pods/${killed.pod_name}`;

/* name, place, what shows that it is there, size, more */
const PICTURES = [
    ["page-overview", "#/", ".top li", DESK],
    ["page-overview-dark", "#/", ".top li", DESK, {colorScheme: "dark"}],
    ["page-nodes", "#/nodes", "tbody tr", {width: 1440, height: 460}],
    ["page-workloads", "#/workloads", "tbody tr", {width: 1440, height: 760}],
    ["page-container", `${ofPod}/containers/${killed.deployment}`, ".chart canvas", DESK],
    ["page-pods", "#/pods", "tbody tr", DESK],
    ["page-node", "#/nodes/worker-02", ".chart canvas", DESK, {colorScheme: "dark"}],
    ["page-pod", ofPod, ".chart canvas", {width: 1440, height: 1080}],
    ["page-namespace-korean", "#/namespaces/shop", ".chart canvas", DESK, {locale: "ko-KR"}],
    ["page-phone", "#/", ".top li", PHONE],
    ["page-phone-dark", "#/pods", "tbody tr", PHONE, {colorScheme: "dark"}],
];

mkdirSync(TO, {recursive: true});
const browser = await launch();
for (const [name, place, shown, viewport, more] of PICTURES) {
    const page = await openPage(browser, server.url, {viewport, ...more});
    await visit(page, server.url, place, shown);
    await page.locator(".chart canvas, .list-panel tbody tr").first().waitFor();
    await page.waitForTimeout(SETTLE_MS);
    await page.screenshot({path: `${TO}${name}.png`});
    if (page.faults.length)
        console.error(name, page.faults);
    await page.context().close();
}
await browser.close();
await fed.stop();
await server.stop();
