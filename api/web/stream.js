/* SPDX-License-Identifier: Apache-2.0 */
/* The server's stream of what a view asks for. The view asks once; from then on its answers come by
 * themselves, all of a tick together. */

const MOST = 16; /* the server's limit of paths a stream */
const REST_MS = 60000; /* a server or proxy that has no stream is asked again then */

export class Stream {
    /* arrived(answers, intervalSoFar): a tick is whole. broken(): nothing comes any more, for now. */
    constructor(arrived, broken) {
        this.arrived = arrived;
        this.broken = broken;
        this.watched = "";
        this.restUntil = 0;
        this.lastTick = 0;
    }

    /* Whether ticks come: one did within so many ms. */
    isLive(withinMs) {
        return Boolean(this.source) && performance.now() - this.lastTick < withinMs;
    }

    /* addresses: relative to the page. since: the server's time in ms up to which all is known. */
    watch(addresses, since) {
        const watched = [...addresses].sort().join("\n");
        if (this.source && watched === this.watched)
            return;
        this.close();
        if (!addresses.length || addresses.length > MOST || performance.now() < this.restUntil
            || typeof EventSource === "undefined")
            return;
        const query = new URLSearchParams(addresses.map((one) => ["watch", "/" + one]));
        query.set("since", String(Math.floor(since)));
        this.watched = watched;
        this.open("api/stream?" + query);
    }

    open(url) {
        const source = this.source = new EventSource(url);
        let answers = new Map();
        this.lastTick = performance.now();
        source.addEventListener("answer", (event) => {
            const {watch, status, answer} = JSON.parse(event.data);
            answers.set(watch.slice(1), {status, answer});
        });
        source.addEventListener("tick", () => {
            const whole = answers;
            answers = new Map();
            this.lastTick = performance.now();
            this.arrived(whole);
        });
        source.addEventListener("error", () => {
            answers = new Map();
            if (source.readyState === EventSource.CLOSED) { /* refused: it will not try again by itself */
                this.restUntil = performance.now() + REST_MS;
                this.close();
            }
            this.broken();
        });
    }

    close() {
        this.source?.close();
        this.source = null;
        this.watched = "";
    }
}
