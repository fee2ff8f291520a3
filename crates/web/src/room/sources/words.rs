//! What is said of a source: its state, how far behind it is, when it is read next, how it is written.

use jiff::{SignedDuration, Timestamp};
use kaname_sharing::{
    Collection,
    source::{FormKind, Source},
};
use kaname_world::Loaded;

use crate::{
    error::Failure,
    frame::Page,
    house::{By, House},
    text::Text,
};

/// How long ago everything that the source has was here.
pub(super) fn lag(text: Text, source: &Source, now: Timestamp) -> String {
    if source.definition.terms.url.is_none() {
        return text.t("sources-by-hand").into_owned();
    }
    let lag = SignedDuration::from_secs(source.turns.lag_s(now));
    let key = match source.turns.read_whole {
        None => "peers-lag-never",
        Some(_) if lag < SignedDuration::from_mins(1) => {
            return text.t("peers-lag-none").into_owned();
        }
        Some(_) => "peers-lag",
    };
    text.t1(key, "length", text.length(lag)).into_owned()
}

pub(super) fn form(text: Text, kind: FormKind) -> String {
    let key = match kind {
        FormKind::List => "sources-form-list",
        FormKind::Csv => "sources-form-csv",
        FormKind::Tsv => "sources-form-tsv",
        FormKind::Json => "sources-form-json",
        FormKind::Stix => "sources-form-stix",
        FormKind::Csaf => "sources-form-csaf",
        FormKind::Osv => "sources-form-osv",
        FormKind::Cve => "sources-form-cve",
        FormKind::Openioc => "sources-form-openioc",
        FormKind::MispFeed => "sources-form-misp-feed",
        FormKind::Misp => "sources-form-misp",
    };
    text.t(key).into_owned()
}

/// The name of a source's collection, where the reader may know of it.
pub(super) async fn collection(
    house: &House,
    by: &By,
    page: &Page,
    source: &Loaded<Source>,
) -> Result<String, Failure> {
    let into = source.state.definition.into;
    let seen = house.world().see_if::<Collection>(by, into).await?;
    let name = seen.map(|one| {
        let definition = one.state.definition;
        definition.title.in_language(page.lang().tag()).to_owned()
    });
    Ok(name.unwrap_or_else(|| "—".to_owned()))
}
