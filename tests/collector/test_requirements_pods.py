"""What users ask of a collector about pods, their network and their lives: from number 16 of docs/requirements.md on.

The shipped program reads hosts of a few files, which change between its readings.
"""
import json
import sys
import time

import pytest
from small_host import (  # noqa: F401
    COLLECTOR, IDS, ROOT, UIDS, fixture_host, fixture_tick, fixture_v1, lines, net_dev, only, pod_of, seconds_of, usage)

sys.path.insert(0, str(ROOT / "tests/hosts"))
from check_hosts import read as read_recorded  # noqa: E402


# --- network --------------------------------------------------------------------------------------


def test_b16_network_needs_no_pause_container_and_is_tried_until_a_process_is_there(host, tick):
    host.make(host.container(0))
    ticks = tick(host)
    assert "network" not in only(ticks.read())
    host.process(7, host.container(0), net_dev=net_dev(lo=5, eth0=1000))
    one = ticks.read_until(lambda b: "network" in only(b))
    assert only(one)["network"]["rx_bytes"] == 1000 and only(one)["host_network"] is False


def test_b16_another_process_stands_in_for_one_that_has_ended(host, tick):
    host.process(7, host.container(0), net_dev=net_dev(eth0=1000))
    ticks = tick(host)
    assert only(ticks.read())["network"]["rx_bytes"] == 1000
    host.process(8, host.container(0), net_dev=net_dev(eth0=2000))
    host.put(host.container(0) + "/cgroup.procs", "8\n")
    host.drop("/proc/7")
    ticks.read_until(lambda b: only(b).get("network", {}).get("rx_bytes") == 2000)


def test_b16_processes_of_v1_are_listed_anew_at_short_intervals(v1, tick):
    """The kernel gives who has the list open that of before; here another file stands for the list of now."""
    v1.process(100, v1.container(0), net_dev=net_dev(eth0=5))
    ticks = tick(v1)
    ticks.read_until(lambda b: only(b).get("network", {}).get("rx_bytes") == 5)
    v1.process(101, v1.container(1, 0), net_dev=net_dev(eth0=6))
    (v1.folder / (v1.container(1, 0) + "/cgroup.procs").lstrip("/")).replace(v1.folder / (v1.container(0) + "/cgroup.procs").lstrip("/"))
    ticks.read_until(lambda b: pod_of(b).get("network", {}).get("rx_bytes") == 6)


def test_b17_b20_a_pods_network_is_read_once_and_not_told_of_containers(host):
    for c in range(3):
        host.process(7 + c, host.container(0, c), net_dev=net_dev(eth0=1000, eth1=10))
    pod = only(host.once())
    assert pod["network"]["rx_bytes"] == 1010 and len(pod["containers"]) == 3
    assert all("network" not in container for container in pod["containers"])


def test_b18_a_pod_in_the_nodes_network_is_flagged_and_has_none(host):
    host.put("/proc/1/net/dev", net_dev(eth0=5000))
    host.process(7, host.container(0))
    host.put("/proc/7/net/dev", net_dev(eth0=5000))
    batch = host.once()
    assert only(batch)["host_network"] is True and "network" not in only(batch)


def test_b19_a_nodes_network_is_that_of_interfaces_with_a_device(host):
    host.put("/proc/1/net/dev", net_dev(lo=1, eth0=1000, bond0=1000, br0=500, cni0=50, vethabc=5, cali1=5, docker0=5, flannel__1=5))
    host.make("/sys/class/net/eth0/device")
    network = host.once()["network"]
    assert network["rx_bytes"] == 1000
    assert [key for key in network if key.endswith("_rx_bytes")] == ["eth0_rx_bytes"], "and each of them is told"


def test_b19_an_interface_that_passes_on_for_another_is_not_counted_again(host):
    """As on virtual machines: eth0 has the bytes of enP1 in its own. The members of a bond are no such."""
    host.put("/proc/1/net/dev", net_dev(eth0=1000, enP1=900, eth2=50, bond0=50))
    for name in ("eth0", "enP1", "eth2"):
        host.make(f"/sys/class/net/{name}/device")
    host.make("/sys/class/net/bond0")
    host.link("/sys/class/net/enP1/master", "../eth0")
    host.link("/sys/class/net/eth2/master", "../bond0")
    assert host.once()["network"]["rx_bytes"] == 1050


# --- identity and life ----------------------------------------------------------------------------


