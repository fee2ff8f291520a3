"""What a member's script does: reads a hub as if it were MISP with PyMISP, unchanged, hands in an event and says
what it saw.

    python misp_client.py URL READER [--post POSTER] [--collection ALIAS [--propose PROPOSER]]

URL is the hub's address with `/misp/` at its end, READER an API key (kn_...) that reads, POSTER one that posts and
gives feedback, PROPOSER one of another party that posts. Prints one JSON document. Exits with 1 and a message when anything is not as PyMISP expects it.
"""

import argparse
import json
import logging
import sys

from pymisp import MISPAttribute, MISPEvent, MISPObject, MISPObjectReference, MISPSharingGroup, MISPSighting, PyMISP

logging.getLogger("pymisp").setLevel(logging.CRITICAL)


def must(thing, what):
    """A thing, or the error that PyMISP was answered with."""
    if isinstance(thing, dict) and "errors" in thing:
        raise ValueError(f"{what}: {thing['errors']}")
    return thing


def read(misp: PyMISP) -> dict:
    """Everything that the key sees, by each of PyMISP's ways to it."""
    index = must(misp.search_index(pythonify=True), "index")
    minimal = must(misp.search_index(minimal=True), "minimal index")
    events = must(misp.search(pythonify=True), "search")
    if sorted(str(one.uuid) for one in index) != sorted(str(one.uuid) for one in events):
        raise ValueError("index and search differ")
    if sorted(one["uuid"] for one in minimal) != sorted(str(one.uuid) for one in events):
        raise ValueError("minimal index and search differ")
    attributes = must(misp.search(controller="attributes", pythonify=True), "attributes")
    objects = must(misp.search(controller="objects", pythonify=True), "objects")
    within = sum(len(one.attributes) + sum(len(two.attributes) for two in one.objects) for one in events)
    if within != len(attributes):
        raise ValueError(f"{within} attributes in events, {len(attributes)} by themselves")
    lines = must(misp.search(controller="attributes", return_format="csv", pythonify=True), "csv")
    if len(lines) != len(attributes):
        raise ValueError(f"{len(lines)} lines for {len(attributes)} attributes")
    told = []
    for event in events:
        again = must(misp.get_event(event.uuid, pythonify=True), "event")
        if not misp.event_exists(event) or again.info != event.info:
            raise ValueError(f"{event.uuid} by its name is not the same")
        told.append(
            {
                "uuid": str(event.uuid),
                "info": event.info,
                "distribution": int(event.distribution),
                "orgc": event.orgc.name,
                "tags": sorted(tag.name for tag in event.tags),
                "values": sorted(one.value for one in event.attributes),
                "objects": sorted(one.name for one in event.objects),
                "reports": len(event.event_reports),
            }
        )
    for attribute in attributes[:5]:
        one = must(misp.get_attribute(attribute.uuid, pythonify=True), "attribute") if not int(attribute.object_id or 0) else attribute
        if one.value != attribute.value:
            raise ValueError(f"{attribute.uuid} by its name is not the same")
    for value in sorted({one.value for one in attributes})[:5]:
        found = must(misp.search(controller="attributes", value=value, pythonify=True), "value")
        if not any(one.value == value for one in found):
            raise ValueError(f"{value} is not found")
    sightings = must(misp.search_sightings(include_attribute=True, include_event_meta=True, pythonify=True), "sightings")
    if any("attribute" not in one or "event" not in one for one in sightings):
        raise ValueError("a sighting without its attribute or event")
    for event in events[:3]:
        of = must(misp.search_sightings(context="event", context_id=event.uuid, pythonify=True), "sightings of an event")
        listed = must(misp.sightings(event, pythonify=True), "listed sightings")
        if len(of) != len(listed):
            raise ValueError(f"{len(of)} sightings found, {len(listed)} listed")
    bundle = misp.search(return_format="stix2")
    bundle = json.loads(bundle) if isinstance(bundle, str) else bundle
    return {
        "events": sorted(told, key=lambda one: one["info"]),
        "attributes": len(attributes),
        "objects": len(objects),
        "stix": len(bundle["objects"]),
        "organisations": [one.name for one in must(misp.organisations(scope="all", pythonify=True), "organisations")],
        "sightings": len(sightings),
        "proposals": len(must(misp.attribute_proposals(pythonify=True), "proposals")),
        "groups": len(must(misp.sharing_groups(pythonify=True), "groups")),
        "tags": len(misp.tags(pythonify=True)),
        "warninglists": len(misp.warninglists()),
        "missing": misp.event_exists("00000000-0000-4000-8000-000000000000"),
        "unknown": misp.search(controller="attributes", nonsense="x")["errors"][0],
    }


