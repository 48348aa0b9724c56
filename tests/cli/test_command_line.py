"""Exit codes, what is said when something is wrong, servers that answer nonsense, completion, the man page."""
import contextlib
import http.server
import json
import os
import shutil
import signal
import subprocess
import threading

import pytest
from conftest import PROGRAM, ROOT, Client, api, environment, fill


@contextlib.contextmanager
def stand_in(answer):
    """A server whose answer(path) gives (status, type, body)."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, kind, body = answer(self.path)
            self.server.headers_seen = self.headers
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for piece in [body] if isinstance(body, bytes) else body:
                    self.wfile.write(piece)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def items(*objects, **members):
    return 200, "application/json", json.dumps({"items": objects, **members}).encode()


@pytest.mark.parametrize("words, said", [
    ([], "a command is missing"),
    (["frob"], '"frob" is no command'),
    (["node"], "a name is missing"),
    (["nodes", "n1"], "kubectl-monitor node n1"),
    (["nodes", "a", "b"], "one word too many"),
    (["nodes", "--sort", "colour"], "name cpu"),
    (["nodes", "--output", "xml"], "table|wide|json|yaml|csv"),
    (["nodes", "--frob"], "not an option"),
    (["node", "n1", "--window", "0s"], "out of range"),
    (["node", "n1", "--step", "10s"], "--window"),
    (["nodes", "--server", "localhost:8080"], "http://"),
    (["nodes", "--token-file", "/nonexistent"], "/nonexistent"),
    (["completion", "csh"], "bash, zsh and fish"),
    (["top"], "terminal"),
    (["top", "frob"], "nodes, pods"),
])
def test_a_wrong_command_line_is_2(client, words, said):
    client.run(*words, status=2)
    assert said in client.errors


def test_what_the_server_refuses_is_1(server, client):
    fill(server)
    client.run("pod", "nope", status=1)
    assert 'no pod "nope"' in client.errors
    client.run("deployment", "nope", status=1)
    assert '"nope"' in client.errors and "-n NAMESPACE" in client.errors
    client.run("deployment", "web", status=1)
    assert "2 namespaces" in client.errors and "-n NAMESPACE" in client.errors
    client.run("node", "n1", "--window", "2h", status=1)
    assert "window must be at most 3600" in client.errors
    for space in ("shop", "data"):
        server.post("/api/pods/same", api.pod("same", space, cpu_usage=1))
    client.run("pod", "same", status=1)
    assert "-n NAMESPACE" in client.errors
    assert "same" in client.run("pod", "same", "-n", "shop")
    assert client.run("pods", "-n", "none") == "" and "No pods in namespace none" in client.errors


def test_no_connection_is_3(server, client):
    server.stop()
    client.run("nodes", status=3)
    assert "cannot reach" in client.errors and "--server" in client.errors
    done = subprocess.run([PROGRAM, "nodes"], capture_output=True, text=True, env=environment())
    assert done.returncode == 3 and done.stdout == "" and "--server" in done.stderr and "KUBECONFIG" in done.stderr


def test_watch_waits_for_a_lost_server(server, client):
    server.stop()
    client.run("nodes", "--watch", "--count", "3", "--interval", "100ms", status=3)
    assert client.errors.count("cannot reach") == 3


@pytest.mark.parametrize("answer, said", [
    ((200, "text/html", b"<html>hello</html>"), "not JSON"),
    ((200, "application/json", b"[1]"), "not JSON"),
    ((200, "application/json", b'{"pods":1}'), "without items"),
    ((500, "text/plain", b"oops"), "answers 500"),
    ((401, "text/plain", b""), "--token-file"),
    ((404, "application/json", b'{"kind":"Status","message":"services \\"x\\" not found"}'), 'services "x" not found'),
    ((404, "application/problem+json", b'{"detail":"gone\\u001b[2J"}'), "gone?[2J"),
])
def test_strange_answers_are_1(answer, said):
    with stand_in(lambda _: answer) as strange:
        client = Client(strange)
        client.run("nodes", status=1)
        assert said in client.errors
        client.run("nodes", "-o", "json", status=1)


def test_an_endless_answer_is_given_up():
    with stand_in(lambda _: (200, "application/json", (b" " * 65536 for _ in range(4096)))) as endless:
        client = Client(endless)
        client.run("nodes", status=1)
        assert "larger than 64 MiB" in client.errors


def test_no_name_moves_the_cursor():
    evil = {"node": "evil\033[2J\u009bname", "cpu_usage": 1}
    with stand_in(lambda _: items(evil)) as hostile:
        table = Client(hostile).run("nodes")
    assert "\033" not in table and "\u009b" not in table and "evil?[2J?name" in table


def test_pages_are_followed_by_their_token():
    seen = []

    def answer(path):
        seen.append(path)
        return items({"node": f"n{len(seen)}"}, **({} if len(seen) == 3 else {"continue": "0x1p+0/a b&\u00e9"}))

    with stand_in(answer) as paged:
        assert [r["node"] for r in Client(paged).csv("nodes")] == ["n1", "n2", "n3"]
    assert seen[1] == "/api/nodes?limit=5000&continue=0x1p%2B0%2Fa%20b%26%C3%A9"


def test_a_token_is_sent(tmp_path):
    (tmp_path / "token").write_text("secret\n")
    with stand_in(lambda _: items()) as closed:
        Client(closed).csv("nodes", "--token-file", str(tmp_path / "token"))
        assert closed.headers_seen["Authorization"] == "Bearer secret"
        Client(closed).csv("nodes")
        assert "Authorization" not in closed.headers_seen


def test_names_are_escaped_in_the_path():
    seen = []

    def answer(path):
        seen.append(path)
        return 404, "application/problem+json", b'{"detail":"no"}'

    with stand_in(answer) as server:
        Client(server).run("pod", "a/b?c", "-n", "x y", status=1)
    assert seen == ["/api/namespaces/x%20y/pods/a%2Fb%3Fc"]


def test_a_closed_pipe_is_an_error(server):
    fill(server)
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "nodes"], stdout=full, stderr=subprocess.PIPE, text=True,
                              env=environment(KUBEMONITOR_SERVER=server.url))
    assert done.returncode == 1 and "cannot write" in done.stderr


def test_help_and_man_name_every_command_and_option(client):
    text, page = client.run("--help"), client.run("--man")
    for word in ("nodes", "deployment", "completion", "-n, --namespace", "--window", "KUBEMONITOR_SERVER"):
        assert word in text
        assert word.replace("-", "\\-") in page.replace(" \\fI", " ")
    assert client.run("--version").startswith("kubectl-monitor ")
    assert ".SH EXIT STATUS" in page
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page, capture_output=True, text=True)
        assert done.returncode == 0 and done.stderr == ""


def test_completion_offers_the_servers_names(server, client):
    fill(server)
    assert client.run("__complete", "node", "") == "n1\nn2\n:4\n"
    assert client.run("__complete", "pod", "-n", "shop", "we") == "web-1\nweb-2\n:4\n"
    assert client.run("__complete", "pods", "-n", "") == "data\nshop\n:4\n"


def path_of_plugin(tmp_path):
    """A folder for PATH that holds the program under its own name, and kubectl's helper."""
    os.symlink(PROGRAM, tmp_path / "kubectl-monitor")
    os.symlink(f"{ROOT}/cli/kubectl_complete-monitor", tmp_path / "kubectl_complete-monitor")
    return f"{tmp_path}:{os.environ['PATH']}"


