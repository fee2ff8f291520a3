//! `party add | list | show | retire | key | duty`.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kaname_directory::{
    ClassCode, Code, Description, Domain, DutyCode, Line, MailAddress, Membership, Name2, Network,
    Notify, Paragraph, Party, PartyKind, Reading, Registration, SectorCode, Span, day_of,
};
use kaname_kernel::PartyId;
use kaname_world::{Loaded, World};
use serde_json::{Value, json};

use super::shell;
use crate::{
    cli::{AddParty, PartyCommand},
    config::Config,
    fault::{Exit, Fault},
    open::Hub,
    say::{Say, table},
};

/// Most parties that a list shows.
pub(super) const MOST: u32 = 1_000;

pub(super) async fn run(config: &Config, command: PartyCommand, say: Say) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = act(&hub.world, command, say).await;
    hub.close().await;
    done
}

async fn act(world: &World, command: PartyCommand, say: Say) -> Result<(), Fault> {
    match command {
        PartyCommand::Add(args) => {
            let party = add(world, &args).await?;
            say.result(&shown(&party), || {
                format!("party {} is registered", party.state.code)
            })
        }
        PartyCommand::List { kind, search } => list(world, kind, search, say).await,
        PartyCommand::Show { code } => {
            let party = find(world, &code).await?;
            let value = shown(&party);
            say.result(&value, || {
                serde_json::to_string_pretty(&value).unwrap_or_default()
            })
        }
        PartyCommand::Retire { code, on, reason } => {
            let party = find(world, &code).await?;
            let on = on.unwrap_or_else(|| day_of(world.now()));
            let reason = Paragraph::parse("--reason", &reason)?;
            let party = world
                .change_party(&shell(), party.id.cast(), None, |party| {
                    party.retire(on, reason)
                })
                .await?;
            say.result(&shown(&party), || {
                format!("party {code} is retired on {on}")
            })
        }
        PartyCommand::Key {
            code,
            add,
            label,
            remove,
        } => {
            let (label, remove) = (label.as_deref(), remove.as_deref());
            super::mail_key::of_party(world, &code, add, label, remove, say).await
        }
        PartyCommand::Duty {
            code,
            duty,
            by,
            version,
            release_on,
        } => {
            let duty = DutyCode::parse("duty", &duty)?;
            let party = match release_on {
                Some(on) => release(world, &code, duty.clone(), on).await?,
                None => {
                    accept(
                        world,
                        &code,
                        duty.clone(),
                        by.as_deref(),
                        version.as_deref(),
                    )
                    .await?
                }
            };
            say.result(&shown(&party), || match release_on {
                Some(on) => format!("party {code} is released from {duty} on {on}"),
                None => format!("party {code} is under {duty}"),
            })
        }
    }
}

/// Registers a party with everything that was said of it.
pub(crate) async fn add(world: &World, args: &AddParty) -> Result<Loaded<Party>, Fault> {
    let today = day_of(world.now());
    let kind: PartyKind = args.kind.parse()?;
    let lines = |field, texts: &[String]| -> Result<Vec<Line>, Fault> {
        texts
            .iter()
            .map(|text| Ok(Line::parse(field, text)?))
            .collect()
    };
    let sectors = args
        .sectors
        .iter()
        .map(|code| SectorCode::parse("--sector", code));
    let reading = args.reading.as_deref();
    let reading = reading.map(|text| Reading::parse("--reading", text));
    let new = Registration {
        code: Code::parse("code", &args.code)?,
        kind,
        description: Description {
            name: Name2::parse("--name-ja, --name-en", &args.name_ja, &args.name_en)?,
            reading: reading.transpose()?,
            aliases: lines("--alias", &args.aliases)?,
            sectors: sectors.collect::<Result<_, _>>()?,
        },
        from: args.from.unwrap_or(today),
    };
    // What follows is read before anything is written.
    let domains = args
        .domains
        .iter()
        .map(|text| Domain::parse("--domain", text));
    let domains = domains.collect::<Result<BTreeSet<_>, _>>()?;
    let networks = args
        .networks
        .iter()
        .map(|text| Network::parse("--network", text));
    let networks = networks.collect::<Result<BTreeSet<_>, _>>()?;
    let classes = args
        .classes
        .iter()
        .map(|code| ClassCode::parse("--class", code));
    let classes = classes.collect::<Result<BTreeSet<_>, _>>()?;
    let mail = args
        .mail
        .as_deref()
        .map(|text| MailAddress::parse("--mail", text));
    let mail = mail.transpose()?;
    let mut isacs: BTreeSet<PartyId> = BTreeSet::new();
    for code in &args.under {
        let isac = find(world, code).await?;
        if isac.state.kind != PartyKind::Isac {
            return Err(Fault::usage(format!(
                "--under {code}: that party is not an ISAC"
            )));
        }
        isacs.insert(isac.id.cast());
    }

    let from = new.from;
    let party = world.register_party(&shell(), new).await?;
    complete(
        world,
        party,
        domains,
        networks,
        (classes, from),
        isacs,
        mail,
    )
    .await
}

