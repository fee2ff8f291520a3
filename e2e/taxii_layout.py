"""What machines do with a hub that was moved from another TAXII server: taxii2-client and stix2, unchanged.

    python taxii_layout.py URL KEY

URL is the discovery address, KEY an API key (kn_...) that may read and post. Prints one JSON document of what
was found. Exits with 1 and a message when anything is not as the standard says.
"""

import json
import sys

import requests
import stix2
from taxii2client.v21 import ApiRoot, Collection, Server, Status, as_pages


def status_of(call) -> int:
    """The HTTP status that a call is refused with."""
    try:
        call()
    except requests.exceptions.HTTPError as error:
        if "title" not in error.response.json():
            raise ValueError("a refusal without a TAXII error body") from error
        return error.response.status_code
    raise ValueError("it was not refused")


def main() -> int:
    url, key = sys.argv[1:]
    who = {"user": "kaname", "password": key}
    server = Server(url, **who)
    here, absent = [], []
    for root in server.api_roots:
        try:
            root.refresh()
            here.append(root)
        except requests.exceptions.HTTPError as error:
            absent.append(error.response.status_code)
    root: ApiRoot = here[0]
    if server.default.url != root.url:
        raise ValueError("the default root is another one")
    rights = {one.id: [one.can_read, one.can_write] for one in root.collections}
    opened: Collection = next(one for one in root.collections if one.can_write)
    shut = next(one for one in root.collections if not one.can_read)

    pages = list(as_pages(opened.get_objects, per_request=50))
    objects = [thing for page in pages for thing in page.get("objects", [])]
    for thing in objects:
        stix2.parse(thing, allow_custom=False)
    added = [line["date_added"] for page in as_pages(opened.get_manifest) for line in page["objects"]]
    if added != sorted(added) or len(added) != len(objects):
        raise ValueError("the manifest is not in order of date_added")
    after = [
        thing
        for page in as_pages(opened.get_objects, added_after=added[0])
        for thing in page.get("objects", [])
    ]

    indicator = stix2.Indicator(
        pattern="[domain-name:value = 'login.example']",
        pattern_type="stix",
        valid_from="2026-01-01T00:00:00Z",
        indicator_types=["malicious-activity"],
    )
    envelope = json.loads(f'{{"objects":[{indicator.serialize()}]}}')
    posted = opened.add_objects(envelope, wait_for_completion=True, timeout=30)
    again = Status(f"{root.url}status/{posted.id}/", **who)
    if (again.success_count, again.failure_count) != (1, 0):
        raise ValueError(f"the status says {again.success_count}, {again.failure_count}")
    there = sum(len(page.get("objects", [])) for page in as_pages(opened.get_objects))
    opened.delete_object(indicator.id)
    gone = sum(len(page.get("objects", [])) for page in as_pages(opened.get_objects))
    loaded = Status(f"{root.url}status/2d086da7-4bdc-4f91-900e-d77486753710/", **who)

    answer = {
        "title": server.title,
        "absent": absent,
        "roots": [one.title for one in here],
        "rights": rights,
        "objects": len(objects),
        "largest_page": max(len(page["objects"]) for page in pages),
        "after": len(after),
        "shut": status_of(lambda: requests_of(shut, key)),
        "posted": posted.status,
        "there": there,
        "gone": gone,
        "status": loaded.success_count,
    }
    json.dump(answer, sys.stdout, ensure_ascii=False, indent=2)
    print()
    return 0


def requests_of(collection: Collection, key: str) -> None:
    """Asks for objects that the client itself would not ask for: it knows it may not read there."""
    media = "application/taxii+json;version=2.1"
    answer = requests.get(
        collection.objects_url, auth=("kaname", key), headers={"Accept": media}, timeout=30
    )
    answer.raise_for_status()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception as error:  # the caller wants one line, whatever went wrong
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
