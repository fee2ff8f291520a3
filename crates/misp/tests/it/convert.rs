//! Whole documents converted: what is handed on, and when.

use kaname_misp::{Conversion, Form, Limits, Made, MispError, Unconverted, errors};
use serde_json::{Value, json};

use super::EVENT;

const LOOSE: Conversion = Conversion {
    to: Form::Stix,
    skip_bad: true,
    most_bytes: usize::MAX,
};
const STRICT: Conversion = Conversion {
    skip_bad: false,
    ..LOOSE
};

/// What came of a document, and what was handed on.
fn run(conversion: Conversion, text: &str) -> (Result<usize, Unconverted<()>>, Vec<Made>) {
    let mut made = Vec::new();
    let mut take = |one| {
        made.push(one);
        Ok(())
    };
    let done = conversion.run(text.as_bytes(), &Limits::default(), &mut take);
    (done.map(|done| errors(&done.findings).count()), made)
}

fn two(second: &Value) -> String {
    let first: Value = serde_json::from_str(EVENT).unwrap();
    json!([first, second]).to_string()
}

#[test]
fn the_form_that_a_document_has_not_is_made() {
    assert_eq!(Form::other_than(EVENT.as_bytes()), Form::Stix);
    let (done, made) = run(STRICT, EVENT);
    assert_eq!(done.unwrap(), 0);
    let [bundle] = made.as_slice() else {
        panic!("{made:?}");
    };
    assert!(bundle.event.is_some());
    assert_eq!(Form::other_than(&bundle.text), Form::Misp);
    let back = Conversion {
        to: Form::Misp,
        ..STRICT
    };
    let text = String::from_utf8(bundle.text.clone()).unwrap();
    let (done, made) = run(back, &text);
    assert_eq!((done.unwrap(), made.len(), made[0].event), (0, 1, None));
}

#[test]
fn nothing_is_handed_on_of_what_is_unsound_unless_parts_may_be_left_out() {
    let unsound = json!({ "Event": { "info": "no UUID" } });
    let (done, made) = run(STRICT, &two(&unsound));
    let unread = matches!(done, Err(Unconverted::Unread(MispError::Form { .. })));
    assert!(unread && made.is_empty());
    let (done, made) = run(LOOSE, &two(&unsound));
    assert_eq!((done.unwrap(), made.len()), (1, 1));
    let part = json!({ "Event": { "uuid": "5f2b8d3a-6c14-4e70-9b58-0d1e2f3a4b5c", "info": "a", "Attribute": [{ "type": 7 }] } });
    let (done, made) = run(STRICT, &two(&part));
    assert!(matches!(done, Err(Unconverted::Unsound(_))) && made.is_empty());
    let (done, made) = run(LOOSE, &two(&part));
    assert_eq!((done.unwrap(), made.len()), (1, 2));
}

#[test]
fn no_more_is_made_than_is_allowed() {
    let (_, made) = run(STRICT, EVENT);
    let length = made[0].text.len();
    for (most_bytes, is_made) in [(length, true), (length - 20, false), (10, false)] {
        let (done, made) = run(
            Conversion {
                most_bytes,
                ..STRICT
            },
            EVENT,
        );
        assert_eq!(
            (done.is_ok(), made.len() == 1),
            (is_made, is_made),
            "{most_bytes}"
        );
    }
    let bundle = String::from_utf8(made[0].text.clone()).unwrap();
    let small = Conversion {
        to: Form::Misp,
        most_bytes: 10,
        ..STRICT
    };
    let (done, _) = run(small, &bundle);
    assert!(matches!(done, Err(Unconverted::TooMuch { limit: 10 })));
}
