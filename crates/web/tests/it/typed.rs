//! What was typed stays, in every form of the house: each page that a role can reach is asked for, each
//! form in it filled in, and the language switched.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use axum::http::Method;
use kaname_sharing::Text;
use kaname_testkit::{Nation, Person};
use kaname_web::{room, route::Access};
use kaname_world::sharing::ItemDraft;

use crate::{
    browser::{Browser, between, leads_to},
    house::Door,
    raw::unresolved,
    story,
};

/// What is typed into each field; breaks out of markup that does not escape it.
const TYPED: &str = "途中まで<i>\"書いた\"</i> & '文'";
/// The same as pages write it.
const WRITTEN: &str = "途中まで&#60;i&#62;&#34;書いた&#34;&#60;/i&#62; &#38; &#39;文&#39;";
/// Most pages looked at for one role.
const PAGES: usize = 150;

/// Endpoints to which no page of the walk posts, because a button does, without a word.
const BUTTONS: [&str; 35] = [
    "source.start",
    "source.look",
    "peer.start",
    "passkey.add",
    "passkey.remove",
    "openid.link",
    "openid.unlink",
    "draft.keep",
    "draft.drop",
    "draft.drop_file",
    "submission.columns",
    "submission.submit",
    "submission.hide_victim",
    "submission.withdraw",
    "item.ask_consent",
    "item.accept_proposal",
    "item.take_over",
    "item.take_back",
    "item.hand_over",
    "record.acknowledge",
    "delivery.retry",
    "account.remove_totp",
    "account.set_key",
    "account.remove_key",
    "session.act_for",
    "account.enable",
    "key.revoke",
    "group.leave",
    "group.close",
    "webhook.retry",
    "webhook.rekey",
    "webhook.stop",
    "webhook.start",
    "breach.tell",
    "account.remove_passkeys",
];
/// Endpoints whose forms stand on pages in a state that the walk's scene does not have; they are of the
/// same pieces and kept the same way.
const ELSEWHERE: [&str; 8] = [
    "triage.open",
    "item.decline_proposal",
    "item.decide_blocking",
    "item.let_end",
    "party.undelegate",
    "party.release_duty",
    "account.link_identity",
    "account.unlink_identity",
];

