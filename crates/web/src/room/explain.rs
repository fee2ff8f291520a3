//! Why a reader sees an item or not: each condition of its audience, and which way of meeting it holds.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::Method,
    response::Response,
    routing,
};
use jiff::Timestamp;
use kaname_directory::{
    Account, Group, Lang, Party,
    account::{LOGIN_SPACE, login_key},
    reader,
};
use kaname_kernel::{Audience, PartyId, Reader, audience::Term};
use kaname_policy::Action;
use kaname_sharing::Item;
use kaname_world::{Loaded, WorldError};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Field, Notice, TlpLabel, Tone, Verb},
        show,
    },
    house::{By, House},
    room::{
        choices::{self, class_name, duty_name, lang},
        words,
    },
    route::{Access, Audit, Endpoint},
};

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![Endpoint::new(
        Method::GET,
        "/explain",
        "visibility.explain",
        Access::SignedIn(&[Action::VisibilityExplain]),
        Audit::None("answers from what the officer may see anyway; nothing changes"),
        routing::get(explain),
    )]
}

#[derive(Template)]
#[template(path = "room/explain.html")]
struct ExplainPage {
    page: Page,
    item: Field,
    reader: Field,
    answer: Option<Answer>,
}

struct Answer {
    title: String,
    number: String,
    href: Verb,
    tlp: TlpLabel,
    state: String,
    who: String,
    traits: Vec<String>,
    verdict: Notice,
    clauses: Clauses,
    epoch: u64,
    audience: u32,
}

/// The conditions of an audience, each with what would meet it and what does.
#[derive(Template)]
#[template(path = "room/clauses.html")]
pub(super) struct Clauses {
    page: Page,
    all: Vec<Clause>,
}

impl askama::filters::HtmlSafe for Clauses {}

impl Clauses {
    pub(super) fn of(page: &Page, all: Vec<Clause>) -> Self {
        let page = page.clone();
        Self { page, all }
    }

    fn len(&self) -> usize {
        self.all.len()
    }
}

/// One condition: all of them have to hold.
pub(super) struct Clause {
    holds: bool,
    terms: Vec<(String, bool)>,
}

impl Clause {
    /// By what the reader meets it.
    pub(super) fn met(&self) -> Vec<String> {
        let met = self.terms.iter().filter(|(_, holds)| *holds);
        met.map(|(said, _)| said.clone()).collect()
    }
}

/// Each condition of an audience in words, as it is for a reader.
pub(super) async fn clauses(
    house: &House,
    by: &By,
    page: &Page,
    (audience, reader): (&Audience, &Reader),
) -> Result<Vec<Clause>, Failure> {
    let mut clauses = Vec::new();
    for verdict in reader.explain(audience, house.world().now()) {
        let mut terms = Vec::new();
        for term in &verdict.terms {
            let holds = verdict.satisfied_by.contains(term);
            terms.push((term_said(house, by, page, term).await?, holds));
        }
        clauses.push(Clause {
            holds: !verdict.satisfied_by.is_empty(),
            terms,
        });
    }
    Ok(clauses)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    item: String,
    reader: String,
}

/// Who is asked about.
struct Who {
    name: String,
    reader: Reader,
}

async fn explain(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    house.world().allow_any(&by, Action::VisibilityExplain)?;
    let text = frame.text();
    let page = frame.page(Section::Policy, text.t("explain-title"));
    let (item_typed, reader_typed) = (asked.item.trim(), asked.reader.trim());
    let item = if item_typed.is_empty() || item_typed.len() > 100 {
        None
    } else {
        match item_of(&house, &by, item_typed).await {
            Ok(item) => Some(item),
            Err(WorldError::NotFound(_)) => None,
            Err(error) => return Err(error.into()),
        }
    };
    let who = who(&house, &page, reader_typed).await?;
    let missing = |typed: &str, found: bool, key: &str| {
        (!typed.is_empty() && !found).then(|| text.t(key).into_owned())
    };
    let item_field = page
        .line("text", "item", text.t("explain-item"))
        .value(item_typed)
        .error(missing(item_typed, item.is_some(), "explain-item-none"))
        .longest(40);
    let reader_field = page
        .line("text", "reader", text.t("explain-reader"))
        .value(reader_typed)
        .error(missing(reader_typed, who.is_some(), "explain-reader-none"))
        .offering(choices::parties(&house, lang(&page), &by).await?)
        .longest(64);
    let answer = match (&item, &who) {
        (Some(item), Some(who)) => Some(answer(&house, &by, &page, item, who).await?),
        _ => None,
    };
    show(&ExplainPage {
        item: item_field,
        reader: reader_field,
        answer,
        page,
    })
}

/// The item of a number, for those who may open it: with the title and the marking this page tells no less.
async fn item_of(house: &House, by: &By, typed: &str) -> Result<Loaded<Item>, WorldError> {
    let found = house.world().item_of(by, typed).await?;
    house.world().item_for_officer(by, found.id).await
}

