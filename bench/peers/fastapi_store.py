# SPDX-License-Identifier: Apache-2.0
"""The product document's own sketch: FastAPI, pydantic and lists in memory, one POST a pod. Run by fastapi_peer.py."""
from datetime import datetime, timedelta, timezone
from typing import Dict, List, Optional

from fastapi import FastAPI, HTTPException, Query
from pydantic import BaseModel


class Metrics(BaseModel):
    timestamp: datetime
    cpu_usage: Optional[float] = None
    memory: Optional[Dict[str, int]] = None
    network: Optional[Dict[str, int]] = None
    disk: Optional[Dict[str, int]] = None


class NodeMetrics(Metrics):
    node: str


class PodMetrics(Metrics):
    pod_name: str
    namespace: str


app = FastAPI()
nodes: Dict[str, List[NodeMetrics]] = {}
pods: Dict[str, List[PodMetrics]] = {}


@app.post("/api/nodes/{node}")
async def post_node(node: str, metrics: NodeMetrics):
    nodes.setdefault(node, []).append(metrics)
    return {"status": "ok"}


@app.post("/api/pods/{pod}")
async def post_pod(pod: str, metrics: PodMetrics):
    pods.setdefault(pod, []).append(metrics)
    return {"status": "ok"}


@app.get("/api/nodes")
async def get_nodes():
    return [readings[-1] for readings in nodes.values()]


@app.get("/api/pods")
async def get_pods():
    return [readings[-1] for readings in pods.values()]


def since(window):
    return datetime.now(timezone.utc) - timedelta(seconds=window)


@app.get("/api/pods/{pod}")
async def get_pod(pod: str, window: int = Query(0, ge=0)):
    if pod not in pods:
        raise HTTPException(404)
    return [reading for reading in pods[pod] if reading.timestamp >= since(window)] if window else pods[pod]


@app.get("/api/namespaces/{namespace}")
async def get_namespace(namespace: str, window: int = Query(0, ge=0)):
    begin, sums = since(window), {}
    for readings in pods.values():
        if readings[-1].namespace != namespace:
            continue
        for reading in readings:
            if reading.timestamp < begin:
                continue
            total = sums.setdefault(int(reading.timestamp.timestamp()) // 5 * 5, {})
            total["cpu_usage"] = total.get("cpu_usage", 0) + (reading.cpu_usage or 0)
            for group in ("memory", "network", "disk"):
                for key, value in (getattr(reading, group) or {}).items():
                    name = f"{group}.{key}"
                    total[name] = total.get(name, 0) + value
    return [{"timestamp": when, **sums[when]} for when in sorted(sums)]
