"""What users ask of a collector, one test or more for each line of docs/requirements.md: test_b07_… is its number 7.

The shipped program reads hosts of a few files, which change between its readings.
"""
import json
import sys
import time

import pytest
from small_host import COLLECTOR, IDS, ROOT, UIDS, Host, Ticks, lines, net_dev, seconds_of

sys.path.insert(0, str(ROOT / "tests/hosts"))
from check_hosts import read as read_recorded  # noqa: E402

IO = "8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n"


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path)


@pytest.fixture
def v1(tmp_path):
    return Host(tmp_path, version=1)


@pytest.fixture
def tick():
    """Starts the collector on a host, and ends it after the test without a complaint."""
    started = []

    def start(host, *options, **more):
        started.append(Ticks(host, *options, **more))
        return started[-1]

    yield start
    for one in started:
        assert one.stop() == ""


def pod_of(batch, n=0):
    return next((pod for pod in batch["pods"] if pod["uid"] == UIDS[n]), None)


def only(batch):
    assert len(batch["pods"]) == 1, batch["pods"]
    return batch["pods"][0]


def usage(pod):
    return pod["cpu"]["usage_usec"]


# --- CPU ------------------------------------------------------------------------------------------


def test_b01_a_counter_that_goes_back_gives_no_rate_and_the_next_one_is_right(host, tick):
    host.cgroup(host.pod(0), cpu__stat=lines(usage_usec=9000000))
    ticks = tick(host)
    ticks.read_until(lambda b: only(b).get("cpu_usage") == 0)
    host.put(host.pod(0) + "/cpu.stat", lines(usage_usec=1000000))
    one = ticks.read_until(lambda b: usage(only(b)) == 1000000)
    assert "cpu_usage" not in only(one)
    assert only(ticks.read())["cpu_usage"] == 0
    host.put(host.pod(0) + "/cpu.stat", lines(usage_usec=1010000))
    one = ticks.read_until(lambda b: usage(only(b)) == 1010000)
    assert 0 < only(one)["cpu_usage"] < 110


def test_b02_a_restarted_container_is_another_one_however_large_its_counter(host, tick):
    host.cgroup(host.container(0, 1), cpu__stat=lines(usage_usec=1000))
    ticks = tick(host)
    ticks.read_until(lambda b: only(b)["containers"][0].get("cpu_usage") == 0)
    host.drop(host.container(0, 1))
    host.cgroup(host.container(0, 2), cpu__stat=lines(usage_usec=900000000))
    one = ticks.read_until(lambda b: [c["id"] for c in only(b)["containers"]] == [IDS[2]] and "cpu" in only(b)["containers"][0])
    assert "cpu_usage" not in only(one)["containers"][0], "no rate from one container to the next"
    assert only(ticks.read())["containers"][0]["cpu_usage"] == 0


def test_b02_a_new_pod_is_another_one_however_large_its_counter(host, tick):
    host.cgroup(host.pod(0), cpu__stat=lines(usage_usec=1000))
    ticks = tick(host)
    ticks.read_until(lambda b: only(b).get("cpu_usage") == 0)
    host.drop(host.pod(0))
    host.cgroup(host.pod(1), cpu__stat=lines(usage_usec=900000000))
    one = ticks.read_until(lambda b: pod_of(b, 1) and "cpu" in pod_of(b, 1))
    assert "cpu_usage" not in pod_of(one, 1)


def test_b03_a_rate_is_over_the_time_that_has_passed_between_two_readings(host, tick):
    """A tenth of a second of CPU time within 15 intervals, all of which the collector missed."""
    host.cgroup(host.pod(0), cpu__stat=lines(usage_usec=1000000))
    ticks = tick(host)
    ticks.read_until(lambda b: only(b).get("cpu_usage") == 0)
    ticks.pause(1.5, lambda: host.put(host.pod(0) + "/cpu.stat", lines(usage_usec=1100000)))
    one = ticks.read_until(lambda b: usage(only(b)) == 1100000)
    assert 0 < only(one)["cpu_usage"] < 70, "over the nominal interval it would be 1000"
    assert one["collector"]["ticks_skipped"] > 0, "and the ticks that were missed are counted"


