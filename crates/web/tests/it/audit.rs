//! What an auditor reads of the ledger's events: words, names, and how much is sealed.

use kaname_testkit::Nation;
use kaname_web::text::{Lang, Text};

use crate::{
    browser::{Browser, between},
    house::Door,
    story,
};

/// Numbers of the events that the page lets an auditor open with a reason, of matters of this kind.
fn openable(page: &str, kind: &str) -> Vec<String> {
    let kind = format!("<code>{kind}");
    let rows = page.split("<tr data-row").skip(1);
    rows.filter(|row| row.contains(&kind))
        .filter_map(|row| row.split("name=\"seq\" value=\"").nth(1))
        .filter_map(|rest| rest.split('"').next().map(str::to_owned))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_reads_events_in_words_and_nothing_that_is_sealed() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    let provider = nation.caller(&nation.provider).await;
    let world = &nation.world;
    let report = receipt.report;
    world.take_report(&analyst, report, "当番").await.unwrap();
    world
        .ask_provider(&analyst, report, "いつからですか")
        .await
        .unwrap();
    world
        .answer_hub(&provider, report, "昨日からです")
        .await
        .unwrap();
    world.note_report(&analyst, report, "控え").await.unwrap();
    let sealed = sealed_texts(&nation, report).await;
    assert_eq!(sealed.len(), 4);
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let ledger = auditor.page("/ledger").await;
    let events = openable(&ledger, "report.");
    assert!(events.len() >= 5, "{events:?}");
    for seq in events.iter().chain(&openable(&ledger, "victim.")) {
        let form = [("seq", seq.as_str()), ("reason", "定期監査")];
        let opened = auditor.post("/ledger/inspect", &form).await.text;
        let main = between(&opened, "<main", "</main>");
        assert!(main.contains(&receipt.number), "which matter: {main}");
        for cipher in &sealed {
            assert!(!main.contains(cipher.as_str()), "ciphertext: {main}");
        }
        for plain in ["いつからですか", "昨日からです", "控え"] {
            assert!(!main.contains(plain), "{main}");
        }
    }
    // The newest first: note, answer, question, assignment, report.
    let said = async |seq: &str| {
        let form = [("seq", seq), ("reason", "定期監査")];
        auditor.post("/ledger/inspect", &form).await.text
    };
    let submitted = said(events.last().unwrap()).await;
    for words in [
        "提供者（封印）",
        "封をされた内容、",
        "受付番号",
        "貼り付け",
        "IPv4アドレス",
        "電力",
        "<summary class=\"hint\">元の記録（JSON）",
    ] {
        assert!(submitted.contains(words), "{words}: {submitted}");
    }
    let assigned = said(&events[events.len() - 2]).await;
    assert!(
        assigned.contains("<dt>担当</dt><dd class=\"lines\">bunseki"),
        "{assigned}"
    );
}

/// Every sealed text in the events of a report, as it stands in the ledger.
async fn sealed_texts(nation: &Nation, report: kaname_kernel::MatterId) -> Vec<String> {
    let world = &nation.world;
    let mut found = Vec::new();
    for stored in world.store().history(report).await.unwrap() {
        let event = stored.event.open(&world.keys().master).unwrap();
        for name in ["content", "text"] {
            let text = event.data.get(name).and_then(|text| text.as_str());
            found.extend(text.map(str::to_owned));
        }
    }
    found
}

/// Members of a JSON text that stand at the beginning of a line.
fn keys_of(raw: &str) -> impl Iterator<Item = String> {
    raw.replace("&#34;", "\"")
        .lines()
        .filter_map(|line| {
            let (key, _) = line.trim_start().strip_prefix('"')?.split_once("\":")?;
            Some(key.to_owned())
        })
        .collect::<Vec<_>>()
        .into_iter()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_the_ledger_has_a_name_in_both_languages() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (receipt, _) = story::released(&nation).await;
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let mut pages = vec![auditor.page("/ledger").await];
    let mut before = nation.world.store().ledger_size().await.unwrap();
    while before > 50 {
        before -= 50;
        pages.push(auditor.page(&format!("/ledger?before={before}")).await);
    }
    for seq in pages
        .iter()
        .flat_map(|page| openable(page, ""))
        .collect::<Vec<_>>()
    {
        let form = [("seq", seq.as_str()), ("reason", "監査")];
        pages.push(auditor.post("/ledger/inspect", &form).await.text);
    }
    assert!(pages.last().unwrap().contains(&receipt.number));
    let mut unnamed = std::collections::BTreeSet::new();
    for page in &pages {
        for raw in page.split("<pre tabindex=\"0\">").skip(1) {
            for key in keys_of(raw.split("</pre>").next().unwrap()) {
                for lang in [Lang::Ja, Lang::En] {
                    let code = format!("field-{key}");
                    if Text::new(lang).word(&code) == code {
                        unnamed.insert(format!("{} {key}", lang.tag()));
                    }
                }
            }
        }
    }
    unnamed.retain(|key| !key.ends_with(kaname_world::SEALED_BYTES));
    assert!(unnamed.is_empty(), "fields without a name: {unnamed:#?}");
}
