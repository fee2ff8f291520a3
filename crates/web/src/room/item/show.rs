//! One item: what it says, to whom, what stands in the way, and what can be done with it by whoever
//! looks: its analyst, the second officer, its provider.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_directory::Account;
use kaname_kernel::{Pap, Tlp};
use kaname_sharing::{
    Content, Item, ItemState, Manifest, Outlet, Told,
    deriving::is_writable,
    feedback::ForProvider,
    item::{Blocking, Refusal},
    manifest::difference,
    row::{Row as Trace, RowState},
};
use kaname_world::sharing::Original;

use super::{
    act::of,
    changed::{Changed, stands},
    differing::{changed_values, techniques},
    reach::{self, ReachPart},
    review,
    trace::{self, TraceRow},
    value::{ValueRow, rows, shared_resources},
    verb::{Ask, Permitted, asks, verbs},
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Copied, Difference, Due, Notice, Piece, Steps, Tone, Verb},
        show,
    },
    house::{By, House},
    room::{
        age::Age,
        assessments::{Judgements, judgements},
        choices,
        events::one::{self, Of},
        words,
    },
};

#[derive(Template)]
#[template(path = "room/item/show.html")]
struct ItemPage {
    page: Page,
    number: String,
    revision: u32,
    tlp: Tlp,
    pap: Pap,
    kind: String,
    state: String,
    steps: Steps,
    due: Option<Due>,
    original: Option<String>,
    own: bool,
    /// Whether it is the hub's own word, for which nobody is asked.
    unasked: bool,
    /// Whether its provider was asked about what it says now.
    asked: bool,
    /// When its provider consented to what it says now.
    consented: Option<String>,
    /// What receivers say stands before the decision that rests on it.
    suspended: bool,
    /// What a second officer weighs: who wrote it, when its provider consented.
    history: Vec<String>,
    summary: String,
    /// What it judges, where it was an assessment.
    judgements: Option<Judgements>,
    measures: String,
    proposed: Option<Proposed>,
    values: Vec<ValueRow>,
    techniques: Vec<(String, String)>,
    traces: Vec<TraceRow>,
    traces_open: usize,
    traces_gone: Option<usize>,
    traces_accepted: Vec<(String, String)>,
    may_accept: bool,
    changed: Option<Changed>,
    reach: ReachPart,
    hash: Copied,
    bytes: String,
    notices: Vec<Notice>,
    verbs: Vec<Verb>,
    asks: Vec<Ask>,
    feedback: Option<Said>,
    /// How fresh it is, for officers.
    age: Option<Age>,
}

/// What receivers say of it.
struct Said {
    counts: ForProvider,
    /// Average mark and by how many, where anyone gave one.
    useful: Option<String>,
    /// Comments, with the organisation's name where it agreed to be named.
    comments: Vec<(Option<String>, String)>,
}

impl Said {
    async fn of(house: &House, page: &Page, counts: ForProvider) -> Result<Self, Failure> {
        let marks = counts.usefulness.iter().zip(1u32..);
        let (count, sum) = marks.fold((0, 0), |(count, sum), (n, mark)| {
            (count + n, sum + n * mark)
        });
        let useful = (count > 0).then(|| {
            let average = format!("{:.1}", f64::from(sum) / f64::from(count));
            page.t2("item-useful-said", "average", average, "n", count)
                .into_owned()
        });
        let mut comments = Vec::new();
        for one in counts
            .named
            .iter()
            .filter(|one| !one.given.comment.is_empty())
        {
            let name = reach::party_name(house, page, one.party).await?;
            comments.push((Some(name), one.given.comment.clone()));
        }
        comments.extend(counts.comments.iter().map(|said| (None, said.clone())));
        Ok(Self {
            counts,
            useful,
            comments,
        })
    }
}

