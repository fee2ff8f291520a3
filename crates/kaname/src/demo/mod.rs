//! `demo`: a whole invented nation on this machine, filled by running the real operations.

mod clock;
mod council;
mod flow;
mod guide;
mod nation;
mod steps;
mod story;
mod threat_data;

use std::{path::Path, sync::Arc, time::Instant};

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::Clock as _;
use kaname_world::{
    Keys, World,
    ambient::{SystemClock, SystemRng},
    outlet::{DistributeDuty, FetchedDuty},
    worker::{Duty, Worker},
};
use serde_json::json;

use self::{
    clock::{StoryClock, hours_before},
    council::Council,
    flow::Flow,
    nation::{Nation, missing, shell},
    story::Story,
};
use crate::{
    ambient,
    cli::DemoArgs,
    command::{init, warninglist},
    config::Config,
    fault::{Exit, Fault},
    open::{self, OpenStore},
    say::Say,
    serve::{self, Doors},
};

/// Where the store says that the demo made it.
const MARK: (&str, &str) = ("world", "demo");
/// How long before now the nation was founded.
const FOUNDED_HOURS_AGO: f64 = 24.0 * 30.0;

/// Fills a store and serves it. `kept`: the data folder was named, so it stays.
pub(crate) async fn run(config: Config, args: DemoArgs, kept: bool, say: Say) -> Result<(), Fault> {
    let thrown_away = if kept {
        None
    } else {
        let folder = tempfile::Builder::new().prefix("kaname-demo-").tempdir();
        Some(folder.map_err(|e| Fault::failed("no throw-away folder can be made").because(&e))?)
    };
    let config = demo_config(
        config,
        &args,
        thrown_away.as_ref().map(tempfile::TempDir::path),
    );
    serve::start_log(&config, "warn");
    let done = fill_and_serve(&config, &args, say).await;
    if let Some(folder) = thrown_away {
        let path = folder.path().to_owned();
        folder
            .close()
            .map_err(|error| Fault::file(&path, "removed", &error))?;
    }
    done
}

/// The demo's own settings: loopback only, plain HTTP, names of the invented centre.
fn demo_config(config: Config, args: &DemoArgs, folder: Option<&Path>) -> Config {
    let mut config = config
        .with("listen.address", &format!("127.0.0.1:{}", args.port))
        .with("listen.behind_proxy", "false")
        .with("listen.tls_cert", "")
        .with("listen.tls_key", "")
        .with("listen.public_url", "")
        .with("mail.smtp_host", "")
        .with("webhooks.loopback", "true")
        .with("store.schema", "kaname_demo")
        .with("hub.name_ja", "サイバー情報共有センター（デモ）")
        .with("hub.name_en", "Cyber Information Sharing Centre (demo)")
        .with("hub.origin", "demo.kaname.localhost/ledger");
    if let Some(folder) = folder {
        config = config
            .with("store.path", &folder.join("data").display().to_string())
            .with("keys.folder", &folder.join("keys").display().to_string());
    }
    config
}

#[expect(clippy::disallowed_methods, reason = "a duration that is only told")]
async fn fill_and_serve(config: &Config, args: &DemoArgs, say: Say) -> Result<(), Fault> {
    let started = Instant::now();
    let story = Story::read(SystemClock.now())?;
    // The port is taken first: a nation is not filled for a server that cannot start.
    let doors = if args.only_fill {
        None
    } else {
        Some(take_port(config, args.port).await?)
    };
    let nation = if open::exists(config).await? {
        None
    } else {
        Some(fill(config, args, &story, say).await?)
    };
    let store = open::open_store(config).await?;
    let world = Arc::new(open::world(config, &store, open::keys(config)?).await?);
    let told = check_mark(&world, nation, config).await;
    let nation = match told {
        Ok(nation) => nation,
        Err(fault) => {
            store.close().await;
            return Err(fault);
        }
    };
    let Some(doors) = doors else {
        let url = format!("http://{}", config.address());
        let seconds = started.elapsed().as_secs_f64();
        let said = say.result(&guide::json(&story, &nation, &url, seconds), || {
            guide::text(&story, &nation, &url, seconds)
        });
        store.close().await;
        return said;
    };
    let ready = |url: &str| {
        let seconds = started.elapsed().as_secs_f64();
        say.result(&guide::json(&story, &nation, url, seconds), || {
            guide::text(&story, &nation, url, seconds)
        })
    };
    let served = serve::demo(config, doors, Arc::clone(&world), story.cast(), ready).await;
    store.close().await;
    served
}

/// Takes the port.
async fn take_port(config: &Config, port: u16) -> Result<Doors, Fault> {
    Doors::open(config).await.map_err(|mut fault| {
        fault.place = Some(format!("option --port {port}"));
        fault.hints = vec!["--port names another port; 0 takes any that is free".to_owned()];
        fault
    })
}

/// Only a store that the demo made is shown by the demo.
async fn check_mark(
    world: &Arc<World>,
    nation: Option<Nation>,
    config: &Config,
) -> Result<Nation, Fault> {
    let mark = world.store().kv_get(MARK.0, MARK.1, world.now()).await?;
    let Some(mark) = mark else {
        let what = format!("{} was not made by the demo", open::place(config));
        return Err(Fault::new(Exit::Denied, what).hint("name another folder by --data"));
    };
    match nation {
        Some(mut nation) => {
            nation.world = Arc::clone(world);
            Ok(nation)
        }
        None => Nation::remembered(Arc::clone(world), &mark).await,
    }
}