def test_bash_completes(server, tmp_path):
    fill(server)
    script = """source <(kubectl-monitor completion bash)
        COMP_WORDS=(kubectl-monitor pod -n shop we) COMP_CWORD=4; _kubectl_monitor; echo "${COMPREPLY[*]}"
        COMP_WORDS=(kubectl-monitor names) COMP_CWORD=1; _kubectl_monitor; echo "${COMPREPLY[*]}"
        complete -p kubectl-monitor"""
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True,
                          env=environment(PATH=path_of_plugin(tmp_path), KUBEMONITOR_SERVER=server.url))
    assert done.stdout.splitlines()[:2] == ["web-1 web-2", "namespaces namespace"], done.stderr
    assert "_kubectl_monitor" in done.stdout.splitlines()[2]


@pytest.mark.parametrize("shell, check", [("zsh", "-n"), ("fish", "--no-execute")])
def test_other_shells_understand_their_script(client, tmp_path, shell, check):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(client.run("completion", shell))
    subprocess.run([shell, check, tmp_path / "script"], check=True)


def test_kubectl_runs_and_completes_it(server, tmp_path):
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed")
    fill(server)
    there = environment(PATH=path_of_plugin(tmp_path), KUBEMONITOR_SERVER=server.url, HOME=str(tmp_path))
    done = subprocess.run(["kubectl", "monitor", "pods", "-n", "shop", "-o", "csv"], capture_output=True, text=True, env=there)
    assert done.returncode == 0 and "web-1" in done.stdout, done.stderr
    done = subprocess.run(["kubectl", "monitor", "node", "nope"], capture_output=True, text=True, env=there)
    assert done.returncode == 1
    done = subprocess.run(["kubectl", "__complete", "monitor", "node", ""], capture_output=True, text=True, env=there)
    assert done.stdout.splitlines()[:2] == ["n1", "n2"], done


def test_nothing_to_write_is_no_error(server):
    done = subprocess.run([PROGRAM, "nodes", "--no-headers", "-o", "csv"], capture_output=True, text=True,
                          env=environment(KUBEMONITOR_SERVER=server.url))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_interrupting_watch_ends_it(server):
    # What a shell starts in the background ignores SIGINT, these tests included.
    process = subprocess.Popen([PROGRAM, "nodes", "-w", "-o", "csv"], stdout=subprocess.PIPE, text=True,
                               env=environment(KUBEMONITOR_SERVER=server.url),
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    assert process.stdout.readline().startswith("node,")
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == -signal.SIGINT
