/* SPDX-License-Identifier: Apache-2.0 */
/* Making elements. Text always goes in as text, so a name from the cluster can never become markup. */

const SVG = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
    for (const [name, value] of Object.entries(properties || {})) {
        if (value === undefined || value === null || value === false)
            continue;
        if (name.startsWith("on"))
            element.addEventListener(name.slice(2), value);
        else if (name === "text")
            element.textContent = value;
        else
            element.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat()) {
        if (child !== undefined && child !== null && child !== false)
            element.append(child);
    }
    return element;
}

/* h("a", {href: "#/", class: "x", onclick: f}, "text", other) */
export function h(name, properties, ...children) {
    return fill(document.createElement(name), properties, children);
}

export function svg(name, properties, ...children) {
    return fill(document.createElementNS(SVG, name), properties, children);
}

/* Writes only what changed: a screen reader's place and a selection stay. */
export function setText(element, text) {
    if (element.textContent !== text)
        element.textContent = text;
}

export function setAttribute(element, name, value) {
    if (value === null || value === undefined || value === false)
        element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value))
        element.setAttribute(name, value);
}