/// Who wrote what stands there now and when, and when its provider consented: for officers, who are
/// never told which provider that is.
/// Who wrote, consented to and released it, and when; the provider is told when it was released.
async fn history(
    house: &House,
    page: &Page,
    item: &Item,
    own: bool,
) -> Result<Vec<String>, Failure> {
    let text = page.text;
    let released = item.release.as_ref();
    if own {
        let at = released.map(|release| text.jst(release.at, page.now));
        let said = at.map(|at| text.t1("item-released-at", "at", at).into_owned());
        return Ok(said.into_iter().collect());
    }
    if item.consent.is_none() && !item.own {
        return Ok(Vec::new());
    }
    let mut who = Vec::new();
    for account in &item.derivers {
        if let Some(account) = house.world().load::<Account>(account.cast()).await? {
            who.push(account.state.title.get(choices::lang(page)).to_owned());
        }
    }
    let who = who.join(&page.t("ledger-and"));
    let written = text.jst(item.revised_at, page.now);
    let wrote = text.t2("item-written-by", "who", who, "at", written);
    let mut all = vec![wrote.into_owned()];
    if let Some(consent) = item.consent {
        let consented = text.jst(consent.at, page.now);
        let agreed = text.t2("item-consent-at", "at", consented, "n", item.revision);
        all.push(agreed.into_owned());
    }
    if let Some(release) = released
        && let Some(by) = house.world().load::<Account>(release.by.cast()).await?
    {
        let at = text.jst(release.at, page.now);
        let who = by.state.title.get(choices::lang(page));
        all.push(
            text.t2("item-released-by", "who", who, "at", at)
                .into_owned(),
        );
    }
    Ok(all)
}

/// What the provider proposes, against what it was shown.
struct Proposed {
    summary: Difference,
    measures: Option<Difference>,
    others: Vec<(String, String, String)>,
}

pub(super) async fn show_item(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let world = house.world();
    let item = of(&house, &by, &number).await?;
    let own = world.owns(&by, Some(item.state.handle.cast())).await?;
    if !own && !by.is_officer() {
        // Members read what was released in the library.
        return frame.go(&format!("/library/{}", item.state.number));
    }
    let state = &item.state;
    let content = &state.content;
    let section = if own {
        Section::Submissions
    } else {
        Section::Desk
    };
    let title = content
        .title
        .in_language(frame.text().lang().tag())
        .to_owned();
    let version = item.version.to_string();
    let page = frame.page(section, title).live_from(one::address(
        world,
        &by,
        Of::Item,
        &state.number,
        &version,
    ));
    let lang = page.lang().tag();
    let addressed = world.addressed(content).await?;
    // Consented to, or what a consent from this page would name.
    let shown = || state.manifest_with(&addressed.told).hash();
    let hash = state.consent.map_or_else(shown, |consent| consent.hash);
    let hash = hash.to_string();
    let bytes: usize = content.objects.iter().map(String::len).sum();
    let may = Permitted::new(&house, &by, &item, own);
    let wrote = by
        .account_id()
        .is_ok_and(|account| state.derivers.contains(&account));
    let words_said = world.provider_words(&by, state).await?;
    let feedback = if state.is_out() {
        let counts = world.feedback_for_provider(&by, item.id).await?;
        Some(Said::of(&house, &page, counts).await?)
    } else {
        None
    };
    let fresh = match state.state {
        ItemState::Released if !own => world.freshness(&by, &item).await?,
        _ => None,
    };
    let warnings = world.warnings(&by).await?;
    let values = rows(&page, content, &warnings);
    let gone = |row: &&Trace| matches!(row.state, RowState::Removed);
    let checklist = world.checklist(&by, &item).await?;
    let found = checklist.rows.as_deref().unwrap_or_default();
    let accepted = found.iter().filter_map(|row| match &row.state {
        RowState::Accepted { reason, .. } => {
            Some((trace::place(&page, &row.place), reason.clone()))
        }
        _ => None,
    });
    let (way, reached) = words::way_of_item(text, state);
    let due = match (&state.asked, state.state) {
        (Some(asked), ItemState::AwaitingConsent) => {
            Some(page.due(asked.deadline, text.t("item-answer-due")))
        }
        _ => None,
    };
    let reach = ReachPart::of(&by, &page, content, &addressed);
    let original = world.original_of(&by, &item).await?;
    let behind = world.assessment_behind(&by, &item).await?;
    let mut verbs = verbs(
        &page,
        &item,
        own,
        (&may, &checklist),
        (&hash, stands(state, &addressed.told)),
        reach.release(),
    );
    if let Some(behind) = behind {
        let href = format!("/assessments/{}", behind.state.number);
        verbs.push(page.link(href, text.t("item-assessment-behind")));
    }
    show(&ItemPage {
        number: state.number.clone(),
        revision: state.revision,
        tlp: content.tlp,
        pap: content.pap,
        kind: words::item_kind(text, content.kind),
        state: words::item_state(text, state.state),
        steps: page.steps(&way, reached),
        due,
        notices: {
            let mut all = notices(&page, state, (own, wrote), &words_said);
            all.extend(wider(&page, original.as_ref(), content, own));
            all.extend(shared_resources(&page, content, &values));
            all
        },
        original: original.map(|original| original.text),
        own,
        unasked: state.own,
        asked: state.asked.is_some(),
        consented: state.consent.map(|consent| text.jst(consent.at, page.now)),
        suspended: state.waits_for_blocking(),
        history: history(&house, &page, state, own).await?,
        summary: content.summary.in_language(lang).to_owned(),
        judgements: judgements(&house, &by, &page, state).await?,
        measures: content.countermeasures.in_language(lang).to_owned(),
        proposed: proposed(&house, &page, state).await?,
        values,
        techniques: content.techniques(),
        traces: trace::open(&page, found, content),
        traces_open: checklist.open,
        traces_gone: checklist
            .rows
            .as_ref()
            .map(|rows| rows.iter().filter(gone).count()),
        traces_accepted: accepted.collect(),
        changed: Changed::of(&house, &by, &page, (state, own), &addressed.told).await?,
        may_accept: !own && state.state == ItemState::Derived && may.edit,
        reach,
        hash: page.copied(&hash),
        bytes: crate::text::group(bytes as u64),
        verbs,
        asks: asks(&page, &item, own, &may),
        feedback,
        age: fresh.as_ref().and_then(|fresh| Age::of(&page, fresh)),
        page,
    })
}

