"""MISP to STIX 2.1 and back by Kaname and by a peer (MISP's own misp-stix): the same event, the same machine, one
table. Run by `cargo xtask bench misp`; needs misp-stix for the peer."""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import tempfile
import uuid

from misp_stix_converter import InternalSTIX2toMISPParser, MISPtoSTIX21Parser
from pymisp import MISPEvent
from stix2.parsing import parse

EVENT = "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01"


def event(count):
    def attribute(n):
        value = [
            ("ip-dst", f"198.51.{n // 250 % 250}.{n % 250}"),
            ("domain", f"host{n}.example"),
            ("sha256", f"{n:064x}"),
            ("url", f"http://host{n}.example/a"),
        ][n % 4]
        return {
            "uuid": str(uuid.UUID(int=(n + 1) << 64 | 0x8000 << 48 | n, version=4)),
            "type": value[0],
            "category": "Payload delivery" if value[0] == "sha256" else "Network activity",
            "value": value[1],
            "to_ids": True,
            "distribution": "5",
            "timestamp": str(1_777_600_000 + n),
            "comment": "",
            "deleted": False,
            "disable_correlation": False,
        }

    return {"Event": {
        "uuid": EVENT,
        "info": "Benchmark",
        "date": "2026-05-01",
        "timestamp": "1777600000",
        "published": False,
        "distribution": "0",
        "threat_level_id": "1",
        "analysis": "2",
        "Orgc": {"name": "Centre", "uuid": "11111111-2222-4333-8444-555555555501"},
        "Attribute": [attribute(n) for n in range(count)],
    }}


def spent(who):
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def ours(program, count):
    """CPU seconds there and back, the start of the program and the files included."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "e.json").write_text(json.dumps(event(count)))
        took = []
        bundle = folder / f"e.{EVENT}.stix.json"
        for source in (folder / "e.json", bundle):
            before = spent(resource.RUSAGE_CHILDREN)
            subprocess.run([program, "misp", "convert", source, "--out", folder], check=True, stdout=subprocess.DEVNULL)
            took.append(spent(resource.RUSAGE_CHILDREN) - before)
        back = json.loads((folder / f"e.{EVENT}.stix.misp.json").read_text())
        assert back == event(count), "the event did not come back the same"
        return took


def peer(count):
    """CPU seconds there and back, within this process."""
    source = json.dumps(event(count))
    before = spent(resource.RUSAGE_SELF)
    misp = MISPEvent()
    misp.load(json.loads(source))
    there = MISPtoSTIX21Parser()
    there.parse_misp_event(misp)
    bundle = there.bundle.serialize()
    between = spent(resource.RUSAGE_SELF)
    back = InternalSTIX2toMISPParser()
    back.load_stix_bundle(parse(bundle, allow_custom=True))
    back.parse_stix_bundle()
    back.misp_event.to_json()
    return [between - before, spent(resource.RUSAGE_SELF) - between]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--objects", type=int, default=100_000)
    arguments.add_argument("--peer-attributes", type=int, default=1_000)
    arguments.add_argument("--program", default=os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release", "kaname"))
    given = arguments.parse_args()
    print(f"{'':<10} {'attributes':>10} {'to STIX /CPU-s':>15} {'to MISP /CPU-s':>15}")
    for name, count, took in (
        ("kaname", given.objects, ours(os.path.abspath(given.program), given.objects)),
        ("misp-stix", given.peer_attributes, peer(given.peer_attributes)),
    ):
        there, back = (count / seconds for seconds in took)
        print(f"{name:<10} {count:>10,} {there:>15,.0f} {back:>15,.0f}")


main()
