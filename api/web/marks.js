/* SPDX-License-Identifier: Apache-2.0 */
/* What is drawn behind the lines: spans without readings, restarts, kills. */

const STRIPE = 8; /* px between the stripes of a gap */
const ECHO_SECONDS = 15;
const COLOURS = {restarted: "restart", started: "restart", killed: "danger"};
const SIGNS = {restarted: "↻", started: "↻", killed: "✕"};

function drawGap(context, left, right, top, height, stroke) {
    context.save();
    context.beginPath();
    context.rect(left, top, right - left, height);
    context.clip();
    context.strokeStyle = stroke;
    context.beginPath();
    for (let x = left - height; x < right; x += STRIPE * devicePixelRatio) {
        context.moveTo(x, top + height);
        context.lineTo(x + height, top);
    }
    context.stroke();
    context.restore();
}

function drawMark(context, x, top, height, sign, stroke) {
    context.save();
    context.strokeStyle = context.fillStyle = stroke;
    context.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, top + height);
    context.stroke();
    context.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.fillText(sign, x, top - devicePixelRatio);
    context.restore();
}

/* A kill and the restart that follows it are one mark: that of the kill. */
function withoutEchoes(marks) {
    const kills = marks.filter((mark) => mark.kind === "killed");
    const echoes = (mark) => mark.kind !== "killed"
        && kills.some((kill) => Math.abs(kill.time - mark.time) <= ECHO_SECONDS);
    return marks.filter((mark) => !echoes(mark));
}

/* u: uPlot. spans: [[from, to], …]. marks: [{time, kind}]. colour(name): of the theme. */
export function drawMarks(u, spans, marks, colour) {
    const {left, top, width, height} = u.bbox;
    const right = left + width;
    const context = u.ctx;
    const place = (time) => Math.round(u.valToPos(time, "x", true));
    for (const [from, to] of spans) {
        const a = Math.max(left, place(from)), b = Math.min(right, place(to));
        if (b > a)
            drawGap(context, a, b, top, height, colour("gap"));
    }
    for (const {time, kind} of withoutEchoes(marks || [])) {
        const x = place(time);
        if (x >= left && x <= right)
            drawMark(context, x, top, height, SIGNS[kind], colour(COLOURS[kind]));
    }
}
