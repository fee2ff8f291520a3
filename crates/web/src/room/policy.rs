//! Who may do what and why: the policies themselves, as a table, with the reader's own rights marked.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::Method,
    response::Response,
    routing,
};
use kaname_kernel::Role;
use kaname_policy::{Action, PolicyRow, PrincipalKind, Resource};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Choice, Field, Verb},
        show,
    },
    house::{By, House},
    route::{Access, Audit, Endpoint},
    said::why_not,
    text::{Lang, Text},
};

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![Endpoint::new(
        Method::GET,
        "/policy",
        "policy.show",
        Access::SignedIn(&[Action::PolicyRead]),
        Audit::None("the rules are the same for everyone who is signed in"),
        routing::get(table),
    )]
}

#[derive(Template)]
#[template(path = "room/policy.html")]
struct PolicyPage {
    page: Page,
    role: Field,
    explain: Option<Verb>,
    own: Vec<Own>,
    permits: Vec<Rule>,
    forbids: Vec<Rule>,
}

/// What the reader may do, or why not.
struct Own {
    label: String,
    code: &'static str,
    allowed: bool,
    why: Option<String>,
}

struct Rule {
    id: String,
    who: Vec<String>,
    sentence: String,
    actions: Vec<String>,
    cedar: String,
    mine: bool,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    role: String,
}

async fn table(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Policy, text.t("policy-title"));
    let rows = house.world().policy().table();
    let wanted: Option<Role> = asked.role.parse().ok();
    let fits = |row: &&PolicyRow| match (asked.role.as_str(), wanted) {
        ("machine", _) => row
            .who
            .iter()
            .any(|who| who.starts_with("key ") || who == "machine"),
        (_, Some(role)) => speaks_of(row, role),
        _ => true,
    };
    let fitting: Vec<&PolicyRow> = rows.iter().filter(fits).collect();
    let of = |permits: bool| {
        let rows = fitting.iter().filter(|row| row.permits == permits);
        rows.map(|row| rule(text, &by, row)).collect()
    };
    let mut all = vec![Choice::new("", text.t("policy-any"))];
    all.extend(Role::ALL.map(|role| Choice::new(role.as_str(), text.word(role.as_str()))));
    all.push(Choice::new("machine", text.t("policy-who-machine")));
    let role = page
        .select("role", text.t("policy-role"), all)
        .value(asked.role.as_str());
    show(&PolicyPage {
        permits: of(true),
        forbids: of(false),
        own: own(&house, &by, text),
        role,
        explain: by
            .is_officer()
            .then(|| page.link("/explain", text.t("policy-explain"))),
        page,
    })
}

/// Whether a rule is about whoever holds the role.
fn speaks_of(row: &PolicyRow, role: Role) -> bool {
    row.who.iter().any(|who| match who.as_str() {
        "everyone" | "person" => true,
        "officer" => role.is_officer(),
        named => named == role.as_str(),
    })
}

fn rule(text: Text, by: &By, row: &PolicyRow) -> Rule {
    let mine = row.who.iter().any(|who| match who.as_str() {
        "everyone" => true,
        "person" => by.principal.kind == PrincipalKind::Person,
        "officer" => by.is_officer(),
        named => named.parse().is_ok_and(|role| by.has(role)),
    });
    let actions = if row.actions.len() == Action::ALL.len() {
        vec![text.t("policy-every-action").into_owned()]
    } else {
        row.actions.iter().map(|one| action(text, *one)).collect()
    };
    let sentence = match text.lang() {
        Lang::Ja => &row.ja,
        Lang::En => &row.en,
    };
    Rule {
        id: row.id.clone(),
        who: row.who.iter().map(|who| who_said(text, who)).collect(),
        sentence: sentence.clone(),
        actions,
        cedar: row.cedar.clone(),
        mine,
    }
}

fn who_said(text: Text, who: &str) -> String {
    let key = match who {
        "everyone" => "policy-who-everyone",
        "public" => "policy-who-public",
        "person" => "policy-who-person",
        "officer" => "policy-who-officer",
        "machine" => "policy-who-machine",
        "system" => "policy-who-system",
        other => {
            return match other.strip_prefix("key ") {
                Some(scope) => text.t1("policy-who-key", "scope", scope).into_owned(),
                None => text.word(other).into_owned(),
            };
        }
    };
    text.t(key).into_owned()
}

