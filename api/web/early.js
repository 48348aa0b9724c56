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

/* A script that did not come, as through a tunnel that broke off or a network that changed: the whole page
 * again, a few times. app.js forgets the tries once it runs. */
{
    const NAME = "kubemonitor.tries", MOST = 5, FIRST_MS = 300;
    const again = () => {
        try {
            const tries = Number(sessionStorage.getItem(NAME));
            sessionStorage.setItem(NAME, String(tries + 1));
            if (tries < MOST)
                setTimeout(() => location.reload(), FIRST_MS * 2 ** tries);
        } catch {
            /* storage is forbidden: how often it was tried is not known, so it is not */
        }
    };
    addEventListener("error", (event) => event.target instanceof HTMLScriptElement && again(), true);
}
