#!/usr/bin/env python3
"""Runs the shipped collector on a recorded host and compares what it prints with a golden file.

    check_hosts.py COLLECTOR [HOST...]            all hosts, or those named
    check_hosts.py --update COLLECTOR [HOST...]   write the golden files instead; read the diff before you commit it

README.md beside this file says how a host is written.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent / "golden"
HEAD = re.compile(r"=== (/\S*?)(/)?(?: -> (\S+)| \((escaped)\))?$")


def put_in(line, words):
    """Puts the values of defined words in the place of "$word"."""
    return re.sub(r"\$(\w+)", lambda match: words[match.group(1)], line)


def unpack(text, top):
    """Writes the files, folders and links of a .host file below the folder top."""
    entries, words = [], {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("define "):
            _, word, value = line.split()
            words[word] = put_in(value, words)
        elif line.startswith("==="):
            head = HEAD.match(put_in(line, words))
            if not head:
                raise SystemExit(f"line {number}: not a head: {line}")
            entries.append((*head.groups(), []))
        elif entries:
            entries[-1][4].append(line)
        elif line and not line.startswith("#"):
            raise SystemExit(f"line {number}: before the first file, and not a comment: {line}")
    for name, folder, link, escaped, lines in entries:
        while lines and (not lines[-1] or lines[-1].startswith("#")):
            lines.pop()  # what stands before the next head is there for the reader
        path = top / name.lstrip("/")
        if folder:
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if link:
            path.symlink_to(link)
        elif escaped:
            path.write_bytes("".join(lines).encode().decode("unicode_escape").encode("latin-1"))
        else:
            path.write_text("".join(line + "\n" for line in lines))


def in_time(began):
    return lambda value: began - 1 <= time.mktime(time.strptime(value[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone <= time.time() + 1


def mask(batch, began):
    """What is not of the host but of the run: checked to be sound, then replaced by what it is."""
    def replace(holder, key, sound, what):
        if key in holder:
            assert sound(holder[key]), f"{key}: {holder[key]}"
            holder[key] = what

    def positive(value):
        return isinstance(value, int) and value > 0

    for entity in [batch, *batch.get("pods", [])]:
        replace(entity, "timestamp", in_time(began), "<the time of the run>")
        for container in entity.get("containers", []):
            replace(container, "timestamp", in_time(began), "<the time of the run>")
    for key in ("cpu_usec", "rss"):
        replace(batch.get("collector", {}), key, positive, "<the collector's own>")
    # statvfs() of the unpacked host asks the file system that it was unpacked to.
    replace(batch, "filesystem", lambda group: all(map(positive, group.values())), "<of the machine that runs the test>")


def read(collector, host):
    """One tick of the host as the collector prints it, in an order that does not depend on readdir()."""
    with tempfile.TemporaryDirectory() as folder:
        unpack((HERE / f"{host}.host").read_text(), pathlib.Path(folder))
        began = time.time()
        run = subprocess.run([collector, "--once", "--print", "--names", "logs", "--root", folder, "--node", "host"],
                             capture_output=True, timeout=60)
        assert run.returncode == 0, f"exit status {run.returncode}: {run.stderr.decode()}"
        assert not run.stderr, run.stderr.decode()
    batch = json.loads(run.stdout)
    mask(batch, began)
    batch.get("pods", []).sort(key=lambda pod: pod["uid"])
    for pod in batch.get("pods", []):
        pod.get("containers", []).sort(key=lambda container: container["id"])
    return json.dumps(batch, indent=1) + "\n"


def main(args):
    update = "--update" in args
    collector, *hosts = [arg for arg in args if arg != "--update"]
    hosts = hosts or sorted(path.stem for path in HERE.glob("*.host"))
    wrong = 0
    for host in hosts:
        got, golden = read(str(pathlib.Path(collector).resolve()), host), GOLDEN / f"{host}.json"
        if update:
            golden.write_text(got)
            continue
        if got == golden.read_text():
            print(f"{host}: ok")
            continue
        wrong += 1
        print(f"{host}: not as tests/golden/{host}.json says (-: golden, +: printed)")
        diff = subprocess.run(["diff", "-u", str(golden), "-"], input=got, capture_output=True, text=True)
        print(diff.stdout)
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