/// Each action as the policy answers this reader now, about something of their own.
fn own(house: &House, by: &By, text: Text) -> Vec<Own> {
    let mut eager = (**by).clone();
    eager.principal.own_handle = true;
    let mut thing = Resource::any("page").provider_is_own(false);
    thing.party = by.principal.party;
    thing.account = by.principal.account;
    thing.assigned_to = by.principal.account;
    let row = |of: &Action| {
        let mut thing = thing.clone();
        // What another derived: nobody releases the own work.
        if *of == Action::ItemRelease {
            thing.derived_by = Some(kaname_kernel::Id::random(house.world().rng()));
        }
        let decision = house.world().decide(&eager, *of, &thing);
        let because = decision.why_not.filter(|why| *why != "why-not-role");
        Own {
            label: action(text, *of),
            code: of.as_str(),
            allowed: decision.allowed,
            why: because.map(|why| why_not(text, why)),
        }
    };
    let rows = Action::ALL.iter().map(row);
    rows.filter(|row| row.allowed || row.why.is_some())
        .collect()
}

/// What people call an action.
pub(super) fn action(text: Text, action: Action) -> String {
    let key = match action {
        Action::WorldAdminister => "policy-world-administer",
        Action::PartyManage => "policy-party-manage",
        Action::AccountManage => "policy-account-manage",
        Action::KeyManage => "policy-key-manage",
        Action::GroupManage => "policy-group-manage",
        Action::CollectionManage => "policy-collection-manage",
        Action::WebhookManage => "policy-webhook-manage",
        Action::ImportRun => "policy-import-run",
        Action::DirectoryRead => "policy-directory-read",
        Action::SectorRead => "policy-sector-read",
        Action::PolicyRead => "policy-policy-read",
        Action::LedgerRead => "policy-ledger-read",
        Action::LedgerVerify => "policy-ledger-verify",
        Action::VisibilityExplain => "policy-visibility-explain",
        Action::SessionOwn => "policy-session-own",
        Action::PasswordOwn => "policy-password-own",
        Action::SubmissionSubmit => "policy-submission-submit",
        Action::SubmissionFollow => "policy-submission-follow",
        Action::SubmissionReadOwn => "policy-submission-read-own",
        Action::DraftOwn => "policy-draft-own",
        Action::TriageList => "policy-triage-list",
        Action::TriageAssign => "policy-triage-assign",
        Action::TriageClose => "policy-triage-close",
        Action::TriageGroup => "policy-triage-group",
        Action::SealOpen => "policy-seal-open",
        Action::SealReadOpenings => "policy-seal-read-openings",
        Action::ItemDerive => "policy-item-derive",
        Action::ItemEdit => "policy-item-edit",
        Action::ItemAskConsent => "policy-item-ask-consent",
        Action::ItemConsent => "policy-item-consent",
        Action::ItemPropose => "policy-item-propose",
        Action::ItemRefuse => "policy-item-refuse",
        Action::ItemRelease => "policy-item-release",
        Action::ItemReturn => "policy-item-return",
        Action::ItemWithdraw => "policy-item-withdraw",
        Action::ItemReadDesk => "policy-item-read-desk",
        Action::ItemReadReviews => "policy-item-read-reviews",
        Action::ItemReview => "policy-item-review",
        Action::AssessmentRead => "policy-assessment-read",
        Action::AssessmentWrite => "policy-assessment-write",
        Action::VictimConsent => "policy-victim-consent",
        Action::VictimRead => "policy-victim-read",
        Action::VictimAcknowledge => "policy-victim-acknowledge",
        Action::LibraryRead => "policy-library-read",
        Action::SearchKeep => "policy-search-keep",
        Action::FeedRead => "policy-feed-read",
        Action::TaxiiRead => "policy-taxii-read",
        Action::TaxiiPost => "policy-taxii-post",
        Action::FeedbackGive => "policy-feedback-give",
        Action::FeedbackReadOwn => "policy-feedback-read-own",
        Action::DeliveryRead => "policy-delivery-read",
        Action::DeliveryRetry => "policy-delivery-retry",
        Action::DeliveryAcknowledge => "policy-delivery-acknowledge",
        Action::ExportSuspendDecide => "policy-export-suspend-decide",
        Action::FunnelRead => "policy-funnel-read",
        Action::CooperationRequest => "policy-cooperation-request",
        Action::CooperationAnswer => "policy-cooperation-answer",
        Action::DutyAccept => "policy-duty-accept",
        Action::BreachRecord => "policy-breach-record",
        Action::PublicRead => "policy-public-read",
    };
    text.t(key).into_owned()
}
