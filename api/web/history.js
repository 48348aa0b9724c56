/* SPDX-License-Identifier: Apache-2.0 */
/* An entity's rows over the window, as columns: asked for once, then only what is new. */
import {get, serverNow} from "./api.js";
import {at} from "./metrics.js";

const MAX_POINTS = 720; /* an hour at 5 s; more than a chart has pixels to show */

export class History {
    /* parts: the entity's path. keys: "memory.rss", …: what to keep. sum: it is a sum, which has steps only. */
    constructor({parts, keys, sum, intervalMs}) {
        this.parts = parts;
        this.keys = keys;
        this.sum = sum;
        this.intervalMs = intervalMs;
        this.clear();
    }

    clear() {
        this.times = [];
        this.columns = Object.fromEntries(this.keys.map((key) => [key, []]));
        this.window = 0;
    }

    /* Seconds a row stands for; undefined: rows as they came, which alone hold the counters. */
    step(window) {
        const interval = this.intervalMs / 1000;
        const least = Math.max(1, Math.ceil(window / interval / MAX_POINTS));
        const seconds = Math.ceil(interval) * least;
        if (this.sum)
            return seconds % interval ? undefined : seconds;
        return least > 1 ? seconds : undefined;
    }

    async update(window, round) {
        const step = this.step(window);
        const overlap = 3 * Math.max(this.intervalMs / 1000, step || 0);
        let asked = window;
        if (window === this.window && this.times.length)
            asked = Math.min(window, Math.ceil(serverNow() / 1000 - this.times.at(-1) + overlap));
        const answer = await get(this.parts, {window, step: step && Math.min(step, window)}, round,
            {window: asked, step: step && Math.min(step, asked)});
        if (window !== this.window)
            this.clear();
        this.window = window;
        this.take(answer.items);
        this.forget(serverNow() / 1000 - window - overlap);
    }

    take(items) {
        const rows = items.map((item) => [Date.parse(item.timestamp) / 1000, item]);
        rows.sort((a, b) => a[0] - b[0]);
        if (!rows.length)
            return;
        this.cut(this.times.findIndex((time) => time >= rows[0][0]));
        for (const [time, item] of rows) {
            if (time === this.times.at(-1))
                continue;
            this.times.push(time);
            for (const key of this.keys)
                this.columns[key].push(at(item, key) ?? null);
        }
    }

    cut(place) {
        if (place < 0)
            return;
        this.times.length = place;
        for (const column of Object.values(this.columns))
            column.length = place;
    }

    forget(before) {
        let n = 0;
        while (n < this.times.length && this.times[n] < before)
            n++;
        this.times.splice(0, n);
        for (const column of Object.values(this.columns))
            column.splice(0, n);
    }
}
