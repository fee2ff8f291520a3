//! Paste STIX or a STIX pattern and see what it is: what breaks the standard and where, what each object
//! says, a pattern in words. Nothing is kept of it.

use askama::Template;
use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::Response,
    routing,
};
use kaname_policy::Action;
use kaname_stix::{
    Judged, Level, Limits, Located, Severity, StixError, Verdict, check_document,
    pattern::{Language, canonical_pattern, explain_pattern, parse_pattern},
};

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section, Upload,
        part::{Choice, Field, Notice, Tone},
        show, show_with,
    },
    house::House,
    room::library::objects::type_word,
    route::{Access, Audit, BodySize, Endpoint},
    text::Lang,
};

/// Most findings, and most objects, that one page lists; the others are counted.
const LISTED: usize = 200;
/// Whoever works with threat information: who reads it, hands it in, or analyses it.
const WORKS: Access = Access::SignedIn(&[
    Action::LibraryRead,
    Action::SubmissionSubmit,
    Action::TriageList,
]);
const KEPT: Audit = Audit::None("looks at what was pasted and keeps nothing of it");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/stix",
            "stix.ask",
            WORKS,
            KEPT,
            routing::get(ask),
        ),
        Endpoint::new(
            Method::POST,
            "/stix",
            "stix.check",
            WORKS,
            KEPT,
            routing::post(see),
        )
        .with_body(BodySize::Report),
    ]
}

#[derive(Template)]
#[template(path = "room/stix.html")]
struct StixPage {
    page: Page,
    fields: Vec<Field>,
    seen: Option<Seen>,
    /// Whether the form stands below what was seen.
    again: bool,
}

/// What the page says of what was pasted.
enum Seen {
    Document(Document),
    Pattern(Pattern),
}

struct Document {
    notice: Notice,
    findings: Vec<Finding>,
    not_listed: Option<String>,
    objects: Vec<Object>,
    /// How many objects are not listed.
    more: Option<String>,
}

struct Pattern {
    notice: Notice,
    said: String,
    canonical: String,
}

struct Finding {
    must: bool,
    path: String,
    rule: String,
    section: String,
    message: String,
    id: String,
}

struct Object {
    path: String,
    kind: String,
    name: String,
    id: String,
    refused: bool,
    /// The id that follows from its content, when it has another.
    right_id: Option<String>,
    /// Its pattern in words, or why it is none.
    pattern: Option<String>,
    is_old: bool,
}

async fn ask(frame: Frame) -> Result<Response, Failure> {
    show(&page(&frame, "", Level::Strict, None))
}

async fn see(
    frame: Frame,
    State(house): State<House>,
    upload: Upload,
) -> Result<Response, Failure> {
    let text = frame.text();
    let level = match upload.get("level") {
        "wire" => Level::Wire,
        _ => Level::Strict,
    };
    let typed = upload.get("text").to_owned();
    let given = upload.file("file").map(|file| file.bytes.clone());
    let bytes = given.unwrap_or_else(|| typed.clone().into_bytes());
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return again(&frame, &typed, level, text.t("stix-nothing").into_owned());
    }
    let limits = house.world().settings().limits.stix();
    // A large document takes a while; other requests go on meanwhile.
    let work = move || (look(&bytes, &limits, level), bytes);
    let (looked, bytes) = tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::Internal(error.into()))?;
    let mut page = page(&frame, &typed, level, None);
    page.seen = Some(match looked {
        Ok(verdict) => Seen::Document(document(&page.page, verdict)),
        Err(error) => match pattern(&page.page, &bytes) {
            Some(Ok(pattern)) => Seen::Pattern(pattern),
            Some(Err(said)) => return again(&frame, &typed, level, said),
            None => return again(&frame, &typed, level, unread(&page.page, &error)),
        },
    });
    page.again = true;
    show(&page)
}

/// The verdict, wherever it is asked for.
pub(crate) fn look(bytes: &[u8], limits: &Limits, level: Level) -> Result<Verdict, StixError> {
    check_document(bytes, limits, level, LISTED, &mut |_, _| ())
}

