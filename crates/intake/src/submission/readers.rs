//! Pasted text, mails and tables as submissions.

use super::form::Faults;
use super::normal::{self, Values};
use super::{
    FieldFault, Problem, SubmissionError, SubmissionOptions, Submitted, SubmittedValue, Way,
};
use crate::binary::binary_type;
use crate::decode::{DecodeNote, DecodeOptions, decode};
use crate::extract::extract;
use crate::indicator::Finding;
use crate::mail::{Attachment, MailSource, mail_indicators, read_mail};
use crate::table::{GridRow, Proposal, RowValue, TableOptions, propose, read_grid, read_table};

/// Bytes of a table that a preview looks at.
const PREVIEWED: usize = 256 << 10;

/// Reads pasted text or a text file in any of the encodings of [`decode`].
///
/// # Errors
/// When it is longer than the bound on a text, or empty.
pub fn from_text(bytes: &[u8], options: &SubmissionOptions) -> Result<Submitted, SubmissionError> {
    let (text, problems) = text_of(bytes, options.limits.text_bytes)?;
    let mut submitted = Submitted::new(Way::Text);
    submitted.problems = problems;
    let mut values = Values::new(options);
    let read = extract(&text, &options.extract());
    for finding in read.findings {
        values.take(of_finding(finding, "text"));
    }
    for excluded in read.excluded {
        values.leave_out(of_finding(excluded.finding, "text"), excluded.reason);
    }
    values.finish(&mut submitted);
    if read.truncated {
        let limit = options.limits.values;
        submitted.problems.push(Problem::TooManyValues { limit });
    }
    submitted.title = normal::title_of(&text);
    submitted.technique = normal::text(&text);
    if submitted.technique.is_empty() {
        return Err(SubmissionError::Empty);
    }
    Ok(submitted)
}

/// Reads a mail. Its bytes are not among the attachments; whoever keeps evidence keeps them too.
///
/// # Errors
/// As [`read_mail`]; and when it holds neither text nor files.
pub fn from_mail(bytes: &[u8], options: &SubmissionOptions) -> Result<Submitted, SubmissionError> {
    let mail = read_mail(bytes, &options.limits.mail)?;
    let mut submitted = Submitted::new(Way::Mail);
    let mut values = Values::new(options);
    let found = mail_indicators(&mail, &options.extract());
    for found in found.findings {
        let place = found.sources.first().map(place_of).unwrap_or_default();
        values.take(of_finding(found.finding, &place));
    }
    for (excluded, source) in found.excluded {
        values.leave_out(
            of_finding(excluded.finding, &place_of(&source)),
            excluded.reason,
        );
    }
    values.finish(&mut submitted);
    if found.truncated {
        let limit = options.limits.values;
        submitted.problems.push(Problem::TooManyValues { limit });
    }
    submitted.title = normal::title(&mail.subject);
    let shown = if mail.text.is_empty() {
        &mail.markup_text
    } else {
        &mail.text
    };
    submitted.technique = normal::text(shown);
    check_files(&mail.attachments, options)?;
    submitted.attachments = mail.attachments;
    submitted
        .problems
        .extend(mail.notes.into_iter().map(Problem::Mail));
    if submitted.technique.is_empty() && submitted.attachments.is_empty() {
        return Err(SubmissionError::Empty);
    }
    Ok(submitted)
}

/// The bounds on files are those of every way.
fn check_files(files: &[Attachment], options: &SubmissionOptions) -> Result<(), SubmissionError> {
    let (most, longest) = (options.limits.attachments, options.limits.attachment_bytes);
    let mut faults = Faults::new(options);
    if files.len() > most {
        let (actual, limit) = (files.len(), most);
        faults.add("$.attachments", FieldFault::TooMany { actual, limit });
    }
    for (index, file) in files
        .iter()
        .enumerate()
        .filter(|(_, file)| file.size > longest)
    {
        let (actual, limit, unit) = (file.size, longest, "bytes".to_owned());
        let what = FieldFault::TooLong {
            actual,
            limit,
            unit,
        };
        faults.add(&format!("$.attachments[{index}]"), what);
    }
    if faults.found.is_empty() {
        Ok(())
    } else {
        Err(SubmissionError::Fields(faults.found))
    }
}

