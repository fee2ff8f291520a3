//! Agreeing with a source, and agreeing otherwise. A new source is looked at first: what it would bring stands above the
//! button by which it is agreed with.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kaname_intake::listed::Mapping;
use kaname_kernel::{MatterId, Tlp};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    collection::CollectionKind,
    source::{DEFAULT_BYTES, DEFAULT_GRACE_H, Form, FormKind, SourceDefinition, SourceTerms},
};
use kaname_world::WorldError;

use super::{groups, look::Looked, words};
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section,
        part::{Choice, Faults, Field, Verb},
        show_with,
    },
    house::{By, House},
    room::{
        form::{self, Asker, Typed, Wrong, may},
        peers::intervals,
    },
};

#[derive(Template)]
#[template(path = "room/sources/agree.html")]
struct AgreePage {
    page: Page,
    fields: Vec<Field>,
    /// Where things stand in a table or JSON.
    places: Vec<Field>,
    faults: Option<Faults>,
    /// Whether what was wrong is that the second factor has to be shown again.
    lapsed: bool,
    again: Option<Verb>,
    looked: Option<Looked>,
    back: Verb,
}

pub(super) async fn ask_join(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    let typed = Typed::default()
        .set("form", FormKind::List.as_str())
        .set("every", "1h")
        .set("grace_h", DEFAULT_GRACE_H.to_string())
        .set("most_mib", (DEFAULT_BYTES >> 20).to_string());
    join_form(&house, &frame, &by, &typed, None, None).await
}

pub(super) async fn join(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let code = typed.one("code").to_owned();
    let done = joined(&house, &by, &typed).await;
    match kept(&frame, &code, done)? {
        Kept::Gone(answer) => Ok(answer),
        Kept::Wrong(wrong) => join_form(&house, &frame, &by, &typed, Some(wrong), None).await,
    }
}

async fn joined(house: &House, by: &By, typed: &Typed) -> Result<(), WorldError> {
    let into: Result<MatterId, _> = typed.one("into").parse();
    let into =
        into.map_err(|_| WorldError::invalid("into", "error-text-choice", "one of those offered"))?;
    let definition = SourceDefinition {
        code: typed.one("code").to_owned(),
        into,
        terms: agreed(house, by, typed).await?,
    };
    let joined = house.world().join_source(by, definition, header(typed));
    joined.await.map(|_| ())
}

pub(super) async fn ask_change(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let source = house.world().source(&by, &code).await?;
    let now = source.state.definition.terms;
    let most = most_mib(&now);
    let groups = groups::agreed(&house, &by, &now).await?;
    let mut typed = Typed::default()
        .set("publisher", now.publisher)
        .set("url", now.url.unwrap_or_default())
        .set("form", now.form.kind.as_str())
        .set("tlp", now.tlp.map_or("", Tlp::label))
        .set("every", now.every.to_string())
        .set("grace_h", now.grace_h.to_string())
        .set("most_mib", most.to_string());
    typed = typed.set(groups::FIELD, groups.join("\n"));
    if now.form.ignore_distribution {
        typed = typed.set("ignore_distribution", "yes");
    }
    if now.form.signed {
        typed = typed.set("signed", "yes");
    }
    for (field, place) in now.form.mapping.fields() {
        typed = typed.set(field, place.unwrap_or_default());
    }
    change_form(&house, &frame, &by, &code, &typed, None)
}

pub(super) async fn change(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let world = house.world();
    world.source(&by, &code).await?;
    let done = match agreed(&house, &by, &typed).await {
        Ok(terms) => {
            let changed = world.agree_with_source(&by, &code, terms, header(&typed));
            changed.await.map(|_| ())
        }
        Err(error) => Err(error),
    };
    match kept(&frame, &code, done)? {
        Kept::Gone(answer) => Ok(answer),
        Kept::Wrong(wrong) => change_form(&house, &frame, &by, &code, &typed, Some(wrong)),
    }
}

/// What became of what was posted.
enum Kept {
    /// It was taken: on to the source's page.
    Gone(Response),
    /// Something that was typed, to be shown again.
    Wrong(Wrong),
}

