use kaname_stix::{Head, Member, SetReport, check_set, head};

const A: &str = "0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22";
const B: &str = "1b4fbe5f-7e58-4ddc-965d-b7b50ae07c33";

fn tool(modified: &str, further: &str) -> String {
    format!(
        r#"{{"type":"tool","spec_version":"2.1","id":"tool--{A}","created":"2026-01-01T00:00:00.000Z","modified":"{modified}T00:00:00.000Z","name":"t"{further}}}"#
    )
}

fn marking(id: &str, marks: &str) -> String {
    format!(
        r#"{{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--{id}","created":"2026-01-01T00:00:00.000Z","definition_type":"statement","definition":{{"statement":"s"}},"object_marking_refs":["marking-definition--{marks}"]}}"#
    )
}

fn checked(texts: &[String]) -> SetReport {
    let heads: Vec<Head> = texts.iter().map(|text| head(text).unwrap()).collect();
    let members: Vec<Member<'_>> = texts
        .iter()
        .zip(&heads)
        .enumerate()
        .map(|(index, (text, head))| Member { index, head, text })
        .collect();
    check_set(&members)
}

fn found(texts: &[String]) -> Vec<String> {
    let findings = checked(texts).findings;
    let told = findings.iter().map(|one| {
        let finding = &one.finding;
        let (path, rule) = (&finding.path, finding.rule);
        format!("{}{path} {rule} {:?}", one.index, finding.severity)
    });
    told.collect()
}

#[test]
fn versions_agree_and_end_with_revocation() {
    let nothing: [&str; 0] = [];
    let first = tool("2026-01-01", "");
    assert_eq!(found(&[first.clone(), tool("2026-01-02", "")]), nothing);
    assert_eq!(found(&[first.clone(), first.clone()]), ["1 version Should"]);
    let other = tool("2026-01-01", r#","description":"d""#);
    assert_eq!(found(&[first.clone(), other]), ["1 version Must"]);
    let revoked = tool("2026-01-02", r#","revoked":true"#);
    assert_eq!(found(&[first.clone(), revoked.clone()]), nothing);
    // The order in the bundle does not matter, that of the versions does.
    let after = tool("2026-01-03", "");
    assert_eq!(
        found(&[after, first.clone(), revoked]),
        ["0/modified version Must"]
    );
    let stolen = tool(
        "2026-01-02",
        &format!(r#","created_by_ref":"identity--{B}""#),
    );
    assert_eq!(
        found(&[first.clone(), stolen]),
        ["1/created_by_ref version Must"]
    );
    let born_again = tool("2026-01-02", "").replace("2026-01-01T", "2026-01-02T");
    assert_eq!(found(&[first, born_again]), ["1/created version Must"]);
}

#[test]
fn markings_do_not_go_in_circles() {
    let circle = [marking(A, B), marking(B, A)];
    assert_eq!(found(&circle), ["1 circular Must"]);
    let chain = [
        marking(A, B),
        marking(B, "613f2e26-407d-48c7-9eca-b8e91df99dc9"),
    ];
    assert_eq!(found(&chain), [""; 0]);
}

#[test]
fn a_long_chain_of_markings_needs_no_stack() {
    let id = |n: usize| format!("00000000-0000-4000-8000-{n:012x}");
    let chain: Vec<String> = (0..50_000).map(|n| marking(&id(n), &id(n + 1))).collect();
    let report = checked(&chain);
    assert_eq!(report.findings.len(), 0);
    assert_eq!(
        report.absent.into_iter().collect::<Vec<_>>(),
        [format!("marking-definition--{}", id(50_000))]
    );
}

#[test]
fn what_is_referred_to_and_not_there_is_told() {
    let tool = tool(
        "2026-01-01",
        &format!(
            r#","created_by_ref":"identity--{B}","object_marking_refs":["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"]"#
        ),
    );
    let absent = checked(&[tool]).absent;
    assert_eq!(
        absent.into_iter().collect::<Vec<_>>(),
        [format!("identity--{B}")]
    );
}
