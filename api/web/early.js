/* SPDX-License-Identifier: Apache-2.0 */
/* Before anything is drawn: the theme that was chosen, else the system's (settings.js goes on from here). */
{
    let theme = null;
    try {
        theme = localStorage.getItem("kubemonitor.theme");
    } catch {
        /* storage is forbidden: the system's */
    }
    const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
}
