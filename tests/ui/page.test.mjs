/* The page in a browser, on a running server. node --test tests/ui/page.test.mjs
 *
 * `still` has a history that nothing is added to, so that the page's numbers can be compared with
 * the API's; its interval is so long that its pods are there for 15 minutes more, for slow machines.
 * `moving` is fed each second, so that time passes quickly.
 */
import {after, before, describe} from "node:test";
import {launch} from "./browser.mjs";
import {accessTests} from "./access_tests.mjs";
import {chartTests} from "./chart_tests.mjs";
import {listTests} from "./list_tests.mjs";
import {numberTests} from "./number_tests.mjs";
import {feed, startServer} from "./servers.mjs";
import {shellTests} from "./shell_tests.mjs";
import {streamTests} from "./stream_tests.mjs";

const world = {};
const running = [];

before(async () => {
    world.browser = await launch();
    world.still = await startServer("--interval", "5m", "--retention", "12h");
    world.moving = await startServer("--interval", "1s");
    running.push(world.still, world.moving);
    running.push(await feed(world.still.url, "--interval", "300", "--history", "39000"));
    running.push(await feed(world.moving.url, "--interval", "1", "--history", "130", "--live", "--pods-per-node", "5"));
});

after(async () => {
    await world.browser?.close();
    for (const one of running.reverse())
        await one.stop();
});

describe("numbers", () => numberTests(world));
describe("lists", () => listTests(world));
describe("charts", () => chartTests(world));
describe("streams", () => streamTests(world));
describe("frame", () => shellTests(world));
describe("access", () => accessTests(world));
