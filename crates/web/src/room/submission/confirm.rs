//! Handing in, second step: which of the values found are meant, then submit.

use std::collections::BTreeSet;

use askama::Template;
use axum::{extract::State, response::Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kaname_intake::{
    ExcludedReason, Kind, Note, in_script,
    submission::{Submitted, contacts, is_common},
};
use kaname_world::{
    World, WorldError,
    sharing::{Attachment, Draft, Once, Warnings},
};

use super::{
    columns::{ColumnsPart, reading},
    place, problem,
    wanted::Wanted,
};
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Section, Upload,
        part::{Field, Notice},
        show,
    },
    house::{By, House},
    room::{warninglist::warned, words},
    said::said,
    text::Text,
};

#[derive(Template)]
#[template(path = "room/submission/confirm.html")]
struct ConfirmPage {
    page: Page,
    title: String,
    seen: Option<String>,
    technique: String,
    victim: String,
    values: Vec<ValueRow>,
    left_out: Vec<ValueRow>,
    notices: Vec<Notice>,
    tlp: kaname_kernel::Tlp,
    pap: kaname_kernel::Pap,
    wanted: Wanted,
    /// The file that was read, which goes with the report.
    file: Option<String>,
    attachments: Field,
    once: String,
    /// The first rows of a table, with what each column is taken for.
    columns: Option<ColumnsPart>,
    /// The reading that the ticks belong to.
    reading: String,
}

/// A value found, as a row to confirm.
struct ValueRow {
    key: String,
    kind: String,
    value: String,
    /// In its own script, where it was not written so.
    script: Option<String>,
    /// As it was written.
    shown: Option<String>,
    place: String,
    notes: Vec<String>,
    /// Whether it is taken unless the provider says otherwise.
    taken: bool,
}

pub(super) async fn ask(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    let draft = house.world().draft(&by).await?;
    let Some((draft, read)) = draft.and_then(with_read) else {
        return frame.go("/submissions/new");
    };
    let columns = ColumnsPart::of(&house, &by, plain(&frame), &draft)?;
    let warnings = house.world().warnings(&by).await?;
    show(&page(&house, &frame, &draft, (&read, &warnings), columns))
}

fn with_read(draft: Draft) -> Option<(Draft, Submitted)> {
    let read = draft.read.clone()?;
    Some((draft, read))
}

fn plain(frame: &Frame) -> Page {
    frame.page(Section::Submissions, frame.text().t("submission-confirm"))
}

fn page(
    house: &House,
    frame: &Frame,
    draft: &Draft,
    (read, warnings): (&Submitted, &Warnings),
    columns: Option<ColumnsPart>,
) -> ConfirmPage {
    let text = frame.text();
    let page = plain(frame);
    let terms = &draft.terms;
    let wanted = Wanted::of(&page, house, terms.sector.as_deref(), terms.urgency);
    let mut meant = contacts(&read.technique);
    meant.extend(contacts(&read.title));
    let values = read.values.iter().enumerate();
    let left_out = read.left_out.iter().enumerate();
    ConfirmPage {
        title: read.title.clone(),
        seen: read.occurred.map(|when| text.jst(when.at, frame.now())),
        technique: read.technique.clone(),
        victim: read.victim.clone(),
        values: values
            .map(|(index, value)| {
                let mut row = row(text, format!("v{index}"), value, &meant, None);
                let lists = warnings.of(value.kind, &value.value);
                row.notes.extend(warned(&page, &lists));
                row
            })
            .collect(),
        left_out: left_out
            .map(|(index, left)| {
                let (key, reason) = (format!("x{index}"), Some(&left.reason));
                row(text, key, &left.value, &meant, reason)
            })
            .collect(),
        notices: problem::notices(text, &read.problems),
        tlp: draft.terms.tlp,
        pap: draft.terms.pap,
        wanted,
        file: draft.original.as_ref().map(|(name, _)| name.clone()),
        attachments: page
            .file("attachments", text.t("submission-attachments"))
            .hint(text.t("submission-attachments-hint"))
            .optional(),
        once: draft.once.clone(),
        columns,
        reading: reading(&draft.columns),
        page,
    }
}

