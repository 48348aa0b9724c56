/* SPDX-License-Identifier: Apache-2.0 */
/* What a person chose, kept in this browser. Where storage is forbidden it lasts as long as the page. */

const PREFIX = "kubemonitor.";
const held = new Map();

export function load(name) {
    try {
        return localStorage.getItem(PREFIX + name) ?? held.get(name) ?? null;
    } catch {
        return held.get(name) ?? null;
    }
}

export function save(name, value) {
    held.set(name, value);
    try {
        localStorage.setItem(PREFIX + name, value);
    } catch {
        /* kept in `held` */
    }
}

export function isDark() {
    const theme = load("theme");
    if (theme)
        return theme === "dark";
    return matchMedia("(prefers-color-scheme: dark)").matches;
}

/* The style sheets look at data-theme only. */
export function applyTheme() {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    dispatchEvent(new CustomEvent("theme"));
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
