/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which charts an entity has. A series: id (key of its label), key ("memory.rss"), colour (a name in
 * theme.css) and how it is drawn: "area", "stack" (areas on top of each other), "line", or "bound"
 * (dashed; the scale follows it only while it is near). counter: the key is a counter, in µs, of
 * which the rise counts. times: factor to the panel's unit. axis: "powers" (of two) or "counts".
 * quiet: left out while it is 0.
 */
import {bytes, bytesPerSecond, count, cpu, decimal, perSecond} from "./format.js";

const PERCENT = {format: (value) => Number.isFinite(value) ? `${decimal(value)} %` : "–"};
const USEC_PERCENT = 1e-4; /* µs a second -> % of the time */
const USEC_MILLICORES = 1e-3;

const pair = (id, a, b, format = bytesPerSecond) => ({
    id, format, axis: "counts", series: [
        {id: a[0], key: a[1], colour: id + "-1", draw: "area"},
        {id: b[0], key: b[1], colour: id + "-2", draw: "line"},
    ],
});

const NETWORK = pair("network", ["received", "network.rx_bytes_per_second"], ["sent", "network.tx_bytes_per_second"]);
const DISK = pair("disk", ["read", "disk.read_bytes_per_second"], ["written", "disk.write_bytes_per_second"]);

/* per: the key of a count to divide by, for the mean of a sum. */
function pressure(per) {
    const one = (id, key, colour, draw) =>
        ({id, key: `pressure.${key}_usec_per_second`, times: USEC_PERCENT, per, colour, draw});
    return {
        id: "pressure", ...PERCENT, series: [
            one("cpu_some", "cpu_some", "cpu-1", "line"),
            one("memory_some", "memory_some", "memory-1", "line"),
            one("memory_full", "memory_full", "memory-3", "line"),
            one("io_some", "io_some", "disk-1", "line"),
            one("io_full", "io_full", "disk-2", "line"),
        ],
    };
}

const FAULTS = {
    id: "faults", format: perSecond, series: [
        {id: "page_faults", key: "memory.page_faults_per_second", colour: "memory-1", draw: "area"},
        {id: "major_page_faults", key: "memory.major_page_faults_per_second", colour: "disk-1", draw: "line"},
    ],
};

const usec = (id, key, colour) =>
    ({id, key, counter: true, times: USEC_MILLICORES, colour, draw: "line"});

const POD_BOUNDS = [
    {id: "request", key: "cpu.request_millicores", colour: "request", draw: "bound"},
    {id: "limit", key: "cpu.limit_millicores", colour: "limit", draw: "bound"},
];
const CPU_USED = {id: "usage", key: "cpu_usage", colour: "cpu-1", draw: "area"};

/* level: the key of which is said since when it is what it is. */
const POD_MEMORY = {
    id: "memory", format: bytes, axis: "powers", level: "memory.working_set", series: [
        {id: "rss", key: "memory.rss", colour: "memory-1", draw: "stack"},
        {id: "cache", key: "memory.cache", colour: "memory-2", draw: "stack"},
        {id: "working_set", key: "memory.working_set", colour: "memory-3", draw: "line"},
        {id: "swap", key: "memory.swap", colour: "disk-1", draw: "line", quiet: true},
        {id: "request", key: "memory.request", colour: "request", draw: "bound"},
        {id: "limit", key: "memory.limit", colour: "limit", draw: "bound"},
    ],
};

const NODE_MEMORY = {
    id: "memory", format: bytes, axis: "powers", level: "memory.working_set", series: [
        {id: "used", key: "memory.used", colour: "memory-1", draw: "stack"},
        {id: "buffers", key: "memory.buffers", colour: "memory-4", draw: "stack"},
        {id: "cached", key: "memory.cached", colour: "memory-2", draw: "stack"},
        {id: "working_set", key: "memory.working_set", colour: "memory-3", draw: "line"},
        {id: "swap", key: "memory.swap_used", colour: "disk-1", draw: "line", quiet: true},
        {id: "allocatable", key: "memory.allocatable", colour: "limit", draw: "bound"},
        {id: "total", key: "memory.total", colour: "request", draw: "bound"},
    ],
};

const NODE_CPU = [
    {id: "allocatable", key: "cpu.allocatable_millicores", colour: "limit", draw: "bound"},
    {id: "capacity", key: "cpu.capacity_millicores", colour: "request", draw: "bound"},
];

export const NODE_PANELS = [
    {
        id: "cpu", format: cpu, series: [
            CPU_USED,
            usec("user", "cpu.user_usec", "cpu-2"), usec("system", "cpu.system_usec", "cpu-3"),
            usec("iowait", "cpu.iowait_usec", "disk-1"), usec("steal", "cpu.steal_usec", "throttled"),
            ...NODE_CPU,
        ],
    },
    NODE_MEMORY, NETWORK, DISK, pressure(),
    {
        id: "load", format: decimal, series: [
            {id: "load1", key: "cpu.load1_milli", times: 1e-3, colour: "cpu-1", draw: "area"},
            {id: "load5", key: "cpu.load5_milli", times: 1e-3, colour: "cpu-2", draw: "line"},
            {id: "load15", key: "cpu.load15_milli", times: 1e-3, colour: "cpu-3", draw: "line"},
            {id: "blocked", key: "processes.blocked", colour: "disk-1", draw: "line"},
        ],
    },
];

export const CLUSTER_PANELS = [
    {id: "cpu", format: cpu, series: [CPU_USED, ...NODE_CPU]},
    NODE_MEMORY, NETWORK, DISK, pressure("nodes"),
    {id: "nodes", format: count, axis: "counts", series: [{id: "nodes", key: "nodes", colour: "pods-1", draw: "area"}]},
];

export const POD_PANELS = [
    {
        id: "cpu", format: cpu, series: [
            CPU_USED,
            usec("user", "cpu.user_usec", "cpu-2"), usec("system", "cpu.system_usec", "cpu-3"),
            usec("throttled", "cpu.throttled_usec", "throttled"), ...POD_BOUNDS,
        ],
    },
    POD_MEMORY, NETWORK, DISK, pressure(),
    FAULTS,
];

export const CONTAINER_PANELS = POD_PANELS.filter((panel) => panel !== NETWORK);

export const SUM_PANELS = [
    {id: "cpu", format: cpu, series: [CPU_USED, ...POD_BOUNDS]},
    POD_MEMORY, NETWORK, DISK,
    FAULTS, {id: "pods", format: count, axis: "counts", series: [{id: "pods", key: "pods", colour: "pods-1", draw: "area"}]},
];

/* Of counters that say what happened rather than how much. */
export const NODE_EVENTS = {restarted: "cpu.usage_usec", killed: "processes.oom_kills"};
export const POD_EVENTS = {restarted: "cpu.usage_usec", killed: "memory.oom_kills"};

/* Every key that the panels and events need of a row. */
export function keysOf(panels, events) {
    const keys = panels.flatMap((panel) => panel.series.map((series) => series.key));
    return [...new Set([...keys, ...Object.values(events || {})])];
}
