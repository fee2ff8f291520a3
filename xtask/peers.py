"""TAXII 2.1 by Kaname and by a peer (OASIS's medallion, memory backend): the same objects, the same machine,
the same client, one table. Run by `cargo xtask bench peers`; standard library only."""

import argparse
import base64
import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid

TAXII = "application/taxii+json;version=2.1"
PAGE = 100
WHOLE = 1000
ROUNDS = 30
BEGIN = 1_767_225_600  # 2026-01-01T00:00:00Z


def stamp(seconds, micros=0):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{micros:06}Z"


def objects(count):
    for n in range(count):
        made = stamp(BEGIN + n)[:-4] + "Z"
        yield {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{uuid.UUID(int=(n + 1) << 64 | 0x8000 << 48 | n, version=4)}",
            "created": made,
            "modified": made,
            "name": f"Command server {n}",
            "indicator_types": ["malicious-activity"],
            "pattern": f"[ipv4-addr:value = '198.51.{n // 250 % 250}.{n % 250}']",
            "pattern_type": "stix",
            "valid_from": made,
        }


def free_port():
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


class Client:
    """One connection; opened again where the server closes it after each answer."""

    def __init__(self, port, authorization):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self.headers = {"Accept": TAXII, "Authorization": authorization}

    def get(self, path):
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {body[:300]!r}")
        return body


@contextlib.contextmanager
def serving(command, port, **options):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise SystemExit(f"{command[0]} ended: {process.stderr.read().decode()[-600:]}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        else:
            raise SystemExit(f"{command[0]} does not listen on {port}")
        yield process
    finally:
        process.terminate()
        process.wait(30)
        process.stderr.close()


def ours(program, folder, held):
    """A hub with the objects in a collection that every member sees."""
    bundle = os.path.join(folder, "bundle.json")
    with open(bundle, "w", encoding="utf-8") as file:
        json.dump({"type": "bundle", "id": f"bundle--{uuid.uuid4()}", "objects": held}, file)
    common = ["--data", os.path.join(folder, "data"), "--keys", os.path.join(folder, "keys"), "--json"]

    def run(*arguments):
        done = subprocess.run([program, *arguments, *common], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            raise SystemExit(f"kaname {' '.join(arguments)}: {done.stderr.decode()}")
        return json.loads(done.stdout)

    run("init")
    names = ["--name-ja", "比較", "--name-en", "Bench"]
    run("collection", "add", "bench", "--kind", "peer", "--tlp", "GREEN", *names)
    run("import", bundle, "--collection", "bench")
    run("party", "add", "member", "--kind", "vendor", "--class", "general", *names)
    secret = run("key", "add", "--party", "member", "--label", "bench", "--scope", "taxii:read")["secret"]
    port = free_port()
    command = [program, "serve", "--no-worker", "--address", f"127.0.0.1:{port}", *common[:4]]
    return command, port, f"Bearer {secret}", "/taxii2/api/"


def medallion(folder, held):
    data = {
        "/discovery": {"title": "peer", "description": "", "contact": "", "default": "", "api_roots": []},
        "api": {
            "information": {"title": "api", "description": "", "versions": [TAXII], "max_content_length": 104857600},
            "status": [],
            "collections": [
                {
                    "id": str(uuid.uuid4()),
                    "title": "bench",
                    "description": "",
                    "can_read": True,
                    "can_write": False,
                    "media_types": ["application/stix+json;version=2.1"],
                    "objects": held,
                    "manifest": [
                        {
                            "id": one["id"],
                            "date_added": stamp(BEGIN + n),
                            "version": one["modified"],
                            "media_type": "application/stix+json;version=2.1",
                        }
                        for n, one in enumerate(held)
                    ],
                }
            ],
        },
    }
    file = os.path.join(folder, "medallion.json")
    with open(file, "w", encoding="utf-8") as out:
        json.dump(data, out)
    config = os.path.join(folder, "medallion.conf")
    with open(config, "w", encoding="utf-8") as out:
        backend = {
            "module": "medallion.backends.memory_backend",
            "module_class": "MemoryBackend",
            "filename": file,
            "session_timeout": 600,
        }
        json.dump({"backend": backend, "users": {"bench": "bench"}, "taxii": {"max_page_size": WHOLE}}, out)
    port = free_port()
    program = os.path.join(os.path.dirname(sys.executable), "medallion")
    login = base64.b64encode(b"bench:bench").decode()
    return [program, "--port", str(port), "--log-level", "ERROR", config], port, f"Basic {login}", "/api/"


def measured(setup, count):
    command, port, authorization, root = setup
    with serving(command, port) as process:
        client = Client(port, authorization)
        collections = json.loads(client.get(f"{root}collections/"))["collections"]
        found = next((one for one in collections if "bench" in one["title"].lower()), None)
        if found is None:
            raise SystemExit(f"{command[0]} offers no collection of that name: {collections}")
        path = f"{root}collections/{found['id']}/objects/"
        client.get(f"{path}?limit={PAGE}")
        times, size = [], 0
        for _ in range(ROUNDS):
            started = time.perf_counter()
            size = len(client.get(f"{path}?limit={PAGE}"))
            times.append(time.perf_counter() - started)
            if sum(times) > 60:
                break
        times.sort()
        seen, more, started, one = 0, "", time.perf_counter(), None
        while True:
            envelope = json.loads(client.get(f"{path}?limit={WHOLE}{more}"))
            seen += len(envelope.get("objects", []))
            one = envelope["objects"][0]["id"]
            if not envelope.get("more"):
                break
            more = f"&next={envelope['next']}"
        whole = time.perf_counter() - started
        if seen < count:
            raise SystemExit(f"{command[0]} gave {seen} objects of {count}")
        started = time.perf_counter()
        client.get(f"{path}{one}/")
        single = time.perf_counter() - started
        with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
            memory = next((line.split()[1] for line in status if line.startswith("VmRSS")), "0")
    return {
        "page p50": f"{times[len(times) // 2] * 1e3:.1f} ms",
        "page p95": f"{times[min(len(times) - 1, len(times) * 95 // 100)] * 1e3:.1f} ms",
        "page size": f"{size / 1024:.0f} KiB",
        "full read": f"{seen / whole:,.0f} objects/s",
        "one object by id": f"{single * 1e3:.1f} ms",
        "memory after it": f"{int(memory) / 1024:.0f} MiB",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=200)
    parser.add_argument("--kaname", default=None, help="the program; otherwise the release build")
    arguments = parser.parse_args()
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    program = os.path.abspath(arguments.kaname or os.path.join(target, "release", "kaname"))
    held = list(objects(arguments.objects))
    with tempfile.TemporaryDirectory() as folder:
        columns = {
            "kaname (SQLite)": measured(ours(program, folder, held), len(held)),
            "medallion 3.0.0 (memory)": measured(medallion(folder, held), len(held)),
        }
    print(f"{len(held):,} objects; pages of {PAGE}, {ROUNDS} times; full read in pages of {WHOLE}; one client, loopback\n")
    names = list(columns)
    print("| what | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for row in columns[names[0]]:
        print(f"| {row} | " + " | ".join(columns[name][row] for name in names) + " |")


if __name__ == "__main__":
    main()
