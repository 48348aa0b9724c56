#!/usr/bin/env python3
"""What tests/e2e/metrics_api.sh checks. Each line says what was seen, and how long it took."""
import argparse
import json
import pathlib
import re
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

BETA = "/apis/metrics.k8s.io/v1beta1"


class Check:
    def __init__(self, options):
        self.namespace, self.metrics = options.namespace, options.metrics
        self.hpa = f"horizontalpodautoscalers.{options.hpa_api.split('/')[1]}.autoscaling"
        self.scratch, self.ca = pathlib.Path(options.scratch), options.front_proxy_ca
        self.apiservices, self.failed, self.seen = options.apiservices, 0, "nothing"

    def say(self, good, words):
        print(f"{'ok  ' if good else 'FAIL'} {words}", flush=True)
        self.failed += not good

    def within(self, seconds, what, look):
        """Looks every second until it is true; says after how long. A number or text it gives is said as well."""
        begin, seen = time.time(), None
        while time.time() - begin < seconds:
            seen = look()
            if seen:
                self.say(True, f"{what}, after {time.time() - begin:.0f} s" + ("" if seen is True else f": {seen}"))
                return
            time.sleep(1)
        self.say(False, f"{what}: not within {seconds} s; seen last: {self.seen}")

    # --- ways to ask
    def kubectl(self, *arguments, check=True):
        result = subprocess.run(["kubectl", *arguments], capture_output=True, text=True, timeout=120, check=False)
        assert not check or result.returncode == 0, f"kubectl {' '.join(arguments)}: {result.stderr}"
        return result.stdout if check else result

    def raw(self, path):
        return json.loads(self.kubectl("get", "--raw", path))

    def usage(self, pod):
        """Containers of a pod: name -> (millicores, MiB); nothing where the pod is not listed."""
        result = self.kubectl("get", "--raw", f"{BETA}/namespaces/{self.namespace}/pods/{pod}", check=False)
        self.seen = (result.stdout or result.stderr).strip()
        if result.returncode != 0:
            return {}
        return {c["name"]: (number(c["usage"]["cpu"]) * 1000, number(c["usage"]["memory"]) / 2**20)
                for c in json.loads(result.stdout)["containers"]}

    def direct(self, path, cert=None, headers=None):
        """(status, text) of a request past the API server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if cert:
            context.load_cert_chain(f"{cert}.crt", f"{cert}.key")
        request = urllib.request.Request(self.metrics + path, headers=headers or {})
        try:
            with urllib.request.urlopen(request, context=context, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    # --- what is checked
    def registered(self):
        self.kubectl("apply", "-f", self.apiservices)
        for version in ("v1beta1", "v1"):
            self.within(60, f"{version}.metrics.k8s.io is Available", lambda: self.kubectl(
                "get", "apiservice", f"{version}.metrics.k8s.io", "-o",
                'jsonpath={.status.conditions[?(@.type=="Available")].status}') == "True")
        print(self.kubectl("get", "apiservices", "v1beta1.metrics.k8s.io", "v1.metrics.k8s.io"))
        self.within(30, "kubectl api-resources lists nodes and pods", lambda: self.kubectl(
            "api-resources", "--api-group=metrics.k8s.io", check=False).stdout.count("metrics.k8s.io") >= 2)

    def every_node(self):
        wanted = set(self.kubectl("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}").split())
        self.within(60, "every node has metrics", lambda: wanted == {
            item["metadata"]["name"] for item in self.raw(f"{BETA}/nodes")["items"]})

    def known_loads(self):
        self.within(60, "a load of 50 m CPU reads 50 +- 10 m",
                    lambda: [f"{c:.1f} m" for c, _ in self.usage("cpu").values() if 40 <= c <= 60])
        self.within(60, "a load of 50 MiB reads 50 +- 5 MiB",
                    lambda: [f"{m:.1f} MiB" for _, m in self.usage("memory").values() if 45 <= m <= 55])
        self.within(60, "a pod with an init container has one container", lambda: list(self.usage("init")) == ["main"])
        self.within(60, "a pod with a sidecar has two, both not 0", lambda: sorted(self.usage("sidecar")) == ["main", "side"]
                    and all(c > 0 and m > 0 for c, m in self.usage("sidecar").values()))

    def top(self):
        for words, wanted in (
                (("nodes",), r"(?m)^\S+ +\d+m +\d+% +\d+Mi +\d+% *$"),
                (("pods", "-A", "--containers", "--sort-by=cpu"), rf"(?m)^{self.namespace} +cpu +burn +\d+m +\d+Mi"),
                (("pods", "-A", "--sort-by=memory"), rf"(?m)^{self.namespace} +memory +"),
                (("pods", "-n", self.namespace, "-l", "app=known"), r"(?s)cpu .*memory "),
                (("pods", "-n", self.namespace, "-l", "app in (known),of!=cpu"), r"\A[^\n]*\nmemory[^\n]*\n\Z"),
                (("pod", "sidecar", "-n", self.namespace, "--containers"), r"(?s)sidecar +main.*sidecar +side")):
            result = self.kubectl("top", *words, check=False)
            good = result.returncode == 0 and re.search(wanted, result.stdout)
            self.say(good, f"kubectl top {' '.join(words)}")
            if not good or words[0] == "nodes":
                print("\n".join((result.stdout + result.stderr).splitlines()[:8]))
        self.say("burn" in self.kubectl("top", "pods", "-A", "--containers", "--sort-by=cpu"), "sorted by CPU")
        rows = self.kubectl("get", "pods.metrics.k8s.io", "-n", self.namespace)
        self.say(re.search(r"(?m)^NAME +CPU +MEMORY +WINDOW$", rows), "kubectl get pods.metrics.k8s.io is a table")

    def health(self):
        for path, text in (("/livez?verbose", "[+]ping ok\nlivez check passed\n"),
                           ("/readyz?verbose", "[+]ping ok\n[+]request-header-ca ok\n[+]shutdown ok\nreadyz check passed\n")):
            self.say(self.direct(path) == (200, text), f"{path} without a certificate")

    def replicas(self, name):
        return int(self.kubectl("get", "deployment", name, "-n", self.namespace, "-o", "jsonpath={.spec.replicas}"))

    def autoscaler(self, name, load, end):
        self.within(90, f"the autoscaler {name} knows the usage", lambda: "True" == self.kubectl(
            "get", self.hpa, name, "-n", self.namespace, "-o", "go-template={{range .status.conditions}}"
            '{{if eq .type "ScalingActive"}}{{.status}}{{end}}{{end}}', check=False).stdout)
        pod = self.kubectl("get", "pods", "-n", self.namespace, "-l", f"app={name}", "-o", "jsonpath={.items[0].metadata.name}")
        self.kubectl("exec", "-n", self.namespace, pod, "--", "sh", "-c", load)
        self.within(120, f"{name}: 3 replicas under load", lambda: self.replicas(name) == 3)
        print(self.kubectl("get", "hpa", name, "-n", self.namespace))
        # The pod that has the load may be the one that goes.
        self.kubectl("exec", "-n", self.namespace, pod, "--", "sh", "-c", end, check=False)
        self.within(180, f"{name}: 1 replica without it", lambda: self.replicas(name) == 1)

    def refused(self):
        forged = {"X-Remote-User": "admin", "X-Remote-Group": "system:masters"}
        self.say(self.direct(BETA + "/nodes", headers=forged)[0] == 401, "forged headers without a certificate: 401")
        make = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=front-proxy-client"]
        base = self.scratch / "wrong-ca"
        subprocess.run([*make, "-x509", "-days", "1", "-keyout", f"{base}.key", "-out", f"{base}.crt"], check=True,
                       capture_output=True)
        self.say(self.direct(BETA + "/nodes", base, forged)[0] == 401, "a certificate of a wrong CA: 401")
        if self.ca:
            base = self.scratch / "wrong-name"
            make[-1] = "/CN=somebody"
            subprocess.run([*make, "-keyout", f"{base}.key", "-out", f"{base}.csr"], check=True, capture_output=True)
            subprocess.run(["openssl", "x509", "-req", "-in", f"{base}.csr", "-CA", f"{self.ca}.crt", "-CAkey", f"{self.ca}.key",
                            "-set_serial", "7", "-days", "1", "-out", f"{base}.crt"], check=True, capture_output=True)
            status, text = self.direct(BETA + "/nodes", base, forged)
            self.say((status, "allowed names" in text) == (401, True), "the right CA, a wrong name: 401")
        nobody = f"--as=system:serviceaccount:{self.namespace}:nobody"
        result = self.kubectl("top", "nodes", nobody, check=False)
        self.say(result.returncode != 0 and "orbidden" in result.stderr, "a user without rights: Forbidden")
        self.kubectl("create", "rolebinding", "may", "-n", self.namespace, "--clusterrole=kubemonitor-e2e-reader",
                     f"--serviceaccount={self.namespace}:nobody")
        self.kubectl("create", "clusterrole", "kubemonitor-e2e-reader", "--verb=get,list", "--resource=pods.metrics.k8s.io")
        try:
            self.within(40, "the same user with rights on the namespace's pods", lambda: self.kubectl(
                "get", "--raw", f"{BETA}/namespaces/{self.namespace}/pods", nobody, check=False).returncode == 0)
            self.say(self.kubectl("get", "--raw", f"{BETA}/pods", nobody, check=False).returncode != 0,
                     "and not on those of all namespaces")
        finally:
            self.kubectl("delete", "clusterrole", "kubemonitor-e2e-reader")


def number(quantity):
    """0.05 of "50m", 20999168 of "20507Ki"."""
    scale = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1, "k": 1e3, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
    digits, suffix = re.fullmatch(r"(\d+)(\D*)", quantity).groups()
    return int(digits) * scale[suffix]


def main():
    parser = argparse.ArgumentParser()
    for option in ("metrics", "apiservices", "namespace", "scratch"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("--front-proxy-ca")
    parser.add_argument("--hpa-api", required=True)
    check = Check(parser.parse_args())
    check.registered()
    check.every_node()
    check.known_loads()
    check.top()
    check.health()
    check.refused()
    check.autoscaler("by-cpu", "touch /tmp/burn", "rm -f /tmp/burn")
    check.autoscaler("by-memory", "head -c 62914560 /dev/zero >/hold/file", "rm -f /hold/file")
    print(f"{check.failed} failed")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
