//! The release manifest: everything that consent covers changes its hash.

use kaname_kernel::{Pap, Tlp};
use kaname_sharing::{Content, Manifest, ManifestHash, Outlet, Text, Told, manifest::difference};

use crate::support::{account, content, group, hours, matter, party, start, told};

type Edit = Box<dyn Fn(&mut Content)>;

#[test]
fn every_part_is_covered() {
    let base = content("題名", Tlp::Amber, 1);
    let first = Manifest::of("S-1", 1, &base, &told());
    let edits: Vec<(&str, Edit)> = vec![
        ("title-ja", Box::new(|c| c.title.ja.push('x'))),
        ("title-en", Box::new(|c| c.title.en.push('x'))),
        ("summary-ja", Box::new(|c| c.summary.ja.push('x'))),
        ("summary-en", Box::new(|c| c.summary.en.push('x'))),
        (
            "countermeasures-ja",
            Box::new(|c| c.countermeasures.ja.push('x')),
        ),
        (
            "countermeasures-en",
            Box::new(|c| c.countermeasures = Text::new(&c.countermeasures.ja, "x")),
        ),
        (
            "kind",
            Box::new(|c| c.kind = kaname_sharing::ItemKind::Malware),
        ),
        ("tlp", Box::new(|c| c.tlp = Tlp::Green)),
        ("pap", Box::new(|c| c.pap = Pap::Clear)),
        ("parties", Box::new(|c| c.named.parties.push(party(8)))),
        ("groups", Box::new(|c| c.named.groups.push(group(2)))),
        ("persons", Box::new(|c| c.named.persons.push(account(8)))),
        (
            "classes",
            Box::new(|c| {
                c.classes.insert("first".into());
            }),
        ),
        (
            "duties",
            Box::new(|c| {
                c.duties.insert("secrecy".into());
            }),
        ),
        (
            "embargo",
            Box::new(|c| c.embargo = Some(start() + hours(1))),
        ),
        ("valid-until", Box::new(|c| c.valid_until = None)),
        (
            "outlets",
            Box::new(|c| {
                c.outlets.remove(&Outlet::Mail);
            }),
        ),
        (
            "collections",
            Box::new(|c| {
                c.collections.insert(matter(3));
            }),
        ),
        ("object-changed", Box::new(|c| c.objects[0].push(' '))),
        (
            "object-removed",
            Box::new(|c| {
                c.objects.pop();
            }),
        ),
        ("object-order", Box::new(|c| c.objects.swap(0, 1))),
    ];
    for (part, edit) in edits {
        let mut changed = base.clone();
        edit(&mut changed);
        let second = Manifest::of("S-1", 1, &changed, &told());
        assert_ne!(first.hash(), second.hash(), "{part}");
        let parts: Vec<&str> = difference(&first, &second)
            .iter()
            .map(|one| one.part)
            .collect();
        assert_eq!(parts, vec![part]);
    }
    assert_ne!(first.hash(), Manifest::of("S-1", 2, &base, &told()).hash());
    assert_ne!(first.hash(), Manifest::of("S-2", 1, &base, &told()).hash());
    assert_ne!(
        first.hash(),
        Manifest::of("S-1", 1, &base, &Told::default()).hash()
    );
}

#[test]
fn the_form_is_canonical_and_the_order_of_names_does_not_matter() {
    let mut base = content("題名", Tlp::Amber, 1);
    base.named.parties = vec![party(3), party(2)];
    let first = Manifest::of("S-1", 1, &base, &told());
    base.named.parties.reverse();
    assert_eq!(first.hash(), Manifest::of("S-1", 1, &base, &told()).hash());
    let canonical = first.canonical();
    assert!(canonical.starts_with('{') && !canonical.contains(": "));
    let again: Manifest = serde_json::from_str(&canonical).unwrap();
    assert_eq!(again.hash(), first.hash());
    assert!(difference(&first, &again).is_empty());
}

#[test]
fn hashes_read_back() {
    let hash = ManifestHash([0xab; 32]);
    assert_eq!(hash.to_string().parse(), Ok(hash));
    for bad in ["", "ab", "zz", &"ab".repeat(33)] {
        assert!(bad.parse::<ManifestHash>().is_err(), "{bad}");
    }
}