fn kept(frame: &Frame, code: &str, done: Result<(), WorldError>) -> Result<Kept, Failure> {
    let text = frame.text();
    let error = match done {
        Ok(()) => {
            let said = Flash::done(text.t("peers-kept"));
            let answer = frame.go_saying(&format!("/sources/{code}"), &said)?;
            return Ok(Kept::Gone(answer));
        }
        Err(error @ WorldError::Denied(_)) => return Err(error.into()),
        Err(error) => error,
    };
    match Wrong::of(text, &error) {
        Some(wrong) => Ok(Kept::Wrong(wrong)),
        None => Err(error.into()),
    }
}

/// What was typed of the terms, with the groups that they name.
pub(super) async fn agreed(
    house: &House,
    by: &By,
    typed: &Typed,
) -> Result<SourceTerms, WorldError> {
    let mut terms = terms(typed)?;
    if terms.form.kind.lists_events() && !terms.form.ignore_distribution {
        terms.form.sharing_groups = groups::typed(house, by, typed).await?;
    }
    Ok(terms)
}

/// What was typed of the terms.
fn terms(typed: &Typed) -> Result<SourceTerms, WorldError> {
    let wrong =
        |field: &str, message: String| WorldError::invalid(field, "error-text-choice", message);
    let some = |name: &str| Some(typed.one(name).to_owned()).filter(|text| !text.is_empty());
    let kind: FormKind = typed
        .one("form")
        .parse()
        .map_err(|error: kaname_sharing::source::BadForm| wrong("form", error.to_string()))?;
    let every = typed
        .one("every")
        .parse()
        .map_err(|error: kaname_sharing::turn::BadInterval| wrong("every", error.to_string()))?;
    let tlp = some("tlp").map(|text| text.parse()).transpose();
    let tlp = tlp.map_err(|_| wrong("tlp", "a TLP is expected".to_owned()))?;
    let number = |field: &str| {
        let number = typed.one(field).parse::<u32>();
        number.map_err(|_| WorldError::invalid(field, "error-text-choice", "a number is expected"))
    };
    // Places are said of forms that have some.
    let mapping = match kind {
        FormKind::Csv | FormKind::Tsv | FormKind::Json => Mapping {
            entries: some("entries"),
            value: some("value"),
            kind: some("kind"),
            first_seen: some("first_seen"),
            label: some("label"),
        },
        _ => Mapping::default(),
    };
    Ok(SourceTerms {
        publisher: typed.one("publisher").to_owned(),
        url: some("url"),
        form: Form {
            kind,
            mapping,
            ignore_distribution: kind.lists_events() && typed.one("ignore_distribution") == "yes",
            signed: kind == FormKind::Csaf && typed.one("signed") == "yes",
            ..Form::of(kind)
        },
        tlp,
        every,
        most_bytes: u64::from(number("most_mib")?) << 20,
        grace_h: number("grace_h")?,
    })
}

/// The most of one document, in MiB, the unit of forms and of the API.
pub(in crate::room) fn most_mib(terms: &SourceTerms) -> u64 {
    (terms.most_bytes >> 20).max(1)
}

/// The header by which the hub is known there, when one was typed.
pub(super) fn header(typed: &Typed) -> Option<(&str, &str)> {
    let secret = typed.one("secret");
    (!secret.is_empty()).then(|| (typed.one("header"), secret))
}