/// Reads a table; the mapping, delimiter and header of `table` hold, its bounds and own values
/// are those of `options`.
///
/// # Errors
/// As [`read_table`]. Rows without a value are problems of the submission, not errors.
pub fn from_table(
    bytes: &[u8],
    table: &TableOptions,
    options: &SubmissionOptions,
) -> Result<Submitted, SubmissionError> {
    let (text, problems) = text_of(bytes, options.limits.table.bytes)?;
    let mut submitted = Submitted::new(Way::Table);
    submitted.problems = problems;
    let bounded = TableOptions {
        delimiter: table.delimiter,
        header: table.header,
        mapping: table.mapping.clone(),
        ..options.table()
    };
    let read = read_table(&text, &bounded)?;
    let mut values = Values::new(options);
    for row in read.values {
        values.take(of_row(row));
    }
    for excluded in read.excluded {
        values.leave_out(of_row(excluded.row), excluded.reason);
    }
    values.finish(&mut submitted);
    submitted
        .problems
        .extend(read.errors.into_iter().map(Problem::Row));
    if submitted.values.is_empty() && submitted.problems.is_empty() && submitted.left_out.is_empty()
    {
        return Err(SubmissionError::Empty);
    }
    Ok(submitted)
}

/// How a table is taken, with its first rows, for a person to confirm or change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TablePreview {
    /// Delimiter, header and meaning of each column.
    pub proposal: Proposal,
    /// The first rows that are not the header.
    pub rows: Vec<GridRow>,
}

/// Shows how a table would be read with the options of `table`: the first `rows` rows of its first
/// 256 KiB. A table without a column of values is shown as such.
///
/// # Errors
/// As [`from_table`], but not for want of values.
pub fn preview_table(
    bytes: &[u8],
    table: &TableOptions,
    options: &SubmissionOptions,
    rows: usize,
) -> Result<TablePreview, SubmissionError> {
    let (text, _) = text_of(bytes, options.limits.table.bytes)?;
    let start = &text[..text.floor_char_boundary(PREVIEWED)];
    let start = if start.len() < text.len() {
        // The last line may be cut in two.
        &start[..start.rfind('\n').map_or(start.len(), |end| end + 1)]
    } else {
        start
    };
    let bounded = TableOptions {
        delimiter: table.delimiter,
        header: table.header,
        mapping: table.mapping.clone(),
        ..options.table()
    };
    let proposal = propose(start, &bounded)?;
    let grid = read_grid(start, bounded.delimiter, &bounded.limits)?;
    let header = usize::from(proposal.header);
    let shown = grid.rows.into_iter().skip(header).take(rows);
    Ok(TablePreview {
        rows: shown.collect(),
        proposal,
    })
}

fn text_of(bytes: &[u8], max_bytes: usize) -> Result<(String, Vec<Problem>), SubmissionError> {
    if let Some(media_type) = binary_type(bytes) {
        let media_type = media_type.to_owned();
        return Err(SubmissionError::NotText { media_type });
    }
    let read = decode(
        bytes,
        &DecodeOptions {
            max_bytes,
            declared: None,
        },
    )?;
    let notable = read
        .notes
        .into_iter()
        .filter(|note| *note != DecodeNote::ByteOrderMark);
    Ok((read.text, notable.map(Problem::Text).collect()))
}

fn place_of(source: &MailSource) -> String {
    match source {
        MailSource::Subject => "subject".to_owned(),
        MailSource::Body => "body".to_owned(),
        MailSource::Markup => "markup".to_owned(),
        MailSource::Link => "link".to_owned(),
        MailSource::Header(name) => format!("header {name}"),
        MailSource::Attachment(name) => format!("attachment {name}"),
    }
}

fn of_finding(finding: Finding, place: &str) -> SubmittedValue {
    SubmittedValue {
        kind: finding.kind,
        value: finding.value,
        comment: String::new(),
        as_written: finding.as_written,
        place: place.to_owned(),
        file: None,
        first_seen: None,
        notes: finding.notes,
    }
}

fn of_row(row: RowValue) -> SubmittedValue {
    SubmittedValue {
        kind: row.value.kind,
        value: row.value.value,
        comment: row.comment,
        as_written: row.as_written,
        place: format!("line {}, column {}", row.line, row.column),
        file: None,
        first_seen: row.first_seen,
        notes: row.value.notes,
    }
}
