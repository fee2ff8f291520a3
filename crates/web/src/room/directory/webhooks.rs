//! Webhooks of a party, for its stewards and the hub's administrators: set up, stop, call again, give a
//! fresh secret; and what became of the calls.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{Method, StatusCode},
    response::Response,
    routing,
};
use kaname_directory::Party;
use kaname_kernel::MatterId;
use kaname_policy::{Action, Resource};
use kaname_sharing::{Delivery, Item, Webhook, delivery::DeliveryState};
use kaname_world::{Loaded, WorldError};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Posted, Section,
        part::{At, Empty, Faults, Field, Notice, Row, Tone, Verb},
        show_with,
    },
    house::{By, House},
    room::{
        back::back,
        choices::lang_of as lang,
        deliveries,
        form::{Typed, Wrong, again, may, show_once},
    },
    route::{Access, Audit, Endpoint},
};

const MANAGE: Access = Access::SignedIn(&[Action::WebhookManage]);
/// Webhooks and deliveries shown, each.
const SHOWN: usize = 50;

/// Endpoints of webhooks.
pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    let post = |path, name, event, handler| {
        Endpoint::new(
            Method::POST,
            path,
            name,
            MANAGE,
            Audit::Event(event),
            handler,
        )
    };
    vec![
        Endpoint::new(
            Method::GET,
            "/directory/{code}/webhooks",
            "webhook.list",
            MANAGE,
            Audit::None("reads addresses and what became of calls; a secret is never shown again"),
            routing::get(list),
        ),
        post(
            "/directory/{code}/webhooks",
            "webhook.register",
            "webhook.registered",
            routing::post(register),
        ),
        post(
            "/directory/{code}/webhooks/retry",
            "webhook.retry",
            "delivery.retried",
            routing::post(retry),
        ),
        post(
            "/webhooks/{id}/rekey",
            "webhook.rekey",
            "webhook.rekeyed",
            routing::post(rekey),
        ),
        post(
            "/webhooks/{id}/stop",
            "webhook.stop",
            "webhook.stopped",
            routing::post(stop),
        ),
        post(
            "/webhooks/{id}/start",
            "webhook.start",
            "webhook.started",
            routing::post(start),
        ),
    ]
}

#[derive(Template)]
#[template(path = "room/directory/webhooks.html")]
struct WebhooksPage {
    page: Page,
    party: String,
    faults: Option<Faults>,
    /// Asks for the second factor in the form's place.
    gate: Option<(Notice, Verb)>,
    add: Field,
    to: String,
    hooks: Vec<Hook>,
    none: Empty,
    failed: Vec<Row>,
    latest: Vec<Row>,
    back: Verb,
}

struct Hook {
    url: String,
    active: bool,
    registered: At,
    stopped: Option<String>,
    verbs: Vec<Verb>,
    /// Where stopping posts to, and the field for the reason.
    stop: Option<(String, Field)>,
}

fn of(party: &Loaded<Party>) -> String {
    format!("/directory/{}/webhooks", party.state.code)
}

async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let party = house.world().party_of(&by, &code).await?;
    shown(&house, &frame, &by, &party, &Typed::default(), None).await
}

