/* SPDX-License-Identifier: Apache-2.0 */
/* From rows to what is drawn: rates of counters, gaps, restarts, kills. No page, no clock: only numbers. */

const GAP = 2.5; /* intervals without a row that make a gap */

/* A counter's rise a second, a value a row; null at the first row, after a gap and after a restart. */
export function rates(times, counter, maxSeconds) {
    return counter.map((value, i) => {
        const before = i > 0 ? counter[i - 1] : null;
        const seconds = i > 0 ? times[i] - times[i - 1] : 0;
        if (value === null || before === null || value < before || seconds <= 0 || seconds > maxSeconds)
            return null;
        return (value - before) / seconds;
    });
}

/* Where a counter went up or down, and by how much: [{time, by}]. */
export function changes(times, counter) {
    const found = [];
    let before = null;
    counter.forEach((value, i) => {
        if (value === null)
            return;
        if (before !== null && value !== before)
            found.push({time: times[i], by: value - before});
        before = value;
    });
    return found;
}

const LEVEL = 0.1;

/*
 * Since when a series has been what it is now, within a tenth: {time, whole}; whole: as far back as
 * it is known. null where it is not known now.
 */
export function levelSince(times, values) {
    let last = values.length - 1;
    while (last >= 0 && values[last] === null)
        last--;
    if (last < 0 || !values[last])
        return null;
    let first = last;
    for (let i = last; i >= 0; i--) {
        if (values[i] !== null && Math.abs(values[i] - values[last]) > LEVEL * values[last])
            return {time: times[first], whole: false};
        if (values[i] !== null)
            first = i;
    }
    return {time: times[first], whole: true};
}

/* [[from, to], …]: spans between two rows in which rows are missing. */
export function gaps(times, intervalSeconds) {
    const found = [];
    for (let i = 1; i < times.length; i++) {
        if (times[i] - times[i - 1] > GAP * intervalSeconds)
            found.push([times[i - 1], times[i]]);
    }
    return found;
}

/* The same columns with an empty row in each gap, so that a line breaks there. */
export function breakAtGaps(times, columns, spans) {
    if (!spans.length)
        return [times, columns];
    const starts = new Set(spans.map((span) => span[0]));
    const outTimes = [], out = columns.map(() => []);
    times.forEach((time, i) => {
        outTimes.push(time);
        columns.forEach((column, c) => out[c].push(column[i]));
        if (starts.has(time)) {
            outTimes.push(time + 0.001);
            out.forEach((column) => column.push(null));
        }
    });
    return [outTimes, out];
}

/* Each column plus those before it; null where nothing is. */
export function stack(columns) {
    const out = [];
    columns.forEach((column, c) => {
        out.push(column.map((value, i) => {
            const below = c > 0 ? out[c - 1][i] : 0;
            return value === null ? below || null : value + (below || 0);
        }));
    });
    return out;
}
