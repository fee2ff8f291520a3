//! What whoever looks at an item may do with it: buttons, and forms that ask for a reason.

use kaname_policy::Action;
use kaname_sharing::{Item, ItemState, item::Blocking};
use kaname_world::{Loaded, World, sharing::Checklist};

use crate::{
    frame::{
        Page,
        part::{Field, Verb},
    },
    house::{By, House},
    said::why_not,
};

/// A form with one reason.
pub(super) struct Ask {
    pub(super) to: String,
    pub(super) title: String,
    pub(super) field: Field,
    pub(super) button: String,
    pub(super) grave: bool,
    /// One of the buttons that the page has for what is asked now: stands beside those, shut.
    pub(super) beside: bool,
    /// Shown open: it is what the item waits for.
    pub(super) open: bool,
    /// Two answers instead of one button: the value of `resume`, and what the button says.
    pub(super) answers: Vec<(bool, String)>,
}

/// What the policy says of this person and this item.
pub(super) struct Permitted {
    pub(super) edit: bool,
    pub(super) ask: bool,
    pub(super) release: Option<&'static str>,
    pub(super) send_back: bool,
    pub(super) withdraw: bool,
    pub(super) decide: bool,
    pub(super) review: bool,
    pub(super) consent: bool,
}

impl Permitted {
    pub(super) fn new(house: &House, by: &By, item: &Loaded<Item>, own: bool) -> Self {
        let resource = World::item_for_policy(by, item, own);
        let mut caller = (*by.0).clone();
        caller.principal.own_handle = own;
        let why = |action| house.world().decide(&caller, action, &resource).why_not;
        // What a fresh sign-in would cure is offered; pressing it leads there.
        let curable = |why: Option<&str>| {
            matches!(why, None | Some("why-not-recent" | "why-not-second-factor"))
        };
        let release = why(Action::ItemRelease);
        Self {
            edit: curable(why(Action::ItemEdit)),
            ask: curable(why(Action::ItemAskConsent)),
            release: release.filter(|_| !curable(release)),
            send_back: why(Action::ItemReturn).is_none(),
            withdraw: curable(why(Action::ItemWithdraw)),
            decide: why(Action::ExportSuspendDecide).is_none(),
            review: why(Action::ItemReview).is_none(),
            consent: why(Action::ItemConsent).is_none(),
        }
    }
}

pub(super) fn verbs(
    page: &Page,
    item: &Loaded<Item>,
    own: bool,
    (may, checklist): (&Permitted, &Checklist),
    (hash, stands): (&str, bool),
    release_means: (&str, &str),
) -> Vec<Verb> {
    let text = page.text;
    let state = &item.state;
    let href = format!("/items/{}", state.number);
    let version = item.version.to_string();
    let mut verbs = Vec::new();
    if own {
        if state.state == ItemState::AwaitingConsent && may.consent {
            let to = format!("{href}/consent");
            verbs.push(
                page.post(to, text.t("item-consent"))
                    .with("hash", hash)
                    .main(),
            );
            verbs.push(page.link(format!("{href}/propose"), text.t("item-propose")));
        }
        if state.state == ItemState::Released {
            verbs.push(
                page.post(format!("{href}/take-back"), text.t("item-take-back"))
                    .grave()
                    .confirming(text.t("item-take-back-about")),
            );
        }
        return verbs;
    }
    let writable = matches!(
        state.state,
        ItemState::Derived
            | ItemState::AwaitingConsent
            | ItemState::ChangesProposed
            | ItemState::Consented
            | ItemState::Refused
            | ItemState::AwaitingRelease
    );
    match state.state {
        ItemState::Derived if state.own && may.edit => verbs.push(match checklist.open {
            0 => page
                .post(format!("{href}/hand-over"), text.t("item-hand-over"))
                .main(),
            open => {
                let why = text.t1("refused-open-traces", "open", open);
                page.refused(text.t("item-hand-over"), why)
            }
        }),
        ItemState::Derived if may.ask => match checklist.open {
            0 if state.content.countermeasures.is_empty() => {
                let why = text.t("item-measures-first");
                verbs.push(page.refused(text.t("item-ask"), why));
            }
            0 => {
                let ask = page.post(format!("{href}/ask"), text.t("item-ask"));
                verbs.push(ask.with("version", version.as_str()).main());
            }
            open => {
                let why = text.t1("refused-open-traces", "open", open);
                verbs.push(page.refused(text.t("item-ask"), why));
            }
        },
        ItemState::ChangesProposed if may.edit => {
            let name = text.t("item-accept-proposal");
            verbs.push(match checklist.rows {
                Some(_) => page
                    .post(format!("{href}/proposal/accept"), name)
                    .with("version", version.as_str())
                    .main(),
                None => page.refused(name, text.t("refused-not-open")),
            });
        }
        ItemState::Consented if may.edit => {
            verbs.push(
                page.post(format!("{href}/hand-over"), text.t("item-hand-over"))
                    .main(),
            );
        }
        ItemState::AwaitingRelease => match may.release {
            None if !stands => {
                let why = text.t("refused-told-otherwise");
                verbs.push(page.refused(text.t("item-release"), why));
            }
            None => {
                let release = page.post(format!("{href}/release"), text.t("item-release-go"));
                let release = release.with("version", version.as_str()).main();
                verbs.push(release.confirming(release_means.0).going(release_means.1));
            }
            Some(why) => verbs.push(page.refused(text.t("item-release"), why_not(text, why))),
        },
        _ => {}
    }
    if writable && may.edit && !state.own {
        verbs.push(match checklist.rows {
            Some(_) => page.link(format!("{href}/edit"), text.t("item-edit")),
            None => page.refused(text.t("item-edit"), text.t("refused-not-open")),
        });
        if let Some(receipt) = &checklist.reopen {
            verbs.push(page.link(format!("/triage/{receipt}"), text.t("item-reopen")));
        }
    }
    if state.is_out() {
        verbs.push(page.link(
            format!("/library/{}", state.number),
            text.t("item-as-member"),
        ));
    }
    verbs
}

