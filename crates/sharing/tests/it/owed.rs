//! What a source lists and did not give.

use jiff::Timestamp;
use kaname_kernel::{Actor, Id, Matter as _, Moment};
use kaname_sharing::source::{
    Form, FormKind, MAX_OWED, Missed, Source, SourceChange, SourceDefinition, SourceReading,
    SourceTerms, Validators,
};

fn missed(n: usize) -> Missed {
    Missed {
        event: format!("e{n}"),
        changed_us: 1,
        url: format!("https://feed.example/e{n}.json"),
        why: "the source answered 500".to_owned().into(),
    }
}

/// A source that was read once, with these events missing.
fn read(source: Option<Source>, count: usize) -> Source {
    let definition = SourceDefinition {
        code: "a".to_owned(),
        into: Id::from_bytes([1; 16]),
        terms: SourceTerms {
            publisher: "Example CERT".to_owned(),
            url: Some("https://feed.example/".to_owned()),
            form: Form::of(FormKind::MispFeed),
            tlp: None,
            every: "1h".parse().unwrap(),
            most_bytes: 1 << 20,
            grace_h: 48,
        },
    };
    let now: Timestamp = "2026-11-30T00:00:00Z".parse().unwrap();
    let actor = Actor::system("source");
    let at = Moment {
        matter: Id::from_bytes([2; 16]),
        version: 1,
        recorded: now,
        occurred: now,
        actor: &actor,
    };
    let joined = SourceChange::Joined {
        definition: Box::new(definition),
        credential: None,
    };
    let mut source = source.unwrap_or_else(|| Source::begin(&joined, &at).unwrap());
    let mut reading = SourceReading {
        validators: Some(Validators {
            etag: Some("\"a\"".to_owned()),
            ..Validators::default()
        }),
        is_end: true,
        ..SourceReading::default()
    };
    (0..count).for_each(|n| reading.miss(missed(n)));
    source
        .apply(&SourceChange::Read(Box::new(reading)), &at)
        .unwrap();
    source
}

#[test]
fn more_than_can_be_remembered_is_found_by_reading_the_list_again() {
    let some = read(None, MAX_OWED);
    assert_eq!(some.owed.len(), MAX_OWED);
    assert!(some.validators.etag.is_some());
    assert_eq!(some.refused, MAX_OWED as u64);
    let many = read(None, MAX_OWED + 50);
    assert_eq!(many.owed.len(), MAX_OWED);
    assert_eq!(many.validators, Validators::default());
    assert_eq!(many.refused, MAX_OWED as u64 + 50);
    // What failed again is remembered once.
    let again = read(Some(some), MAX_OWED);
    assert_eq!((again.owed.len(), again.owed[0].tries), (MAX_OWED, 2));
    assert!(again.validators.etag.is_some());
}
