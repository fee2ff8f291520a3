//! `source add | try | list | show | change | now | read | stop | start`: what others publish, read into a
//! collection of kind peer.

mod told;

use std::{collections::BTreeMap, path::Path, time::Duration};

use kaname_intake::listed::Mapping;
use kaname_kernel::{GroupId, Tlp};
use kaname_sharing::source::{
    DEFAULT_GRACE_H, Form, FormKind, MAX_BYTES, SourceDefinition, SourceTerms, ask_source,
    start_source, stop_source,
};
use kaname_sharing::turn::Every;
use kaname_world::{
    TurnBounds, World, WorldError,
    source::{SourceRead, Tried},
};
use serde_json::json;
use uuid::Uuid;

use super::{collection, shell};
use crate::{
    bounded,
    cli::{AddSource, ChangeSource, FormArgs, SourceCommand, TrySource},
    config::Config,
    fault::{Exit, Fault},
    open::Hub,
    say::{Say, table},
    serve,
};

/// Longest file with a header.
const MAX_HEADER: u64 = 4_000;

pub(super) async fn run(config: &Config, command: SourceCommand, say: Say) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = carried_out(config, &hub.world, command, say).await;
    hub.close().await;
    done
}

async fn carried_out(
    config: &Config,
    world: &World,
    command: SourceCommand,
    say: Say,
) -> Result<(), Fault> {
    let now = world.now();
    match command {
        SourceCommand::Add(args) => add(world, *args, say).await,
        SourceCommand::Try(args) => look(config, world, *args, say).await,
        SourceCommand::List => {
            let all = world.sources(&shell()).await?;
            let shown: Vec<_> = all.iter().map(|one| told::shown(one, now)).collect();
            say.result(&json!({ "count": shown.len(), "sources": shown }), || {
                let rows: Vec<_> = all.iter().map(|one| told::row(&one.state, now)).collect();
                table(told::HEAD, &rows)
            })
        }
        SourceCommand::Show { code } => {
            let one = world.source(&shell(), &code).await;
            let one = one.map_err(|error| unknown(&code, error))?;
            say.result(&told::shown(&one, now), || told::whole(&one.state, now))
        }
        SourceCommand::Change(args) => change(world, *args, say).await,
        SourceCommand::Now { code } => {
            let changed = world.change_source(&shell(), &code, ask_source).await;
            let changed = changed.map_err(|error| unknown(&code, error))?;
            say.result(&told::shown(&changed, now), || {
                format!("a running server or worker reads {code} next")
            })
        }
        SourceCommand::Read {
            code,
            file,
            max_seconds,
        } => {
            let bounds = TurnBounds {
                time: Duration::from_secs(max_seconds),
                ..TurnBounds::default()
            };
            read(config, world, (&code, file.as_deref(), bounds), say).await
        }
        SourceCommand::Stop { code, reason } => {
            let caller = shell();
            let stop = world.change_source(&caller, &code, |one| stop_source(one, &reason));
            let changed = stop.await.map_err(|error| unknown(&code, error))?;
            say.result(&told::shown(&changed, now), || {
                format!("{code} is not read any more")
            })
        }
        SourceCommand::Start { code } => {
            let changed = world.change_source(&shell(), &code, start_source).await;
            let changed = changed.map_err(|error| unknown(&code, error))?;
            say.result(&told::shown(&changed, now), || {
                format!("{code} is read again")
            })
        }
    }
}

async fn add(world: &World, args: AddSource, say: Say) -> Result<(), Fault> {
    let into = collection::find(world, &args.into).await?.id;
    let header = args.header_file.as_deref().map(header).transpose()?;
    let definition = SourceDefinition {
        code: args.code.clone(),
        into,
        terms: SourceTerms {
            publisher: args.publisher,
            url: args.url,
            form: Form {
                ignore_distribution: args.ignore_distribution,
                sharing_groups: sharing_groups(world, &args.sharing_group).await?,
                signed: args.signed,
                ..form(&args.form)?
            },
            tlp: tlp(args.tlp.as_deref())?,
            every: args.every,
            most_bytes: bytes_of(args.most_mib),
            grace_h: args.grace_h,
        },
    };
    let header = header
        .as_ref()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let joined = world.join_source(&shell(), definition, header).await?;
    let code = &args.code;
    let is_file = joined.state.definition.terms.url.is_none();
    say.result(&told::shown(&joined, world.now()), || match is_file {
        true => format!("{code} is a source; `kaname source read {code} FILE` reads it"),
        false => format!("{code} is a source; a running server reads it in its turns"),
    })
}

