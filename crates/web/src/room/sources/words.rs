//! What is said of a source: its state, how far behind it is, when it is read next, how it is written.

use jiff::{SignedDuration, Timestamp};
use kaname_intake::listed::why;
use kaname_sharing::source::{self, FormKind, Source};

use crate::text::Text;

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

pub(in crate::room) fn form(text: Text, kind: FormKind) -> String {
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
        FormKind::Feed => "sources-form-feed",
        FormKind::MispFeed => "sources-form-misp-feed",
        FormKind::Misp => "sources-form-misp",
    };
    text.t(key).into_owned()
}

/// Why an entry is not taken: in the page's language where it is one of those that are known, else as it was told.
pub(in crate::room) fn unlisted(text: Text, told: &str) -> String {
    let key = match told {
        why::NO_VALUE => "sources-why-no-value",
        why::NOTHING => "sources-why-nothing",
        why::INNER => "sources-why-inner",
        why::LOOPBACK => "sources-why-loopback",
        why::LINK_LOCAL => "sources-why-link-local",
        why::MULTICAST => "sources-why-multicast",
        why::RESERVED => "sources-why-reserved",
        why::WIDE => "sources-why-wide",
        why::ZONE => "sources-why-zone",
        why::EMPTY_FILE => "sources-why-empty-file",
        why::MANY => "sources-why-many",
        source::why::OWN_NAME => "sources-why-own-name",
        source::why::RELEASED => "sources-why-released",
        source::why::NO_PATTERN => "sources-why-no-pattern",
        source::why::NO_ADDRESS => "sources-why-no-address",
        source::why::OUTSIDE => "sources-why-outside",
        source::why::HASH => "sources-why-hash",
        source::why::LEFT_ALONE => "sources-why-left-alone",
        source::why::GROUP_UNKNOWN => "sources-why-group",
        source::why::NO_KEY => "sources-why-no-key",
        source::why::UNSIGNED => "sources-why-unsigned",
        source::why::UNSIGNED_REFUSED => "sources-why-unsigned-refused",
        other => return other.to_owned(),
    };
    text.t(key).into_owned()
}
