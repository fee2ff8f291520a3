//! Tables: delimiters, columns, rows, faults, and cells that are safe to export.

use kaname_intake::table::{
    Column, Delimiter, Field, RowFault, Table, TableError, TableLimits, TableOptions, propose,
    read_table,
};
use kaname_intake::{DecodeOptions, ExtractOptions, Kind, csv_plain, csv_safe, decode};
use proptest::prelude::*;

fn read(text: &str) -> Table {
    read_table(text, &TableOptions::default()).unwrap()
}

fn values(table: &Table) -> Vec<(usize, &str)> {
    table
        .values
        .iter()
        .map(|row| (row.line, row.value.value.as_str()))
        .collect()
}

fn fields(text: &str) -> Vec<Field> {
    let proposal = propose(text, &TableOptions::default()).unwrap();
    proposal.columns.iter().map(|column| column.field).collect()
}

#[test]
fn header_words_in_both_languages() {
    use Field::{Comment, FirstSeen, Ignore, Kind, Value};
    for (header, expected) in [
        (
            "value,type,comment,first_seen",
            vec![Value, Kind, Comment, FirstSeen],
        ),
        (
            "指標,種別,備考,検知日時",
            vec![Value, Kind, Comment, FirstSeen],
        ),
        (
            "No.,IPアドレス,備考欄,観測日時（JST）",
            vec![Ignore, Value, Comment, FirstSeen],
        ),
        (
            "uuid,category,type,value,comment,to_ids,date",
            vec![Ignore, Kind, Ignore, Value, Comment, Ignore, FirstSeen],
        ),
        (
            "First Seen,Indicator Type,Indicator",
            vec![FirstSeen, Kind, Value],
        ),
        ("ＵＲＬ\tメモ", vec![Value, Comment]),
    ] {
        let found = fields(&format!("{header}\n"));
        assert_eq!(found, expected, "{header}");
    }
}

#[test]
fn columns_by_what_stands_in_them() {
    use Field::{Comment, FirstSeen, Ignore, Kind, Value};
    let text = "1;2026-05-01 10:20;ip-dst;203.0.113.7;C2サーバとの通信を確認した端末あり\n\
                2;2026-05-02 11:20;domain;evil[.]example;フィッシングメールの誘導先サイト\n";
    let proposal = propose(text, &TableOptions::default()).unwrap();
    assert!(!proposal.header);
    assert_eq!(proposal.delimiter, Delimiter::Semicolon);
    assert_eq!(fields(text), [Ignore, FirstSeen, Kind, Value, Comment]);
    assert_eq!(
        values(&read(text)),
        [(1, "203.0.113.7"), (2, "evil.example")]
    );
}

#[test]
fn a_shift_jis_table_of_a_spreadsheet() {
    let text = "指標,種別,備考,検知日\r\n203.0.113[.]77,IPアドレス,\"C2、\r\n\"\"二つ目\"\"\",2026年5月1日\r\nhxxp://evil[.]example/a,URL,,令和8年5月2日\r\n";
    let bytes = encoding_rs::SHIFT_JIS.encode(text).0;
    let read_text = decode(&bytes, &DecodeOptions::default()).unwrap().text;
    let table = read(&read_text);
    assert_eq!(
        values(&table),
        [(2, "203.0.113.77"), (4, "http://evil.example/a")]
    );
    assert_eq!(table.values[0].comment, "C2、\r\n\"二つ目\"");
    let seen = table.values[1].first_seen.unwrap();
    assert_eq!(seen.at.to_string(), "2026-05-01T15:00:00Z");
    assert_eq!(seen.uncertainty_s, 86_400);
    assert!(table.errors.is_empty(), "{:?}", table.errors);
}

#[test]
fn every_row_is_a_value_or_an_error_that_holds_it() {
    let text = "value,type,first_seen\n\
                203.0.113.7,ipv4,2026-05-01\n\
                nothing here,ipv4,2026-05-01\n\
                ,ipv4,2026-05-01\n\
                evil.example,sha256,soon\n\
                \n\
                203.0.113.8 203.0.113.9,,\n";
    let table = read(text);
    assert_eq!(
        values(&table),
        [
            (2, "203.0.113.7"),
            (5, "evil.example"),
            (7, "203.0.113.8"),
            (7, "203.0.113.9")
        ]
    );
    let errors: Vec<_> = table
        .errors
        .iter()
        .map(|error| (error.line, error.column, &error.what, error.cell.as_str()))
        .collect();
    let differs = RowFault::KindDiffers {
        said: "sha256".into(),
        read: "domain".into(),
    };
    assert_eq!(
        errors,
        [
            (3, 1, &RowFault::NoValue, "nothing here"),
            (4, 1, &RowFault::NoCell, " | ipv4 | 2026-05-01"),
            (5, 1, &differs, "evil.example"),
            (5, 3, &RowFault::BadTime, "soon"),
        ]
    );
}

#[test]
fn csv_with_formulas_is_text() {
    let text = "value,comment\n=HYPERLINK(\"http://evil.example/\"),=cmd|' /C calc'!A0\n@SUM(1+9),+1\n-203.0.113.7,x\n";
    let table = read(text);
    assert!(
        table
            .values
            .iter()
            .all(|row| row.as_written.starts_with(['=', '-']))
    );
    assert!(
        table
            .values
            .iter()
            .any(|row| row.value.value == "http://evil.example/")
    );
    assert_eq!(table.values[0].comment, "=cmd|' /C calc'!A0");
    assert_eq!(csv_safe(&table.values[0].comment), "'=cmd|' /C calc'!A0");
    for live in ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1", " =1", "'x"] {
        assert!(csv_safe(live).starts_with('\''), "{live:?}");
    }
    assert_eq!(csv_safe("evil.example"), "evil.example");
}

