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
    server = subprocess.Popen([args.api, "--listen", f"127.0.0.1:{args.port}"], stdout=subprocess.DEVNULL)
    try:
        api = Api(f"http://127.0.0.1:{args.port}")
        time.sleep(1)

        def rows():
            return api.get(f"/api/nodes/{args.node}?window=3000")["items"]

        # It tries again at the latest half a minute after its last try.
        began = time.time()
        wait_for("the server has what was waiting", 240, lambda: len(rows()) >= len(lines))
        took = time.time() - began
        got, sent = rows(), [json.loads(line) for line in taken()]
        times = [row["timestamp"] for row in got]
        check("every reading has arrived, in order and once", times[:len(lines)] == [one["timestamp"] for one in sent[:len(lines)]],
              f"{len(lines)} readings, {took:.1f} s after the server was there")
        check("none was dropped", sent[-1]["collector"]["batches_dropped"] == 0, sent[-1]["collector"]["batches_dropped"])
    finally:
        server.terminate()
        server.wait(30)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
