/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the chosen language. */
import {load, save} from "./settings.js";
import en from "./strings/en.js";
import ko from "./strings/ko.js";

export const LANGUAGES = {en: "English", ko: "한국어"};
const STRINGS = {en, ko};
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

export function loadWords() {
    language = wanted();
    document.documentElement.lang = language;
}

export function chooseLanguage(name) {
    save("language", name);
    loadWords();
}

/* t("pods_of", {name: "a"}): the text with {name} replaced. */
export function t(key, values) {
    const text = STRINGS[language][key] ?? key;
    return values ? text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all) : text;
}
