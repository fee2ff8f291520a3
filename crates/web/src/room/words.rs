//! Words that several rooms use for kinds and states.

use kaname_intake::Kind;
use kaname_sharing::{
    Item, ItemKind, ItemState, Outlet, Report, ReportState,
    report::{Closing, Urgency},
};

use crate::{frame::part::Step, text::Text};

/// What kind of value it is.
pub(super) fn value_kind(text: Text, kind: Kind) -> String {
    let key = match kind {
        Kind::Ipv4 => "words-ipv4",
        Kind::Ipv4Cidr => "words-ipv4-cidr",
        Kind::Ipv6 => "words-ipv6",
        Kind::Ipv6Cidr => "words-ipv6-cidr",
        Kind::Domain => "words-domain",
        Kind::Url => "words-url",
        Kind::Email => "words-email",
        Kind::Md5 => "words-md5",
        Kind::Sha1 => "words-sha1",
        Kind::Sha256 => "words-sha256",
        Kind::Sha512 => "words-sha512",
        Kind::Cve => "words-cve",
        Kind::Asn => "words-asn",
    };
    text.t(key).into_owned()
}

/// How soon somebody is to look.
pub(super) fn urgency(text: Text, urgency: Urgency) -> String {
    let key = match urgency {
        Urgency::Low => "submission-urgency-low",
        Urgency::Normal => "submission-urgency-normal",
        Urgency::High => "submission-urgency-high",
    };
    text.t(key).into_owned()
}

/// Where a report stands.
pub(super) fn report_state(text: Text, state: ReportState, closing: Option<&Closing>) -> String {
    let key = match (state, closing) {
        (ReportState::Submitted, _) => "words-report-submitted",
        (ReportState::InTriage, _) => "words-report-in-triage",
        (ReportState::Derived, _) => "words-report-derived",
        (ReportState::Closed, Some(Closing::Withdrawn)) => "words-report-withdrawn",
        (ReportState::Closed, Some(Closing::Duplicate { .. })) => "words-report-duplicate",
        (ReportState::Closed, _) => "words-report-closed",
    };
    text.t(key).into_owned()
}

/// Where an item stands.
pub(super) fn item_state(text: Text, state: ItemState) -> String {
    let key = match state {
        ItemState::Derived => "words-item-derived",
        ItemState::AwaitingConsent => "words-item-awaiting-consent",
        ItemState::Consented => "words-item-consented",
        ItemState::ChangesProposed => "words-item-changes-proposed",
        ItemState::Refused => "words-item-refused",
        ItemState::AwaitingRelease => "words-item-awaiting-release",
        ItemState::Released => "words-item-released",
        ItemState::Superseded => "words-item-superseded",
        ItemState::Withdrawn => "words-item-withdrawn",
        ItemState::Expired => "words-item-expired",
    };
    text.t(key).into_owned()
}

/// What an item is about.
pub(super) fn item_kind(text: Text, kind: ItemKind) -> String {
    let key = match kind {
        ItemKind::Technique => "words-kind-technique",
        ItemKind::Indicator => "words-kind-indicator",
        ItemKind::Vulnerability => "words-kind-vulnerability",
        ItemKind::Phishing => "words-kind-phishing",
        ItemKind::Malware => "words-kind-malware",
        ItemKind::Advisory => "words-kind-advisory",
        ItemKind::Assessment => "words-kind-assessment",
    };
    text.t(key).into_owned()
}

/// A way out.
pub(super) fn outlet(text: Text, outlet: Outlet) -> String {
    let key = match outlet {
        Outlet::Taxii => "words-outlet-taxii",
        Outlet::Web => "words-outlet-web",
        Outlet::Feed => "words-outlet-feed",
        Outlet::Mail => "words-outlet-mail",
        Outlet::Webhook => "words-outlet-webhook",
    };
    text.t(key).into_owned()
}

/// The way from a report to feedback, as steps.
fn way(text: Text) -> Vec<Step> {
    let keys = [
        "words-way-submitted",
        "words-way-triage",
        "words-way-derived",
        "words-way-consent",
        "words-way-second",
        "words-way-released",
        "words-way-feedback",
    ];
    let step = |key: &str| Step {
        label: text.t(key).into_owned(),
        note: None,
    };
    keys.into_iter().map(step).collect()
}

/// The way of a report without an item, and which step it is at. A report that is closed went no
/// further: its way ends with how it was closed.
pub(super) fn way_of_report(text: Text, report: &Report) -> (Vec<Step>, usize) {
    let mut steps = way(text);
    let reached = match report.state {
        ReportState::Submitted | ReportState::InTriage => 1,
        ReportState::Derived => 2,
        ReportState::Closed => {
            steps.truncate(if report.assigned.is_some() { 2 } else { 1 });
            let label = report_state(text, report.state, report.closing.as_ref());
            steps.push(Step { label, note: None });
            steps.len() - 1
        }
    };
    (steps, reached)
}

/// The way of an item, and which step it is at. What ended ends with how: an item that was withdrawn
/// before its release never went out.
pub(super) fn way_of_item(text: Text, item: &Item) -> (Vec<Step>, usize) {
    let mut steps = way(text);
    let mut reached = reached(item);
    if item.own {
        // Nobody handed it in, and nobody is asked: it is written, looked at, released.
        steps.drain(2..4);
        steps.drain(..2);
        let written = Step {
            label: text.t("words-way-assessed").into_owned(),
            note: None,
        };
        steps.insert(0, written);
        reached = reached.saturating_sub(3);
    }
    let ended = [
        ItemState::Superseded,
        ItemState::Withdrawn,
        ItemState::Expired,
    ];
    if ended.contains(&item.state) {
        steps.truncate(reached);
        let label = item_state(text, item.state);
        steps.push(Step { label, note: None });
    }
    (steps, reached)
}

/// Which step of the way an item is at, or ended at.
fn reached(item: &Item) -> usize {
    match item.state {
        ItemState::Derived => 2,
        ItemState::AwaitingConsent | ItemState::ChangesProposed | ItemState::Refused => 3,
        ItemState::Consented | ItemState::AwaitingRelease => 4,
        ItemState::Released => 6,
        ItemState::Superseded | ItemState::Withdrawn | ItemState::Expired => {
            match (item.release, item.has_consent()) {
                (Some(_), _) => 6,
                (None, true) => 4,
                (None, false) => 3,
            }
        }
    }
}

/// Of several items of a report the one that went furthest tells how far the report has come; of a
/// report that was closed none does: it goes no further, whatever was derived from it before.
pub(super) fn furthest<'i>(
    report: &Report,
    items: impl IntoIterator<Item = &'i Item>,
) -> Option<&'i Item> {
    let items = items.into_iter().filter(|_| report.closing.is_none());
    items.reduce(|before, item| match reached(before) < reached(item) {
        true => item,
        false => before,
    })
}

/// Where a report stands for its provider: where the furthest of its items does. While that one is
/// being written the report says it.
pub(super) fn own_report_state(text: Text, report: &Report, furthest: Option<&Item>) -> String {
    match furthest.filter(|item| item.state != ItemState::Derived) {
        Some(item) => item_state(text, item.state),
        None => report_state(text, report.state, report.closing.as_ref()),
    }
}