async fn proposed(house: &House, page: &Page, item: &Item) -> Result<Option<Proposed>, Failure> {
    let Some(proposal) = item.proposal.as_ref() else {
        return Ok(None);
    };
    let lang = page.lang().tag();
    let (now, then) = (&item.content, &proposal.content);
    let differ = |before: &str, after: &str| page.difference(&Piece::between(before, after));
    let measures = (
        now.countermeasures.in_language(lang),
        then.countermeasures.in_language(lang),
    );
    // In the page's language these stand side by side above.
    let shown = [format!("summary-{lang}"), format!("countermeasures-{lang}")];
    let untold = Told::default();
    let manifest = |content| Manifest::of(&item.number, item.revision, content, &untold);
    let world = house.world();
    let told_now = world.addressed(now).await?.told;
    let told_then = world.addressed(then).await?.told;
    let mut others = Vec::new();
    let (gone, new) = changed_values(now, then);
    if !gone.is_empty() || !new.is_empty() {
        others.push(("values".to_owned(), gone, new));
    }
    let (before, after) = (techniques(now), techniques(then));
    if before != after {
        others.push(("techniques".to_owned(), before, after));
    }
    // Objects follow from what stands in the other parts; their ids say nothing to whoever reads.
    for one in difference(&manifest(now), &manifest(then)) {
        if one.part.starts_with("object") || shown.iter().any(|part| part == one.part) {
            continue;
        }
        let (before, after) = match one.part {
            "embargo" => (moment(page, now.embargo), moment(page, then.embargo)),
            "valid-until" => (
                moment(page, now.valid_until),
                moment(page, then.valid_until),
            ),
            part => {
                let before = reach::names(page, now, &told_now, part);
                let after = reach::names(page, then, &told_then, part);
                match (before, after) {
                    (Some(before), Some(after)) => (before, after),
                    _ => (one.before, one.after),
                }
            }
        };
        others.push((one.part.to_owned(), before, after));
    }
    Ok(Some(Proposed {
        summary: differ(
            now.summary.in_language(lang),
            then.summary.in_language(lang),
        ),
        measures: (measures.0 != measures.1).then(|| differ(measures.0, measures.1)),
        others,
    }))
}

