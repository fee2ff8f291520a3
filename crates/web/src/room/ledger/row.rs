//! The newest events as rows: what whoever looks may know of them, in words.

use kaname_kernel::{Header, actor::Who};
use kaname_world::Written;

use super::{
    Names,
    told::{self, Told},
};
use crate::{
    error::Failure,
    frame::{
        Page,
        part::{At, Copied, Field},
    },
    text::Text,
};

pub(super) enum EventRow {
    Known(Box<Known>),
    /// What the hub did of itself many times in a row, as when a release goes to many.
    Alike(Alike),
    /// Events that follow each other and are not for whoever looks: number and leaf of each.
    Hidden(Vec<(u64, Copied)>),
}

pub(super) struct Alike {
    /// What they are, and how many.
    pub(super) said: String,
    pub(super) who: String,
    /// Numbers of the oldest and the newest.
    pub(super) from: u64,
    pub(super) to: u64,
    /// When the newest was recorded.
    pub(super) at: At,
    pub(super) events: Vec<Known>,
}

/// An event of a matter that whoever looks may know of.
pub(super) struct Known {
    pub(super) seq: u64,
    pub(super) leaf: Copied,
    pub(super) kind: String,
    pub(super) what: String,
    pub(super) matter: Copied,
    pub(super) version: u32,
    pub(super) who: String,
    /// Whether the hub did it of itself.
    pub(super) of_itself: bool,
    pub(super) at: At,
    /// What it is about, as people call it.
    pub(super) about: String,
    pub(super) told: Option<Told>,
    /// Asks for the reason without which what a provider handed in is not shown.
    pub(super) why: Option<Field>,
}

/// From how many on events that are alike become one row.
const ALIKE_FROM: usize = 4;

/// With one row for what the hub did of itself many times in a row.
pub(super) fn alike(page: &Page, rows: Vec<EventRow>) -> Vec<EventRow> {
    let mut told: Vec<EventRow> = Vec::new();
    let mut run: Vec<Known> = Vec::new();
    let end = |run: &mut Vec<Known>, told: &mut Vec<EventRow>| {
        let events = std::mem::take(run);
        match events.as_slice() {
            [newest, .., oldest] if events.len() >= ALIKE_FROM => {
                let (what, n) = (newest.what.as_str(), events.len());
                told.push(EventRow::Alike(Alike {
                    said: page.t2("ledger-alike", "what", what, "n", n).into_owned(),
                    who: newest.who.clone(),
                    from: oldest.seq,
                    to: newest.seq,
                    at: newest.at.clone(),
                    events,
                }));
            }
            _ => told.extend(events.into_iter().map(Box::new).map(EventRow::Known)),
        }
    };
    for row in rows {
        match row {
            EventRow::Known(known) if known.of_itself => {
                let last = run.last();
                if last.is_some_and(|last| (&last.kind, &last.who) != (&known.kind, &known.who)) {
                    end(&mut run, &mut told);
                }
                run.push(*known);
            }
            other => {
                end(&mut run, &mut told);
                told.push(other);
            }
        }
    }
    end(&mut run, &mut told);
    told
}

pub(super) async fn known(
    page: &Page,
    names: &mut Names<'_>,
    one: &Written,
    header: &Header,
    leaf: Copied,
) -> Result<Known, Failure> {
    let who = match &one.actor {
        Some(actor) => names.actor(actor).await?,
        None if one.redacted => page.t("ledger-redacted").into_owned(),
        None => page.t("ledger-who-with-reason").into_owned(),
    };
    let kind = format!("{}.{}", header.matter_kind, header.kind);
    let actor = one.actor.as_ref().map(|actor| &actor.who);
    Ok(Known {
        seq: one.seq,
        leaf,
        what: did(page.text, &kind),
        kind,
        matter: page.copied(header.matter),
        version: header.version,
        who,
        of_itself: matches!(actor, Some(Who::System { .. })),
        at: page.at(header.recorded),
        about: told::about(page, names, one, header).await?,
        told: told::told(page, names, one).await?,
        why: one.inspectable.then(|| {
            page.line("text", "reason", page.t("ledger-inspect-reason"))
                .hint(page.t("ledger-inspect-hint"))
                .longest(300)
                .numbered(usize::try_from(one.seq).unwrap_or_default())
        }),
    })
}

/// What an event did, in words: of a kind such as `item.released`. A kind of a later version is said
/// as it is written.
pub(super) fn did(text: Text, kind: &str) -> String {
    let code = format!("did-{}", kind.replace('.', "-"));
    match text.word(&code) {
        said if said == code => kind.to_owned(),
        said => said.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{room, text::Lang};

    #[test]
    fn every_event_of_the_audit_table_is_said_in_words() {
        for endpoint in room::endpoints() {
            for kind in endpoint.audit.kinds() {
                for lang in [Lang::Ja, Lang::En] {
                    let said = did(Text::new(lang), kind);
                    assert_ne!(said, *kind, "no words for it in {}", lang.tag());
                }
            }
        }
    }
}
