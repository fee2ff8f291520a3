"""Patterns looked for in observed data by Kaname and by a peer (OASIS's stix2-matcher): simple indicators against
events with an address and a domain each. Run by `cargo xtask bench patterns`. The peer is given few enough of both
that it ends; on those the answers are compared."""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

from stix2matcher.matcher import Pattern

STAMP = "2026-01-31T09:00:00.000Z"
FEW, MORE = 50_000, 250_000
PEER_PATTERNS, PEER_EVENTS = 100, 200


def pattern(n):
    if n % 2:
        return f"[domain-name:value = 'host{n}.example']"
    return f"[ipv4-addr:value = '{10 + n % 7}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}']"


def event(n):
    """One in ten is about an indicator, if there are so many."""
    about = n if n % 10 == 0 else n + 10**8
    objects = {"0": {"type": "domain-name", "value": f"host{about + 1}.example"},
               "1": {"type": "ipv4-addr", "value": f"{10 + about % 7}.{about >> 16 & 255}.{about >> 8 & 255}.{about & 255}"}}
    return {"type": "observed-data", "id": f"observed-data--{n:08x}-0000-4000-8000-000000000000", "created": STAMP,
            "modified": STAMP, "first_observed": STAMP, "last_observed": STAMP, "number_observed": 1, "objects": objects}


def run(program, patterns, events):
    """CPU seconds and which patterns were found."""
    with tempfile.TemporaryDirectory() as folder:
        lines, observed = os.path.join(folder, "patterns.txt"), os.path.join(folder, "observed.json")
        with open(lines, "w", encoding="utf-8") as out:
            out.writelines(f"{pattern(n)}\n" for n in range(patterns))
        with open(observed, "w", encoding="utf-8") as out:
            json.dump([event(n) for n in range(events)], out)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = subprocess.run([program, "stix", "match", lines, observed, "--json"], capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if told.returncode not in (0, 3):
        sys.exit(told.stderr.decode())
    found = {int(one["from"].rsplit(":", 1)[1]) - 1 for one in json.loads(told.stdout)["found"]}
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, found


def peer():
    events = [event(n) for n in range(PEER_EVENTS)]
    begin = time.process_time()
    found = {n for n in range(PEER_PATTERNS) if Pattern(pattern(n)).match(events)}
    return PEER_PATTERNS * PEER_EVENTS / (time.process_time() - begin), found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=1_000_000, help="indicators")
    parser.add_argument("--kaname", default=None, help="the program; otherwise the release build")
    arguments = parser.parse_args()
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    program = os.path.abspath(arguments.kaname or os.path.join(target, "release", "kaname"))
    few, _ = run(program, arguments.objects, FEW)
    more, _ = run(program, arguments.objects, MORE)
    _, found = run(program, PEER_PATTERNS, PEER_EVENTS)
    rate, peer_found = peer()
    pairs = arguments.objects * MORE
    print("CPU seconds of one core, reading and starting included; two values an event\n")
    print("| what | kaname stix match | stix2-matcher |\n|---|---|---|")
    print(f"| indicators, events | {arguments.objects:,}, {MORE:,} | {PEER_PATTERNS:,}, {PEER_EVENTS:,} |")
    print(f"| pairs a CPU second | {pairs / more:,.0f} | {rate:,.0f} |")
    print(f"| further events a CPU second | {(MORE - FEW) / (more - few):,.0f} | |")
    print(f"\nanswers differ on {len(found ^ peer_found)} of {PEER_PATTERNS} patterns")


if __name__ == "__main__":
    main()
