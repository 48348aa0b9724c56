"""The longest time between two readings of a node since a moment, as one server has them.

usage: check_gaps.py URL NODE SINCE WORDS      exit 1 where a reading is missing: more than 1.5 intervals
"""
import datetime
import json
import sys
import time
import urllib.request

url, node, since, words = sys.argv[1:]


def get(path):
    with urllib.request.urlopen(url + path, timeout=20) as answer:
        return json.load(answer)


interval = get("/api/status")["interval_ms"] / 1000
window = int(time.time() - float(since)) + 1
items = get(f"/api/nodes/{node}?window={window}")["items"]
times = [datetime.datetime.fromisoformat(one["timestamp"].replace("Z", "+00:00")).timestamp() for one in items]
longest = max((b - a for a, b in zip(times, times[1:])), default=float("inf"))
print(f"{words}: {len(times)} readings in {window} s, the longest time between two {longest:.2f} s", flush=True)
sys.exit(longest > 1.5 * interval)