def test_b21_old_and_new_container_are_never_together(host, tick):
    host.cgroup(host.container(0, 1), memory__current=100)
    ticks = tick(host)
    ticks.read()
    host.drop(host.container(0, 1))
    host.cgroup(host.container(0, 2), memory__current=200)
    ticks.read_until(lambda b: [c["id"] for c in only(b)["containers"]] == [IDS[2]])
    assert all(len(only(b)["containers"]) <= 1 for b in ticks.passed)


def test_b21_a_pod_that_is_gone_is_told_of_no_more(host, tick):
    for n in (0, 1):
        host.cgroup(host.container(n), memory__current=100)
    ticks = tick(host)
    assert len(ticks.read()["pods"]) == 2
    host.drop(host.pod(0))
    gone = ticks.read_until(lambda b: not pod_of(b, 0))
    assert [p["uid"] for p in gone["pods"]] == [UIDS[1]]


def test_b22_what_a_short_container_used_stays_in_its_pod(host, tick):
    host.cgroup(host.pod(0), cpu__stat=lines(usage_usec=1000), memory__stat=lines(pgfault=1))
    ticks = tick(host)
    ticks.read_until(lambda b: "cpu_usage" in only(b))
    # A container came and went between two readings: only the pod's own counters tell of it.
    host.put(host.pod(0) + "/cpu.stat", lines(usage_usec=51000))
    one = ticks.read_until(lambda b: usage(only(b)) == 51000)
    assert only(one)["cpu_usage"] > 0


@pytest.mark.parametrize("recorded, shows", [
    ("static-pod", "b23: a UID that is a hash"), ("mismatch", "b24: folders of pod and container in one name"),
    ("kind", "b25: nested nodes"), ("v2-cgroupfs", "b26: the whole tree mounted into a container"),
    ("crio", "b27, b28: a cgroup within the container; conmon is none")])
def test_b23_to_b28_every_layout_gives_pods_and_containers(recorded, shows):
    """Every number of these hosts is checked by tests/hosts; here only that there is somebody to check."""
    pods = json.loads(read_recorded(COLLECTOR, recorded))["pods"]
    assert pods and all(pod["containers"] for pod in pods), shows


def test_b27_processes_of_inner_cgroups_are_their_containers(host):
    host.make(host.container(0))
    host.process(7, host.container(0) + "/init", net_dev=net_dev(eth0=1000))
    host.process(8, host.container(0) + "/init/worker")
    pod = only(host.once())
    assert len(pod["containers"]) == 1 and pod["containers"][0]["processes"]["pids"] == 2
    assert pod["network"]["rx_bytes"] == 1000


def test_b28_conmon_and_pause_are_no_containers_and_count_for_their_pod(host):
    host.cgroup(host.container(0, 1), memory__current=10)
    host.make(f"{host.pod(0)}/crio-conmon-{IDS[2]}")
    host.process(9, host.container(0, 3))
    host.put("/proc/9/comm", "pause\n")
    pod = only(host.once())
    assert [c["id"] for c in pod["containers"]] == [IDS[1]]
    assert pod["processes"]["pids"] == 1, "the pause process is one of the pod's"


def test_b29_a_pod_without_a_name_is_told_by_its_uid_until_it_has_one(host, tick):
    host.cgroup(host.container(0), memory__current=10)
    ticks = tick(host, names="logs")
    first = only(ticks.read())
    assert first["pod_name"] == UIDS[0] and "namespace" not in first and first["containers"][0]["id"] == IDS[0]
    host.link(f"/var/log/containers/web_shop_app-{IDS[0]}.log", f"/var/log/pods/shop_web_{UIDS[0]}/app/0.log")
    one = only(ticks.read_until(lambda b: only(b)["pod_name"] == "web"))
    assert one["namespace"] == "shop" and one["containers"][0]["name"] == "app"


def test_b38_the_first_reading_comes_at_once_and_the_second_has_rates(host, tick):
    host.cgroup(host.container(0), cpu__stat=lines(usage_usec=1))
    host.put(host.pod(0) + "/cpu.stat", lines(usage_usec=1))
    started = time.monotonic()
    ticks = tick(host, interval="1s")
    first = ticks.read()
    second = ticks.read()
    assert "cpu_usage" not in only(first) and "cpu_usage" in only(second) and "cpu_usage" in second
    assert seconds_of(second) - seconds_of(first) < 2 and time.monotonic() - started < 30
