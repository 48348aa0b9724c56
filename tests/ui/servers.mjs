/* Starts what a test needs: an API server on a free port, and a cluster that feeds it. */
import {spawn} from "node:child_process";
import {createInterface} from "node:readline";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const PROGRAM = process.env.KUBEMONITOR_API || join(HERE, "../../build/api/kubemonitor-api");

/* A program whose first line of output says that it is ready. Returns {line, stop()}. */
async function begin(program, options) {
    const child = spawn(program, options, {stdio: ["ignore", "pipe", "inherit"]});
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const lines = createInterface(child.stdout);
    const line = await Promise.race([
        new Promise((resolve) => lines.once("line", resolve)),
        ended.then((code) => { throw new Error(`${program} ended with ${code}`); }),
        new Promise((resolve, reject) => child.once("error", reject)),
    ]);
    return {line, async stop() { child.kill("SIGTERM"); return ended; }};
}

export async function startServer(...options) {
    const server = await begin(PROGRAM, ["--listen", "127.0.0.1:0", ...options]);
    const url = server.line.replace("listening on ", "").trim();
    return {
        url, stop: server.stop,
        async get(path) {
            const answer = await fetch(url + path);
            return answer.json();
        },
    };
}

/* Resolves once the history is in. */
export function feed(url, ...options) {
    return begin("/usr/bin/python3", [join(HERE, "feed.py"), "--server", url, ...options]);
}
