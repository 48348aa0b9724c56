/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps a view up to date: asks again each interval, one question at a time, not while nobody looks. */

const FIRST_RETRY_MS = 1000;
const REST = 3; /* a slow server rests this many times as long as it took to answer */

/*
 * Calls ask(signal) now and then each interval until stop(). report(error or null) is told how
 * each went. A failed one is tried again sooner, then more and more slowly.
 */
export class Live {
    constructor(ask, report) {
        this.ask = ask;
        this.report = report;
        this.intervalMs = 5000;
        this.paused = false;
        this.failures = 0;
        this.onVisible = () => { if (!document.hidden) this.refresh(); };
    }

    start(intervalMs) {
        this.intervalMs = intervalMs;
        document.addEventListener("visibilitychange", this.onVisible);
        return this.refresh();
    }

    stop() {
        this.stopped = true;
        clearTimeout(this.timer);
        this.controller?.abort();
        document.removeEventListener("visibilitychange", this.onVisible);
    }

    pause(paused) {
        this.paused = paused;
        if (!paused)
            this.refresh();
    }

    /* Asks at once, dropping a question that is still open. */
    async refresh() {
        clearTimeout(this.timer);
        this.controller?.abort();
        const controller = this.controller = new AbortController();
        const begin = performance.now();
        let error = null;
        try {
            await this.ask(controller.signal);
        } catch (caught) {
            error = caught;
        }
        if (this.stopped || controller.signal.aborted)
            return;
        this.tookMs = performance.now() - begin;
        this.failures = error ? this.failures + 1 : 0;
        this.report(error);
        this.plan();
    }

    plan() {
        const wait = this.failures
            ? Math.min(FIRST_RETRY_MS * 2 ** (this.failures - 1), 4 * this.intervalMs)
            : Math.max(this.intervalMs, REST * this.tookMs);
        this.timer = setTimeout(() => {
            if (this.paused || document.hidden)
                this.plan();
            else
                this.refresh();
        }, wait);
    }
}
