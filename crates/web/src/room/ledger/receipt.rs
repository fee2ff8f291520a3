//! The proof of a receipt, for whoever holds its number.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{Method, StatusCode},
    response::Response,
    routing,
};
use kaname_kernel::checkpoint::verifier_line;
use kaname_world::{Proof, WorldError};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Copied, Field, Notice, Tone},
        show_with,
    },
    house::{Address, House},
    route::{Access, Audit, Endpoint},
    text::group,
};

/// Endpoints of receipts.
pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    vec![Endpoint::new(
        Method::GET,
        "/receipts",
        "receipt.prove",
        Access::Public("whoever holds a receipt number may have its proof; it says nothing else"),
        Audit::None("reads hashes of the ledger"),
        routing::get(prove),
    )]
}

#[derive(Template)]
#[template(path = "room/ledger/receipt.html")]
struct ReceiptPage {
    page: Page,
    number: Field,
    notice: Option<Notice>,
    proof: Option<Shown>,
}

struct Shown {
    number: Copied,
    index: String,
    leaf: Copied,
    path: Vec<Copied>,
    checkpoint: String,
    checkpoint_copy: Copied,
    verifier: Copied,
    /// Where it is given as JSON, and the name of that file.
    json: (String, String),
    whole: Copied,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    number: String,
}

async fn prove(
    State(house): State<House>,
    frame: Frame,
    address: Address,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let world = house.world();
    let text = frame.text();
    let page = frame.page(Section::Ledger, text.t("ledger-receipt"));
    let typed: String = asked.number.trim().chars().take(40).collect();
    let number = page
        .line("text", "number", text.t("ledger-receipt-number"))
        .hint(text.t("ledger-receipt-hint"))
        .value(typed.as_str())
        .longest(40);
    if typed.is_empty() {
        return show_with(
            StatusCode::OK,
            &ReceiptPage {
                page,
                number,
                notice: None,
                proof: None,
            },
        );
    }
    let proof = match world.prove_receipt_to(&typed, &address.0).await {
        Ok(proof) => proof,
        Err(WorldError::NotFound(_)) => {
            let number = number.error(Some(text.t("ledger-receipt-none").into_owned()));
            let shown = ReceiptPage {
                page,
                number,
                notice: None,
                proof: None,
            };
            return show_with(StatusCode::NOT_FOUND, &shown);
        }
        Err(error) => return Err(error.into()),
    };
    let verifier = verifier_line(&world.settings().origin, &world.keys().verifying());
    let shown = shown(&page, &typed, &proof, verifier)?;
    let notice = Notice {
        tone: Tone::Done,
        title: text.t("ledger-receipt-proved").into_owned(),
        text: text
            .t1("ledger-receipt-proved-about", "n", group(proof.index))
            .into_owned(),
    };
    let shown = ReceiptPage {
        number,
        notice: Some(notice),
        proof: Some(shown),
        page,
    };
    show_with(StatusCode::OK, &shown)
}

fn shown(page: &Page, typed: &str, proof: &Proof, verifier: String) -> Result<Shown, Failure> {
    let whole = serde_json::to_string_pretty(proof).map_err(Failure::internal)?;
    let number = kaname_sharing::number::normalise(typed);
    Ok(Shown {
        json: (
            format!("/api/v1/receipts/{number}"),
            format!("{number}.json"),
        ),
        number: page.copied(number),
        index: group(proof.index),
        leaf: page.copied(&proof.leaf),
        path: proof.path.iter().map(|node| page.copied(node)).collect(),
        checkpoint: proof.checkpoint.clone(),
        checkpoint_copy: page.copied_as(&proof.checkpoint, page.t("ledger-copy")),
        verifier: page.copied(verifier),
        whole: page.copied_as(whole, page.t("ledger-whole-copy")),
    })
}
