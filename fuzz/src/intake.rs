//! Parsers of the intake.

use kaname_intake::mail::{MailLimits, MailSource, mail_indicators, read_mail};
use kaname_intake::submission::{
    SubmissionError, SubmissionOptions, Submitted, from_json, from_mail, from_stix, from_table,
    from_text, group_keys,
};
use kaname_intake::table::{TableOptions, read_table};
use kaname_intake::{
    DecodeOptions, ExtractOptions, Finding, JsonLimits, Kind, check_json, csv_plain, csv_safe,
    decode, extract, guard, read_value, read_value_as, read_when, safe_file_name,
};
use kaname_intake::{
    layout::{LayoutLimits, read_layout},
    listed::{ListLimits, Mapping, Shape, read_list},
    table::Delimiter,
    warning::{
        WarningIndex, WarningKind, WarningLimits, WarningList, read_delegated, read_warning_list,
    },
    written::{
        intrusion::{self, Engine},
        sigma, yara,
    },
};

fn own() -> ExtractOptions {
    ExtractOptions {
        own_domains: vec!["own.example".into()],
        own_networks: vec!["198.51.100.0/24".into()],
        ..ExtractOptions::default()
    }
}

fn submission_options() -> SubmissionOptions {
    SubmissionOptions {
        own_domains: own().own_domains,
        own_networks: own().own_networks,
        ..SubmissionOptions::default()
    }
}

/// Names and addresses within the provider's own never come out.
fn assert_others(kind: Kind, value: &str) {
    let host = match kind {
        Kind::Domain => value,
        Kind::Email => value.rsplit('@').next().unwrap_or_default(),
        Kind::Ipv4 => {
            assert!(!value.starts_with("198.51.100."), "own address {value}");
            return;
        }
        Kind::Url => value.split(['/', '@']).nth(2).unwrap_or_default(),
        _ => return,
    };
    let is_own = host == "own.example" || host.ends_with(".own.example");
    assert!(!is_own, "own name {value}");
}

fn assert_found(finding: &Finding, text: &str) {
    assert_others(finding.kind, &finding.value);
    let written = text.get(finding.span.start..finding.span.end);
    assert_eq!(
        written,
        Some(finding.as_written.as_str()),
        "a span points elsewhere"
    );
}

pub(crate) fn extract_text(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = extract(&text, &own());
    for finding in &read.findings {
        assert_found(finding, &text);
        let again = read_value_as(finding.kind, &finding.value);
        let again = again.map(|value| value.value);
        assert_eq!(
            again.as_ref(),
            Some(&finding.value),
            "a canonical value changes"
        );
    }
    let _ = from_text(data, &submission_options());
}

pub(crate) fn value(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = read_value(&text);
    for kind in Kind::ALL {
        if let Some(value) = read_value_as(kind, &text) {
            assert_eq!(value.kind, kind);
            let again = read_value_as(kind, &value.value).map(|again| again.value);
            assert_eq!(again, Some(value.value), "a canonical value changes");
        }
    }
}

pub(crate) fn decode_bytes(data: &[u8]) {
    let declared = ["utf-8", "shift_jis", "iso-2022-jp", "nonsense"];
    let label = data
        .first()
        .map(|byte| declared[usize::from(*byte) % declared.len()]);
    for declared in [None, label.map(str::to_owned)] {
        let options = DecodeOptions {
            declared,
            ..DecodeOptions::default()
        };
        let read = decode(data, &options).expect("short enough");
        if std::str::from_utf8(data)
            .is_ok_and(|text| text.is_ascii() && !text.contains(['\x1b', '\0']))
        {
            assert_eq!(read.text.as_bytes(), data, "ASCII stays as it is");
        }
    }
}

pub(crate) fn json(data: &[u8]) {
    let checked = check_json(data, &JsonLimits::default());
    let built = guard(data, &JsonLimits::default());
    assert_eq!(
        checked.is_ok(),
        built.is_ok(),
        "checked and built differ: {checked:?}"
    );
    if let Err(error) = checked {
        assert!(error.offset <= data.len());
    }
}

pub(crate) fn table(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let options = TableOptions {
        own: own(),
        ..TableOptions::default()
    };
    let safe = csv_safe(&text);
    assert_eq!(csv_plain(&safe), text, "a safe cell does not come back");
    let Ok(read) = read_table(&text, &options) else {
        return;
    };
    for row in &read.values {
        assert_others(row.value.kind, &row.value.value);
    }
}