/// The parts a party may have besides its registration.
async fn complete(
    world: &World,
    mut party: Loaded<Party>,
    domains: BTreeSet<Domain>,
    networks: BTreeSet<Network>,
    (classes, from): (BTreeSet<ClassCode>, Date),
    isacs: BTreeSet<PartyId>,
    mail: Option<MailAddress>,
) -> Result<Loaded<Party>, Fault> {
    let (caller, id) = (shell(), party.id.cast());
    if !domains.is_empty() || !networks.is_empty() {
        party = world
            .change_party(&caller, id, None, |party| party.set_own(domains, networks))
            .await?;
    }
    if !classes.is_empty() {
        let new = Membership {
            classes,
            span: Span::since(from),
        };
        let catalogue = world.catalogue();
        party = world
            .change_party(&caller, id, None, |party| {
                party.set_membership(new, catalogue)
            })
            .await?;
    }
    if !isacs.is_empty() {
        party = world
            .change_party(&caller, id, None, |party| party.set_under(isacs))
            .await?;
    }
    if mail.is_some() {
        let notify = Notify {
            mail,
            ..Notify::default()
        };
        party = world
            .change_party(&caller, id, None, |party| party.set_notify(notify))
            .await?;
    }
    Ok(party)
}

/// The party of a code.
pub(super) async fn find(world: &World, code: &str) -> Result<Loaded<Party>, Fault> {
    let found = world.party_of(&shell(), code).await;
    found.map_err(|error| match error {
        kaname_world::WorldError::NotFound(_) => {
            Fault::not_found(format!("there is no party `{code}`"))
                .hint("`kaname party list` shows the codes")
        }
        other => other.into(),
    })
}

async fn list(
    world: &World,
    kind: Option<String>,
    search: Option<String>,
    say: Say,
) -> Result<(), Fault> {
    let kind = kind.map(|kind| kind.parse::<PartyKind>()).transpose()?;
    let mut parties = Vec::new();
    let mut after = None;
    loop {
        let page = world
            .parties(&shell(), |query| {
                query.limit = MOST;
                query.search = search.clone();
                query.after = after;
            })
            .await?;
        parties.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    parties.retain(|party| kind.is_none_or(|kind| party.state.kind == kind));
    parties.sort_by(|a, b| (a.state.kind, &a.state.code).cmp(&(b.state.kind, &b.state.code)));
    let today = day_of(world.now());
    let values: Vec<_> = parties.iter().map(shown).collect();
    say.result(&json!({ "count": values.len(), "parties": values }), || {
        let rows: Vec<_> = parties
            .iter()
            .map(|party| {
                let state = &party.state;
                let classes = state.membership_on(today).map(|held| {
                    let codes: Vec<_> = held.classes.iter().map(ClassCode::as_str).collect();
                    codes.join(" ")
                });
                let retired = if state.is_retired_on(today) {
                    " (retired)"
                } else {
                    ""
                };
                [
                    state.code.to_string(),
                    state.kind.to_string(),
                    format!("{}{retired}", state.description.name.ja),
                    classes.unwrap_or_else(|| "—".to_owned()),
                ]
            })
            .collect();
        let text = table(["CODE", "KIND", "NAME", "CLASS"], &rows);
        format!("{text}\n{} parties", rows.len())
    })
}

fn shown(party: &Loaded<Party>) -> Value {
    json!({ "id": party.id, "version": party.version, "party": party.state })
}

async fn accept(
    world: &World,
    code: &str,
    duty: DutyCode,
    by: Option<&str>,
    version: Option<&str>,
) -> Result<Loaded<Party>, Fault> {
    let party = find(world, code).await?;
    let login = by.unwrap_or_default();
    let account = super::user::find(world, login).await?;
    if account.state.party.cast() != party.id {
        let what = format!("`{login}` is of another party, so cannot accept for {code}");
        return Err(Fault::new(Exit::Denied, what));
    }
    let (catalogue, now) = (world.catalogue(), world.now());
    let in_force = catalogue.duty_text_on(&duty, day_of(now));
    let in_force = in_force.map(|text| text.value.version.to_string());
    let version = version.map(str::to_owned).or(in_force).unwrap_or_default();
    let by = account.id.cast();
    let accept = |party: &Party| party.accept_duty(catalogue, duty, &version, by, now);
    Ok(world
        .change_party(&shell(), party.id.cast(), None, accept)
        .await?)
}

async fn release(
    world: &World,
    code: &str,
    duty: DutyCode,
    on: Date,
) -> Result<Loaded<Party>, Fault> {
    let party = find(world, code).await?;
    let release = |party: &Party| party.release_duty(duty, on);
    Ok(world
        .change_party(&shell(), party.id.cast(), None, release)
        .await?)
}
