"""The kernel's own files of a pod, found and read without any of the collector's code."""
import glob
import os
import subprocess


def kubectl(*args, **options):
    return subprocess.run(["kubectl", *args], check=True, capture_output=True, text=True, **options).stdout


def tops():
    """Where cgroup trees begin: that of v1's memory controller, or the one of v2."""
    return [top for top in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup") if os.path.isdir(top)][:1]


def uid_of(folder):
    """The UID in the name of a pod's folder, with dashes, or None."""
    name = os.path.basename(folder).removesuffix(".slice").rpartition("pod")[2].replace("_", "-")
    return name if len(name.replace("-", "")) == 32 and "pod" in os.path.basename(folder) else None


def pod_folders():
    """{uid: folder relative to the controller's mount} of every pod."""
    found, waiting = {}, tops()
    while waiting:
        folder = waiting.pop()
        try:
            entries = [entry.path for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
        except OSError:
            continue
        for path in entries:
            if uid_of(path):
                found[uid_of(path)] = os.path.relpath(path, tops()[0])
            elif "kube" in os.path.relpath(path, tops()[0]):
                waiting.append(path)
    return found


def cgroup_path(uid, container_id, v1_controller, v1_name, v2_name):
    """The path of a pod's file, or of its container's."""
    folder = pod_folders().get(uid)
    for top, name in ((f"/sys/fs/cgroup/{v1_controller}", v1_name), ("/sys/fs/cgroup", v2_name)):
        inner = f"{top}/{folder}"
        if container_id:
            inner = next((f for f in glob.glob(f"{inner}/*{container_id}*") if "conmon" not in f), inner)
        if folder and os.path.exists(f"{inner}/{name}"):
            return f"{inner}/{name}"
    raise FileNotFoundError(f"no {v1_name} or {v2_name} of pod {uid}")


def text_of(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def number(text, key):
    """The first number of a file of one, or the one behind a key."""
    return int(text.split(f"{key} ")[1].split()[0]) if f"{key} " in text else int(text)


def processes(uid):
    """The processes of all containers of a pod."""
    pids = []
    for folder, _, _ in os.walk(f"{tops()[0]}/{pod_folders()[uid]}"):
        pids += [int(pid) for pid in text_of(f"{folder}/cgroup.procs").split()]
    return pids


def network(pid):
    """(received, sent) bytes of all interfaces but lo in a process's network namespace."""
    rows = [line.replace(":", " ").split() for line in text_of(f"/proc/{pid}/net/dev").splitlines()[2:]]
    return tuple(sum(int(row[column]) for row in rows if row[0] != "lo") for column in (1, 9))


def written(uid):
    """Bytes a pod has written to disks: io.stat of v2 where the tree is v2's, else the sum over its processes."""
    folder = f"{tops()[0]}/{pod_folders()[uid]}"
    if os.path.exists(f"{folder}/io.stat"):
        return sum(int(word[7:]) for word in text_of(f"{folder}/io.stat").split() if word.startswith("wbytes="))
    total = 0
    for pid in processes(uid):
        try:
            total += int(text_of(f"/proc/{pid}/io").split("\nwrite_bytes: ")[1].split()[0])
        except OSError:
            pass  # it has ended
    return total
