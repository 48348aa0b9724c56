/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the chosen language. */
import {load, save} from "./settings.js";

export const LANGUAGES = {en: "English", ko: "한국어"};
let strings = {};
let language = "en";

export function currentLanguage() {
    return language;
}

function wanted() {
    const chosen = load("language");
    if (chosen in LANGUAGES)
        return chosen;
    const known = navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => tag in LANGUAGES);
    return known || "en";
}

export async function loadWords() {
    language = wanted();
    strings = (await import(`./strings/${language}.js`)).default;
    document.documentElement.lang = language;
}

export async function chooseLanguage(name) {
    save("language", name);
    await loadWords();
}

/* t("pods_of", {name: "a"}): the text with {name} replaced. */
export function t(key, values) {
    const text = strings[key] ?? key;
    return values ? text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all) : text;
}