/// The form once more, with why nothing was seen.
fn again(frame: &Frame, typed: &str, level: Level, said: String) -> Result<Response, Failure> {
    let page = page(frame, typed, level, Some(said));
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn page(frame: &Frame, typed: &str, level: Level, wrong: Option<String>) -> StixPage {
    let page = frame.page(Section::Library, frame.text().t("stix-title"));
    let levels = vec![
        Choice::new("strict", page.t("stix-strict")),
        Choice::new("wire", page.t("stix-wire")),
    ];
    let level = match level {
        Level::Strict => "strict",
        Level::Wire => "wire",
    };
    let fields = vec![
        page.lines(12, "text", page.t("stix-text"))
            .hint(page.t("stix-text-hint"))
            .value(typed)
            .error(wrong)
            .either(page.t("submission-either")),
        page.file("file", page.t("stix-file"))
            .either(page.t("submission-either")),
        page.radio("level", page.t("stix-level"), levels)
            .value(level),
    ];
    StixPage {
        page,
        fields,
        seen: None,
        again: false,
    }
}

fn document(page: &Page, verdict: Verdict) -> Document {
    let (tone, title) = match verdict.refused {
        0 => (Tone::Done, page.t1("stix-fine", "n", verdict.objects)),
        refused => (
            Tone::Care,
            page.t2("stix-refused", "refused", refused, "n", verdict.objects),
        ),
    };
    let counts = page.t2(
        "stix-counts",
        "must",
        verdict.must,
        "should",
        verdict.should,
    );
    let absent = match verdict.absent {
        0 => String::new(),
        n => page.t1("stix-absent", "n", n).into_owned(),
    };
    let more = verdict.objects - verdict.judged.len();
    Document {
        notice: Notice {
            tone,
            title: title.into_owned(),
            text: format!("{counts}{absent}"),
        },
        findings: verdict
            .findings
            .into_iter()
            .map(|found| finding(page, found))
            .collect(),
        not_listed: counted(page, verdict.not_listed),
        objects: verdict
            .judged
            .into_iter()
            .map(|judged| object(page, judged))
            .collect(),
        more: counted(page, more),
    }
}

fn counted(page: &Page, n: usize) -> Option<String> {
    (n > 0).then(|| page.t1("stix-more", "n", n).into_owned())
}

fn finding(page: &Page, found: Located) -> Finding {
    let Located { id, finding } = found;
    let message = detail(page, &finding).unwrap_or_else(|| finding.message.clone());
    Finding {
        must: finding.severity == Severity::Must,
        path: if finding.path.is_empty() {
            "/".to_owned()
        } else {
            finding.path
        },
        rule: page.word(&format!("stix-{}", finding.rule)),
        section: format!("§{}", finding.section),
        message,
        id,
    }
}

/// The faults that are met most often, each with what would be right; others in the words of the check.
fn detail(page: &Page, finding: &kaname_stix::Finding) -> Option<String> {
    let key = match finding.rule {
        "required" => {
            let name = finding.path.rsplit('/').next().unwrap_or_default();
            return Some(page.t1("stix-said-required", "name", name).into_owned());
        }
        "timestamp" => "stix-said-timestamp",
        "type-string" => "stix-said-string",
        "type-boolean" => "stix-said-boolean",
        "type-integer" => "stix-said-integer",
        "type-number" => "stix-said-number",
        "type-list" => "stix-said-list",
        "type-dictionary" | "type-object" | "object" => "stix-said-object",
        "empty-list" => "stix-said-empty-list",
        "hex" => "stix-said-hex",
        "unknown-property" => "stix-said-unknown-property",
        "custom-property" => "stix-said-custom-property",
        _ => return None,
    };
    Some(page.t(key).into_owned())
}

fn object(page: &Page, judged: Judged) -> Object {
    let pattern = judged.pattern.map(|pattern| match parse_pattern(&pattern) {
        Ok(read) => explain_pattern(&read, language(page)),
        Err(error) => error.to_string(),
    });
    Object {
        path: judged.path,
        kind: type_word(page.text, &judged.type_name),
        name: judged.name,
        id: judged.id,
        refused: judged.refused,
        right_id: judged.right_id.map(|id| id.to_string()),
        pattern,
        is_old: judged.is_old,
    }
}

fn language(page: &Page) -> Language {
    match page.lang() {
        Lang::Ja => Language::Ja,
        Lang::En => Language::En,
    }
}

/// The pattern that the text is, or why it is none; nothing when it does not even begin as one.
fn pattern(page: &Page, bytes: &[u8]) -> Option<Result<Pattern, String>> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let within = text
        .trim_start_matches(['(', ' '])
        .strip_prefix('[')?
        .trim_start();
    // A list of objects, of lists or of texts is JSON that does not read.
    if within.starts_with(['{', '[', '"', ']']) {
        return None;
    }
    Some(match parse_pattern(text) {
        Ok(read) => Ok(Pattern {
            notice: Notice {
                tone: Tone::Done,
                title: page.t("stix-pattern").into_owned(),
                text: String::new(),
            },
            said: explain_pattern(&read, language(page)),
            canonical: canonical_pattern(&read),
        }),
        Err(error) => Err(page
            .t1("stix-no-pattern", "why", error.to_string())
            .into_owned()),
    })
}

fn unread(page: &Page, error: &StixError) -> String {
    let why = match error {
        StixError::Syntax { path, offset, .. } => {
            let place = if path.is_empty() { "/" } else { path };
            page.t2("stix-said-syntax", "path", place, "offset", *offset)
                .into_owned()
        }
        StixError::DuplicateKey { key, path, .. } => page
            .t2(
                "stix-said-twice",
                "key",
                key.as_str(),
                "path",
                path.as_str(),
            )
            .into_owned(),
        other => other.to_string(),
    };
    page.t1("stix-unread", "why", why).into_owned()
}