#[test]
fn mappings_are_kept() {
    let text = "a,b,c\nx,203.0.113.7,203.0.113.8\n";
    let options = |mapping: Vec<(Column, Field)>| TableOptions {
        mapping,
        ..TableOptions::default()
    };
    let by_name = options(vec![
        (Column::Name("Ｂ".into()), Field::Value),
        (Column::Name("a".into()), Field::Comment),
    ]);
    let table = read_table(text, &by_name).unwrap();
    assert_eq!(values(&table), [(2, "203.0.113.7")]);
    assert_eq!(table.values[0].comment, "x");
    let by_number = options(vec![(Column::Number(3), Field::Value)]);
    assert_eq!(
        values(&read_table(text, &by_number).unwrap()),
        [(2, "203.0.113.8")]
    );
    let absent = options(vec![(Column::Name("zz".into()), Field::Value)]);
    let error = read_table(text, &absent).unwrap_err();
    assert!(matches!(error, TableError::NoSuchColumn { .. }), "{error}");
    let none = options(vec![(Column::Number(1), Field::Comment)]);
    assert_eq!(read_table(text, &none), Err(TableError::NoValueColumn));
}

#[test]
fn the_kind_of_a_row_decides_doubtful_values() {
    let table = read("value,type\ndeploy.sh,domain\nmain.rs,hostname\n64496,asn\n");
    assert_eq!(
        values(&table),
        [(2, "deploy.sh"), (3, "main.rs"), (4, "AS64496")]
    );
}

#[test]
fn own_values_are_left_out_of_tables() {
    let own = ExtractOptions {
        own_domains: vec!["denryoku.example".into()],
        own_networks: vec!["198.51.100.0/24".into()],
        ..ExtractOptions::default()
    };
    let options = TableOptions {
        own,
        ..TableOptions::default()
    };
    let text = "value,type\nmail.denryoku.example,domain\n198.51.100.9,ip\nhttp://evil.example/?u=a@denryoku.example,url\nprint.denryoku.example.,hostname\n";
    let table = read_table(text, &options).unwrap();
    assert_eq!(values(&table), []);
    assert_eq!(table.excluded.len(), 4);
}

#[test]
fn bounds_of_tables_are_said() {
    let limits = TableLimits {
        bytes: 1_000,
        rows: 3,
        columns: 2,
        cell_bytes: 20,
    };
    let options = TableOptions {
        limits,
        ..TableOptions::default()
    };
    let error = read_table(&"a".repeat(1_001), &options).unwrap_err();
    assert_eq!(
        error,
        TableError::TooLong {
            actual: 1_001,
            limit: 1_000
        }
    );
    let error = read_table("value\n203.0.113.1\n203.0.113.2\n203.0.113.3\n", &options).unwrap_err();
    assert_eq!(error, TableError::TooManyRows { limit: 3, line: 4 });
    assert!(
        error.to_string().contains("row 4 begins at line 4"),
        "{error}"
    );
    let wide = read_table("value,b\n203.0.113.1,b,c,d\n", &options).unwrap();
    assert_eq!(wide.errors[0].what, RowFault::TooManyColumns { limit: 2 });
    let long = read_table(
        &format!("value,b\n203.0.113.1,{}\n", "y".repeat(30)),
        &options,
    )
    .unwrap();
    assert_eq!(
        long.errors[0].what,
        RowFault::CellTooLong {
            actual: 30,
            limit: 20
        }
    );
    assert_eq!(values(&long), [(2, "203.0.113.1")]);
    assert_eq!(read_table("\n\n", &options), Err(TableError::Empty));
}

#[test]
fn a_quotation_mark_that_is_never_closed_swallows_nothing() {
    let text = format!(
        "value,comment\n203.0.113.1,\"open\n{}",
        "203.0.113.2,x\n".repeat(2_000)
    );
    let table = read(&text);
    assert_eq!((table.values.len(), table.rows), (2_001, 2_001));
    assert!(
        table
            .errors
            .iter()
            .any(|error| error.line == 2 && error.what == RowFault::OpenQuote)
    );
}

#[test]
fn kinds_are_those_of_the_value() {
    let table = read("ioc\nCVE-2026-12345\nd41d8cd98f00b204e9800998ecf8427e\n2001:db8::1\n");
    let kinds: Vec<Kind> = table.values.iter().map(|row| row.value.kind).collect();
    assert_eq!(kinds, [Kind::Cve, Kind::Md5, Kind::Ipv6]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn safe_cells_give_back_what_they_were(cell in "[=+@'\t\r\n \\-a＝]{0,6}\\PC{0,8}") {
        let safe = csv_safe(&cell);
        prop_assert_eq!(csv_plain(&safe), cell.as_str());
        let first = safe.trim_start().chars().next();
        let live = matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
        prop_assert!(!live && !safe.starts_with(['\t', '\r', '\n']));
    }

    #[test]
    fn any_text_is_a_table_or_a_said_error(text in "[a-z0-9.,;\t\"\n\r=@あ]{0,200}") {
        if let Ok(table) = read_table(&text, &TableOptions::default()) {
            let lines = text.matches(['\n', '\r']).count() + 1;
            prop_assert!(table.values.iter().all(|row| row.line <= lines));
        }
    }
}
