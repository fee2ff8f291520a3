//! Lists that others publish: lines, tables, JSON with a mapping.

use kaname_intake::listed::{ListError, ListLimits, Listed, Mapping, Shape, read_list};
use kaname_intake::table::Delimiter;

fn read(text: &str, shape: Shape, mapping: &Mapping) -> Result<Listed, ListError> {
    read_list(text.as_bytes(), shape, mapping, &ListLimits::default())
}

fn values(listed: &Listed) -> Vec<&str> {
    let entries = listed.entries.iter();
    entries.map(|entry| &*entry.value).collect()
}

#[test]
fn lines_have_remarks_and_hosts_files_have_names() {
    let text = "\u{feff}# a list\n; another remark\n//\n\n192.0.2.1\n192.0.2.0/24 ; SBL1\r\n0.0.0.0 ads.example\nhxxps://evil[.]example/a#b\nnot a value\nEVIL.example # c2\n192.0.2.1\n";
    let listed = read(text, Shape::Lines, &Mapping::default()).unwrap();
    assert_eq!(
        values(&listed),
        [
            "192.0.2.1",
            "192.0.2.0/24",
            "ads.example",
            "https://evil.example/a#b",
            "evil.example"
        ]
    );
    assert_eq!((listed.refused, listed.repeated), (1, 1));
    assert_eq!(&*listed.entries[1].label, "SBL1");
    let refused = &listed.unlisted[0];
    assert_eq!((refused.line, refused.said.as_str()), (9, "not a value"));
}

#[test]
fn what_would_hit_the_house_itself_is_refused() {
    let text = "127.0.0.1\n10.1.2.3\n0.0.0.0/0\nco.jp\n::1\n224.0.0.1\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n198.51.100.1\n";
    let listed = read(text, Shape::Lines, &Mapping::default()).unwrap();
    assert_eq!(values(&listed), ["198.51.100.1"]);
    assert_eq!(listed.refused, 7, "{:?}", listed.unlisted);
}

#[test]
fn tables_are_read_by_their_columns_or_by_what_is_mapped() {
    let text = "# generated\nwhen,value,tags\n2026-11-01 10:00,evil.example,\"a,b\"\n,,\nx,nothing here,\n";
    let mapping = Mapping {
        value: Some("value".to_owned()),
        label: Some("3".to_owned()),
        first_seen: Some("when".to_owned()),
        ..Mapping::default()
    };
    for mapping in [mapping, Mapping::default()] {
        let listed = read(text, Shape::Table(Delimiter::Auto), &mapping).unwrap();
        assert_eq!(values(&listed), ["evil.example"], "{mapping:?}");
        assert_eq!(listed.entries[0].line, 3);
    }
    let missing = Mapping {
        value: Some("nowhere".to_owned()),
        ..Mapping::default()
    };
    let error = read(text, Shape::Table(Delimiter::Comma), &missing).unwrap_err();
    assert!(error.to_string().contains("nowhere"), "{error}");
}

#[test]
fn json_is_read_along_paths() {
    let text = r#"{"1":[{"ioc":"192.0.2.1","type":"ip","seen":"2026-11-01","t":["x","y"]}],"2":[{"ioc":"deploy.sh","type":"domain"},{"ioc":7},{}]}"#;
    let mapping = Mapping {
        entries: Some("*".to_owned()),
        value: Some("ioc".to_owned()),
        kind: Some("type".to_owned()),
        first_seen: Some("seen".to_owned()),
        label: Some("t".to_owned()),
    };
    let listed = read(text, Shape::Json, &mapping).unwrap();
    assert_eq!(values(&listed), ["192.0.2.1", "deploy.sh"]);
    assert_eq!((listed.refused, &*listed.entries[0].label), (2, "x, y"));
    assert!(listed.entries[0].first_seen.is_some());
    let plain = read(
        r#"["192.0.2.1","evil.example"]"#,
        Shape::Json,
        &Mapping::default(),
    );
    assert_eq!(plain.unwrap().entries.len(), 2);
    assert!(matches!(
        read("{\"a\":1,\"a\":2}", Shape::Json, &Mapping::default()),
        Err(ListError::Json(_))
    ));
}

#[test]
fn a_long_list_is_read_and_a_longer_one_refused() {
    let text: String = (0..100_000u32)
        .map(|n| format!("198.{}.{}.{}\n", 51 + n / 65_536, n / 256 % 256, n % 256))
        .collect();
    let listed = read(&text, Shape::Lines, &Mapping::default()).unwrap();
    assert_eq!(listed.entries.len(), 100_000);
    let limits = ListLimits {
        entries: 99,
        ..ListLimits::default()
    };
    let over = read_list(text.as_bytes(), Shape::Lines, &Mapping::default(), &limits);
    assert_eq!(over, Err(ListError::TooMany { limit: 99 }));
    let short = ListLimits {
        bytes: 1_000,
        ..ListLimits::default()
    };
    for shape in [Shape::Lines, Shape::Table(Delimiter::Tab), Shape::Json] {
        assert!(read_list(text.as_bytes(), shape, &Mapping::default(), &short).is_err());
    }
}