fn row(
    text: Text,
    key: String,
    value: &kaname_intake::submission::SubmittedValue,
    contacts: &BTreeSet<String>,
    left_out: Option<&ExcludedReason>,
) -> ValueRow {
    let mut notes: Vec<String> = value
        .notes
        .iter()
        .map(|note| note_said(text, *note))
        .collect();
    if !value.comment.is_empty() {
        notes.push(value.comment.clone());
    }
    let common = is_common(value.kind, &value.value);
    if common {
        notes.push(text.t("submission-common").into_owned());
    }
    let contact = value.kind == Kind::Email && contacts.contains(&value.value.to_lowercase());
    if contact {
        notes.push(text.t("submission-contact").into_owned());
    }
    if let Some(reason) = left_out {
        let own = match reason {
            ExcludedReason::OwnDomain(own)
            | ExcludedReason::OwnNetwork(own)
            | ExcludedReason::MentionsOwn(own) => own,
        };
        notes.push(text.t1("submission-own", "own", own.as_str()).into_owned());
    }
    ValueRow {
        key,
        taken: left_out.is_none() && !common && !contact,
        kind: words::value_kind(text, value.kind),
        script: in_script(value.kind, &value.value).filter(|script| *script != value.as_written),
        shown: (value.as_written != value.value).then(|| value.as_written.clone()),
        value: value.value.clone(),
        place: place::said(text, value),
        notes,
    }
}

fn note_said(text: Text, note: Note) -> String {
    let key = match note {
        Note::Defanged => "submission-note-defanged",
        Note::Private | Note::Loopback | Note::LinkLocal => "submission-note-internal",
        Note::Multicast | Note::Reserved => "submission-note-reserved",
        Note::Documentation => "submission-note-documentation",
        Note::LooksLikeVersion => "submission-note-version",
        Note::Doubtful => "submission-note-doubtful",
        Note::HostBitsSet | Note::ZoneDropped | Note::V4Mapped => "submission-note-changed",
        Note::WideNetwork => "submission-note-wide",
        Note::Port(port) => {
            return text
                .t1("submission-note-port", "port", port.to_string())
                .into_owned();
        }
        Note::SchemeAssumed => "submission-note-scheme",
        Note::UnknownTld => "submission-note-tld",
        Note::PublicSuffix => "submission-note-suffix",
        Note::EmptyFile => "submission-note-empty-file",
    };
    text.t(key).into_owned()
}

pub(super) async fn submit(
    State(house): State<House>,
    frame: Frame,
    by: By,
    upload: Upload,
) -> Result<Response, Failure> {
    let world = house.world();
    let text = frame.text();
    let draft = world.draft(&by).await?;
    let once = upload.get("once").to_owned();
    let Some((draft, mut read)) = draft.and_then(with_read) else {
        // Sent twice: the draft went with the first; the report is in the list.
        return frame.go("/submissions");
    };
    if draft.once != once {
        return frame.go("/submissions/confirm");
    }
    if reading(&draft.columns) != upload.get("reading") {
        // The ticks belong to another reading of the table, in another window.
        let refused = Flash::refused(text.t("submission-columns-changed"));
        return frame.go_saying("/submissions/confirm", &refused);
    }
    confirmed(&mut read, &upload);
    let original = match &draft.original {
        Some((name, encoded)) => Some(Attachment {
            name: name.clone(),
            bytes: STANDARD.decode(encoded).map_err(Failure::internal)?,
        }),
        None => None,
    };
    let attachments = upload.into_files().into_iter().map(|file| Attachment {
        name: file.name,
        bytes: file.bytes,
    });
    let attachments = attachments.collect();
    let report = World::report_from(read, draft.terms.clone(), original, attachments);
    let once = Once {
        key: &once,
        sent: &[],
    };
    match world.submit(&by, report, Some(once)).await {
        Ok(receipt) => {
            world.drop_draft(&by).await?;
            let number = receipt.number.as_str();
            let done = Flash::done(text.t1("submission-received", "number", number));
            frame.go_saying(&format!("/submissions/{number}"), &done)
        }
        Err(error) => refused(&frame, error),
    }
}

fn refused(frame: &Frame, error: WorldError) -> Result<Response, Failure> {
    // The draft stays; programs and browsers hear when trying again makes sense.
    if matches!(error, WorldError::TooMany(_)) {
        return Err(error.into());
    }
    match said(frame.text(), &error) {
        Some(said) => frame.go_saying("/submissions/confirm", &Flash::refused(said)),
        None => Err(error.into()),
    }
}

/// Keeps the values that were ticked, of those found and of those left out.
fn confirmed(read: &mut Submitted, upload: &Upload) {
    let ticked: BTreeSet<&str> = upload.all("value").collect();
    let left_out = std::mem::take(&mut read.left_out);
    let mut index = 0;
    read.values.retain(|_| {
        let keep = ticked.contains(format!("v{index}").as_str());
        index += 1;
        keep
    });
    for (index, left) in left_out.into_iter().enumerate() {
        if ticked.contains(format!("x{index}").as_str()) {
            read.values.push(left.value);
        }
    }
}