def event(info: str) -> MISPEvent:
    """An event as a script makes one."""
    made = MISPEvent()
    made.info = info
    made.distribution = 1
    made.threat_level_id = 2
    made.analysis = 0
    made.add_tag("tlp:green")
    made.add_attribute("domain", "handed-in.bad.example", to_ids=True, comment="seen by us")
    made.add_attribute("text", "with a word in Japanese: 偽の更新")
    thing = MISPObject("file")
    thing.add_attribute("filename", value="handed-in.exe")
    thing.add_attribute("sha256", value="ab" * 32, to_ids=True)
    made.add_object(thing)
    return made


def post(misp: PyMISP, seen: str) -> dict:
    """Hands in an event, adds to it, publishes it, and says what was seen."""
    sent = event("Handed in by a script")
    answer = must(misp.add_event(sent, pythonify=True), "add")
    if str(answer.uuid) != str(sent.uuid) or len(answer.attributes) != 2 or len(answer.objects) != 1:
        raise ValueError("the event that was added is not the one that was sent")
    more = MISPAttribute()
    more.from_dict(type="ip-dst", value="203.0.113.99", to_ids=True)
    added = must(misp.add_attribute(answer, more, pythonify=True), "add attribute")
    again = must(misp.get_event(answer.uuid, pythonify=True), "get")
    published = must(misp.publish(answer), "publish")
    sighting = MISPSighting()
    sighting.from_dict(value=seen, type="0", source="script")
    given = misp.add_sighting(sighting, pythonify=True)
    return {
        "uuid": str(answer.uuid),
        "added": added.value,
        "values": sorted(one.value for one in again.attributes),
        "published": bool(again.published),
        "said": published["message"],
        "sighting": given["errors"][0] if isinstance(given, dict) else given.type,
    }


def own(misp: PyMISP, collection: str | None) -> dict:
    """What a script does with what is its own: tags it, deletes an attribute, takes all of it back."""
    sent = event("To be taken back")
    given = must(misp.add_event(sent, pythonify=True), "add")
    if collection is None:
        tagged = misp.tag(given, "workflow:state=\"draft\"")["errors"][0]
        gone = must(misp.delete_event(given), "delete")["message"]
        return {"tagged": tagged, "gone": gone, "left": misp.event_exists(given)}
    domain = given.attributes[0]
    for target, name in ((given, "workflow:state=\"draft\""), (domain, "kill-chain:delivery")):
        must(misp.tag(target, name), "tag")
    local = misp.tag(given, "mine", local=True)["errors"][0]
    tagged = must(misp.get_event(given.uuid, pythonify=True), "tagged")
    tags = [one.name for one in tagged.tags] + [tag.name for one in tagged.attributes for tag in one.tags]
    must(misp.untag(domain.uuid, "kill-chain:delivery"), "untag")
    must(misp.delete_attribute(domain), "delete attribute")
    restored = misp.restore_attribute(domain)["errors"][0]
    less = must(misp.get_event(given.uuid, pythonify=True), "less")
    values = sorted(one.value for one in less.attributes)
    gone = must(misp.delete_event(given), "delete")["message"]
    return {
        "tags": sorted(name for name in tags if not name.startswith(("tlp:", "PAP:"))),
        "local": local,
        "restored": restored,
        "values": values,
        "gone": gone,
        "left": misp.event_exists(given),
    }