/// The form for a new source: at first, again with what is wrong, or with what a look at it found.
pub(super) async fn join_form(
    house: &House,
    frame: &Frame,
    by: &By,
    typed: &Typed,
    wrong: Option<Wrong>,
    looked: Option<Looked>,
) -> Result<Response, Failure> {
    let fresh = may(house, by, Action::CollectionManage, &Resource::default())?;
    let lang = frame.text().lang().tag();
    let collections = house.world().collections(by).await?;
    let peers = collections
        .iter()
        .filter(|one| one.state.definition.kind == CollectionKind::Peer);
    let mut into = vec![Choice::new("", "—")];
    into.extend(peers.map(|one| {
        let definition = &one.state.definition;
        let title = definition.title.in_language(lang);
        Choice::new(
            one.id.to_string(),
            format!("{title} ({})", definition.alias),
        )
    }));
    let mut page = frame.page(Section::Directory, frame.text().t("sources-add"));
    let gated = !fresh && wrong.is_none();
    if !gated {
        page = page.typing("/sources-new");
    }
    let asker = Asker {
        page: &page,
        typed,
        wrong: wrong.as_ref(),
    };
    let mut fields = vec![
        asker
            .line("text", "code", "peers-code")
            .hint(page.t("sources-code-hint"))
            .longest(40),
        asker
            .select("into", "sources-into", into)
            .hint(page.t("peers-into-hint")),
    ];
    fields.extend(of_terms(&asker, "sources-secret-hint"));
    let places = places(&asker);
    let status = match &wrong {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let all = fields.iter().chain(&places);
    let faults = wrong.as_ref().map(|wrong| wrong.summary(&page, all));
    show_with(
        status,
        &AgreePage {
            faults,
            lapsed: wrong.as_ref().is_some_and(Wrong::is_lapsed),
            again: gated.then(|| form::again(&page)),
            back: page.link("/sources", page.t("directory-back")),
            fields,
            places,
            looked,
            page,
        },
    )
}

fn change_form(
    house: &House,
    frame: &Frame,
    by: &By,
    code: &str,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let fresh = may(house, by, Action::CollectionManage, &Resource::default())?;
    let text = frame.text();
    let form = form::Form {
        section: Section::Directory,
        title: text.t1("peers-change-of", "code", code).into_owned(),
        lead: text.t("sources-change-about").into_owned(),
        to: format!("/sources/{code}/change"),
        go: text.t("peers-change-do").into_owned(),
        back: format!("/sources/{code}"),
        grave: false,
        hidden: Vec::new(),
    };
    form::ask(frame, form, fresh, typed, wrong, |asker| {
        let mut fields = of_terms(asker, "sources-secret-keep");
        fields.extend(places(asker));
        (fields, Vec::new())
    })
}

/// The fields of what may be agreed otherwise.
fn of_terms(asker: &Asker<'_>, secret: &str) -> Vec<Field> {
    let page = asker.page;
    let forms = FormKind::ALL.map(|kind| Choice::new(kind.as_str(), words::form(page.text, kind)));
    let mut tlp = vec![Choice::new("", page.t("sources-tlp-collection"))];
    tlp.extend(Tlp::ALL.map(|tlp| Choice::new(tlp.label(), tlp.to_string())));
    let distribution = vec![
        Choice::new("", page.t("sources-distribution-heeded")),
        Choice::new("yes", page.t("sources-distribution-ignored")),
    ];
    let unsigned = vec![
        Choice::new("", page.t("sources-unsigned-taken")),
        Choice::new("yes", page.t("sources-unsigned-refused")),
    ];
    vec![
        asker
            .line("text", "publisher", "sources-publisher")
            .hint(page.t("sources-publisher-hint"))
            .longest(200),
        asker
            .line("url", "url", "sources-url")
            .hint(page.t("sources-url-hint"))
            .longest(2_000)
            .optional(),
        asker.select("form", "sources-form", forms.to_vec()),
        asker
            .select("ignore_distribution", "sources-distribution", distribution)
            .hint(page.t("sources-distribution-hint")),
        asker
            .lines(3, groups::FIELD, "sources-groups")
            .hint(page.t("sources-groups-hint"))
            .optional(),
        asker
            .select("signed", "sources-unsigned", unsigned)
            .hint(page.t("sources-unsigned-hint")),
        asker
            .line("text", "header", "sources-header")
            .hint(page.t("sources-header-hint"))
            .longest(100)
            .optional(),
        page.line("password", "secret", page.t("sources-secret"))
            .hint(page.t(secret))
            .error(asker.fault("secret"))
            .autocomplete("new-password")
            .longest(2_000)
            .optional(),
        asker
            .select("tlp", "sources-tlp", tlp)
            .hint(page.t("sources-tlp-hint")),
        asker
            .select("every", "peers-every", intervals(asker))
            .hint(page.t("peers-every-hint")),
        asker
            .line("number", "grace_h", "sources-grace")
            .hint(page.t("sources-grace-hint")),
        asker
            .line("number", "most_mib", "sources-most")
            .hint(page.t("sources-most-hint")),
    ]
}

/// Where things stand in a table or in JSON.
fn places(asker: &Asker<'_>) -> Vec<Field> {
    [
        ("value", "sources-map-value"),
        ("kind", "sources-map-kind"),
        ("first_seen", "sources-map-first-seen"),
        ("label", "sources-map-label"),
        ("entries", "sources-map-entries"),
    ]
    .map(|(name, label)| {
        let field = asker.line("text", name, label).longest(200).optional();
        match name {
            "entries" => field.hint(asker.page.t("sources-map-entries-hint")),
            _ => field,
        }
    })
    .into()
}
