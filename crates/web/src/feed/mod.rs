//! Feeds: each collection as a file with a stable address, `/feeds/{alias}.csv|txt|jsonl|json`, and as rules
//! and lists of tools (`.suricata.rules`, `.rpz`, …), for a machine's key or a signed-in person.
//!
//! The ETag is a digest of the very bytes this reader gets, so that nothing shows in it that the reader
//! does not see. Lists and rules leave out what nobody has seen for too long and what is no longer valid, and say how
//! much; `?aged=include` brings the first. With `?for=own|clients|community|public` they leave out what their reader may not
//! hand on so far. What a reading found is kept by the edition it was made from ([`known`]): a client that
//! holds the feed is then told so without reading it, and another gets it while it is read, broken off
//! should it not be what was found. Where nothing is known, a first reading makes heading and digest;
//! what is small is kept and sent, what is large is read again. Nothing is ever held whole.

mod format;
mod known;
mod peer;
mod tag;

use axum::{
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing,
};
use futures_util::stream;
use kaname_kernel::MatterId;
use kaname_policy::Action;
use kaname_sharing::rendition::PassedTo;
use kaname_world::{WorldError, outlet, sharing::Warnings};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

pub(crate) use self::{format::warn, known::Known};
use self::{
    format::{Asked, Defaults, Format, Maker, Summary, columns},
    known::Found,
};
use crate::{
    error::Failure,
    frame::Host as _,
    house::{By, House},
    route::{Access, Audit, Endpoint},
    text::{Lang, Text},
};

/// Up to so many bytes a feed is kept from its first reading.
const KEPT: usize = 4 * 1024 * 1024;
/// Namespace of bundle ids.
const NAMESPACE: Uuid = Uuid::from_u128(0x5b0f_7a44_93c6_4f0a_8f0e_6f27_31d8_aa5c);

const TLP: HeaderName = HeaderName::from_static("kaname-tlp");
const LINES: HeaderName = HeaderName::from_static("kaname-lines");
const LEFT_OUT: HeaderName = HeaderName::from_static("kaname-left-out");
const WARNED: HeaderName = HeaderName::from_static("kaname-widely-used");

/// Endpoints of feeds.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![Endpoint::new(
        Method::GET,
        "/feeds/{file}",
        "feed.read",
        Access::Either(Action::FeedRead),
        Audit::None("reads; what was fetched is written down by a job, in batches"),
        routing::get(read),
    )]
}

/// A reading: the collection, its form, and what is around its lines.
struct Reading {
    feed: outlet::Feed,
    maker: Maker,
    asked: Asked,
    warnings: Arc<Warnings>,
    /// Items in it, to be noted as fetched.
    items: BTreeSet<MatterId>,
}

impl Reading {
    /// The next lines; `None` at the end.
    async fn lines(&mut self) -> Result<Option<String>, WorldError> {
        let Some(objects) = self.feed.page().await? else {
            return Ok(None);
        };
        let mut lines = String::new();
        for object in &objects {
            let told = self.maker.lines(object);
            if !told.is_empty() {
                self.items.extend(object.item.as_ref().map(|item| item.id));
            }
            lines.push_str(&told);
        }
        Ok(Some(lines))
    }

    /// Reads all of it for what it says of itself, and keeps the lines while they are few.
    async fn first(&mut self) -> Result<(Found, Option<String>), WorldError> {
        let ended = self.feed.ended().await?;
        self.maker.ended(&ended, outlet::ENDED_WITHIN);
        let mut body = Sha256::new();
        let mut kept = Some(String::new());
        while let Some(lines) = self.lines().await? {
            body.update(&lines);
            kept = kept.filter(|kept| kept.len() + lines.len() <= KEPT);
            if let Some(kept) = &mut kept {
                kept.push_str(&lines);
            }
        }
        let found = Found {
            digest: body.finalize().into(),
            summary: self.maker.summary(),
            warned_by: self.warnings.mark(),
            serial: 0,
        };
        Ok((found, kept))
    }

    fn again(&mut self, now: jiff::Timestamp) {
        self.feed.rewind();
        let warnings = Arc::clone(&self.warnings);
        self.maker = Maker::new(self.asked, defaults(&self.feed), warnings, now);
        self.items.clear();
    }
}

fn defaults(feed: &outlet::Feed) -> Defaults {
    Defaults::of(&feed.collection.state.definition)
}

