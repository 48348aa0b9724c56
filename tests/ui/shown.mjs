/* Reading the numbers that the page shows, to compare them with the API's. */

/* "3.79 GiB" -> bytes, "250 m" -> millicores, "1.25" cores -> millicores, "2.41 MB/s" -> bytes a second */
export function numberOf(text, unit) {
    const match = /([\d.,]+)\s*([A-Za-z/%]*)/.exec(text);
    if (!match)
        return NaN;
    const value = Number(match[1].replaceAll(",", ""));
    const factors = {
        cpu: {"": 1000, cores: 1000, m: 1},
        bytes: {B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40},
        rate: {"B/s": 1, "kB/s": 1e3, "MB/s": 1e6, "GB/s": 1e9},
        count: {"": 1},
    };
    return value * (factors[unit][match[2]] ?? NaN);
}

/* Whether a shown number is the API's, to the three figures it is shown with. */
export function same(text, value, unit) {
    const shown = numberOf(text, unit);
    return Math.abs(shown - value) <= Math.max(Math.abs(value) * 0.006, unit === "cpu" ? 0.5 : 0.06);
}