pub(crate) fn mail(data: &[u8]) {
    let Ok(read) = read_mail(data, &MailLimits::default()) else {
        return;
    };
    for file in &read.attachments {
        assert_eq!(safe_file_name(&file.name), file.name);
        assert_eq!(file.size, file.bytes.len());
    }
    for found in mail_indicators(&read, &own()).findings {
        match found.sources.first() {
            Some(MailSource::Subject) => assert_found(&found.finding, &read.subject),
            Some(_) => assert_others(found.finding.kind, &found.finding.value),
            None => panic!("a finding stands nowhere"),
        }
    }
}

pub(crate) fn file_name(data: &[u8]) {
    let name = safe_file_name(&String::from_utf8_lossy(data));
    assert!(!name.is_empty() && name.len() <= 255, "{name:?}");
    assert!(
        !name.contains(['/', '\\', '\0', '\n', '\r', '\u{202e}']) && !name.starts_with('.'),
        "{name:?}"
    );
    assert_eq!(safe_file_name(&name), name);
}

pub(crate) fn when(data: &[u8]) {
    if let Some(read) = read_when(&String::from_utf8_lossy(data)) {
        assert!((1..=86_400).contains(&read.uncertainty_s));
        let again = read_when(&read.at.to_string()).expect("a written time reads");
        assert_eq!(again.at, read.at);
    }
}

fn assert_submitted(read: Result<Submitted, SubmissionError>, data: &[u8]) {
    let Ok(read) = read else {
        return;
    };
    for value in &read.values {
        assert_others(value.kind, &value.value);
    }
    if let Some(stix) = read.stix {
        assert!(
            data.get(stix.range.start..stix.range.end).is_some(),
            "STIX lies elsewhere"
        );
    }
    assert!(!read.title.contains('\n'));
    let values = read.values.iter();
    let _ = group_keys(values.map(|value| (value.kind, value.value.as_str())));
}

pub(crate) fn submission_json(data: &[u8]) {
    assert_submitted(from_json(data, &submission_options()), data);
}

pub(crate) fn submission_stix(data: &[u8]) {
    assert_submitted(from_stix(data, &submission_options()), data);
}

pub(crate) fn submission_mail(data: &[u8]) {
    assert_submitted(from_mail(data, &submission_options()), data);
}

pub(crate) fn submission_table(data: &[u8]) {
    let read = from_table(data, &TableOptions::default(), &submission_options());
    assert_submitted(read, data);
}

/// Whatever is made of a document in another format holds to STIX strictly, and is made again the same.
pub(crate) fn foreign(data: &[u8]) {
    let limits = kaname_intake::JsonLimits::default();
    let Ok(made) = kaname_intake::foreign::read(data, &limits) else {
        return;
    };
    for object in &made.objects {
        let value = serde_json::from_str(&object.json).expect("what was made is JSON");
        assert!(
            !kaname_stix::has_errors(&kaname_stix::check(&value)),
            "{}",
            object.json
        );
    }
    let again = kaname_intake::foreign::read(data, &limits).expect("it was read before");
    assert_eq!(made.objects, again.objects);
}

/// What a provider lists is read or named, within bounds.
pub(crate) fn csaf_provider(data: &[u8]) {
    use kaname_intake::foreign::provider;
    let limits = kaname_intake::JsonLimits::default();
    if let Some(Ok(read)) = provider::Provider::read(data, &limits) {
        assert!(!read.distributions.is_empty());
    }
    let lists = [
        provider::changes(data),
        provider::index(data),
        provider::rolie(data, &limits),
    ];
    for list in lists.into_iter().flatten() {
        assert!(list.unlisted.len() as u64 <= list.refused);
        for document in &list.documents {
            assert!(!document.address.is_empty());
        }
    }
    let name = provider::file_name(&String::from_utf8_lossy(data));
    assert!(!name.contains(['/', '\\']));
    if let Some(hash) = provider::hash_in(data) {
        assert!(matches!(hash.len(), 32 | 64));
    }
}

const fn is_network(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Ipv4 | Kind::Ipv4Cidr | Kind::Ipv6 | Kind::Ipv6Cidr
    )
}

