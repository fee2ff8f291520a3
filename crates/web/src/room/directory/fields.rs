//! The fields of the forms on parties, and what they show at first.

use jiff::Timestamp;
use kaname_directory::{Cadence, Catalogue, Contact, Lang, Party, PartyKind, day_of};
use kaname_policy::Action;
use kaname_world::{Caller, World};

use super::{act::Act, words};
use crate::{
    error::Failure,
    frame::part::{Choice, Field},
    room::{
        choices::lang_of as lang,
        form::{Asker, Fields, Typed},
    },
};

/// Empty rows offered for further contacts.
const SPARE_CONTACTS: usize = 2;

/// What one party may do for another.
const POWERS: [Action; 6] = [
    Action::SubmissionSubmit,
    Action::SubmissionReadOwn,
    Action::CooperationRequest,
    Action::CooperationAnswer,
    Action::FeedbackGive,
    Action::DeliveryAcknowledge,
];

/// Last part of the act's address.
pub(super) const fn path(act: Act) -> &'static str {
    match act {
        Act::Register => "",
        Act::Describe => "describe",
        Act::Contacts => "contacts",
        Act::Own => "own",
        Act::Membership => "membership",
        Act::EndMembership => "membership/end",
        Act::Isacs => "isacs",
        Act::Notify => "notify",
        Act::Delegate => "delegate",
        Act::Undelegate => "undelegate",
        Act::ReleaseDuty => "release",
        Act::PublicKeys => "public-keys",
        Act::Retire => "retire",
    }
}

/// What the form shows at first: the party as it stands.
pub(super) async fn shown(
    act: Act,
    party: Option<&Party>,
    now: Timestamp,
    world: &World,
    by: &Caller,
) -> Result<Typed, Failure> {
    let today = day_of(now).to_string();
    let Some(party) = party else {
        return Ok(Typed::default().set("from", today));
    };
    let typed = Typed::default();
    Ok(match act {
        Act::Register => typed,
        Act::Describe => {
            let about = &party.description;
            let reading = about.reading.as_ref().map(|read| read.as_str());
            let aliases: Vec<&str> = about.aliases.iter().map(|alias| alias.as_str()).collect();
            typed
                .set("name_ja", about.name.ja.as_str())
                .set("name_en", about.name.en.as_str())
                .set("reading", reading.unwrap_or_default())
                .set("aliases", aliases.join("\n"))
                .set_all("sectors", about.sectors.iter().map(ToString::to_string))
        }
        Act::Contacts => {
            let rows = &party.contacts;
            let optional = |value: Option<String>| value.unwrap_or_default();
            let column =
                |of: fn(&Contact) -> Option<String>| rows.iter().map(move |row| optional(of(row)));
            typed
                .set_all("contact_name", column(|row| Some(row.name.to_string())))
                .set_all("contact_role", column(|row| Some(row.role.to_string())))
                .set_all(
                    "contact_mail",
                    column(|row| row.mail.as_ref().map(ToString::to_string)),
                )
                .set_all(
                    "contact_phone",
                    column(|row| row.phone.as_ref().map(ToString::to_string)),
                )
        }
        Act::Own => {
            let domains: Vec<&str> = party.mail_domains.iter().map(|one| one.as_str()).collect();
            let networks: Vec<&str> = party.networks.iter().map(|one| one.as_str()).collect();
            typed
                .set("domains", domains.join("\n"))
                .set("networks", networks.join("\n"))
        }
        Act::Membership => {
            let held = party.membership_on(day_of(now));
            let classes = held.into_iter().flat_map(|held| &held.classes);
            typed
                .set_all("classes", classes.map(ToString::to_string))
                .set("from", today)
        }
        Act::EndMembership | Act::ReleaseDuty | Act::Retire => typed.set("on", today),
        Act::PublicKeys => {
            let places = (0..party.public_keys.len()).map(|place| place.to_string());
            typed.set_all("stay", places)
        }
        Act::Delegate | Act::Undelegate => {
            let own = by.party.as_ref().map(|own| own.state.code.to_string());
            typed
                .set(if act == Act::Delegate { "from" } else { "on" }, today)
                .set("principal", own.unwrap_or_default())
        }
        Act::Isacs => {
            let mut codes = Vec::new();
            for isac in &party.under {
                let isac = world.see::<Party>(by, isac.cast()).await;
                codes.extend(isac.ok().map(|isac| isac.state.code.to_string()));
            }
            typed.set_all("isacs", codes)
        }
        Act::Notify => {
            let cadence = match party.notify.cadence {
                Cadence::Immediate => "immediate",
                Cadence::Digest => "digest",
            };
            let mail = party.notify.mail.as_ref().map(ToString::to_string);
            typed
                .set("cadence", cadence)
                .set("lang", party.notify.lang.as_str())
                .set("mail", mail.unwrap_or_default())
        }
    })
}

