# SPDX-License-Identifier: Apache-2.0
"""ClickHouse 18, given the rows as RowBinary: a whole tick of the cluster in one insert, as it wants to be used."""
import json
import struct
import time
import urllib.parse

from rows import NODE, POD, column
from server import Server, free_port

CONFIG = """<yandex><logger><level>error</level><log>{dir}/server.log</log></logger>
<listen_host>127.0.0.1</listen_host><http_port>{http}</http_port><tcp_port>{tcp}</tcp_port>
<path>{dir}/data/</path><tmp_path>{dir}/tmp/</tmp_path><users_config>{dir}/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>67108864</mark_cache_size><timezone>UTC</timezone></yandex>
"""
USERS = """<yandex><profiles><default><max_memory_usage>4000000000</max_memory_usage></default></profiles>
<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
<quotas><default></default></quotas></yandex>
"""


def text(value):
    return bytes([len(value)]) + value.encode()


class ClickHouse(Server):
    name, program, ready = "ClickHouse", "clickhouse-server", "/ping"

    def command(self):
        with open(f"{self.dir}/config.xml", "w") as file:
            file.write(CONFIG.format(dir=self.dir, http=self.port, tcp=free_port()))
        with open(f"{self.dir}/users.xml", "w") as file:
            file.write(USERS)
        return [self.program, f"--config-file={self.dir}/config.xml"]

    def _query(self, query, body=b""):
        return self.request("POST", "/?query=" + urllib.parse.quote(query), body)

    def load(self):
        pod = ",".join(f"{column(metric)} Int64" for metric in POD)
        node = ",".join(f"{column(metric)} Int64" for metric in NODE)
        self._query(f"CREATE TABLE pod(namespace String,node String,pod String,ts Int64,{pod}) ENGINE=MergeTree "
                    "PARTITION BY tuple() ORDER BY (namespace,pod,ts)")
        self._query(f"CREATE TABLE node(node String,ts Int64,{node}) ENGINE=MergeTree PARTITION BY tuple() ORDER BY (node,ts)")
        for tick in range(self.rows.ticks):
            nodes, pods = [], []
            for number in range(self.rows.nodes):
                row, its_pods = self.rows.batch(tick, number)
                name, space = text(self.rows.node_names[number]), text(self.rows.namespace(number))
                nodes.append(name + struct.pack(f"<{1 + len(NODE)}q", *row))
                pods += [space + name + text(pod_name) + struct.pack(f"<{1 + len(POD)}q", *pod)
                         for pod, pod_name in zip(its_pods, self.rows.pod_names[number])]
            self._query("INSERT INTO pod FORMAT RowBinary", b"".join(pods))
            self._query("INSERT INTO node FORMAT RowBinary", b"".join(nodes))
        return self.rows.samples

    def settle(self):
        self._query("OPTIMIZE TABLE pod FINAL")
        self._query("OPTIMIZE TABLE node FINAL")
        time.sleep(2)

    def sealed_bytes(self):
        return int(json.loads(self._query("SELECT sum(bytes_on_disk) AS b FROM system.parts WHERE active AND database='default' "
                                      "FORMAT JSONCompact"))["data"][0][0])

    def questions(self):
        space, pod = self.rows.namespace(0), self.rows.pod_names[0][0]
        latest = ",".join(f"argMax({column(metric)},ts)" for metric in POD)
        return {
            "pod": lambda: self._query(f"SELECT * FROM pod WHERE namespace='{space}' AND pod='{pod}' ORDER BY ts FORMAT JSONCompact"),
            "latest": lambda: self._query(f"SELECT namespace,pod,max(ts),{latest} FROM pod GROUP BY namespace,pod FORMAT JSONCompact"),
            "namespace": lambda: self._query(
                "SELECT b,runningDifference(s) FROM (SELECT intDiv(ts,5000)*5000 AS b,sum(cpu_usage_usec) AS s FROM pod "
                f"WHERE namespace='{space}' GROUP BY b ORDER BY b) FORMAT JSONCompact"),
        }
