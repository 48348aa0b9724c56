/* SPDX-License-Identifier: Apache-2.0 */
export default {
    /* places and kinds */
    cluster: "Cluster", nodes: "Nodes", node: "Node", namespaces: "Namespaces", namespace: "Namespace",
    deployments: "Deployments", deployment: "Deployment", pods: "Pods", pod: "Pod", containers: "Containers",
    container: "Container", workloads: "Workloads", workload: "Workload", kind: "Kind", not_found: "There is no such place.",
    /* metrics */
    cpu: "CPU", memory: "Memory", network: "Network", disk: "Disk", pressure: "Pressure", load: "Load",
    faults: "Page faults", received: "Received", sent: "Sent", read: "Read", written: "Written",
    read_short: "R", written_short: "W", disk_full: "Disk used", usage: "Used", user: "User", system: "System",
    iowait: "I/O wait", steal: "Steal", throttled: "Throttled", request: "Request", limit: "Limit",
    capacity: "Capacity", allocatable: "Allocatable", total: "Total", used: "Used", buffers: "Buffers", cached: "Cached", rss: "Anonymous",
    cache: "Page cache", working_set: "Working set", swap: "Swap", load1: "1 min", load5: "5 min",
    load15: "15 min", blocked: "Blocked", cpu_some: "CPU some", memory_some: "Memory some",
    memory_full: "Memory full", io_some: "I/O some", io_full: "I/O full", page_faults: "All",
    major_page_faults: "Major", restarts: "Restarts", oom_kills: "OOM kills", age: "Age", since: "Since",
    state: "State", phase: "Phase", clock: "Clock", last_seen: "Last seen", cores: "cores",
    state_running: "running", state_waiting: "waiting", state_terminated: "terminated",
    host_network: "the node's (host network)",
    /* sentences */
    ago: "{time} ago", of_limit: "limit {limit}", requested: "request {request}", per_node: "{count} a node",
    all_report: "all report", stale_nodes: "{count} silent", silent: "silent", stale_for: "silent for {time}",
    clock_off: "clock {time}", no_data: "not measured here", nothing_here: "Nothing here yet.",
    no_nodes: "No node has reported yet. Is kubemonitor-collector running on the nodes, and is this server the one it posts to?",
    nothing_found: "Nothing found for “{text}”.",
    event_restarted: "{what} restarted", event_started: "{what} started",
    event_killed: "{count} killed for want of memory", zoom_out: "Show all", history: "History",
    no_answer: "The server does not answer.", server_says: "The server says:",
    level_since: "about this much since {at}, for {time}", level_whole: "about this much for {time} or longer",
    last_update: "Last update {time} ago.",
    /* controls */
    csv: "Download CSV", csv_hint: "What the charts show, as a table for spreadsheets", all_kinds: "All kinds",
    search: "Search by name", previous: "Previous", next: "Next", pages: "Pages", window: "Time span",
    live: "Live", paused: "Paused", live_hint: "Pause or go on (space)", theme: "Dark or light",
    language: "Language", help: "Help", close: "Close", skip: "Skip to content", path: "Path", places: "Places",
    /* help */
    keys: "Keys", key_search: "search", key_rows: "walk through rows", key_open: "open", key_back: "back up",
    key_pages: "previous, next page", key_cluster: "cluster", key_nodes: "nodes", key_namespaces: "namespaces",
    key_workloads: "workloads", key_pods: "pods", key_pause: "pause or go on", key_help: "this help",
    help_chart: "Drag across a chart to zoom all of them; double-click to zoom out. The address holds what you see: share it.",
    /* units */
    unit_d: " d", unit_h: " h", unit_min: " min", unit_s: " s",
};