async fn change(world: &World, args: ChangeSource, say: Say) -> Result<(), Fault> {
    let code = &args.code;
    let now = world.source(&shell(), code).await;
    let now = now.map_err(|error| unknown(code, error))?;
    let now = now.state.definition.terms;
    let mapping = match (args.mapping.is_empty(), args.form) {
        (true, None) => now.form.mapping,
        (true, Some(_)) => Mapping::default(),
        (false, _) => mapping(&args.mapping)?,
    };
    let most = tlp(args.tlp.as_deref())?;
    let kind = args.form.unwrap_or(now.form.kind);
    // What is read no more as events says nothing of their distribution.
    let ignored = now.form.ignore_distribution && kind.lists_events();
    let ignored = args.ignore_distribution.unwrap_or(ignored);
    let groups = sharing_groups(world, &args.sharing_group).await?;
    let gone = args.no_sharing_groups || ignored || !kind.lists_events();
    let sharing_groups = match (groups.is_empty(), gone) {
        (true, false) => now.form.sharing_groups,
        (_, _) => groups,
    };
    let signed = now.form.signed && kind == FormKind::Csaf;
    let terms = SourceTerms {
        publisher: args.publisher.unwrap_or(now.publisher),
        url: args.url.or(now.url),
        form: Form {
            kind,
            mapping,
            ignore_distribution: ignored,
            sharing_groups,
            signed: args.signed.unwrap_or(signed),
        },
        tlp: match args.no_tlp {
            true => None,
            false => most.or(now.tlp),
        },
        every: args.every.unwrap_or(now.every),
        most_bytes: args.most_mib.map_or(now.most_bytes, bytes_of),
        grace_h: args.grace_h.unwrap_or(now.grace_h),
    };
    let header = args.header_file.as_deref().map(header).transpose()?;
    let header = header
        .as_ref()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let shell = shell();
    let changed = world.agree_with_source(&shell, code, terms, header).await;
    let changed = changed.map_err(|error| unknown(code, error))?;
    say.result(&told::shown(&changed, world.now()), || {
        format!("{code} is agreed with otherwise")
    })
}

async fn look(config: &Config, world: &World, args: TrySource, say: Say) -> Result<(), Fault> {
    let is_address = ["https://", "http://"]
        .iter()
        .any(|scheme| args.what.starts_with(scheme));
    let terms = SourceTerms {
        publisher: "?".to_owned(),
        url: is_address.then(|| args.what.clone()),
        form: form(&args.form)?,
        tlp: None,
        every: Every::NEVER,
        most_bytes: bytes_of(args.most_mib),
        grace_h: DEFAULT_GRACE_H,
    };
    let trial = if is_address {
        let door = serve::to_sources(config)?;
        let header = args.header_file.as_deref().map(header).transpose()?;
        let header = header
            .as_ref()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let tried = Tried::Address(&door, header);
        world.try_source(&shell(), terms, tried).await?
    } else {
        let bytes = document(Path::new(&args.what))?;
        world
            .try_source(&shell(), terms, Tried::File(&bytes))
            .await?
    };
    say.result(&json!({ "trial": trial }), || told::trial(&trial))?;
    match trial.trouble {
        None => Ok(()),
        Some(trouble) => Err(Fault::failed(trouble.to_string()).at(args.what)),
    }
}

async fn read(
    config: &Config,
    world: &World,
    (code, file, bounds): (&str, Option<&Path>, TurnBounds),
    say: Say,
) -> Result<(), Fault> {
    let bar = say.progress("reading", 0);
    let moved = &|done| {
        bar.set_length(done);
        bar.set_position(done);
    };
    let shell = shell();
    let done = match file {
        Some(path) => {
            let bytes = document(path)?;
            let name = path.file_name().unwrap_or(path.as_os_str());
            let name = name.to_string_lossy();
            let given = (name.as_ref(), bytes.as_slice());
            world.read_source_file(&shell, code, given, moved).await
        }
        None => {
            let door = serve::to_sources(config)?;
            world.read_source(&shell, &door, code, bounds, moved).await
        }
    };
    bar.finish_and_clear();
    let done = done.map_err(|error| unknown(code, error))?;
    say.result(&json!({ "source": code, "read": done }), || {
        said(code, &done)
    })?;
    // What was bounded goes on; after trouble nothing of the document may have been read.
    match (done.trouble, done.bound) {
        (None, None) => Ok(()),
        (Some(why), _) => Err(
            Fault::failed(format!("{code}: {why}")).hint(match done.taken {
                0 => "nothing was taken; what was there before stands as it was",
                _ => "what was taken is kept, and is not fetched again",
            }),
        ),
        (None, Some(why)) => Err(Fault::failed(format!("{code}: {why}"))
            .hint("what was taken is kept; the next reading goes on from there")),
    }
}