/// Parties that an act's form offers, as far as the caller sees them.
#[derive(Default)]
pub(super) struct Known {
    pub(super) isacs: Vec<Party>,
    pub(super) parties: Vec<Choice>,
}

/// ISACs the caller sees, with their names.
pub(super) async fn isacs(world: &World, by: &Caller) -> Result<Vec<Party>, Failure> {
    let listed = world.parties(by, |query| query.limit = 1_000).await?;
    let parties = listed.rows.into_iter().map(|party| party.state);
    Ok(parties
        .filter(|party| party.kind == PartyKind::Isac)
        .collect())
}

/// The act's fields.
pub(super) fn of(
    act: Act,
    ask: &Asker<'_>,
    catalogue: &Catalogue,
    party: Option<&Party>,
    known: &Known,
) -> Fields {
    let (page, text) = (ask.page, ask.page.text);
    let lang = lang(text);
    let today = day_of(page.now);
    let one = |fields: Vec<Field>| (fields, Vec::new());
    match act {
        Act::Register => {
            let kinds = PartyKind::ALL
                .into_iter()
                .filter(|kind| *kind != PartyKind::Centre);
            let kinds = kinds.map(|kind| Choice::new(kind.as_str(), words::kind(text, kind)));
            let mut fields = vec![
                ask.line("text", "code", "directory-code")
                    .hint(page.t("directory-code-hint"))
                    .longest(40),
                ask.select("kind", "directory-kind", kinds.collect()),
            ];
            fields.extend(description(ask, catalogue, None, today));
            fields.push(day(ask, "from", "directory-from"));
            one(fields)
        }
        Act::Describe => one(description(ask, catalogue, party, today)),
        Act::Contacts => (Vec::new(), contacts(ask)),
        Act::Own => one(vec![
            ask.lines(6, "domains", "directory-domains")
                .hint(page.t("directory-domains-hint"))
                .optional(),
            ask.lines(6, "networks", "directory-networks")
                .hint(page.t("directory-networks-hint"))
                .optional(),
        ]),
        Act::Membership => {
            let classes = catalogue.classes_on(today).into_iter().map(|class| {
                let name = class.value.name.get(lang);
                let about = match lang {
                    Lang::Ja => class.value.about.ja.as_str(),
                    Lang::En => class.value.about.en.as_str(),
                };
                Choice::new(class.value.code.as_str(), name).hint(about)
            });
            one(vec![
                ask.boxes("classes", "directory-classes", classes.collect()),
                day(ask, "from", "directory-from"),
                day(ask, "until", "directory-until")
                    .hint(page.t("directory-until-hint"))
                    .optional(),
            ])
        }
        Act::EndMembership => one(vec![
            day(ask, "on", "directory-on").hint(page.t("directory-on-hint")),
        ]),
        Act::Isacs => {
            let named =
                |isac: &Party| Choice::new(isac.code.as_str(), isac.description.name.get(lang));
            one(vec![ask.boxes(
                "isacs",
                "directory-isacs",
                known.isacs.iter().map(named).collect(),
            )])
        }
        Act::Notify => one(vec![
            ask.radio(
                "cadence",
                "directory-cadence",
                vec![
                    Choice::new("immediate", page.t("directory-cadence-immediate")),
                    Choice::new("digest", page.t("directory-cadence-digest")),
                ],
            ),
            ask.radio(
                "lang",
                "directory-lang",
                crate::text::Lang::ALL
                    .map(|lang| Choice::new(lang.tag(), lang.own_name()))
                    .to_vec(),
            ),
            ask.line("email", "mail", "directory-mail")
                .hint(page.t("directory-notify-mail-hint"))
                .longest(254)
                .optional(),
        ]),
        Act::Delegate => {
            let powers = POWERS
                .map(|power| Choice::new(power.as_str(), crate::room::policy::action(text, power)));
            one(vec![
                ask.line("text", "principal", "directory-principal")
                    .hint(page.t("directory-principal-hint"))
                    .offering(known.parties.clone())
                    .longest(40),
                ask.boxes("scopes", "directory-powers", powers.to_vec()),
                ask.line("text", "basis", "directory-basis")
                    .hint(page.t("directory-basis-hint"))
                    .longest(200),
                day(ask, "from", "directory-from"),
                day(ask, "until", "directory-until")
                    .hint(page.t("directory-until-hint"))
                    .optional(),
            ])
        }
        Act::Undelegate => one(vec![
            ask.line("text", "principal", "directory-principal")
                .hint(page.t("directory-principal-hint"))
                .offering(known.parties.clone())
                .longest(40),
            day(ask, "on", "directory-on").hint(page.t("directory-on-hint")),
        ]),
        Act::ReleaseDuty => {
            let held = party.into_iter().flat_map(|party| party.duties_on(today));
            let held = held.map(|held| {
                let duties = catalogue.duties_on(today);
                let duty = duties.iter().find(|duty| duty.value.code == held.duty);
                let name = duty.map_or(held.duty.as_str(), |duty| duty.value.name.get(lang));
                Choice::new(held.duty.as_str(), name)
            });
            one(vec![
                ask.select("duty", "directory-duty", held.collect()),
                day(ask, "on", "directory-on").hint(page.t("directory-on-hint")),
            ])
        }
        Act::PublicKeys => {
            let held = party
                .into_iter()
                .flat_map(|party| party.public_keys.iter().enumerate());
            let held: Vec<Choice> = held
                .map(|(place, key)| {
                    Choice::new(place.to_string(), key.label.as_str())
                        .hint(crate::room::mail_key::kind(page, key))
                })
                .collect();
            let mut fields = Vec::new();
            if !held.is_empty() {
                fields.push(
                    ask.boxes("stay", "directory-public-keys-stay", held)
                        .optional(),
                );
            }
            fields.push(
                ask.line("text", "key_label", "directory-public-key-label")
                    .longest(200)
                    .optional(),
            );
            fields.push(
                ask.lines(8, "key", "directory-public-key")
                    .hint(page.t("directory-public-key-hint"))
                    .optional(),
            );
            one(fields)
        }
        Act::Retire => one(vec![
            day(ask, "on", "directory-on").hint(page.t("directory-on-hint")),
            ask.lines(4, "reason", "directory-reason").longest(2_000),
        ]),
    }
}

