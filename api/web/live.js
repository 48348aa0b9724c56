/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps a view up to date: it asks once, then a stream brings the answers each interval; where there is
 * no stream it asks again each interval. One round at a time, and none while nobody looks. */
import {serverNow} from "./api.js";
import {Round} from "./round.js";
import {Stream} from "./stream.js";

const FIRST_RETRY_MS = 1000;
const REST = 3; /* a slow server rests this many times as long as it took to answer */
const CLOCK_MS = 2000;
const LATE = 3; /* intervals without a tick: then the stream is taken for dead */

/*
 * Calls ask(round) now and then each interval until stop(). report(error or null) is told how
 * each went. A failed one is tried again sooner, then more and more slowly.
 */
export class Live {
    constructor(ask, report) {
        this.ask = ask;
        this.report = report;
        this.intervalMs = 5000;
        this.paused = false;
        this.failures = 0;
        this.stream = new Stream((answers) => this.arrived(answers), () => this.plan());
        this.onVisible = () => this.look();
    }

    start(intervalMs) {
        this.intervalMs = intervalMs;
        document.addEventListener("visibilitychange", this.onVisible);
        return this.refresh();
    }

    stop() {
        this.stopped = true;
        clearTimeout(this.timer);
        this.round?.abort();
        this.stream.close();
        document.removeEventListener("visibilitychange", this.onVisible);
    }

    pause(paused) {
        this.paused = paused;
        this.look();
    }

    isAway() {
        return this.paused || document.hidden;
    }

    /* Somebody looks again, or no longer. */
    look() {
        if (this.isAway())
            this.stream.close();
        else
            this.refresh();
    }

    /* The server's time, less what the clocks may differ: up to then all is known that a round brings. */
    justNow() {
        return serverNow() - Math.min(CLOCK_MS, this.intervalMs);
    }

    /* Asks the server at once, dropping a round that is still open. */
    async refresh() {
        const since = this.justNow();
        const round = await this.run(new Round());
        if (round && !this.failures && !this.isAway())
            this.stream.watch([...round.asked.keys()], since);
    }

    /* A tick has come. While a round is open it waits for its end, with what comes until then. */
    async arrived(answers) {
        if (this.isAway() || this.stopped)
            return;
        this.waiting = new Map([...this.waiting ?? [], ...answers]);
        if (this.round)
            return;
        while (this.waiting && !this.stopped) {
            const taken = this.waiting;
            this.waiting = null;
            const round = await this.run(new Round(taken));
            if (!round)
                return;
            /* It asked for something else than before, such as another page: that is watched from now on. */
            if (!this.failures && [...round.asked.keys()].some((place) => !taken.has(place)))
                this.stream.watch([...round.asked.keys()], this.justNow());
        }
    }

    /* Returns the round when its answers are shown; null where another one took its place. */
    async run(round) {
        clearTimeout(this.timer);
        this.round?.abort();
        this.round = round;
        const begin = performance.now();
        let error = null;
        try {
            await this.ask(round);
        } catch (caught) {
            error = caught;
        }
        if (this.stopped || this.round !== round)
            return null;
        this.round = null;
        this.tookMs = performance.now() - begin;
        this.failures = error ? this.failures + 1 : 0;
        this.report(error);
        this.plan();
        return round;
    }

    /* The next round without a tick: when a tick is overdue, or where there is no stream. */
    plan() {
        clearTimeout(this.timer);
        if (this.stopped)
            return;
        const wait = this.failures
            ? Math.min(FIRST_RETRY_MS * 2 ** (this.failures - 1), 4 * this.intervalMs)
            : Math.max(this.intervalMs, REST * (this.tookMs ?? 0));
        this.timer = setTimeout(() => {
            if (this.isAway() || this.round || this.stream.isLive(LATE * wait))
                this.plan();
            else
                this.refresh();
        }, wait);
    }
}
