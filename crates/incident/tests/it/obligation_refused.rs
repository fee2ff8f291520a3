//! Obligations that cannot be used are refused, with line and reason.

use kaname_directory::Catalogue;
use kaname_incident::{data::BadData, obligation::Obligations};

const FILE: &str = include_str!("../../../../data/obligations.toml");

fn parse(text: &str) -> Result<Obligations, BadData> {
    Obligations::parse(text, &Catalogue::builtin().unwrap())
}

#[test]
fn what_cannot_be_meant_is_refused_where_it_stands() {
    for (code, from, to, what) in [
        (
            "jp-notice",
            "to = [\"ministry\"]",
            "to = []",
            "1 to 16 recipients",
        ),
        (
            "jp-notice",
            "term = { hours = 24 }",
            "term = { hours = 0 }",
            "lasts nothing",
        ),
        (
            "jp-notice",
            "term = { hours = 24 }",
            "term = { hours = 9999 }",
            "over ten years",
        ),
        (
            "jp-notice",
            "from = \"aware\"",
            "from = \"submitted:later\"",
            "no stage before it",
        ),
        (
            "jp-notice",
            "remind_min = [720, 120]",
            "remind_min = [720, 1000000]",
            "more than a year before",
        ),
        (
            "jp-privacy",
            "body:ppc",
            "body:ppd",
            "there is no body `ppd`",
        ),
        (
            "jp-privacy",
            "{ is = \"property-risk\" }",
            "{ is = \"property\" }",
            "no criterion `property`",
        ),
        ("jp-privacy", ", more_than = 1000 }", " }", "is a number"),
        (
            "jp-privacy",
            "{ is = \"property-risk\" }",
            "{ is = \"property-risk\", more_than = 3 }",
            "is no number",
        ),
        (
            "jp-privacy",
            "{ is = \"property-risk\" }",
            "{ all = [] }",
            "not empty",
        ),
        (
            "jp-privacy",
            "{ is = \"property-risk\" }",
            "{ at_least = 2, of = [{ is = \"sensitive-data\" }] }",
            "at_least with of",
        ),
        (
            "jp-privacy",
            "{ is = \"property-risk\" }",
            "{ not = { not = { not = { not = { not = { not = { is = \"property-risk\" } } } } } } }",
            "6 levels",
        ),
        (
            "jp-privacy",
            "code = \"final\"",
            "code = \"preliminary\"",
            "stands twice",
        ),
        (
            "jp-special-infrastructure",
            "list = \"jp-special-infrastructure\"",
            "list = \"jp-special\"",
            "there is no list",
        ),
        (
            "jp-special-infrastructure",
            "debtor = { list = \"jp-special-infrastructure\" }",
            "debtor = { sectors = [\"postal\"] }",
            "`postal` is no sector",
        ),
        (
            "eu-nis2",
            "authority = { ja = \"加盟国のCSIRT又は所管当局\", en = \"CSIRT or competent authority of the member state\" }\n",
            "",
            "needs its name",
        ),
        (
            "eu-dora",
            "recurring = { incidents = 2",
            "recurring = { incidents = 1",
            "2 to 60 incidents",
        ),
        (
            "eu-dora",
            "submitted:initial",
            "submitted:final",
            "no stage before it",
        ),
    ] {
        let entry = format!("[[obligation]]\ncode = \"{code}\"");
        let at = FILE.find(&entry).expect(code);
        let (before, after) = FILE.split_at(at);
        assert!(after.contains(from), "{code} has no {from}");
        let refused = parse(&format!("{before}{}", after.replacen(from, to, 1))).unwrap_err();
        assert!(refused.what.contains(what), "{refused}");
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        assert_eq!(
            (refused.file, refused.line),
            ("data/obligations.toml", line),
            "{refused}"
        );
    }
    for (from, to, what) in [
        (
            "term = { hours = 24 }",
            "term = { weeks = 24 }",
            "unknown variant",
        ),
        ("from = \"aware\"", "from = \"known\"", "begins nothing"),
        ("zone = \"tokyo\"", "zone = \"osaka\"", "unknown variant"),
        (
            "debtor = \"any-sector\"",
            "debtor = \"all\"",
            "unknown variant",
        ),
        (
            "closed = \"next-open\"",
            "close = \"next-open\"",
            "unknown field",
        ),
        (
            "valid_from = \"2026-10-01\"\nsource = \"重要電子計算機に対する不正な行為による被害の防止に関する法律（令和7年法律第42号）第5条\"",
            "valid_from = \"2026-10-01\"\nsource = \" \"",
            "names no source",
        ),
    ] {
        assert!(FILE.contains(from), "{from}");
        let refused = parse(&FILE.replacen(from, to, 1)).unwrap_err();
        assert!(refused.what.contains(what), "{refused}");
        assert!(refused.line > 1, "{refused}");
    }
}

#[test]
fn an_obligation_holds_once_on_a_day() {
    let at = FILE.find("[[obligation]]\ncode = \"jp-notice\"").unwrap();
    let end = FILE[at..]
        .find("[[obligation]]\ncode = \"jp-privacy\"")
        .unwrap();
    let refused = parse(&format!("{FILE}\n{}", &FILE[at..at + end])).unwrap_err();
    assert!(
        refused.what.contains("`jp-notice` holds twice"),
        "{refused}"
    );
}
