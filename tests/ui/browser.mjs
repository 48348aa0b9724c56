/* Debian's Chromium, and a page in it that remembers what went wrong. */
import {existsSync, readFileSync} from "node:fs";
import {chromium} from "playwright-core";

const PROGRAMS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function launch(...more) {
    const executablePath = PROGRAMS.find((path) => path && existsSync(path));
    if (!executablePath)
        throw new Error("no Chromium: install the package chromium, or name one in CHROMIUM");
    return chromium.launch({executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage", ...more]});
}

/* A module of the page that imports nothing, as it stands in the source: node takes its .js for another kind. */
export function sourceModule(name) {
    const text = readFileSync(new URL(`../../api/web/${name}`, import.meta.url), "utf8");
    return import("data:text/javascript," + encodeURIComponent(text));
}

/* page.faults: errors of the console and of scripts; page.strangers: requests that went elsewhere. */
export async function openPage(browser, url, options) {
    const context = await browser.newContext({
        viewport: {width: 1440, height: 900}, locale: "en-GB", colorScheme: "light", ...options,
    });
    const page = await context.newPage();
    page.faults = [];
    page.strangers = [];
    page.on("console", (message) => {
        /* Chromium drops its requests when any interface of the machine comes or goes; the page asks again. */
        if (message.type() === "error" && !message.text().includes("ERR_NETWORK_CHANGED"))
            page.faults.push(message.text());
    });
    page.on("pageerror", (error) => page.faults.push(String(error)));
    page.on("request", (request) => {
        if (!request.url().startsWith(url) && !request.url().startsWith("data:"))
            page.strangers.push(request.url());
    });
    page.setDefaultTimeout(60000);
    return page;
}

/* Waits until every answer that the page asked for last is shown. A press that asks for something marks
 * the page before it returns, so this may follow at once. */
export async function settled(page) {
    await page.locator("main:not([aria-busy])").waitFor();
}

/* Goes to a place of the page, loading the page if it is not there yet, and waits until it shows all it
 * asked for, of it `shown`. What the place before showed is gone at once. */
export async function visit(page, url, hash, shown = "main .view") {
    if (page.url().startsWith(url))
        await page.evaluate((to) => new Promise((resume) => {
            if (location.hash === to) {
                resume();
                return;
            }
            addEventListener("hashchange", resume, {once: true});
            location.hash = to;
        }), hash);
    else
        await page.goto(`${url}/${hash}`);
    await settled(page);
    await page.locator(shown).first().waitFor();
}

/* Presses and waits for what it asked for. */
export async function press(page, locator) {
    await locator.click();
    await settled(page);
}