fn moment(page: &Page, at: Option<jiff::Timestamp>) -> String {
    at.map(|at| page.text.jst(at, page.now)).unwrap_or_default()
}

/// That more may be done, or more may read it, than the provider asked for when handing in.
fn wider(page: &Page, original: Option<&Original>, content: &Content, own: bool) -> Option<Notice> {
    let &Original { tlp, pap, .. } = original?;
    if content.tlp >= tlp && content.pap >= pap {
        return None;
    }
    let asked = format!("TLP:{} PAP:{}", tlp.label(), pap.label());
    let now = format!("TLP:{} PAP:{}", content.tlp.label(), content.pap.label());
    let about = if own {
        "item-wider-own"
    } else {
        "item-wider-officer"
    };
    Some(Notice {
        tone: Tone::Care,
        title: page.t("item-wider").into_owned(),
        text: page.t2(about, "asked", asked, "now", now).into_owned(),
    })
}

fn notices(
    page: &Page,
    item: &Item,
    (own, wrote): (bool, bool),
    words: &kaname_world::sharing::ProviderWords,
) -> Vec<Notice> {
    let mut all = Vec::new();
    if let (Some(asked), ItemState::AwaitingConsent) = (&item.asked, item.state) {
        let until = page.text.jst(asked.deadline, page.now);
        all.push(Notice {
            tone: Tone::Plain,
            title: page.t1("item-answer-until", "at", until).into_owned(),
            text: page.t("item-answer-silence").into_owned(),
        });
    }
    let mut say = |tone, key: &str, said: Option<&str>| {
        all.push(Notice {
            tone,
            title: page.t(key).into_owned(),
            text: said.unwrap_or_default().to_owned(),
        });
    };
    if let Some(returned) = &item.returned
        && item.state == ItemState::Derived
        && !own
    {
        say(Tone::Care, "item-was-returned", Some(&returned.reason));
    }
    // Words to the provider about its proposal may tell who it is.
    if let Some(declined) = item.declined.as_ref().filter(|_| own || wrote) {
        say(Tone::Care, "item-was-declined", Some(declined));
    }
    if item.state == ItemState::ChangesProposed {
        let key = if own {
            "item-own-proposal"
        } else {
            "item-has-proposal"
        };
        say(Tone::Care, key, words.proposal.as_deref());
    }
    if item.state == ItemState::Refused {
        let key = match item.refusal {
            Some(Refusal::Silence) => "item-has-lapsed",
            _ => "item-was-refused",
        };
        say(Tone::Wrong, key, words.refusal.as_deref());
    }
    let machines = [Outlet::Taxii, Outlet::Feed];
    let by_machine = machines.iter().any(|way| item.content.leaves_by(*way));
    if by_machine && item.content.collections.is_empty() && is_writable(item.state) {
        say(Tone::Plain, "item-no-collection", None);
    }
    if item.state == ItemState::Released
        && !own
        && let Some((key, said)) = review::said(page, item)
    {
        let tone = match item.waits_for_review() {
            true => Tone::Care,
            false => Tone::Plain,
        };
        say(tone, key, Some(&said));
    }
    if let Some(withdrawal) = &item.withdrawal {
        say(Tone::Wrong, "item-was-withdrawn", Some(&withdrawal.reason));
    }
    match &item.blocking {
        Blocking::Suspended { organisations, .. } => {
            let said = page
                .t1("item-suspended-by", "n", *organisations)
                .into_owned();
            say(Tone::Care, "item-suspended", Some(&said));
        }
        Blocking::Kept { reason, .. } => say(Tone::Care, "item-kept-out", Some(reason)),
        _ => {}
    }
    all
}