/// The reader behind a login, a party's code (its machines), or `public`.
async fn who(house: &House, page: &Page, typed: &str) -> Result<Option<Who>, Failure> {
    let world = house.world();
    if typed.is_empty() || typed.len() > 256 {
        return Ok(None);
    }
    if typed.eq_ignore_ascii_case("public") {
        let name = page.t("explain-public").into_owned();
        let reader = Reader::default();
        return Ok(Some(Who { name, reader }));
    }
    let groups = world.groups().await?;
    let lang = lang(page);
    let account: Option<Loaded<Account>> = world.find_any(LOGIN_SPACE, &login_key(typed)).await?;
    if let Some(account) = account {
        let party = world.load::<Party>(account.state.party.cast()).await?;
        let party = party.ok_or(Failure::NotFound)?;
        let title = account.state.title.get(lang);
        let of = party.state.description.name.get(lang);
        return Ok(Some(Who {
            name: page
                .t2("explain-who", "title", title, "party", of)
                .into_owned(),
            reader: reader(&party.state, Some(&account.state), &groups, world.now()),
        }));
    }
    let code = typed.to_lowercase();
    let party: Option<Loaded<Party>> = world
        .find_any(kaname_directory::party::CODE_SPACE, &code)
        .await?;
    Ok(party.map(|party| Who {
        name: page
            .t1(
                "explain-machine",
                "party",
                party.state.description.name.get(lang),
            )
            .into_owned(),
        reader: reader(&party.state, None, &groups, world.now()),
    }))
}

async fn answer(
    house: &House,
    by: &By,
    page: &Page,
    item: &Loaded<Item>,
    who: &Who,
) -> Result<Answer, Failure> {
    let world = house.world();
    let stored = world
        .store()
        .record(item.id)
        .await
        .map_err(WorldError::from)?;
    let stored = stored.ok_or(Failure::NotFound)?;
    let now = world.now();
    let audience = &stored.record.audience;
    let clauses = clauses(house, by, page, (audience, &who.reader)).await?;
    let visible = audience.admits(&who.reader, now);
    let (tone, title, text) = if visible {
        (Tone::Done, "explain-visible", "explain-visible-about")
    } else {
        (Tone::Care, "explain-hidden", "explain-hidden-about")
    };
    let verdict = Notice {
        tone,
        title: page.t1(title, "who", who.name.as_str()).into_owned(),
        text: page.t(text).into_owned(),
    };
    let state = &item.state;
    Ok(Answer {
        title: state
            .content
            .title
            .in_language(page.lang().tag())
            .to_owned(),
        number: state.number.clone(),
        href: page.link(format!("/items/{}", state.number), page.t("explain-open")),
        tlp: page.tlp(state.content.tlp),
        state: words::item_state(page.text, state.state),
        who: who.name.clone(),
        traits: traits(page, &who.reader),
        verdict,
        clauses: Clauses::of(page, clauses),
        epoch: world.store().epoch().await.map_err(WorldError::from)?,
        audience: stored.audience_id,
    })
}

/// What the reader is, as far as conditions ask for it.
fn traits(page: &Page, reader: &Reader) -> Vec<String> {
    let mut traits = Vec::new();
    let mut say = |holds: bool, yes: &str, no: &str| {
        let key = if holds { yes } else { no };
        traits.push(page.t(key).into_owned());
    };
    say(reader.officer, "explain-is-officer", "explain-no-officer");
    say(reader.member, "explain-is-member", "explain-no-member");
    traits.push(
        page.t1("explain-in-groups", "n", reader.groups.len())
            .into_owned(),
    );
    traits.push(
        page.t1("explain-under-duties", "n", reader.duties.len())
            .into_owned(),
    );
    traits
}

async fn party_said(house: &House, by: &By, lang: Lang, id: PartyId) -> Result<String, Failure> {
    match house.world().see::<Party>(by, id.cast()).await {
        Ok(party) => Ok(party.state.description.name.get(lang).to_owned()),
        Err(WorldError::NotFound(_)) => Ok(id.to_string()),
        Err(error) => Err(error.into()),
    }
}

async fn term_said(house: &House, by: &By, page: &Page, term: &Term) -> Result<String, Failure> {
    let world = house.world();
    let lang = lang(page);
    let said = match term {
        Term::Officer => page.t("explain-term-officer"),
        Term::Member => page.t("explain-term-member"),
        Term::Party(id) => {
            let name = party_said(house, by, lang, *id).await?;
            page.t1("explain-term-party", "party", name)
        }
        Term::Under(shared) => {
            let name = party_said(house, by, lang, shared.isac).await?;
            let at = Timestamp::from_second(shared.since).unwrap_or(page.now);
            page.t2(
                "explain-term-under",
                "party",
                name,
                "at",
                page.text.jst(at, page.now),
            )
        }
        Term::Group { group, since } => {
            let name = match world.see::<Group>(by, group.cast()).await {
                Ok(group) => group.state.name.get(lang).to_owned(),
                Err(WorldError::NotFound(_)) => group.to_string(),
                Err(error) => return Err(error.into()),
            };
            let at = Timestamp::from_second(*since).unwrap_or(page.now);
            page.t2(
                "explain-term-group",
                "group",
                name,
                "at",
                page.text.jst(at, page.now),
            )
        }
        Term::Person(id) => {
            let name = match world.see::<Account>(by, id.cast()).await {
                Ok(account) => account.state.title.get(lang).to_owned(),
                Err(WorldError::NotFound(_)) => id.to_string(),
                Err(error) => return Err(error.into()),
            };
            page.t1("explain-term-person", "person", name)
        }
        Term::Class(code) => page.t1("explain-term-class", "class", class_name(page, house, code)),
        Term::Duty(code) => page.t1("explain-term-duty", "duty", duty_name(page, house, code)),
        Term::Machine => page.t("explain-term-machine"),
        Term::From(at) => {
            let at = Timestamp::from_second(*at).unwrap_or(page.now);
            page.t1("explain-term-from", "at", page.text.jst(at, page.now))
        }
    };
    Ok(said.into_owned())
}