/// What else the address of a feed may say.
#[derive(Deserialize)]
struct Parameters {
    /// `include`: with what nobody has seen for too long.
    #[serde(default)]
    aged: String,
    /// `own`, `clients`, `community` or `public`: without what may not be handed on to them.
    #[serde(default, rename = "for")]
    passed_to: Option<String>,
}

/// `GET /feeds/{alias}.{csv,txt,jsonl,json}`, and the endings of rules
async fn read(
    State(house): State<House>,
    by: By,
    Path(file): Path<String>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (alias, format) = Format::of(&file).ok_or(Failure::NotFound)?;
    let passed_to = parameters.passed_to.map(|to| to.parse::<PassedTo>());
    let asked = Asked {
        format,
        with_aged: parameters.aged == "include",
        passed_to: passed_to.transpose().map_err(|error| Failure::Malformed {
            at: "for".to_owned(),
            why: error.to_string(),
        })?,
    };
    let feed = outlet::Feed::open(house.shared_world(), &by, alias).await?;
    let now = house.world().now();
    let warnings: Arc<Warnings> = match format.tells_to_block() {
        true => house.world().warnings(&by).await?,
        false => Arc::default(),
    };
    let warned_by = warnings.mark();
    let mut reading = Reading {
        maker: Maker::new(asked, defaults(&feed), Arc::clone(&warnings), now),
        warnings,
        feed,
        asked,
        items: BTreeSet::new(),
    };
    // Asked before anything is read: what changes meanwhile makes another edition.
    let edition = reading.feed.edition().await?;
    let (found, kept) = match house.feeds().of(edition, asked, (now, warned_by)) {
        Some(found) => (found, None),
        None => {
            let (mut found, kept) = reading.first().await?;
            let serial = house.feeds().serial(edition, asked, found.digest);
            let seconds = u32::try_from(now.as_second()).unwrap_or(u32::MAX);
            found.serial = serial.unwrap_or(seconds);
            house.feeds().keep(edition, asked, found.clone());
            (found, kept)
        }
    };
    let (before, after) = around(&house, &reading, &found);
    let Found {
        digest, summary, ..
    } = found;
    let tag = tag::tag(
        Sha256::new()
            .chain_update(format.ending())
            .chain_update(&before)
            .chain_update(digest)
            .chain_update(&after),
    );
    if tag::is_held(&headers, &tag) {
        return Ok(dressed(
            StatusCode::NOT_MODIFIED.into_response(),
            &tag,
            &summary,
        ));
    }
    let body = match kept {
        Some(lines) => {
            reading.feed.note_fetched(reading.items);
            Body::from(before + &lines + &after)
        }
        None => {
            reading.again(now);
            streamed(reading, before, after, digest)
        }
    };
    let form = [(header::CONTENT_TYPE, format.media_type())];
    Ok(dressed((form, body).into_response(), &tag, &summary))
}

fn dressed(mut response: Response, tag: &str, summary: &Summary) -> Response {
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    // Caches may keep it for this reader, and ask each time.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    headers.insert(
        header::VARY,
        HeaderValue::from_static("authorization, cookie"),
    );
    headers.insert(LINES, summary.lines.into());
    let mut left_out = format!("aged={}, ended={}", summary.aged, summary.ended);
    for (why, count) in [
        ("restricted", summary.restricted),
        ("broken", summary.broken.1),
    ] {
        if count > 0 {
            left_out.push_str(&format!(", {why}={count}"));
        }
    }
    if let Ok(left_out) = HeaderValue::from_str(&left_out) {
        headers.insert(LEFT_OUT, left_out);
    }
    if summary.warned.1 > 0 {
        headers.insert(WARNED, summary.warned.1.into());
    }
    if let Some(tlp) = summary.tlp.map(|tlp| tlp.to_string())
        && let Ok(tlp) = HeaderValue::from_str(&tlp)
    {
        headers.insert(TLP, tlp);
    }
    response
}

/// What stands before and after the lines.
fn around(house: &House, reading: &Reading, found: &Found) -> (String, String) {
    let heading = || heading(house, reading, &found.summary);
    match reading.asked.format {
        Format::Csv => (heading() + &columns(), String::new()),
        Format::Txt => (heading(), String::new()),
        Format::Rules(language) => (heading() + &language.opening(found.serial), String::new()),
        Format::Jsonl => (String::new(), String::new()),
        Format::Json => {
            // The same objects are the same bundle.
            let id = Uuid::new_v5(&NAMESPACE, &found.digest);
            let before = format!("{{\"type\":\"bundle\",\"id\":\"bundle--{id}\",\"objects\":[");
            (before, "]}\n".to_owned())
        }
    }
}

