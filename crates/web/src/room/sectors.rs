//! Sectors and the ministries competent for them as they stood on a day, and what changed since another.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::Method,
    response::Response,
    routing,
};
use jiff::civil::Date;
use kaname_directory::{
    Name2,
    catalogue::{BodyName, CatalogueChange, ChangeKind, SectorView, Subject},
    day_of,
};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Field, Notice, Tone},
        show,
    },
    house::House,
    room::{choices::lang, directory::words},
    route::{Access, Audit, Endpoint},
};

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![Endpoint::new(
        Method::GET,
        "/sectors",
        "sector.list",
        Access::Public("law and government plans are public"),
        Audit::None("the dated data is the same for everyone"),
        routing::get(list),
    )]
}

#[derive(Template)]
#[template(path = "room/sectors.html")]
struct SectorsPage {
    page: Page,
    on: Field,
    since: Field,
    day: String,
    sectors: Vec<Row>,
    changes: Option<Changes>,
    wrong: Option<Notice>,
    /// Days worth looking at: label and address.
    days: Vec<(String, String)>,
}

struct Row {
    code: String,
    name: String,
    ministries: String,
    shared: String,
    span: String,
    source: String,
    note: Option<String>,
    unconfirmed: bool,
}

struct Changes {
    title: String,
    rows: Vec<Change>,
}

struct Change {
    day: String,
    subject: String,
    said: String,
    source: String,
    note: Option<String>,
    unconfirmed: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    on: String,
    since: String,
}

async fn list(
    State(house): State<House>,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let today = day_of(frame.now());
    let page = frame.page(Section::Directory, text.t("sectors-title"));
    let mut unread = false;
    let mut read = |typed: &str, missing: Option<Date>| match typed.trim() {
        "" => missing,
        typed => {
            let day = typed.parse().ok();
            unread |= day.is_none();
            day.or(missing)
        }
    };
    let on = read(&asked.on, Some(today)).unwrap_or(today);
    let since = read(&asked.since, None);
    let catalogue = house.world().catalogue();
    let sectors = catalogue
        .sectors_on(on)
        .iter()
        .map(|sector| row(&page, sector))
        .collect();
    let changes = since.map(|since| {
        let (from, to) = if since <= on {
            (since, on)
        } else {
            (on, since)
        };
        let (from_said, to_said) = (words::day(text, from), words::day(text, to));
        let title = text.t2("sectors-changes", "from", from_said, "to", to_said);
        Changes {
            title: title.into_owned(),
            rows: catalogue
                .changes(from, to)
                .iter()
                .map(|one| change(&page, one))
                .collect(),
        }
    });
    let wrong = unread.then(|| Notice {
        tone: Tone::Wrong,
        title: text.t("sectors-wrong").into_owned(),
        text: text.t("sectors-wrong-do").into_owned(),
    });
    // The plan of 2018 (the source's 14 sectors), the ports, the water, and today.
    let marks = [
        jiff::civil::date(2018, 8, 1),
        jiff::civil::date(2022, 6, 17),
        jiff::civil::date(2024, 4, 1),
        jiff::civil::date(2025, 8, 1),
        today,
    ];
    let days = marks.map(|mark| {
        let said = if mark == today {
            text.t("sectors-today").into_owned()
        } else {
            words::day(text, mark)
        };
        (said, format!("/sectors?on={mark}"))
    });
    show(&SectorsPage {
        on: page
            .line("date", "on", text.t("sectors-on"))
            .value(on.to_string()),
        since: page
            .line("date", "since", text.t("sectors-since"))
            .value(since.map(|day| day.to_string()).unwrap_or_default())
            .optional(),
        day: words::day(text, on),
        sectors,
        changes,
        wrong,
        days: days.to_vec(),
        page,
    })
}

fn row(page: &Page, sector: &SectorView) -> Row {
    let lang = lang(page);
    let names = |bodies: &[BodyName]| {
        let names: Vec<&str> = bodies.iter().map(|body| body.name.get(lang)).collect();
        names.join(page.t("sectors-and").as_ref())
    };
    Row {
        code: sector.code.to_string(),
        name: sector.name.get(lang).to_owned(),
        ministries: names(&sector.ministries),
        shared: names(&sector.shared_with),
        span: words::span(page.text, &sector.span),
        source: sector.source.clone(),
        note: sector.note.as_ref().map(|note| note.get(lang).to_owned()),
        unconfirmed: sector.unconfirmed,
    }
}

fn change(page: &Page, one: &CatalogueChange) -> Change {
    let lang = lang(page);
    let subject = match one.subject {
        Subject::Sector => "sectors-subject-sector",
        Subject::Body => "sectors-subject-body",
        Subject::Class => "sectors-subject-class",
        Subject::Duty => "sectors-subject-duty",
        Subject::Text => "sectors-subject-text",
    };
    let name = |name: &Option<Name2>| {
        let name = name.as_ref().map(|name| name.get(lang).to_owned());
        name.unwrap_or_else(|| one.code.clone())
    };
    let said = match one.kind {
        ChangeKind::Begins => page.t1("sectors-begins", "name", name(&one.after)),
        ChangeKind::Ends => page.t1("sectors-ends", "name", name(&one.before)),
        ChangeKind::Changes if one.before == one.after => {
            page.t1("sectors-changed", "name", name(&one.after))
        }
        ChangeKind::Changes => page.t2(
            "sectors-renamed",
            "before",
            name(&one.before),
            "after",
            name(&one.after),
        ),
    };
    Change {
        day: words::day(page.text, one.on),
        subject: page.t(subject).into_owned(),
        said: said.into_owned(),
        source: one.source.clone(),
        unconfirmed: one.unconfirmed,
        note: one.note.as_ref().map(|note| note.get(lang).to_owned()),
    }
}
