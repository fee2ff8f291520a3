//! The funnel: how much came in, how much of it could be shared, was sent, and was acknowledged. A
//! picture, its table and its files say the same.

use askama::Template;
use axum::{
    Json,
    extract::State,
    http::Method,
    response::{IntoResponse as _, Response},
    routing,
};
use kaname_policy::Action;
use kaname_sharing::funnel::Funnel;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{self, Stage, Verb},
        show,
    },
    house::{By, House},
    route::{Access, Audit, Endpoint},
    text::{Text, group},
};

const READ: Access = Access::SignedIn(&[Action::FunnelRead]);
const READS: Audit = Audit::None("reads counts only");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/funnel",
            "funnel.show",
            READ,
            READS,
            routing::get(show_all),
        ),
        Endpoint::new(
            Method::GET,
            "/funnel.csv",
            "funnel.csv",
            READ,
            READS,
            routing::get(as_csv),
        ),
        Endpoint::new(
            Method::GET,
            "/funnel.json",
            "funnel.json",
            READ,
            READS,
            routing::get(as_json),
        ),
    ]
}

#[derive(Template)]
#[template(path = "room/funnel.html")]
struct FunnelPage {
    page: Page,
    picture: part::Funnel,
    sentence: String,
    rows: Vec<(String, String, String)>,
    files: [Verb; 3],
}

/// Name, message keys of its word and of what it counts, and number of each stage, in order.
fn stages(funnel: &Funnel) -> [(&'static str, &'static str, &'static str, u64); 6] {
    [
        (
            "received",
            "funnel-received",
            "funnel-received-about",
            funnel.received,
        ),
        (
            "derived",
            "funnel-derived",
            "funnel-derived-about",
            funnel.derived,
        ),
        (
            "releasable",
            "funnel-releasable",
            "funnel-releasable-about",
            funnel.releasable,
        ),
        (
            "released",
            "funnel-released",
            "funnel-released-about",
            funnel.released,
        ),
        ("sent", "funnel-sent", "funnel-sent-about", funnel.sent),
        (
            "acknowledged",
            "funnel-acknowledged",
            "funnel-acknowledged-about",
            funnel.acknowledged,
        ),
    ]
}

async fn show_all(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    let text = frame.text();
    let funnel = house.world().funnel(&by).await?;
    let page = frame.page(Section::Desk, text.t("funnel-title"));
    let all = stages(&funnel);
    // Deliveries are counted per organisation and way, so they stand on a scale of their own.
    let shown = [all[0], all[1], all[2], all[3]];
    let bars = shown.map(|(_, label, _, number)| Stage {
        label: text.t(label).into_owned(),
        number,
    });
    let row = |(_, label, about, number): (&str, &str, &str, u64)| {
        let (label, about) = (text.t(label).into_owned(), text.t(about).into_owned());
        (label, about, group(number))
    };
    let shown = FunnelPage {
        picture: page.funnel(text.t("funnel-picture"), &bars),
        sentence: sentence(text, &funnel),
        rows: all.map(row).to_vec(),
        files: [
            page.link("/funnel.csv", text.t("funnel-csv")),
            page.link("/funnel.json", text.t("funnel-json")),
            page.link("/deliveries", text.t("funnel-deliveries")),
        ],
        page,
    };
    show(&shown)
}

fn sentence(text: Text, funnel: &Funnel) -> String {
    if funnel.received == 0 {
        return text.t("funnel-none").into_owned();
    }
    let said = text.t_args(
        "funnel-sentence",
        &[
            ("received", &funnel.received),
            ("releasable", &funnel.releasable),
            ("sent", &funnel.sent),
            ("acknowledged", &funnel.acknowledged),
        ],
    );
    said.into_owned()
}

async fn as_csv(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    let funnel = house.world().funnel(&by).await?;
    // Spreadsheets read UTF-8 only when it says so.
    let mut body = "\u{feff}stage,label,count\r\n".to_owned();
    for (name, label, _, number) in stages(&funnel) {
        let label = frame.text().t(label);
        body.push_str(&format!("{name},{label},{number}\r\n"));
    }
    super::library::attachment("funnel.csv", "text/csv; charset=utf-8", body)
}

async fn as_json(State(house): State<House>, by: By) -> Result<Response, Failure> {
    let funnel = house.world().funnel(&by).await?;
    Ok(Json(funnel).into_response())
}