fn day(ask: &Asker<'_>, name: &str, label: &str) -> Field {
    ask.line("date", name, label)
}

fn description(
    ask: &Asker<'_>,
    catalogue: &Catalogue,
    party: Option<&Party>,
    today: jiff::civil::Date,
) -> Vec<Field> {
    let page = ask.page;
    let lang = lang(page.text);
    let mut sectors: Vec<Choice> = catalogue
        .sectors_on(today)
        .iter()
        .map(|sector| Choice::new(sector.code.as_str(), sector.name.get(lang)))
        .collect();
    // Sectors of another day that the party still carries stay in sight.
    for code in party
        .into_iter()
        .flat_map(|party| &party.description.sectors)
    {
        if !sectors.iter().any(|choice| choice.value == code.as_str()) {
            sectors.push(Choice::new(code.as_str(), code.as_str()));
        }
    }
    vec![
        ask.line("text", "name_ja", "directory-name-ja")
            .longest(200),
        ask.line("text", "reading", "directory-reading")
            .hint(page.t("directory-reading-hint"))
            .longest(100)
            .optional(),
        ask.line("text", "name_en", "directory-name-en")
            .longest(200),
        ask.lines(3, "aliases", "directory-aliases")
            .hint(page.t("directory-aliases-hint"))
            .optional(),
        ask.boxes("sectors", "directory-sectors", sectors)
            .optional(),
    ]
}

/// One group of four fields for each contact there is and a few more.
fn contacts(ask: &Asker<'_>) -> Vec<Vec<Field>> {
    let page = ask.page;
    let columns = [
        ("contact_name", "directory-contact-name"),
        ("contact_role", "directory-contact-role"),
        ("contact_mail", "directory-mail"),
        ("contact_phone", "directory-phone"),
    ];
    let filled = ask.typed.all("contact_name").len();
    let rows = (filled + SPARE_CONTACTS).min(50);
    let field = |row: usize, name: &'static str, label: &str| {
        let kind = match name {
            "contact_mail" => "email",
            "contact_phone" => "tel",
            _ => "text",
        };
        let value = ask.typed.all(name).get(row).cloned().unwrap_or_default();
        let field = page.line(kind, name, page.t(label)).longest(254).optional();
        let field = field.value(value).numbered(row);
        if row == 0 {
            field.error(ask.fault(name))
        } else {
            field
        }
    };
    let group = |row| {
        columns
            .map(|(name, label)| field(row, name, label))
            .to_vec()
    };
    (0..rows).map(group).collect()
}