pub(super) fn asks(page: &Page, item: &Loaded<Item>, own: bool, may: &Permitted) -> Vec<Ask> {
    let text = page.text;
    let state = &item.state;
    let href = format!("/items/{}", state.number);
    let suspended = matches!(state.blocking, Blocking::Suspended { .. });
    // What an officer kept out comes back by an officer's word alone.
    let kept_out = state.state == ItemState::Released && !state.blocking.allows();
    let mut asks = Vec::new();
    let mut ask = |verb: &str, keys: (&str, &str), optional: bool, grave: bool| {
        let field = page.line("text", "reason", text.t(keys.1)).longest(300);
        let field = field.numbered(asks.len());
        let answer = |resume, key| (resume, text.t(key).into_owned());
        asks.push(Ask {
            to: format!("{href}/{verb}"),
            title: text.t(keys.0).into_owned(),
            field: if optional { field.optional() } else { field },
            button: text.t(keys.0).into_owned(),
            grave,
            beside: own && state.state == ItemState::AwaitingConsent,
            open: (verb == "blocking" && suspended)
                || (verb == "confirm" && state.waits_for_review()),
            answers: match verb {
                "blocking" if suspended => vec![
                    answer(true, "item-blocking-resume"),
                    answer(false, "item-blocking-keep"),
                ],
                "blocking" => vec![answer(true, "item-blocking-resume")],
                _ => Vec::new(),
            },
        });
    };
    let before_release = matches!(
        state.state,
        ItemState::AwaitingConsent
            | ItemState::Consented
            | ItemState::ChangesProposed
            | ItemState::AwaitingRelease
    );
    if own {
        if before_release && may.consent {
            let title = match state.consent {
                Some(_) => "item-undo-consent",
                None => "item-refuse",
            };
            ask("refuse", (title, "item-refuse-why"), true, true);
        }
        return asks;
    }
    if state.state == ItemState::ChangesProposed && may.edit {
        let keys = ("item-decline-proposal", "item-decline-why");
        ask("proposal/decline", keys, false, false);
    }
    if state.state == ItemState::AwaitingRelease && may.send_back {
        let keys = ("item-return", "item-return-why");
        ask("return", keys, false, false);
    }
    if (suspended || kept_out) && may.decide {
        let keys = ("item-blocking-decide", "item-reason");
        ask("blocking", keys, false, false);
    }
    if state.state == ItemState::Released && state.content.is_valid(page.now) && may.review {
        let keys = match state.own {
            true => ("review-confirm", "review-own-confirm-why"),
            false => ("review-confirm", "review-confirm-why"),
        };
        ask("confirm", keys, false, false);
    }
    if state.waits_for_review() && may.review {
        let keys = ("review-let-end", "review-let-end-why");
        ask("let-end", keys, false, false);
    }
    let ended = matches!(
        state.state,
        ItemState::Superseded | ItemState::Withdrawn | ItemState::Expired
    );
    if !ended && may.withdraw {
        let keys = ("item-withdraw", "item-withdraw-why");
        ask("withdraw", keys, false, true);
    }
    asks
}