def test_b03_each_rate_is_that_of_the_rows_beside_it(host, tick):
    host.cgroup(host.pod(0), cpu__stat=lines(usage_usec=0))
    ticks, before, checked = tick(host), None, 0
    for n in range(1, 40):
        now = only(ticks.read())
        if before and usage(now) > usage(before):
            expected = (usage(now) - usage(before)) / 1000 / (seconds_of(now) - seconds_of(before))
            assert now["cpu_usage"] == pytest.approx(expected, rel=0.1), (before, now)
            checked += 1
        before = now
        ticks.pause(0.5 if n % 10 == 0 else 0, lambda u=n * 50000: host.put(host.pod(0) + "/cpu.stat", lines(usage_usec=u)))
    assert checked > 10


def test_b04_what_is_new_has_a_rate_after_one_interval(host, tick):
    host.cgroup(host.pod(0), cpu__stat=lines(usage_usec=0))
    ticks = tick(host)
    ticks.read()
    host.cgroup(host.container(1), cpu__stat=lines(usage_usec=5000))
    host.put(host.pod(1) + "/cpu.stat", lines(usage_usec=5000))
    ticks.read_until(lambda b: pod_of(b, 1) and "cpu" in pod_of(b, 1) and "cpu" in (pod_of(b, 1)["containers"] or [{}])[0])
    second = pod_of(ticks.read(), 1)
    assert "cpu_usage" in second and "cpu_usage" in second["containers"][0]


def test_b05_never_throttled_differs_from_no_quota(host):
    throttling = dict(nr_periods=7, nr_throttled=0, throttled_usec=0)
    host.cgroup(host.pod(0), cpu__stat=lines(usage_usec=1, **throttling), cpu__max="20000 100000\n")
    host.cgroup(host.pod(1), cpu__stat=lines(usage_usec=1, **throttling), cpu__max="max 100000\n")
    batch = host.once()
    quota, none = pod_of(batch, 0)["cpu"], pod_of(batch, 1)["cpu"]
    assert quota == {"limit_millicores": 200, "usage_usec": 1, "periods": 7, "throttled_periods": 0, "throttled_usec": 0}
    assert none == {"usage_usec": 1}


def test_b05_on_cgroup_v1(v1):
    for n, quota in ((0, 20000), (1, -1)):
        v1.cgroup(v1.pod(n, "cpu"), cpu__cfs_quota_us=quota, cpu__cfs_period_us=100000,
                  cpu__stat=lines(nr_periods=7, nr_throttled=2, throttled_time=3000))
        v1.make(v1.pod(n))
    batch = v1.once()
    assert pod_of(batch, 0)["cpu"] == {"limit_millicores": 200, "periods": 7, "throttled_periods": 2, "throttled_usec": 3}
    assert "cpu" not in pod_of(batch, 1)


# --- memory ---------------------------------------------------------------------------------------


def test_b06_working_set_is_usage_without_inactive_cache_and_never_below_nothing(host):
    stat = lines(anon=300, file=600, inactive_file=400, active_file=200, pgfault=5, pgmajfault=1)
    host.cgroup(host.pod(0), memory__current=1000, memory__stat=stat)
    host.cgroup(host.pod(1), memory__current=100, memory__stat=stat)
    batch = host.once()
    assert pod_of(batch, 0)["memory"] == {"usage": 1000, "working_set": 600, "rss": 300, "cache": 600, "page_faults": 5, "major_page_faults": 1}
    assert pod_of(batch, 1)["memory"]["working_set"] == 0


def test_b06_on_cgroup_v1_the_whole_tree_counts(v1):
    stat = lines(inactive_file=1, rss=1, cache=1, total_cache=600, total_rss=300, total_inactive_file=400)
    v1.cgroup(v1.pod(0), memory__usage_in_bytes=1000, memory__stat=stat)
    assert only(v1.once())["memory"] == {"usage": 1000, "working_set": 600, "rss": 300, "cache": 600}


