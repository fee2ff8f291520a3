"""What a member's machine does: reads a hub over TAXII 2.1 with taxii2-client, unchanged, and parses
every object strictly with stix2.

    python taxii_client.py URL KEY [--post FILE] [--per-request N]

URL is the discovery address (https://hub.example/taxii2/), KEY an API key (kn_...). Prints one JSON
document: collections with their rights, the objects of each readable one, and what a POST of FILE (an
envelope) into the first writable collection gave. Exits with 1 and a message when anything is not as
the standard says.
"""

import argparse
import json
import sys

import stix2
from taxii2client.v21 import Collection, Server, as_pages


def told(collection: Collection, per_request: int) -> dict:
    """A collection with the objects that this key may read."""
    found = {
        "id": collection.id,
        "alias": collection.alias,
        "title": collection.title,
        "can_read": collection.can_read,
        "can_write": collection.can_write,
        "objects": [],
        "manifest": [],
    }
    if not collection.can_read:
        return found
    for page in as_pages(collection.get_objects, per_request=per_request):
        for thing in page.get("objects", []):
            # Strict: custom properties are refused. Its own marking definitions come with TLP 2.0 as an
            # extension, which stix2 reads as such.
            parsed = stix2.parse(thing, allow_custom=False)
            found["objects"].append({"id": thing["id"], "type": parsed["type"], "object": thing})
    for page in as_pages(collection.get_manifest, per_request=per_request):
        found["manifest"] += [line["id"] for line in page.get("objects", [])]
    if sorted(found["manifest"]) != sorted(one["id"] for one in found["objects"]):
        raise ValueError(f"manifest and objects of {collection.id} differ")
    if found["objects"]:
        first = found["objects"][0]["id"]
        one = collection.get_object(first)["objects"]
        if [thing["id"] for thing in one] != [first]:
            raise ValueError(f"{first} by its id is not the same object")
        found["versions"] = collection.object_versions(first)["versions"]
        if not found["versions"]:
            raise ValueError(f"{first} has no versions")
    return found


def main() -> int:
    arguments = argparse.ArgumentParser(description="read a hub over TAXII 2.1")
    arguments.add_argument("url")
    arguments.add_argument("key")
    arguments.add_argument("--post", help="an envelope to post into the first writable collection")
    arguments.add_argument("--per-request", type=int, default=100)
    given = arguments.parse_args()

    server = Server(given.url, user="kaname", password=given.key)
    answer = {"title": server.title, "collections": []}
    writable = None
    for root in server.api_roots:
        for collection in root.collections:
            answer["collections"].append(told(collection, given.per_request))
            if collection.can_write and writable is None:
                writable = collection
    if given.post:
        if writable is None:
            raise ValueError("no collection can be written to with this key")
        with open(given.post, encoding="utf-8") as file:
            envelope = json.load(file)
        status = writable.add_objects(envelope, wait_for_completion=True, timeout=30)
        answer["posted"] = {
            "id": status.id,
            "status": status.status,
            "total": status.total_count,
            "taken": status.success_count,
            "failed": status.failure_count,
            "pending": status.pending_count,
        }
    json.dump(answer, sys.stdout, ensure_ascii=False, indent=2)
    print()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception as error:  # the caller wants one line, whatever went wrong
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
