/* How fast and how big the page is on a running server: node tests/ui/measure.mjs URL
 * Prints JSON: bytes on the wire, milliseconds, heap. The medians of RUNS tries. */
import {launch, openPage} from "./browser.mjs";

const RUNS = 7;
const url = process.argv[2].replace(/\/$/, "");
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const browser = await launch("--enable-precise-memory-info");

async function firstPicture() {
    const page = await openPage(browser, url);
    await page.goto(url + "/");
    await page.waitForFunction(() => performance.getEntriesByName("data").length > 0);
    const found = await page.evaluate(() => {
        const own = performance.getEntriesByType("resource").filter((entry) => !entry.name.includes("/api/"));
        return {
            picture_ms: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
            frame_ms: performance.getEntriesByName("shown")[0].startTime,
            data_ms: performance.getEntriesByName("data")[0].startTime,
            bytes: own.reduce((sum, entry) => sum + entry.transferSize, performance.getEntriesByType("navigation")[0].transferSize),
            requests: own.length + 1,
        };
    });
    await page.context().close();
    return found;
}

/* From the press to the picture that follows the new rows. */
function timed(page, press, changed) {
    return page.evaluate(async ([pressText, changedText]) => {
        const press = new Function(`return ${pressText}`)(), changed = new Function(`return ${changedText}`)();
        const before = document.querySelector("tbody").innerText;
        const begin = performance.now();
        press();
        while (!changed(before))
            await new Promise((resume) => requestAnimationFrame(resume));
        return performance.now() - begin;
    }, [String(press), String(changed)]);
}

const moved = (before) => document.querySelector("tbody").innerText !== before;

async function interactions() {
    const page = await openPage(browser, url, {bypassCSP: true});
    await page.goto(url + "/#/pods");
    await page.locator("tbody tr").first().waitFor();
    await page.locator("button.live").click();
    await page.waitForTimeout(500);
    const times = {sort: [], next: [], previous: []};
    for (let run = 0; run < RUNS; run++) {
        times.sort.push(await timed(page, () => document.querySelector("thead th:not([aria-sort]).bar button").click(), moved));
        times.next.push(await timed(page, () => document.querySelector(".pages button:last-of-type").click(), moved));
        times.previous.push(await timed(page, () => document.querySelector(".pages button:first-of-type").click(), moved));
    }
    const client = await page.context().newCDPSession(page);
    await client.send("HeapProfiler.collectGarbage");
    const {usedSize} = await client.send("Runtime.getHeapUsage");
    await page.context().close();
    return {...Object.fromEntries(Object.entries(times).map(([name, all]) => [name + "_ms", Math.round(median(all))])), heap_bytes: usedSize};
}

const pictures = [];
for (let run = 0; run < RUNS; run++)
    pictures.push(await firstPicture());
const first = Object.fromEntries(Object.keys(pictures[0]).map((key) => [key, Math.round(median(pictures.map((p) => p[key])))]));
const {pods, nodes} = await (await fetch(url + "/api/cluster")).json();
console.log(JSON.stringify({nodes, pods, ...first, ...await interactions()}, null, 1));
await browser.close();