def test_b07_a_nodes_memory_means_the_same_on_both_versions(tmp_path):
    """The root cgroup of v2 charges otherwise than that of v1; /proc/meminfo does not care."""
    meminfo = lines(**{"MemTotal:": "1000 kB", "MemFree:": "100 kB", "MemAvailable:": "600 kB", "Buffers:": "50 kB", "Cached:": "250 kB"})
    read = []
    for version in (1, 2):
        host = Host(tmp_path / str(version), version)
        host.put("/proc/meminfo", meminfo)
        host.cgroup(host.top(), memory__usage_in_bytes=1, memory__current=2, memory__stat=lines(total_rss=0, anon=3))
        read.append(host.once()["memory"])
    assert read[0] == read[1]
    assert read[0] == {"total": 1024000, "free": 102400, "available": 614400, "buffers": 51200, "cached": 256000,
                       "used": 614400, "working_set": 409600}


def test_b08_a_root_cgroup_without_files_takes_nothing_from_the_node(host):
    host.put("/proc/stat", "cpu  100 0 50 900 7 0 0 0 0 0\ncpu0 100 0 50 900 7 0 0 0 0 0\n")
    host.put("/proc/meminfo", "MemTotal: 1000 kB\nMemFree: 400 kB\nMemAvailable: 600 kB\nBuffers: 0 kB\nCached: 100 kB\n")
    batch = host.once()
    assert batch["cpu"]["usage_usec"] == 1500000 and batch["memory"]["working_set"] == 409600


def test_b08_what_cannot_be_read_is_absent_and_not_0(host):
    host.drop("/proc/stat")
    host.cgroup(host.pod(0))
    batch = host.once()
    assert not {"cpu", "memory", "network", "disk", "processes", "pressure"} & set(batch)
    assert not {"cpu", "memory", "network", "disk", "processes", "pressure"} & set(only(batch))


def test_b09_an_oom_kill_outlives_its_container(host, tick):
    host.put("/proc/vmstat", lines(pgfault=1, oom_kill=3))
    host.cgroup(host.container(0, 1), memory__events=lines(oom=1, oom_kill=1))
    host.put(host.pod(0) + "/memory.events", lines(oom=1, oom_kill=1))
    ticks = tick(host)
    batch = ticks.read()
    assert only(batch)["containers"][0]["memory"]["oom_kills"] == 1 and batch["processes"]["oom_kills"] == 3
    host.drop(host.container(0, 1))
    host.cgroup(host.container(0, 2), memory__events=lines(oom=0, oom_kill=0))
    batch = ticks.read_until(lambda b: [c.get("memory") for c in only(b)["containers"]] == [{"oom_kills": 0}])
    assert only(batch)["memory"]["oom_kills"] == 1


def test_b09_on_cgroup_v1_where_only_the_container_counts(v1, tick):
    none = lines(oom_kill_disable=0, under_oom=0, oom_kill=0)
    v1.cgroup(v1.pod(0), memory__oom_control=none)
    v1.cgroup(v1.container(0, 1), memory__oom_control=none.replace("oom_kill 0", "oom_kill 1"))
    ticks = tick(v1)
    ticks.read()
    v1.drop(v1.container(0, 1))
    v1.cgroup(v1.container(0, 2), memory__oom_control=none)
    batch = ticks.read_until(lambda b: [c["id"] for c in only(b)["containers"]] == [IDS[2]] and "memory" in only(b)["containers"][0])
    assert only(batch)["memory"]["oom_kills"] == 1


def test_b10_the_collector_tells_what_it_costs_and_what_it_cannot_read(host, tick):
    host.cgroup(host.pod(0), memory__current="x\n")
    ticks = tick(host)
    ticks.read()
    said = ticks.read()["collector"]
    assert said["cpu_usec"] > 0 and said["rss"] > 0 and said["tick_usec"] > 0 and said["files_read"] > 0
    assert {"read_errors", "ticks_skipped", "batches_dropped"} <= set(said)


def test_b10_files_are_left_alone_only_while_they_cannot_change(host, tick):
    """No task of the pod runs; others send to it, the kernel writes its pages back and takes some of them away."""
    host.cgroup(host.pod(0), cpu__stat=lines(usage_usec=5), memory__current=9000, io__stat=IO)
    host.process(7, host.container(0), net_dev=net_dev(eth0=1000))
    ticks = tick(host)
    for _ in range(8):
        asleep = ticks.read()
    host.put(host.pod(0) + "/memory.current", "8000\n")
    host.put(host.pod(0) + "/io.stat", IO.replace("wbytes=8192", "wbytes=9216"))
    host.put("/proc/7/net/dev", net_dev(eth0=2000))
    ticks.read_until(lambda b: only(b)["memory"]["usage"] == 8000 and only(b)["disk"]["write_bytes"] == 9216 and
                     only(b)["network"]["rx_bytes"] == 2000)
    assert len(ticks.passed) <= 3, "at the next reading, but for one that was under way"
    assert asleep["collector"]["files_read"] > 0


