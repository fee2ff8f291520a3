//! Mail addresses in a text that are somebody's to be reached at, not the attack's.

use std::collections::BTreeSet;

use kaname_stix::redact::{Lead, LeadKind, find_leads};

/// Mail services at which anybody has an address.
const FREE_MAIL: [&str; 18] = [
    "aol.com",
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "gmail.com",
    "gmx.com",
    "googlemail.com",
    "hotmail.co.jp",
    "hotmail.com",
    "i.softbank.jp",
    "icloud.com",
    "live.jp",
    "me.com",
    "outlook.com",
    "outlook.jp",
    "proton.me",
    "softbank.ne.jp",
    "yahoo.co.jp",
    "yahoo.com",
];
/// Words by which people say where they are reached.
const REACHED: [&str; 6] = [
    "連絡",
    "問い合わせ",
    "問合せ",
    "メール：",
    "mail:",
    "contact",
];
/// Words by which they say where an attack came from: it may name a person as well.
const SENT: [&str; 8] = [
    "差出人",
    "送信元",
    "送信者",
    "返信先",
    "騙",
    "装",
    "from",
    "sender",
];

/// The mail addresses of a text, in canonical form, that stand beside a person or a telephone number in a
/// sentence that says where to reach somebody, or are of a free mail service. Not those that a sentence calls
/// a sender's.
#[must_use]
pub fn contacts(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for sentence in text.split(['\n', '。']) {
        let leads = find_leads(sentence);
        let lower = sentence.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        let person = |lead: &Lead| matches!(lead.kind, LeadKind::Person | LeadKind::Phone);
        if !leads.iter().any(person) || says(&SENT) {
            continue;
        }
        let free = |mail: &str| {
            let host = mail.rsplit_once('@').map_or("", |(_, host)| host);
            FREE_MAIL.contains(&host)
        };
        let mails = leads.into_iter().filter(|lead| lead.kind == LeadKind::Mail);
        let mails = mails.map(|lead| lead.plain);
        all.extend(mails.filter(|mail| free(mail) || says(&REACHED)));
    }
    all
}
