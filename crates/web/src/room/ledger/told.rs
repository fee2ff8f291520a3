//! What an event says, in words: its fields by their names, whom it names, how much of it is sealed. The
//! event as it was written stands one click further.

use kaname_intake::Kind;
use kaname_kernel::{Header, Matter as _, MatterId};
use kaname_sharing::{Campaign, Item, Report, Victim, turn::Trouble};
use kaname_world::{SEALED_BYTES, WorldError, Written};
use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::Names;
use crate::{
    error::Failure,
    frame::Page,
    room::{choices, trouble, words},
};

/// Most fields shown; the event as it was written has all.
const MOST: usize = 200;
/// Most characters shown of one.
const LONGEST: usize = 2_000;
/// Deepest nesting that is told apart.
const DEEPEST: usize = 6;
/// What an event's first level calls the change itself by.
const TAGS: [&str; 3] = ["what", "did", "change"];
/// Fields that hold an account.
const ACCOUNTS: [&str; 4] = ["officer", "account", "person", "by"];
/// Fields that hold a party.
const PARTIES: [&str; 3] = ["party", "principal", "parties"];
/// Fields that may hold a trouble.
const TROUBLES: [&str; 2] = ["trouble", "why"];
/// Fields that hold a report.
const REPORTS: [&str; 3] = ["reports", "one", "other"];
/// Fields that hold a code which people have a word for.
const CODES: [&str; 14] = [
    "what", "channel", "urgency", "state", "kind", "roles", "scopes", "outlets", "answer", "lang",
    "purpose", "why", "outlet", "mode",
];

/// An event's content for a page.
pub(super) struct Told {
    /// Each field with its name and what it holds.
    pub(super) fields: Vec<(String, String)>,
    /// How many more there are.
    pub(super) more: usize,
    /// As it was written, without what is sealed.
    pub(super) raw: String,
}

/// What an event says; `None` where it is not for whoever looks.
pub(super) async fn told(
    page: &Page,
    names: &mut Names<'_>,
    one: &Written,
) -> Result<Option<Told>, Failure> {
    let Some(event) = &one.event else {
        return Ok(None);
    };
    let mut found = Vec::new();
    if let Value::Object(fields) = &event.data {
        gather(page, "", fields, &mut found, DEEPEST);
    }
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    let mut fields = Vec::with_capacity(found.len());
    for Field { name, key, value } in found {
        fields.push((name, said(page, names, &key, value).await?));
    }
    Ok(Some(Told {
        fields,
        more,
        raw: serde_json::to_string_pretty(&event.data).unwrap_or_default(),
    }))
}

/// Which matter an event is about, by the name people know it by; nothing where they know it by none. A
/// victim record is known by the report beside it, to who opened that.
pub(super) async fn about(
    page: &Page,
    names: &mut Names<'_>,
    one: &Written,
    header: &Header,
) -> Result<String, Failure> {
    let kind = matter(page, &header.matter_kind);
    let id = header.matter;
    let known = match (header.matter_kind.as_str(), one.report) {
        (Report::KIND, _) => receipt(names, id).await,
        (Victim::KIND, Some(report)) => receipt(names, report).await,
        (Campaign::KIND, _) => {
            let campaign = names.house.world().see::<Campaign>(names.by, id).await;
            campaign.map(|campaign| campaign.state.number)
        }
        (Item::KIND, _) => {
            let item = names.item(id).await?;
            item.ok_or(WorldError::NotFound(Item::KIND))
        }
        ("account", _) => Ok(names.account(id.cast()).await?),
        ("party", _) => Ok(names.party(id.cast()).await?),
        _ => Err(WorldError::NotFound("matter")),
    };
    match known {
        Ok(known) if known.is_empty() => Ok(known),
        Ok(known) => Ok(page
            .t2("ledger-about-matter", "kind", kind, "name", known)
            .into_owned()),
        Err(WorldError::NotFound(_)) => Ok(String::new()),
        Err(error) => Err(error.into()),
    }
}

async fn receipt(names: &Names<'_>, report: MatterId) -> Result<String, WorldError> {
    let report = names.house.world().see::<Report>(names.by, report).await?;
    Ok(report.state.submission.receipt)
}

/// What a kind of matter is called; one of a later version stands as it is written.
fn matter(page: &Page, kind: &str) -> String {
    let code = format!("matter-{kind}");
    match page.word(&code) {
        name if name == code => kind.to_owned(),
        name => name,
    }
}

/// One field on its way to the page.
struct Field<'v> {
    name: String,
    key: String,
    value: &'v Value,
}

