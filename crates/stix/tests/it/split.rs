//! Inputs split object by object, as the whole is.

use std::io::Read;

use kaname_stix::{Limits, Objects, SplitError, StixError, bundle};

/// Gives a few bytes at a time, as a slow disk does.
struct Slow<'b>(&'b [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(buffer.len());
        (&mut self.0).take(count as u64).read(buffer)
    }
}

fn split(text: &[u8], limits: &Limits, at_once: usize) -> Result<Vec<String>, SplitError> {
    let mut objects = Objects::new(Slow(text, at_once), limits);
    let mut all = Vec::new();
    while let Some(one) = objects.next_object()? {
        one.check(limits)?;
        assert_eq!(one.index, all.len());
        if all.len() > 1 {
            let at = usize::try_from(one.at).unwrap();
            assert!(text[at..].starts_with(one.raw.as_bytes()));
        }
        all.push(one.raw);
    }
    assert_eq!(objects.next_object().unwrap(), None);
    Ok(all)
}

fn whole(text: &[u8], limits: &Limits) -> Result<Vec<String>, StixError> {
    let read = bundle(text, limits)?;
    Ok(read
        .objects
        .iter()
        .map(|raw| raw.get().to_owned())
        .collect())
}

const A: &str = r#"{"type":"x-a","id":"x-a--1","name":"}]{[\"\\","n":[{"m":[1,2]}]}"#;

fn inputs() -> Vec<String> {
    vec![
        format!(
            r#"{{"type":"bundle","id":"bundle--1","objects":[{A},{A} , {A}],"spec_version":"2.0"}}"#
        ),
        format!(r#"{{"objects":[{A}],"more":false}}"#),
        format!("\u{feff} [ {A},\n{A} ]\n"),
        format!("  {A}\n"),
        r#"{"type":"bundle","id":"bundle--1"}"#.to_owned(),
        r#"{"type":"bundle","objects":[]}"#.to_owned(),
        r#"{"objects":{"0":{"type":"x"}},"type":"observed-data"}"#.to_owned(),
        "[]".to_owned(),
        format!(r#"{{"x":{{"objects":[1,"]"]}},"objects":[{A}],"type":"bundle"}}"#),
    ]
}

#[test]
fn the_same_objects_come_out_however_they_are_read() {
    let limits = Limits::default();
    for text in inputs() {
        let expected = whole(text.as_bytes(), &limits).unwrap();
        for at_once in [1, 3, 7, 1 << 20] {
            let found = split(text.as_bytes(), &limits, at_once).unwrap();
            assert_eq!(found, expected, "{text}");
        }
    }
}

fn is_one_with_list(expected: &[String]) -> bool {
    matches!(expected, [one] if one.contains("\"objects\":["))
}

#[test]
fn what_is_cut_or_changed_is_refused_where_the_whole_is() {
    let limits = Limits::default();
    for text in inputs() {
        for cut in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            for broken in [text.as_bytes()[..cut].to_vec(), {
                changed[cut] = b'!';
                changed
            }] {
                let expected = whole(&broken, &limits);
                let found = split(&broken, &limits, 5);
                let shown = String::from_utf8_lossy(&broken);
                match (&expected, &found) {
                    (Ok(expected), Ok(found)) => assert_eq!(expected, found, "{shown}"),
                    (Err(_), Err(_)) => {}
                    // Another type with a list of that name.
                    (Ok(expected), Err(_)) if is_one_with_list(expected) => {}
                    _ => panic!("{shown}: {expected:?} and {found:?}"),
                }
            }
        }
    }
}

#[test]
fn a_fault_is_told_by_its_byte_in_the_input() {
    let limits = Limits::default();
    let text = format!(r#"{{"objects":[{A},{A}],"more":flase}}"#);
    let fault = split(text.as_bytes(), &limits, 9).unwrap_err();
    assert_eq!(fault.byte(), Some(text.find("flase").unwrap() as u64));
    let text = format!(r#"[{A},{{"type":oops}}]"#);
    let fault = split(text.as_bytes(), &limits, 9).unwrap_err();
    assert_eq!(fault.byte(), Some(text.find("oops").unwrap() as u64));
}

#[test]
fn bounds_hold() {
    let text = format!("[{A},{A}]");
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    for bounded in [
        limits(|limits| limits.bytes = 90),
        limits(|limits| limits.objects = 1),
        limits(|limits| limits.object_bytes = 20),
        limits(|limits| limits.depth = 2),
    ] {
        split(text.as_bytes(), &bounded, 50).unwrap_err();
    }
    // What never ends is left at the bound.
    let endless = std::io::repeat(b'[');
    let mut objects = Objects::new(endless, &limits(|limits| limits.object_bytes = 1_000));
    objects.next_object().unwrap_err();
}