fn said(code: &str, read: &SourceRead) -> String {
    if read.unchanged && read.taken == 0 && read.refused == 0 {
        return format!("{code} is as it was");
    }
    let mut told = format!(
        "{code}: {} listed; {} taken, {} were there already, {} have left the list, {} refused",
        read.listed, read.taken, read.there, read.gone, read.refused
    );
    for one in &read.unlisted {
        told.push_str(&format!("\n  {}: {}: {}", one.line, one.why, one.said));
    }
    if read.missed > 0 {
        told.push_str(&format!(
            "\n{} events did not come and are tried again (kaname source show {code})",
            read.missed
        ));
    }
    told
}

fn document(path: &Path) -> Result<Vec<u8>, Fault> {
    bounded::file(path, MAX_BYTES, "split the document")
}

fn form(args: &FormArgs) -> Result<Form, Fault> {
    Ok(Form {
        kind: args.form,
        mapping: mapping(&args.mapping)?,
        ..Form::of(args.form)
    })
}

/// `UUID=CODE` of each option.
async fn sharing_groups(world: &World, given: &[String]) -> Result<BTreeMap<Uuid, GroupId>, Fault> {
    let mut all = BTreeMap::new();
    for one in given {
        let wrong = |why: &str| Fault::usage(format!("--sharing-group {one}: {why}"));
        let parts = one.split_once('=');
        let (uuid, code) = parts.ok_or_else(|| wrong("UUID=CODE is expected"))?;
        let uuid = Uuid::try_parse(uuid).map_err(|_| wrong("it begins with no UUID"))?;
        let group = match world.group_of(&shell(), code).await {
            Err(WorldError::NotFound(_)) => return Err(wrong("there is no group of this code")),
            found => found?,
        };
        if all.insert(uuid, group.id.cast()).is_some() {
            return Err(wrong("this UUID is given twice"));
        }
    }
    Ok(all)
}

/// `FIELD=PLACE` of each option.
fn mapping(given: &[String]) -> Result<Mapping, Fault> {
    let mut mapping = Mapping::default();
    for one in given {
        let (field, place) = one
            .split_once('=')
            .ok_or_else(|| Fault::usage(format!("--map {one}: FIELD=PLACE is expected")))?;
        let slot = match field {
            "entries" => &mut mapping.entries,
            "value" => &mut mapping.value,
            "kind" => &mut mapping.kind,
            "first-seen" => &mut mapping.first_seen,
            "label" => &mut mapping.label,
            _ => {
                let what =
                    format!("--map {one}: a field is value, kind, first-seen, label or entries");
                return Err(Fault::usage(what));
            }
        };
        if slot.replace(place.to_owned()).is_some() {
            return Err(Fault::usage(format!("--map {one}: {field} is there twice")));
        }
    }
    Ok(mapping)
}

fn bytes_of(mib: u32) -> u64 {
    u64::from(mib) << 20
}

fn tlp(text: Option<&str>) -> Result<Option<Tlp>, Fault> {
    let tlp = text.map(str::parse::<Tlp>).transpose();
    tlp.map_err(|error| Fault::usage(format!("--tlp: {error}")))
}

/// Name and value of the header in a file's first line.
fn header(path: &Path) -> Result<(String, String), Fault> {
    let place = || path.display().to_string();
    let bytes = bounded::file(path, MAX_HEADER, "the first line is a header")?;
    let text =
        String::from_utf8(bytes).map_err(|_| Fault::failed("the header is no text").at(place()))?;
    let line = text.lines().next().unwrap_or_default();
    let (name, value) = line.split_once(':').ok_or_else(|| {
        Fault::failed("the first line is no header")
            .at(place())
            .hint("write it as `Authorization: …`")
    })?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn unknown(code: &str, error: WorldError) -> Fault {
    match error {
        WorldError::NotFound("source") => Fault::not_found(format!("there is no source `{code}`"))
            .hint("`kaname source list` shows the codes"),
        error if error.is_conflict() => {
            let what = format!("`{code}` was read or changed by somebody else meanwhile");
            Fault::new(Exit::Denied, what).hint("what came is kept; try again")
        }
        other => other.into(),
    }
}
