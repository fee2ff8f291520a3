"""Checking STIX by Kaname and by a peer (OASIS's stix2-validator): the same objects, the same machine, CPU seconds
of each, one table. Run by `cargo xtask bench stix`. Objects on which the two differ are counted and named."""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid

from stix2validator import ValidationOptions, validate_instance

TIMES = 50
STAMP = "2026-01-31T09:00:00.000Z"
TEXT = "The actor sent mail with a link to a page that asked for the password. " * 20


def made(kind, n):
    number = f"{n:08x}-0000-4000-8000-{n:012x}"
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{number}", "created": STAMP, "modified": STAMP}


def observable(n):
    # An observable's id is of version 5; which one does not decide whether it is valid.
    number = uuid.uuid5(uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7"), str(n))
    return {"type": "domain-name", "spec_version": "2.1", "id": f"domain-name--{number}", "value": f"host{n}.example"}


def objects(count):
    """A fifth of each kind; every second observable lacks what it must have."""
    for n in range(count):
        kinds = (
            {**made("attack-pattern", n), "name": f"Spearphishing {n}", "description": TEXT,
             "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "initial-access"}],
             "external_references": [{"source_name": "mitre-attack", "external_id": f"T{n}"}]},
            {**made("indicator", n), "pattern": f"[domain-name:value = 'host{n}.example'] OR [ipv4-addr:value = '203.0.113.7']",
             "pattern_type": "stix", "pattern_version": "2.1", "valid_from": STAMP},
            {**made("malware", n), "name": f"Malware {n}", "is_family": True, "malware_types": ["trojan"]},
            {**made("relationship", n), "relationship_type": "uses",
             "source_ref": f"malware--{uuid.UUID(int=n, version=4)}", "target_ref": f"tool--{uuid.UUID(int=n, version=4)}"},
            observable(n),
        )
        one = kinds[n % len(kinds)]
        if n % 10 == 9:
            del one["value"]
        yield one


def bundle(held):
    return {"type": "bundle", "id": f"bundle--{uuid.uuid4()}", "objects": held}


def ours(program, held):
    """Objects a CPU second of a file TIMES as long, and which objects of the short one are refused."""
    with tempfile.TemporaryDirectory() as folder:
        short, long = os.path.join(folder, "short.json"), os.path.join(folder, "long.json")
        for path, times in ((short, 1), (long, TIMES)):
            with open(path, "w", encoding="utf-8") as out:
                json.dump(bundle(held * times), out)
        told = subprocess.run([program, "stix", "validate", short, "--json"], capture_output=True, check=False)
        if told.returncode not in (0, 5):
            sys.exit(told.stderr.decode())
        found = json.loads(told.stdout)["files"][0]
        if found["not_listed"]:
            sys.exit("more findings than are listed: take fewer --objects")
        refused = {one["path"].split("/")[2] for one in found["findings"] if one["severity"] == "must"}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([program, "stix", "validate", long, "--json"], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return len(held) * TIMES / seconds, {int(index) for index in refused}


def peer(held):
    options = ValidationOptions(version="2.1", disabled="all")
    refused, stopped = set(), set()
    begin = time.process_time()
    for index, one in enumerate(held):
        try:
            if not validate_instance(one, options).is_valid:
                refused.add(index)
        except Exception:  # noqa: BLE001 - what stops the peer is counted, not passed over
            stopped.add(index)
    return len(held) / (time.process_time() - begin), refused, stopped


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=2000)
    parser.add_argument("--data", help="a bundle of STIX 2.1 instead of made objects")
    parser.add_argument("--kaname", default=None, help="the program; otherwise the release build")
    arguments = parser.parse_args()
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    program = os.path.abspath(arguments.kaname or os.path.join(target, "release", "kaname"))
    if arguments.data:
        with open(arguments.data, encoding="utf-8") as given:
            held = json.load(given)["objects"]
    else:
        held = list(objects(arguments.objects))
    rate, refused = ours(program, held)
    peer_rate, peer_refused, stopped = peer(held)
    print(f"{len(held):,} objects; CPU seconds of one core, reading and starting included\n")
    print("| what | kaname stix validate | stix2-validator |\n|---|---|---|")
    print(f"| objects a CPU second | {rate:,.0f} | {peer_rate:,.0f} |")
    print(f"| refused | {len(refused):,} | {len(peer_refused):,} |")
    print(f"| stopped by an object | 0 | {len(stopped):,} |")
    differing = (refused ^ peer_refused) - stopped
    print(f"\nverdicts differ on {len(differing)} objects")
    for index in sorted(differing)[:20]:
        print(f"  {index} {held[index].get('id', '')}")


if __name__ == "__main__":
    main()
