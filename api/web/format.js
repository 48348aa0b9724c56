/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers for people. Each returns text; a number that is absent (undefined, null, NaN) is "–", never 0. */
import {currentLanguage, t} from "./words.js";

export const ABSENT = "–";
const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const DECIMAL = ["B/s", "kB/s", "MB/s", "GB/s", "TB/s"];

export function isNumber(value) {
    return typeof value === "number" && Number.isFinite(value);
}

/* Three figures that count: 0.012, 9.87, 98.7, 987. */
function three(value) {
    const size = Math.abs(value);
    return value.toFixed(size >= 99.95 || value === 0 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 ? 2 : 3);
}

function scaled(value, units, base) {
    let i = 0;
    /* At 999.5 the rounded number would have four figures. */
    while (Math.abs(value) >= (base === 1024 ? 1023.5 : 999.5) && i < units.length - 1) {
        value /= base;
        i++;
    }
    return `${i === 0 ? Math.round(value) : three(value)} ${units[i]}`;
}

export function bytes(value) {
    return isNumber(value) ? scaled(value, BINARY, 1024) : ABSENT;
}

export function bytesPerSecond(value) {
    return isNumber(value) ? scaled(value, DECIMAL, 1000) : ABSENT;
}

/* Millicores: "250 m" below one core, "1.25" cores above, as kubectl's users know them. */
export function cpu(value) {
    if (!isNumber(value))
        return ABSENT;
    if (value === 0)
        return "0";
    if (Math.abs(value) < 999.5)
        return value > 0 && value < 9.95 ? `${value.toFixed(1)} m` : `${Math.round(value)} m`;
    return three(value / 1000);
}

export function cores(value) {
    return isNumber(value) ? `${cpu(value)}${value >= 999.5 ? " " + t("cores") : ""}` : ABSENT;
}

export function percent(part, whole) {
    if (!isNumber(part) || !isNumber(whole) || whole <= 0)
        return ABSENT;
    const value = (part / whole) * 100;
    return `${value < 9.95 && value > 0 ? value.toFixed(1) : Math.round(value)} %`;
}

export function count(value) {
    return isNumber(value) ? Math.round(value).toLocaleString(currentLanguage()) : ABSENT;
}

export function perSecond(value) {
    return isNumber(value) ? `${value < 1000 ? three(value) : count(value)} /s` : ABSENT;
}

export function decimal(value) {
    return isNumber(value) ? three(value) : ABSENT;
}

/* Two parts at most: "3 d 4 h", "4 m 10 s". */
export function duration(seconds) {
    if (!isNumber(seconds))
        return ABSENT;
    const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
    const parts = [];
    let rest = Math.max(0, Math.round(seconds));
    for (const [unit, size] of units) {
        if (parts.length === 2 || (parts.length && rest < size))
            break;
        if (rest >= size || (unit === "s" && !parts.length)) {
            parts.push(Math.floor(rest / size) + t("unit_" + unit));
            rest %= size;
        }
    }
    return parts.join(" ");
}

/* One part: "3 d", for a narrow column. */
export function age(seconds) {
    if (!isNumber(seconds))
        return ABSENT;
    for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60]]) {
        if (seconds >= size)
            return Math.floor(seconds / size) + t("unit_" + unit);
    }
    return Math.max(0, Math.floor(seconds)) + t("unit_s");
}

/* "14:05:09", the viewer's time, the same in every language. */
export function clock(ms) {
    const time = new Date(ms);
    return [time.getHours(), time.getMinutes(), time.getSeconds()]
        .map((part) => String(part).padStart(2, "0")).join(":");
}
