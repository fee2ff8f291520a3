"""What PyMISP waits for a search of attributes over a hub, and what of it is PyMISP's own: the same bytes given to
it by a server that has them ready. Run by `cargo xtask bench misp-rest`; needs PyMISP."""

import argparse
import contextlib
import http.server
import json
import os
import subprocess
import tempfile
import threading
import time
import urllib.request
import uuid

from peers import free_port, serving
from pymisp import PyMISP

ROUNDS = 21
# What PyMISP is to wait for a search of 10,000 attributes, in milliseconds.
WANTED_MS = 200


def event(count):
    """An event of so many attributes of four types."""

    def attribute(n):
        kind, value = [
            ("ip-dst", f"198.51.{n // 250 % 250}.{n % 250}"),
            ("domain", f"host{n}.example"),
            ("sha256", f"{n:064x}"),
            ("url", f"http://host{n}.example/a"),
        ][n % 4]
        return {
            "uuid": str(uuid.UUID(int=(n + 1) << 64 | 0x8000 << 48 | n, version=4)),
            "type": kind,
            "category": "Payload delivery" if kind == "sha256" else "Network activity",
            "value": value,
            "to_ids": True,
            "distribution": "5",
            "timestamp": str(1_777_600_000 + n),
        }

    return {"Event": {
        "uuid": "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01",
        "info": "Benchmark",
        "date": "2026-05-01",
        "timestamp": "1777700000",
        "published": True,
        "publish_timestamp": "1777700000",
        "distribution": "1",
        "threat_level_id": "1",
        "analysis": "2",
        "Orgc": {"name": "Centre", "uuid": "11111111-2222-4333-8444-555555555501"},
        "Attribute": [attribute(n) for n in range(count)],
    }}


def hub(program, folder, count):
    """A hub with one event of so many attributes in a collection that every member reads."""
    path = os.path.join(folder, "event.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(event(count), file)
    common = ["--data", os.path.join(folder, "data"), "--keys", os.path.join(folder, "keys"), "--json"]

    def run(*arguments, own=common):
        done = subprocess.run([program, *arguments, *own], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            raise SystemExit(f"kaname {' '.join(arguments)}: {done.stderr.decode()}")
        return done.stdout

    made = os.path.join(folder, "made")
    run("misp", "convert", path, "--out", made, own=[])
    [bundle] = [os.path.join(made, name) for name in os.listdir(made)]
    run("init")
    names = ["--name-ja", "比較", "--name-en", "Bench"]
    run("collection", "add", "bench", "--kind", "peer", "--tlp", "GREEN", *names)
    run("import", bundle, "--collection", "bench")
    run("party", "add", "member", "--kind", "vendor", "--class", "general", *names)
    key = json.loads(run("key", "add", "--party", "member", "--label", "bench", "--scope", "taxii:read"))["secret"]
    port = free_port()
    return [program, "serve", "--no-worker", "--address", f"127.0.0.1:{port}", *common[:4]], port, key


class Ready(http.server.BaseHTTPRequestHandler):
    """Answers every address with what it was given."""

    protocol_version = "HTTP/1.1"
    answers = {}

    def answer(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = self.answers[self.path]
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def ready(answers):
    Ready.answers = answers
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ready)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/misp/"
    server.shutdown()


def timed(work):
    """Median and 95th percentile of a few rounds, in milliseconds, after one that is not counted."""
    work()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1e3)
    times.sort()
    return times[ROUNDS // 2], times[min(ROUNDS - 1, -(-ROUNDS * 95 // 100) - 1)]


def raw(url, key, path, asked):
    body = None if asked is None else json.dumps(asked).encode()
    request = urllib.request.Request(url + path, data=body, headers={"Authorization": key, "Accept": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--kaname", default=None, help="the program; otherwise the release build")
    arguments = parser.parse_args()
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    program = os.path.abspath(arguments.kaname or os.path.join(target, "release", "kaname"))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        command, port, key = hub(program, folder, arguments.objects)
        with serving(command, port):
            url = f"http://127.0.0.1:{port}/misp/"
            asked = {"returnFormat": "json", "type": ["ip-dst", "domain", "sha256", "url"]}
            hello = ["servers/getVersion", "users/view/me", "attributes/describeTypes.json"]
            answers = {f"/misp/{path}": raw(url, key, path, None) for path in hello}
            answers["/misp/attributes/restSearch"] = raw(url, key, "attributes/restSearch", asked)
            client = PyMISP(url, key)
            with ready(answers) as quick:
                alone = PyMISP(quick, key)
                for what, more in [("search, as JSON", {}), ("search, as objects", {"pythonify": True})]:
                    times = []
                    for one in (client, alone):
                        found = one.search(controller="attributes", type_attribute=asked["type"], **more)
                        found = found if more else found["Attribute"]
                        if len({str(each["uuid"]) for each in found}) != arguments.objects:
                            raise SystemExit(f"{len(found)} attributes of {arguments.objects}")
                        times.append(timed(lambda: one.search(controller="attributes", type_attribute=asked["type"], **more)))
                    rows.append((what, *times))
            rows.append(("the server's share: the same bytes by plain HTTP", timed(lambda: raw(url, key, "attributes/restSearch", asked)), None))
            one = {"returnFormat": "json", "value": "host5.example"}
            if len(json.loads(raw(url, key, "attributes/restSearch", one))["response"]["Attribute"]) != 1:
                raise SystemExit("one value is not found once")
            rows.append(("one value among them, by plain HTTP", timed(lambda: raw(url, key, "attributes/restSearch", one)), None))
            rows.append(("index of events, by plain HTTP", timed(lambda: raw(url, key, "events/index", None)), None))
    size = len(answers["/misp/attributes/restSearch"]) / 1e6
    print(f"{arguments.objects:,} attributes of one event, {size:.1f} MB; p50 / p95 of {ROUNDS}; one client, loopback\n")
    print("| what | kaname (SQLite) | PyMISP's own of it |\n|---|---|---|")
    said = lambda both: f"{both[0]:.0f} / {both[1]:.0f} ms" if both else "-"
    for what, whole, own in rows:
        print(f"| {what} | {said(whole)} | {said(own)} |")
    median = rows[0][1][0]
    if arguments.objects == 10_000:
        print(f"\nwanted: {WANTED_MS} ms for a search as JSON; it is {'' if median <= WANTED_MS else 'not '}held (p50 {median:.0f} ms)")


if __name__ == "__main__":
    main()