/// Founds the nation and runs its stories, with a clock that is set to when each thing happened.
async fn fill(config: &Config, args: &DemoArgs, story: &Story, say: Say) -> Result<Nation, Fault> {
    init::folder(&config.data())?;
    let keys = Keys::create(&config.keys(), &SystemRng)?;
    let now = SystemClock.now();
    let clock = Arc::new(StoryClock::at(hours_before(now, FOUNDED_HOURS_AGO)));
    let store = open::create_store(config, Arc::clone(&clock) as _).await?;
    let filled = populate(config, args, story, (&store, keys, clock, now), say).await;
    store.close().await;
    if filled.is_err() {
        // Half a nation is of no use to anyone.
        open::discard(config);
    }
    filled
}

async fn populate(
    config: &Config,
    args: &DemoArgs,
    story: &Story,
    (store, keys, clock, now): (&OpenStore, Keys, Arc<StoryClock>, Timestamp),
    say: Say,
) -> Result<Nation, Fault> {
    let world = open::world_at(config, store, keys, Arc::clone(&clock) as _);
    let world = Arc::new(world.await?);
    let consent_hours = world.settings().consent_hours;
    let steps = steps::steps(story, f64::from(consent_hours));
    let total = story.parties.len() + story.people.len() + steps.len();
    let bar = say.progress("filling the nation", total as u64);
    let password = crate::command::made_password();
    let nation = Nation::found(Arc::clone(&world), story, password, &|| bar.inc(1)).await?;
    let mut council = Council::open(&nation, story).await?;
    let mut agenda = council::agenda(story).into_iter().peekable();
    let mut flow = Flow::new(&nation, story);
    // What a release sets off happens at its time, not when the demo is first served.
    let duties: Vec<Box<dyn Duty>> = vec![
        Box::new(DistributeDuty { mail: false }),
        Box::new(FetchedDuty),
    ];
    let worker = Worker::new(Arc::clone(&world), duties);
    for step in steps {
        while let Some((hours_ago, business)) =
            agenda.next_if(|(hours_ago, _)| *hours_ago >= step.hours_ago)
        {
            clock.go_to(hours_before(now, hours_ago));
            council.turn(business).await?;
        }
        clock.go_to(hours_before(now, step.hours_ago));
        flow.step(step).await?;
        while worker.turn().await? > 0 {}
        bar.inc(1);
        if args.tell_steps {
            let events = world.store().ledger_size().await?;
            let line = json!({ "done": step.act.as_str(), "events": events });
            crate::say::data(&line.to_string())?;
        }
    }
    clock.go_to(now);
    bar.finish_and_clear();
    knowledge(&nation, args, say).await?;
    world.checkpoint().await?;
    let forever = now
        .checked_add(SignedDuration::from_hours(24 * 3_650))
        .unwrap_or(now);
    let mark = json!({ "password": nation.password, "keys": nation.keys });
    world.store().kv_put(MARK.0, MARK.1, mark, forever).await?;
    Ok(nation)
}

/// Reference knowledge from what `./setup` brought; without it the demo says so and goes on.
async fn knowledge(nation: &Nation, args: &DemoArgs, say: Say) -> Result<(), Fault> {
    let folder = args.threat_data.clone();
    let folder = folder.or_else(|| Some(ambient::cache()?.join("kaname/demo-data")));
    let Some(folder) = folder else {
        return Ok(());
    };
    let world = &nation.world;
    let data = match threat_data::read(&folder, world.now()) {
        Ok(data) => data,
        Err(absent) => {
            say.note(&format!(
                "note: {absent}\n      the demo runs on its authored reports alone"
            ));
            return Ok(());
        }
    };
    let collection = world.collection(&shell(), "reference").await?;
    let objects: Vec<&str> = data.objects.iter().map(String::as_str).collect();
    let bar = say.progress("real threat data", objects.len() as u64);
    let taken = &|done| bar.set_position(done);
    let imported = world
        .import(&shell(), &collection, (&data.source, true), &objects, taken)
        .await?;
    bar.finish_and_clear();
    if imported.taken == 0 {
        return Err(missing("threat data"));
    }
    say.note(&format!(
        "{} objects of public knowledge from {} ({} left out)",
        imported.taken,
        data.source,
        data.left_out + imported.rejected.len()
    ));
    warninglists(world, &folder.join("warninglists"), say).await
}

/// Warninglists that `./setup` brought; none where it did not.
async fn warninglists(world: &World, folder: &Path, say: Say) -> Result<(), Fault> {
    let mut files = Vec::new();
    if folder.is_dir() {
        warninglist::find(folder, 0, &mut files)?;
    }
    let bar = say.progress("warninglists", files.len() as u64);
    let mut entries = 0;
    for file in &files {
        entries += warninglist::bring(world, file).await?.0.entries;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let lists = files.len();
    say.note(&format!("{lists} warninglists with {entries} entries"));
    Ok(())
}
