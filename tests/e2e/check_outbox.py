#!/usr/bin/env python3
"""Waits until so many readings have been taken, starts the server they wait for, and compares what it got. Called by outbox.sh."""
import argparse
import gzip
import json
import subprocess
import sys
import time

from check_cluster import Api, check, results, wait_for


def pss(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return int(file.read().split("Pss:")[1].split()[0])


def main():
    parser = argparse.ArgumentParser()
    for name in ("batches", "node", "api", "collector"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--readings", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    args = parser.parse_args()

    def taken():
        with open(args.batches, "rb") as file:
            return file.read().splitlines()

    wait_for(f"{args.readings} readings", 600, lambda: len(taken()) >= args.readings)
    lines = taken()
    pods = len(json.loads(lines[-1])["pods"])
    packed = [len(gzip.compress(line, 6)) for line in lines[::max(len(lines) // 20, 1)]]
    print(f"       {len(lines)} readings of {pods} pods wait; a body has {sum(map(len, lines)) // len(lines)} bytes, "
          f"by gzip -6 {sum(packed) // len(packed)}; the collector's PSS is {pss(args.collector)} KiB")
    check("pods", pods >= 110, pods)
    server = subprocess.Popen([args.api, "--listen", f"127.0.0.1:{args.port}"], stdout=subprocess.PIPE, text=True)
    try:
        api = Api(server.stdout.readline().removeprefix("listening on ").strip())

        def rows():
            return api.get(f"/api/nodes/{args.node}?window=3000")["items"]

        # It tries again at the latest half a minute after its last try; until then more readings come to wait.
        wait_for("the server gets readings", 90, rows)
        waited, began = len(taken()), time.time()
        sent = [json.loads(line)["timestamp"] for line in taken()]
        wait_for("the server has what was waiting", 240, lambda: rows()[-1]["timestamp"] >= sent[waited - 1])
        times = [row["timestamp"] for row in rows()]
        took, sent = time.time() - began, [json.loads(line) for line in taken()]
        dropped = [one["timestamp"] for one in sent].index(times[0])
        check(f"at least {args.readings} had been kept", waited - dropped >= args.readings, f"{waited - dropped} of {waited}")
        check("they have arrived, each once and in order", times == [one["timestamp"] for one in sent[dropped:dropped + len(times)]],
              f"{len(times)} rows, {took:.1f} s after the first")
        check("what did not fit is counted", sent[-1]["collector"]["batches_dropped"] == dropped, sent[-1]["collector"]["batches_dropped"])
    finally:
        server.terminate()
        server.wait(30)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
