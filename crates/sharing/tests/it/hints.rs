//! Words that lead to the provider without naming it.

use kaname_kernel::Tlp;
use kaname_sharing::{checklist::check, neutral::without_traces, row::Sign};

use crate::support::{content, evidence, provider_account};

/// What is marked in a summary, and as what.
fn marked(summary: &str) -> Vec<(String, Sign)> {
    let account = provider_account("監視室 当直", "kanshi-1", "kanshi@mail.example");
    let evidence = evidence().with_account(&account);
    let mut planted = content("不審なメール", Tlp::Green, 1);
    planted.objects.clear();
    planted.summary.ja = summary.to_owned();
    let rows = check(&planted, &evidence);
    let shown = rows.iter().filter(|row| row.is_open());
    shown
        .map(|row| (row.excerpt(&planted).unwrap().1, row.sign))
        .collect()
}

#[test]
fn words_that_say_who_speaks_are_marked() {
    let spoken = marked("当社の端末から弊社に、Our Network was hit");
    let words = ["当社", "弊社", "Our Network"];
    let expected = words.map(|word| (word.to_owned(), Sign::FirstPerson));
    assert_eq!(spoken, expected);
    assert_eq!(
        marked("担当社員と不当行為と日本学術会議、your network"),
        Vec::new()
    );
}

#[test]
fn titles_of_accounts_are_marked() {
    for text in ["監視室 当直", "監視室当直"] {
        let found = marked(&format!("{text}が気づいた"));
        assert_eq!(found, [(text.to_owned(), Sign::Person)]);
    }
}

#[test]
fn parts_of_names_are_marked_inside_domains_and_words() {
    let mut planted = content("不審なメール", Tlp::Green, 1);
    planted.objects.clear();
    let party = serde_json::json!({
        "code": "minato-denryoku",
        "kind": kaname_directory::party::PartyKind::Operator,
        "name": { "ja": "湊電力", "en": "Minato Electric Power" },
        "from": "2020-04-01",
    });
    let evidence = crate::support::evidence_of(party);
    for text in [
        "ops-minato.example",
        "https://cdn.example/minatogrid/a",
        "MINATO_VPN",
    ] {
        planted.summary.ja = format!("接続先は{text}");
        let rows = check(&planted, &evidence);
        assert!(rows.iter().any(|row| row.sign == Sign::Name), "{text}");
        let kept = without_traces(&planted.summary.ja, &evidence.traces(), "ja");
        assert_eq!(kept, planted.summary.ja, "a hint rewrites nothing");
    }
    planted.summary.ja = "electric-japan.example の power".to_owned();
    assert_eq!(check(&planted, &evidence), Vec::new());
}