async fn shown(
    house: &House,
    frame: &Frame,
    by: &By,
    party: &Loaded<Party>,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let world = house.world();
    let resource = Resource::any("party").of_party(party.id.cast());
    let fresh = may(house, by, Action::WebhookManage, &resource)?;
    let page = frame.page(Section::Directory, frame.text().t("webhook-title"));
    let hooks = world.webhooks(by, |query| {
        query.owner = Some(party.id);
        query.limit = 50;
    });
    let hooks = hooks.await?.rows;
    let hooks = hooks
        .iter()
        .enumerate()
        .map(|(index, one)| hook(&page, index, one));
    let hooks = hooks.collect();
    let id = party.id.cast();
    let mut failed = Vec::new();
    for one in world
        .webhook_deliveries(by, id, true)
        .await?
        .iter()
        .take(SHOWN)
    {
        let verb = page
            .post(format!("{}/retry", of(party)), page.t("deliveries-retry"))
            .with("id", one.id.to_string());
        failed.push(delivery(house, by, &page, one).await?.verb(verb));
    }
    let mut latest = Vec::new();
    let all = world.webhook_deliveries(by, id, false).await?;
    let others = all
        .iter()
        .filter(|one| one.state.state != DeliveryState::Failed);
    for one in others.take(SHOWN) {
        latest.push(delivery(house, by, &page, one).await?);
    }
    let mut add = vec![
        page.line("url", "url", page.t("webhook-url"))
            .hint(page.t("webhook-url-hint"))
            .values(typed.all("url").to_vec())
            .longest(2_000),
    ];
    if let Some(wrong) = &wrong {
        add = wrong.mark(add);
    }
    let status = match wrong {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let gate = (!fresh).then(|| {
        let notice = Notice {
            tone: Tone::Care,
            title: page.t("directory-again").into_owned(),
            text: page.t("directory-again-about").into_owned(),
        };
        (notice, again(&page))
    });
    let state = &party.state;
    let shown = WebhooksPage {
        party: state.description.name.get(lang(page.text)).to_owned(),
        faults: wrong.map(|wrong| wrong.summary(&page, &add)),
        gate,
        add: add.remove(0),
        to: of(party),
        hooks,
        none: Empty {
            title: page.t("webhook-none").into_owned(),
            text: page.t("webhook-none-do").into_owned(),
            next: None,
        },
        failed,
        latest,
        back: page.link(
            format!("/directory/{}", state.code),
            page.t("directory-back"),
        ),
        page,
    };
    show_with(status, &shown)
}

fn hook(page: &Page, index: usize, webhook: &Loaded<Webhook>) -> Hook {
    let state = &webhook.state;
    let at = |last: &str| format!("/webhooks/{}/{last}", webhook.id);
    let named = |verb: Verb| verb.named(state.url.as_str());
    let mut verbs = vec![named(
        page.post(at("rekey"), page.t("webhook-rekey"))
            .confirming(page.t("webhook-rekey-about")),
    )];
    if !state.active {
        verbs.insert(0, named(page.post(at("start"), page.t("webhook-start"))));
    }
    let reason = page
        .line("text", "reason", page.t("webhook-stop-why"))
        .longest(300)
        .numbered(index);
    Hook {
        url: state.url.clone(),
        active: state.active,
        registered: page.at(state.registered),
        stopped: state.stopped.clone(),
        verbs,
        stop: state.active.then(|| (at("stop"), reason)),
    }
}

async fn delivery(
    house: &House,
    by: &By,
    page: &Page,
    delivery: &Loaded<Delivery>,
) -> Result<Row, Failure> {
    let state = &delivery.state;
    // What the reader may not see (any more) keeps its number to itself.
    let item = house.world().see_if::<Item>(by, state.item).await?;
    let number = item.map(|item| item.state.number);
    let href = number.as_ref().map_or_else(
        || page.address.clone(),
        |number| format!("/library/{number}"),
    );
    let title = number.unwrap_or_else(|| page.t("webhook-item-hidden").into_owned());
    let due = page.came(
        state.sent.unwrap_or(state.queued),
        page.t("deliveries-when"),
    );
    let mut row =
        Row::new(due, href, title).tag(page.tag(deliveries::state_word(page.text, state.state)));
    if let Some(webhook) = state.webhook
        && let Some(webhook) = house.world().load::<Webhook>(webhook).await?
    {
        row = row.about(deliveries::host(&webhook.state.url).to_owned());
    }
    if let Some(why) = &state.failure {
        row = row.about(why.as_str());
    }
    Ok(row)
}

async fn register(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let world = house.world();
    let party = world.party_of(&by, &code).await?;
    let done = world
        .register_webhook(&by, party.id.cast(), typed.one("url"))
        .await;
    match done {
        Ok((_, secret)) => secret_page(&frame, "webhook-registered", secret, &of(&party)),
        Err(error @ (WorldError::StepUp | WorldError::Denied(_))) => Err(error.into()),
        Err(error) => match Wrong::of(frame.text(), &error) {
            Some(wrong) => shown(&house, &frame, &by, &party, &typed, Some(wrong)).await,
            None => Err(error.into()),
        },
    }
}

fn secret_page(frame: &Frame, title: &str, secret: String, to: &str) -> Result<Response, Failure> {
    let text = frame.text();
    let lead = text.t("webhook-secret-about").into_owned();
    show_once(frame, &text.t(title), lead, secret, to)
}

/// The webhook and where its page is, if the caller may see it.
async fn found(house: &House, by: &By, typed: &str) -> Result<(MatterId, String), Failure> {
    let id: MatterId = typed.parse().map_err(|_| Failure::NotFound)?;
    let webhook = house.world().see::<Webhook>(by, id).await?;
    let party = webhook.state.party.cast();
    let party = house.world().see::<Party>(by, party).await?;
    Ok((id, of(&party)))
}

async fn rekey(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let (id, to) = found(&house, &by, &typed).await?;
    let (_, secret) = house.world().rekey_webhook(&by, id).await?;
    secret_page(&frame, "webhook-rekeyed", secret, &to)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    reason: String,
    id: String,
}

async fn stop(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(said): Posted<Said>,
) -> Result<Response, Failure> {
    let (id, to) = found(&house, &by, &typed).await?;
    let done = house.world().stop_webhook(&by, id, &said.reason).await;
    back(&frame, &to, done, "webhook-stopped")
}

async fn start(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let (id, to) = found(&house, &by, &typed).await?;
    let done = house.world().start_webhook(&by, id).await;
    back(&frame, &to, done, "webhook-started")
}

async fn retry(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
    Posted(said): Posted<Said>,
) -> Result<Response, Failure> {
    let party = house.world().party_of(&by, &code).await?;
    let id: MatterId = said.id.parse().map_err(|_| Failure::NotFound)?;
    let done = house.world().retry_webhook_delivery(&by, id).await;
    back(&frame, &of(&party), done, "deliveries-retried")
}