/// Comment lines: whose, what, how far it may go, until when. Both languages, since a file has no
/// reader's language.
fn heading(house: &House, reading: &Reading, summary: &Summary) -> String {
    let (sign, end) = match reading.asked.format {
        Format::Rules(language) => (language.comment(), "\n"),
        _ => ("#", "\r\n"),
    };
    let title = &reading.feed.collection.state.definition.title;
    let mut heading = String::new();
    for lang in [Lang::Ja, Lang::En] {
        let text = Text::new(lang);
        let title = title.in_language(lang.tag());
        let tlp = match summary.tlp {
            Some(tlp) => text.t1("feed-tlp", "tlp", tlp.to_string()),
            None => text.t("feed-empty"),
        };
        let valid = match summary.first_end {
            Some(end) => {
                let japan = jiff::tz::Offset::constant(9);
                text.t1(
                    "feed-first-end",
                    "at",
                    end.display_with_offset(japan).to_string(),
                )
            }
            None => text.t("feed-no-end"),
        };
        let whose = format!("{} / {title}", house.settings().hub_name(lang));
        let use_for = match reading.asked.format {
            format if format.is_to_block() => text.t("feed-may-block"),
            Format::Rules(_) => text.t("feed-watch"),
            _ => text.t("feed-look-up"),
        };
        let warned = match summary.warned.1 {
            0 => None,
            count => Some(text.t1("feed-widely-used", "n", count)),
        };
        let left = |key, count| (count > 0).then(|| text.t1(key, "n", count));
        let aged = left("feed-left-aged", summary.aged);
        let ended = left("feed-left-ended", summary.ended);
        let asked_for = reading.asked.with_aged.then(|| text.t("feed-with-aged"));
        let passed_to = reading.asked.passed_to.map(|to| match to {
            PassedTo::Own => text.t("feed-for-own"),
            PassedTo::Clients => text.t("feed-for-clients"),
            PassedTo::Community => text.t("feed-for-community"),
            PassedTo::Public => text.t("feed-for-public"),
        });
        let restricted = left("feed-left-restricted", summary.restricted);
        let broken = left("feed-left-broken", summary.broken.1);
        let all = [whose.as_str(), &tlp, &use_for, &valid];
        let more = [
            passed_to, restricted, aged, ended, asked_for, broken, warned,
        ];
        let more = more.iter().flatten().map(AsRef::as_ref);
        for line in all.into_iter().chain(more) {
            let line: String = line.chars().filter(|sign| !sign.is_control()).collect();
            heading.push_str(&format!("{sign} {line}{end}"));
        }
    }
    for value in summary.broken.0.iter().chain(&summary.warned.0) {
        let line: String = value.chars().filter(|sign| !sign.is_control()).collect();
        heading.push_str(&format!("{sign}   {line}{end}"));
    }
    heading
}

/// Reads once more and sends while reading. When it is not what the first reading found, the answer is
/// broken off, so that nobody takes it for whole.
fn streamed(reading: Reading, before: String, after: String, expected: [u8; 32]) -> Body {
    struct Sending {
        reading: Reading,
        before: Option<String>,
        after: Option<String>,
        digest: Sha256,
        expected: [u8; 32],
    }
    let start = Sending {
        reading,
        before: Some(before),
        after: Some(after),
        digest: Sha256::new(),
        expected,
    };
    let chunks = stream::try_unfold(start, |mut sending| async move {
        if let Some(before) = sending.before.take() {
            return Ok(Some((Bytes::from(before), sending)));
        }
        if let Some(lines) = sending.reading.lines().await? {
            sending.digest.update(&lines);
            return Ok(Some((Bytes::from(lines), sending)));
        }
        let Some(after) = sending.after.take() else {
            return Ok(None);
        };
        let found: [u8; 32] = sending.digest.clone().finalize().into();
        if found != sending.expected {
            return Err(WorldError::refused(
                "error-changed",
                "the collection changed while it was sent",
            ));
        }
        let items = std::mem::take(&mut sending.reading.items);
        sending.reading.feed.note_fetched(items);
        Ok(Some((Bytes::from(after), sending)))
    });
    Body::from_stream(chunks)
}