/// A warninglist is read within its bounds or refused, and every entry that can be looked up as a value is found.
pub(crate) fn warninglist(data: &[u8]) {
    let limits = WarningLimits {
        bytes: 4 << 10,
        entries: 100,
    };
    let list = match data.first() {
        Some(b'2') => read_delegated(data, "JP", &limits),
        _ => read_warning_list(data, &limits),
    };
    let Ok(list) = list else {
        return;
    };
    assert!(list.entries.len() <= limits.entries && !list.name.is_empty());
    let index = WarningIndex::new([&WarningList {
        types: Vec::new(),
        ..list.clone()
    }]);
    for entry in list.entries.iter().take(20) {
        let Some(value) = kaname_intake::read_value(entry) else {
            continue;
        };
        let found = index.find(value.kind, &value.value);
        if list.kind == WarningKind::Cidr && is_network(value.kind) {
            assert_eq!(found, [0], "{entry}");
        }
    }
}

/// A rule that somebody wrote is refused, or written so that it is read again as the same.
pub(crate) fn written(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    match first % 4 {
        0 => {
            let Ok(read) = yara::read(text) else {
                return;
            };
            let imports = read.imports.iter();
            let imports: String = imports.map(|one| format!("import \"{one}\"\n")).collect();
            let written = read.write(&Default::default());
            let again = yara::read(&(imports + &written));
            assert_eq!(again.map(|one| one.write(&Default::default())), Ok(written));
        }
        1 => {
            let Ok(read) = sigma::read(text) else {
                return;
            };
            let written = read.write("x", Some("tlp.green"));
            let again = sigma::read(&written).map(|one| one.write("x", Some("tlp.green")));
            assert_eq!(again, Ok(written));
        }
        engine => {
            let engine = if engine == 2 {
                Engine::Suricata
            } else {
                Engine::Snort
            };
            let Ok(rules) = intrusion::read(text, engine) else {
                return;
            };
            for one in rules {
                assert!(one.head.starts_with("alert "), "{}", one.head);
                let line = format!("{} (msg:\"{}\"; {} sid:1;)", one.head, one.msg, one.options);
                assert_eq!(intrusion::read(&line, engine), Ok(vec![one]));
            }
        }
    }
}

/// A list is read within its bounds or refused; each value stands once, is canonical, and can be read again.
pub(crate) fn listed(data: &[u8]) {
    let Some((first, document)) = data.split_first() else {
        return;
    };
    let shape = match first % 5 {
        0 => Shape::Lines,
        1 => Shape::Table(Delimiter::Auto),
        2 => Shape::Table(Delimiter::Tab),
        _ => Shape::Json,
    };
    let place = |name: &str| Some(name.to_owned());
    let mapping = match first % 5 {
        3 => Mapping {
            entries: place("*"),
            value: place("ioc"),
            kind: place("kind"),
            first_seen: place("seen"),
            label: place("note"),
        },
        _ => Mapping::default(),
    };
    let limits = ListLimits {
        bytes: 4 << 10,
        entries: 50,
        depth: 8,
    };
    let Ok(read) = read_list(document, shape, &mapping, &limits) else {
        return;
    };
    assert!(document.len() <= limits.bytes);
    let mut seen = std::collections::BTreeSet::new();
    for entry in &read.entries {
        assert!(entry.line > 0 && seen.insert((entry.kind, &entry.value)));
        let again = read_value_as(entry.kind, &entry.value).map(|value| value.value);
        assert_eq!(
            again.as_deref(),
            Some(&*entry.value),
            "a canonical value changes"
        );
    }
    assert!(read.unlisted.len() as u64 <= read.refused);
}

/// A layout is read or refused with a place; what is handed out is within the bounds, and JSON once it is
/// taken as an object.
pub(crate) fn layout(data: &[u8]) {
    let limits = LayoutLimits {
        object_bytes: 500,
        objects: 8,
        collections: 4,
        roots: 4,
        status_bytes: 500,
        now_us: 1_800_000_000_000_000,
    };
    let mut given = 0u64;
    let read = read_layout(data, &limits, &mut |object| {
        given += 1;
        assert!(object.raw.len() <= limits.object_bytes && object.collection < 4);
        assert!(object.date_added_us <= limits.now_us);
        if kaname_stix::object(object.raw, &kaname_stix::Limits::default()).is_ok() {
            serde_json::from_str::<serde_json::Value>(object.raw).expect("an object is JSON");
        }
        Ok(())
    });
    assert!(given <= limits.objects);
    match read {
        Ok(layout) => {
            let collections = layout.roots.iter().flat_map(|root| &root.collections);
            assert_eq!(collections.map(|one| one.objects).sum::<u64>(), given);
        }
        Err(fault) => {
            assert!(fault.pointer.is_empty() || fault.pointer.starts_with('/'));
            assert!(!fault.rule.is_empty());
        }
    }
}