/// One form of a page: where it posts to, its fields with what stands in them, those to type into.
struct Form {
    to: String,
    given: Vec<(String, String)>,
    open: Vec<String>,
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

fn plain(escaped: &str) -> String {
    let known = [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ];
    known.iter().fold(escaped.to_owned(), |text, (from, to)| {
        text.replace(from, to)
    })
}

/// Forms that post, in the page's main part.
fn forms(page: &str) -> Vec<Form> {
    let main = between(page, "<main", "</main>");
    let all = main.split("<form ").skip(1);
    let read = |form: &str| {
        let (head, inner) = form.split_once('>')?;
        let head = format!(" {head}");
        if attribute(&head, "method") != Some("post") {
            return None;
        }
        let inner = inner.split("</form>").next()?;
        let mut found = Form {
            to: plain(attribute(&head, "action")?),
            given: Vec::new(),
            open: Vec::new(),
        };
        for tag in inner.split('<') {
            let name = attribute(tag, "name").unwrap_or_default().to_owned();
            let kind = attribute(tag, "type").unwrap_or("text");
            let secret = attribute(tag, "autocomplete") == Some("one-time-code");
            if tag.starts_with("input") && kind == "hidden" && name != "_csrf" {
                let value = plain(attribute(tag, "value").unwrap_or_default());
                found.given.push((name, value));
            } else if tag.starts_with("textarea")
                || tag.starts_with("input")
                    && !secret
                    && !tag.contains(" readonly")
                    && !["hidden", "password", "file", "radio", "checkbox"].contains(&kind)
            {
                found.open.push(name);
            }
        }
        Some(found)
    };
    all.filter_map(read).collect()
}

/// Addresses of this house that a page links to.
fn links(page: &str) -> impl Iterator<Item = String> {
    let all = page.split(" href=\"/").skip(1);
    all.filter_map(|rest| {
        let path = rest.split(['"', '#']).next()?;
        let file = ["assets", "favicon", "api/", "taxii2", "feeds", "ledger/"];
        let page = !file.iter().any(|start| path.starts_with(start));
        (page && !path.contains('?')).then(|| format!("/{}", plain(path)))
    })
}

/// Whether an address fits an endpoint's path.
fn fits(path: &str, address: &str) -> bool {
    let address = address.split(['?', '#']).next().unwrap();
    let (wanted, given): (Vec<_>, Vec<_>) =
        (path.split('/').collect(), address.split('/').collect());
    wanted.len() == given.len()
        && wanted
            .iter()
            .zip(given)
            .all(|(one, other)| one.starts_with('{') || *one == other)
}

/// The nearest address that can be asked for, at or above the one that a form posts to.
fn page_behind(to: &str) -> String {
    let mut path = to.split(['?', '#']).next().unwrap();
    // What is written out goes before what stands for any.
    let open = |path: &str| {
        path.split('/')
            .map(|part| part.starts_with('{'))
            .collect::<Vec<_>>()
    };
    let is_page = |path: &str| {
        let all = room::endpoints();
        let fitting = all.iter().filter(|one| fits(one.path, path));
        let chosen = fitting.min_by_key(|one| (open(one.path), one.method != Method::GET));
        chosen.is_some_and(|one| one.method == Method::GET)
    };
    while !is_page(path) {
        path = path.rsplit_once('/').unwrap().0;
    }
    path.to_owned()
}

/// Reports in each state, an item that waits for consent, one that is out, a record that is asked for,
/// a request, a breach, a group.
async fn scene(nation: &Nation, door: &Door) {
    let world = &nation.world;
    story::released(nation).await;
    story::consented(nation).await;
    let told = story::submit(nation).await;
    story::derive_as(nation, told.report, names_its_provider).await;
    story::submit(nation).await;
    let taken = story::submit(nation).await;
    let caller = nation.caller(&nation.analyst).await;
    let take = world.take_report(&caller, taken.report, "当番");
    take.await.unwrap();
    let asked = story::submit(nation).await;
    let item = story::derive(nation, asked.report).await;
    world.ask_consent(&caller, item.id, None).await.unwrap();
    let analyst = Browser::of(door, nation, &nation.analyst).await;
    let asked = [("parties", "kaihin"), ("reason", "連絡のため")];
    let to = format!("/triage/{}/victim", taken.number);
    leads_to(&analyst.post(&to, &asked).await);
    let campaign = [
        ("what", "begin"),
        ("title", "配達を装う波"),
        ("reports", taken.number.as_str()),
    ];
    let refused = analyst.post("/campaigns", &campaign).await;
    assert_eq!(
        leads_to(&refused),
        "/campaigns",
        "one report is no campaign"
    );
    let both = format!("{}, {}", taken.number, told.number);
    let campaign = [campaign[0], campaign[1], ("reports", both.as_str())];
    let begun = leads_to(&analyst.post("/campaigns", &campaign).await);
    assert!(begun.starts_with("/campaigns/C-"), "{begun}");
    let assessed = [
        ("kind", "assessment"),
        ("title_ja", "見通し"),
        ("tlp", "GREEN"),
        ("pap", "GREEN"),
        ("outlets", "web"),
        ("judgement", "続く"),
        ("likelihood", "likely"),
        ("confidence", "low"),
        ("evidence", "Example | A1"),
    ];
    let begun = leads_to(&analyst.post("/assessments-new", &assessed).await);
    assert!(begun.starts_with("/assessments/A-"), "{begun}");
    let search = [("name", "VPN"), ("query", "VPN"), ("alert", "daily")];
    leads_to(&analyst.post("/search/saved-new", &search).await);
    for code in ["kaihin", "minato"] {
        let request = [
            ("to", code),
            ("about", ""),
            ("subject", "記録の提出"),
            ("basis", "法第 1 条"),
            ("body", "提出してください"),
            ("deadline", "2099-01-01T00:00"),
        ];
        leads_to(&analyst.post("/requests-new", &request).await);
    }
    let breach = [
        ("party", "kaihin"),
        ("kind", "duty"),
        ("duty", "secrecy"),
        ("subject", "守秘義務"),
        ("body", "会員以外に転送した"),
    ];
    let entered = analyst.post("/breaches-new", &breach).await;
    let told = format!("{}/tell", leads_to(&entered));
    leads_to(&analyst.post(&told, &[]).await);
    let admin = Browser::of(door, nation, &nation.administrator).await;
    let group = [
        ("code", "power"),
        ("name_ja", "電力"),
        ("name_en", "Power"),
        ("past", "closed"),
    ];
    leads_to(&admin.post("/groups-new", &group).await);
    super::peers::agreed(nation, &admin).await;
    super::sources::agreed(nation, &admin).await;
}

/// Leaves a trace of the provider to be settled.
fn names_its_provider(draft: &mut ItemDraft) {
    draft.summary = Text::new(
        "みなと電力のVPN装置",
        "An appliance of Minato Electric Power",
    );
}

/// Every form that a person reaches, each kept as it was typed when the language is switched.
async fn walk(browser: &Browser<'_>, posts: &mut BTreeSet<String>) -> usize {
    let plain = room::endpoints().into_iter().filter(|one| {
        let page = !["/api", "/taxii2", "/events", "/sign-in"]
            .iter()
            .any(|start| one.path.starts_with(start));
        one.method == Method::GET && page && !one.path.contains('{')
    });
    let mut waiting: VecDeque<String> = plain.map(|one| one.path.to_owned()).collect();
    let mut known: BTreeSet<String> = waiting.iter().cloned().collect();
    let (mut looked, mut kept) = (0, BTreeMap::new());
    while let Some(address) = waiting.pop_front() {
        let page = browser.get(&address).await.text;
        looked += 1;
        if !page.starts_with("<!doctype html>") || looked > PAGES {
            continue;
        }
        for link in links(&page) {
            if known.insert(link.clone()) {
                waiting.push_back(link);
            }
        }
        assert_eq!(unresolved(&page), Vec::<String>::new(), "{address}");
        let found = forms(&page);
        posts.extend(found.iter().map(|form| form.to.clone()));
        let along = page.contains(" form=\"typing\"");
        assert_eq!(along, page.contains("<form id=\"typing\""), "{address}");
        for form in found.iter().filter(|form| !form.open.is_empty()) {
            let rooms: Vec<_> = form.to.split('/').collect();
            let kind = (rooms.first().copied(), rooms.last().copied());
            let kind = format!("{kind:?}{:?}", form.open);
            if kept.insert(kind, ()).is_none() {
                keeps(browser, &address, form).await;
            }
        }
    }
    kept.len()
}

async fn keeps(browser: &Browser<'_>, address: &str, form: &Form) {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in &form.given {
        pairs.append_pair(name, value);
    }
    for name in &form.open {
        pairs.append_pair(name, TYPED);
    }
    let along = format!("{}\n{}", form.to, pairs.finish());
    let switch = |lang: &'static str| [("lang", lang), ("back", address)];
    let mut fields = switch("en").to_vec();
    fields.push(("kept", &along));
    let switched = browser.post("/preferences", &fields).await;
    assert_eq!(leads_to(&switched), address);
    let page = browser.page(address).await;
    assert!(page.contains("<html lang=\"en\""), "{address}");
    assert_eq!(unresolved(&page), Vec::<String>::new(), "{address}");
    // Whoever has to sign in before it is taken is led back to a page with this form.
    let behind = browser.page(&page_behind(&form.to)).await;
    assert!(
        forms(&behind).iter().any(|one| one.to == form.to),
        "{} is not on {}",
        form.to,
        page_behind(&form.to)
    );
    let count = page.matches(WRITTEN).count();
    assert_eq!(
        count,
        form.open.len(),
        "{address} {}: {:?}",
        form.to,
        form.open
    );
    // Once: the next time the page is as it was.
    assert!(!browser.page(address).await.contains(WRITTEN), "{address}");
    browser.post("/preferences", &switch("ja")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_keeps_what_was_typed_when_the_language_is_switched() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    scene(&nation, &door).await;
    let people: [&Person; 6] = [
        &nation.analyst,
        &nation.releaser,
        &nation.provider,
        &nation.member,
        &nation.administrator,
        &nation.auditor,
    ];
    let (mut posts, mut forms) = (BTreeSet::new(), 0);
    for person in people {
        let browser = Browser::of(&door, &nation, person).await;
        forms += walk(&browser, &mut posts).await;
    }
    assert!(forms > 30, "forms that were walked: {forms}");
    // A form that is new stands on a page of this walk, or in one of the lists above.
    let mut elsewhere: BTreeSet<&str> = BUTTONS.iter().chain(&ELSEWHERE).copied().collect();
    let mut unseen = Vec::new();
    for endpoint in room::endpoints() {
        let by_person = matches!(endpoint.access, Access::SignedIn(_));
        if endpoint.method != Method::POST || !by_person || elsewhere.remove(endpoint.name) {
            continue;
        }
        if !posts.iter().any(|to| fits(endpoint.path, to)) {
            unseen.push(format!("{} {}", endpoint.name, endpoint.path));
        }
    }
    assert!(
        unseen.is_empty(),
        "no page of the walk posts to: {unseen:#?}"
    );
    assert!(
        elsewhere.is_empty(),
        "no endpoints of these names: {elsewhere:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_not_taken_is_shown_again_with_what_was_typed() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    let caller = nation.caller(&nation.analyst).await;
    let take = nation.world.take_report(&caller, receipt.report, "当番");
    take.await.unwrap();
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let form = [("parties", "kaihin\nnobody-9"), ("reason", TYPED)];
    let to = format!("/triage/{}/victim", receipt.number);
    let refused = analyst.post(&to, &form).await;
    let page = analyst.page(&leads_to(&refused)).await;
    assert!(page.contains("flash-refused"), "{page}");
    assert!(
        page.contains(WRITTEN) && page.contains("kaihin\nnobody-9"),
        "{page}"
    );
    // Another session of the same person holds nothing of it, nor does the next page.
    let other = Browser::of(&door, &nation, &nation.analyst).await;
    let again = analyst.post(&to, &form).await;
    assert!(!other.page(&leads_to(&again)).await.contains(WRITTEN));
    assert!(analyst.page(&leads_to(&again)).await.contains(WRITTEN));
    assert!(!analyst.page(&leads_to(&again)).await.contains(WRITTEN));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_the_switches_of_a_form_post_it_along() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    for switch in ["lang=en", "theme=dark"] {
        let page = admin.page("/groups-new").await;
        let mut to = page.split("formaction=\"").skip(1);
        let to = to.find(|to| to.starts_with(&format!("/preferences?{switch}")));
        let to = plain(to.unwrap().split('"').next().unwrap());
        let switched = admin
            .post(&to, &[("code", "power"), ("name_ja", TYPED)])
            .await;
        assert_eq!(leads_to(&switched), "/groups-new");
        let page = admin.page("/groups-new").await;
        assert!(page.contains(WRITTEN), "{page}");
    }
    let page = admin.page("/groups-new").await;
    assert!(
        page.contains("<html lang=\"en\" data-theme=\"dark\""),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_fills_a_line_and_not_the_disk() {
    let (nation, store) = Nation::counted().await;
    let door = Door::of(&nation);
    let switch = "/preferences?back=/sign-in&lang=en";
    let along = |typed: &str| format!("/sign-in\nlogin={typed}");
    store.taken();
    for (typed, is_kept) in [("bunseki".to_owned(), true), ("x".repeat(250_000), false)] {
        let stranger = Browser::nobody(&door);
        stranger.page("/sign-in").await;
        let kept = along(&typed);
        let fields = [
            ("back", "/sign-in"),
            ("lang", "en"),
            ("kept", kept.as_str()),
        ];
        leads_to(&stranger.post(switch, &fields).await);
        let page = stranger.page("/sign-in").await;
        let value = format!("value=\"{typed}\"");
        assert_eq!(page.contains(&value), is_kept, "{page}");
        // Once.
        assert!(!stranger.page("/sign-in").await.contains(&value));
    }
    // However often they come, nothing of it is written: their browsers carry it.
    for _ in 0..20 {
        let stranger = Browser::nobody(&door);
        stranger.page("/sign-in").await;
        let kept = along("bunseki");
        let fields = [
            ("back", "/sign-in"),
            ("lang", "en"),
            ("kept", kept.as_str()),
        ];
        leads_to(&stranger.post(switch, &fields).await);
    }
    let calls = store.taken();
    assert_eq!(calls.get("kv_put"), None, "{calls:?}");
    assert_eq!(calls.get("commit"), None, "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_typed_is_shown_to_their_own_browser_alone() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (stranger, other) = (Browser::nobody(&door), Browser::nobody(&door));
    for browser in [&stranger, &other] {
        browser.page("/sign-in").await;
    }
    let kept = "/sign-in\nlogin=bunseki";
    let fields = [("back", "/sign-in"), ("lang", "en"), ("kept", kept)];
    let switch = "/preferences?back=/sign-in&lang=en";
    leads_to(&stranger.post(switch, &fields).await);
    let carried = stranger.cookie("kaname-typed");
    assert!(
        carried.len() > 40 && !carried.contains("bunseki"),
        "{carried}"
    );
    // Put into another browser, changed, or of no form at all, it is nothing.
    for forged in [
        carried.clone(),
        format!("A{carried}"),
        "bunseki/sign-in".to_owned(),
        "%7B%7D/sign-in".to_owned(),
        format!("{}/sign-in", "A".repeat(3_000)),
    ] {
        other.holds("kaname-typed", &forged);
        let page = other.page("/sign-in").await;
        assert!(!page.contains("value=\"bunseki\""), "{forged}");
    }
    let page = stranger.page("/sign-in").await;
    assert!(page.contains("value=\"bunseki\""), "{page}");
}