def refer(misp: PyMISP, event: str) -> list:
    """Adds a reference from an own event's object to its first attribute, and takes it away."""
    own = must(misp.get_event(event, pythonify=True), "own event")
    reference = MISPObjectReference()
    reference.from_dict(
        object_uuid=own.objects[0].uuid,
        referenced_uuid=own.attributes[0].uuid,
        relationship_type="downloaded-from",
        comment="seen in the log",
    )
    added = must(misp.add_object_reference(reference, pythonify=True), "reference")
    with_it = must(misp.get_event(event, pythonify=True), "own event").objects[0].references
    must(misp.delete_object_reference(added.uuid), "reference deleted")
    without = must(misp.get_event(event, pythonify=True), "own event").objects[0].references
    return [len(with_it), with_it[0].relationship_type, bool(getattr(without[0], "deleted", False)) if without else True]


def propose(owner: PyMISP, other: PyMISP, event: str) -> dict:
    """Another party proposes three things about an event; its owner takes two up, and one is taken back."""
    before = must(other.get_event(event, pythonify=True), "event")
    more = MISPAttribute()
    more.from_dict(type="domain", value="proposed.bad.example", to_ids=True)
    add = must(other.add_attribute_proposal(event, more, pythonify=True), "proposal")
    domain = next(one for one in before.attributes if one.type == "domain")
    changed = MISPAttribute()
    changed.from_dict(type="domain", value="changed.bad.example", to_ids=True)
    change = must(other.update_attribute_proposal(domain.uuid, changed, pythonify=True), "change")
    gone = must(other.delete_attribute_proposal(domain.uuid), "deletion")["ShadowAttribute"]
    listed = must(owner.attribute_proposals(event, pythonify=True), "proposals")
    seen = must(owner.get_attribute_proposal(add.uuid, pythonify=True), "proposal")
    refused = owner.discard_attribute_proposal(add.uuid)["errors"][0]
    must(owner.accept_attribute_proposal(add.uuid), "accept")
    must(owner.accept_attribute_proposal(change.uuid), "accept a change")
    must(other.discard_attribute_proposal(gone["uuid"]), "discard")
    after = must(owner.get_event(event, pythonify=True), "event")
    group = MISPSharingGroup()
    group.name = "Ours"
    return {
        "listed": len(listed),
        "seen": seen.value,
        "refused": refused,
        "left": len(must(owner.attribute_proposals(event, pythonify=True), "proposals")),
        "values": sorted(one.value for one in after.attributes),
        "own": owner.add_attribute_proposal(event, more)["errors"][0],
        "group": owner.add_sharing_group(group)["errors"][0],
        "missing": other.get_attribute_proposal("00000000-0000-4000-8000-000000000000")["errors"][0],
    }


def main() -> int:
    arguments = argparse.ArgumentParser(description="use a hub as if it were MISP")
    arguments.add_argument("url")
    arguments.add_argument("reader")
    arguments.add_argument("--post", help="a key that posts and gives feedback")
    arguments.add_argument("--seen", default="nobody.example", help="a value of which a sighting is given")
    arguments.add_argument("--collection", help="the peer collection that is posted into")
    arguments.add_argument("--propose", help="a key of another party that posts")
    given = arguments.parse_args()
    answer = {"read": read(PyMISP(given.url, given.reader))}
    if given.post:
        headers = {"Kaname-Collection": given.collection} if given.collection else None
        answer["posted"] = post(PyMISP(given.url, given.post, http_headers=headers), given.seen)
        answer["own"] = own(PyMISP(given.url, given.post, http_headers=headers), given.collection)
        if given.propose:
            owner, event = PyMISP(given.url, given.post), answer["posted"]["uuid"]
            answer["referred"] = refer(owner, event)
            answer["proposed"] = propose(owner, PyMISP(given.url, given.propose), event)
        answer["after"] = read(PyMISP(given.url, given.reader))
    json.dump(answer, sys.stdout, ensure_ascii=False, indent=2)
    print()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception as error:  # the caller wants one line, whatever went wrong
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