/// The fields one after the other; a field within another says of which it is.
fn gather<'v>(
    page: &Page,
    within: &str,
    fields: &'v Map<String, Value>,
    found: &mut Vec<Field<'v>>,
    deep: usize,
) {
    for (key, value) in fields {
        // The heading says what happened; what is not filled says nothing.
        let is_tag = within.is_empty() && value.is_string() && TAGS.contains(&key.as_str());
        if is_tag || is_nothing(value) {
            continue;
        }
        let name = joined(within, &named(page, key));
        each(page, name, key, value, found, deep);
    }
}

fn each<'v>(
    page: &Page,
    name: String,
    key: &str,
    value: &'v Value,
    found: &mut Vec<Field<'v>>,
    deep: usize,
) {
    match value {
        Value::Object(inner) if deep > 0 && !is_sealed(inner) && !is_trouble(key, value) => {
            gather(page, &name, inner, found, deep - 1);
        }
        Value::Array(all) if deep > 0 && all.iter().any(Value::is_object) => {
            for (index, one) in all.iter().enumerate() {
                let name = format!("{name} {}", index + 1);
                each(page, name, key, one, found, deep - 1);
            }
        }
        _ => found.push(Field {
            name,
            key: key.to_owned(),
            value,
        }),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(fields) => fields.values().all(is_nothing),
        _ => false,
    }
}

fn is_sealed(fields: &Map<String, Value>) -> bool {
    fields.contains_key(SEALED_BYTES)
}

/// A trouble is one sentence.
fn is_trouble(key: &str, value: &Value) -> bool {
    TROUBLES.contains(&key) && value.is_object() && Trouble::deserialize(value).is_ok()
}

fn joined(within: &str, name: &str) -> String {
    match within {
        "" => name.to_owned(),
        within => format!("{within} › {name}"),
    }
}

/// A field's name; one of a later version stands as it is written.
fn named(page: &Page, key: &str) -> String {
    let code = format!("field-{key}");
    match page.word(&code) {
        name if name == code => key.to_owned(),
        name => name,
    }
}

async fn said(
    page: &Page,
    names: &mut Names<'_>,
    key: &str,
    value: &Value,
) -> Result<String, Failure> {
    Ok(match value {
        Value::Array(all) => {
            let mut each = Vec::with_capacity(all.len());
            for one in all.iter().take(MOST) {
                each.push(single(page, names, key, one).await?);
            }
            each.join(&page.t("ledger-and"))
        }
        one => single(page, names, key, one).await?,
    })
}

async fn single(
    page: &Page,
    names: &mut Names<'_>,
    key: &str,
    value: &Value,
) -> Result<String, Failure> {
    let said = match value {
        Value::String(text) if ACCOUNTS.contains(&key) => match text.parse() {
            Ok(id) => names.account(id).await?,
            Err(_) => text.clone(),
        },
        Value::String(text) if PARTIES.contains(&key) => match text.parse() {
            Ok(id) => names.party(id).await?,
            Err(_) => text.clone(),
        },
        Value::String(text) if REPORTS.contains(&key) => match text.parse() {
            Ok(id) => match receipt(names, id).await {
                Ok(number) => number,
                Err(WorldError::NotFound(_)) => text.clone(),
                Err(error) => return Err(error.into()),
            },
            Err(_) => text.clone(),
        },
        Value::String(text) if key == "item" => match text.parse() {
            Ok(id) => names.item(id).await?.unwrap_or_else(|| text.clone()),
            Err(_) => text.clone(),
        },
        Value::String(text) if key == "kind" => match text.parse::<Kind>() {
            Ok(kind) => words::value_kind(page.text, kind),
            Err(_) => coded(page, text),
        },
        Value::String(code) if key == "sector" => choices::sector_name(page, names.house, code),
        Value::String(text) if CODES.contains(&key) => coded(page, text),
        Value::String(text) => match text.parse::<jiff::Timestamp>() {
            Ok(at) => page.text.jst(at, page.now),
            Err(_) => text.clone(),
        },
        Value::Bool(true) => page.t("ledger-yes").into_owned(),
        Value::Bool(false) => page.t("ledger-no").into_owned(),
        Value::Object(fields) if is_sealed(fields) => {
            let bytes = fields.get(SEALED_BYTES).and_then(Value::as_u64);
            page.t1("ledger-sealed-bytes", "n", bytes.unwrap_or_default())
                .into_owned()
        }
        other if is_trouble(key, other) => {
            let read = Trouble::deserialize(other).map_err(Failure::internal)?;
            trouble::said(page.text, &read)
        }
        other => other.to_string(),
    };
    Ok(cut(said))
}

/// What a code is called; one without a name stands as it is written.
fn coded(page: &Page, text: &str) -> String {
    let code = format!("code-{text}");
    match page.word(&code) {
        name if name == code => page.word(text),
        name => name,
    }
}

fn cut(said: String) -> String {
    match said.char_indices().nth(LONGEST) {
        None => said,
        Some((end, _)) => format!("{}…", said.get(..end).unwrap_or_default()),
    }
}
