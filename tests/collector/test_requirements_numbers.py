"""What users ask of a collector's numbers, one test or more for each line of docs/requirements.md up to 15: test_b07_… is number 7.

The shipped program reads hosts of a few files, which change between its readings.
"""
import pytest
from small_host import IDS, Host, fixture_host, fixture_tick, fixture_v1, lines, net_dev, only, pod_of, seconds_of, usage  # noqa: F401

IO = "8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n"


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


def test_b15_an_ended_process_counts_once_whether_its_parent_knows_or_not(v1, tick):
    def wrote(count):
        return f"read_bytes: 0\nwrite_bytes: {count}\n"

    v1.process(7, v1.container(0), io=wrote(0))
    v1.process(8, v1.container(0), io=wrote(8192))
    ticks = tick(v1)
    ticks.read_until(lambda b: only(b).get("disk", {}).get("write_bytes") == 8192)
    ticks.pause(0.01, lambda: v1.put(v1.container(0) + "/cgroup.procs", "7\n"))
    ticks.read_until(lambda b: only(b)["processes"]["pids"] == 1)
    assert [only(ticks.read())["disk"]["write_bytes"] for _ in range(3)] == [8192] * 3
    # The parent asks for its end: what it wrote is the parent's from now on.
    ticks.pause(0.01, lambda: (v1.put("/proc/8/io", ""), v1.put("/proc/7/io", wrote(8192 + 1))))
    ticks.read_until(lambda b: only(b)["disk"]["write_bytes"] != 8192)
    assert [only(ticks.read())["disk"]["write_bytes"] for _ in range(3)] == [8193] * 3