def test_b10_a_limit_that_changes_while_a_pod_sleeps_is_seen(host, tick):
    host.cgroup(host.pod(0), cpu__stat=lines(usage_usec=5, nr_periods=1, nr_throttled=0, throttled_usec=0), cpu__max="20000 100000\n")
    ticks = tick(host)
    ticks.read_until(lambda b: only(b)["cpu"]["limit_millicores"] == 200)
    host.put(host.pod(0) + "/cpu.max", "50000 100000\n")
    ticks.read_until(lambda b: only(b)["cpu"]["limit_millicores"] == 500)


# --- disk -----------------------------------------------------------------------------------------


def test_b11_operations_are_counted_beside_bytes(host):
    host.cgroup(host.pod(0), io__stat=IO)
    assert only(host.once())["disk"] == {"read_bytes": 4096, "write_bytes": 8192, "read_ops": 1, "write_ops": 2}


def test_b11_v1_is_read_where_every_scheduler_counts(v1):
    v1.cgroup(v1.pod(0, "blkio"), blkio__io_service_bytes="8:0 Read 0\n8:0 Write 0\nTotal 0\n",
              blkio__throttle__io_service_bytes="8:0 Read 4096\n8:0 Write 8192\n8:0 Total 12288\nTotal 12288\n",
              blkio__throttle__io_serviced="8:0 Read 1\n8:0 Write 2\nTotal 3\n")
    v1.make(v1.pod(0))
    assert only(v1.once())["disk"] == {"read_bytes": 4096, "write_bytes": 8192, "read_ops": 1, "write_ops": 2}


def test_b12_a_device_on_top_of_a_disk_does_not_count_its_bytes_again(host):
    host.put("/proc/devices", "Character devices:\n  1 mem\n\nBlock devices:\n  7 loop\n  8 sd\n253 device-mapper\n")
    host.cgroup(host.pod(0), io__stat=IO + IO.replace("8:0", "253:0") + IO.replace("8:0", "7:1"))
    line = "1 0 8 0 2 0 16 0 0 5 0\n"
    host.put("/proc/diskstats", f"   8 0 sda {line}   8 1 sda1 {line} 253 0 dm-0 {line}   7 0 loop0 {line}   9 0 md0 {line}")
    for name in ("sda", "dm-0", "loop0", "md0"):
        host.make(f"/sys/block/{name}")
    batch = host.once()
    assert only(batch)["disk"]["write_bytes"] == 8192
    assert batch["disk"] == {"read_bytes": 4096, "write_bytes": 8192, "read_ops": 1, "write_ops": 2, "io_time_ms": 5}


@pytest.mark.parametrize("bad", ["(unknown) rbytes=\n", "(unknown) \n", "253:9\n", "8:0 rbytes=x wbytes=-5 rios=\n", "\n", "\\\xff\n"])
def test_b13_one_bad_line_of_io_stat_spoils_no_other(host, bad):
    host.cgroup(host.pod(0), io__stat=bad + IO)
    assert only(host.once())["disk"] == {"read_bytes": 4096, "write_bytes": 8192, "read_ops": 1, "write_ops": 2}


def test_b14_without_the_io_controller_disk_is_absent(host):
    host.cgroup(host.pod(0), memory__current=1)
    host.process(7, host.container(0))
    host.cgroup(host.pod(1), io__stat="")
    batch = host.once()
    assert "disk" not in pod_of(batch, 0)
    assert set(pod_of(batch, 1)["disk"].values()) == {0}, "the controller is there and has counted nothing"


def test_b15_where_v1_counts_nothing_the_processes_do(v1):
    v1.cgroup(v1.pod(0, "blkio"), blkio__throttle__io_service_bytes_recursive="Total 0\n")
    v1.process(7, v1.container(0), io="rchar: 9\nwchar: 9\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 0\n")
    assert only(v1.once())["disk"] == {"read_bytes": 4096, "write_bytes": 8192}


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
    assert host.once()["network"]["rx_bytes"] == 1000


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
