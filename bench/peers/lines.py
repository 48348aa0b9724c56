# SPDX-License-Identifier: Apache-2.0
"""Rows as InfluxDB's line protocol: measurement, labels, fields, time."""
from rows import NODE, POD, column

_NODE = [column(metric) for metric in NODE]
_POD = [column(metric) for metric in POD]


def _fields(names, row, suffix):
    return ",".join(f"{name}={value}{suffix}" for name, value in zip(names, row[1:]))


def lines(rows, node, ticks, suffix):
    """The rows of a node and its pods; suffix "i" makes InfluxDB take values as whole numbers."""
    text, name, space = [], rows.node_names[node], rows.namespace(node)
    for tick in ticks:
        row, pods = rows.batch(tick, node)
        text.append(f"node,node={name} {_fields(_NODE, row, suffix)} {row[0]}")
        for pod, pod_name in zip(pods, rows.pod_names[node]):
            text.append(f"pod,namespace={space},node={name},pod={pod_name} {_fields(_POD, pod, suffix)} {pod[0]}")
    return "\n".join(text) + "\n"
