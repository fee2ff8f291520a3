//! `init`: a new hub with its keys, its own party, the first officer and the first collections.

use std::{fs, path::Path};

use jiff::Timestamp;
use kaname_directory::{
    Code, Description, Lang, Login, Name2, NewAccount, PartyKind, Registration, day_of,
};
use kaname_kernel::{Clock as _, Id, Role, Tlp};
use kaname_sharing::{
    Text,
    collection::{Access, CollectionKind, Definition},
};
use kaname_world::{
    Caller, Keys, World,
    ambient::{SystemClock, SystemRng},
    directory::FirstOfficer,
};
use serde_json::json;

use super::secret;
use crate::{
    cli::InitArgs,
    config::{Config, load::Origin},
    fault::{Exit, Fault},
    open,
    say::Say,
};

pub(super) async fn run(config: &Config, args: InitArgs, say: Say) -> Result<(), Fault> {
    refuse_twice(config).await?;
    // Everything that may be wrong with the arguments comes before anything is made.
    let officer = NewAccount {
        login: Login::parse("--login", &args.login)?,
        title: Name2::parse("title", "管理者", "Administrator")?,
        party: Id::random(&SystemRng),
        roles: [Role::Administrator].into(),
        lang: Lang::Ja,
        mail: None,
    };
    let centre = centre(&args, SystemClock.now())?;
    let password = secret::password(args.password_file.as_deref(), !say.is_json())?;

    folder(&config.data())?;
    let store = open::create_store(config, std::sync::Arc::new(SystemClock)).await?;
    let own_keys = !Keys::are_in(&config.keys());
    let founded = async {
        let keys = Keys::create(&config.keys(), &SystemRng)?;
        let world = open::world(config, &store, keys).await?;
        let first = FirstOfficer {
            account: officer,
            password: password.text.clone(),
        };
        begin(&world, centre, first).await
    };
    let founded = founded.await;
    // A file goes whatever stands in it; a schema stays, and what stands in it needs these keys.
    let gone =
        open::database(config).is_some() || store.port().sequence().await.is_ok_and(|n| n == 0);
    store.close().await;
    let (login, enrolment) = match founded {
        Ok(founded) => founded,
        Err(fault) => {
            // Nothing was founded: an empty store, or keys of none, would only mislead.
            open::discard(config);
            if own_keys && gone {
                Keys::discard(&config.keys());
            }
            return Err(fault);
        }
    };
    let shown = password.made.then_some(password.text);
    let result = json!({
        "store": open::place(config),
        "data": config.data(),
        "keys": config.keys(),
        "login": login,
        "password": shown,
        "totp_secret": enrolment.secret,
        "totp_address": enrolment.address,
    });
    say.result(&result, || {
        let mut lines = vec![
            format!("The hub is founded in {}.", open::place(config)),
            String::new(),
            format!(
                "  keys        {}  (keep a copy elsewhere; backups do not hold them)",
                config.keys().display()
            ),
            format!("  login       {login}"),
        ];
        if let Some(password) = &shown {
            lines.push(format!("  password    {password}  (shown once)"));
        }
        lines.push(format!(
            "  second factor, for an authenticator (shown once)\n              {}",
            enrolment.secret
        ));
        lines.push(format!("              {}", enrolment.address));
        lines.push(String::new());
        lines.push(format!("Next: kaname serve{}", options(config)));
        lines.join("\n")
    })
}

/// The options that name the folders again, where they were given.
fn options(config: &Config) -> String {
    let mut options = String::new();
    if matches!(config.origin("store.url"), Origin::Option(_)) {
        // The address may hold a password, so it is not repeated.
        options.push_str(" --postgres URL");
    }
    for (key, option, folder) in [
        ("store.path", "--data", config.data()),
        ("keys.folder", "--keys", config.keys()),
    ] {
        if matches!(config.origin(key), Origin::Option(_)) {
            options.push_str(&format!(" {option} {}", folder.display()));
        }
    }
    options
}

/// Whoever runs it twice is told what is there, and nothing is touched.
async fn refuse_twice(config: &Config) -> Result<(), Fault> {
    if !open::exists(config).await? {
        return Ok(());
    }
    let store = open::open_store(config).await?;
    let size = store.port().ledger_size().await;
    store.close().await;
    let what = format!("there is a hub in {} already", open::place(config));
    Err(Fault::new(Exit::Denied, what)
        .hint(match size {
            Ok(size) => format!("its ledger holds {size} events; nothing was changed"),
            Err(_) => "nothing was changed".to_owned(),
        })
        .hint("`kaname serve` runs it; --data names another folder for another hub")
        .hint("was it cut off before it told the password? `kaname user list`, then `kaname user reset LOGIN --totp`"))
}

fn centre(args: &InitArgs, now: Timestamp) -> Result<Registration, Fault> {
    Ok(Registration {
        code: Code::parse("--code", &args.code)?,
        kind: PartyKind::Centre,
        description: Description {
            name: Name2::parse("--name-ja, --name-en", &args.name_ja, &args.name_en)?,
            reading: None,
            aliases: Vec::new(),
            sectors: Default::default(),
        },
        from: day_of(now),
    })
}

/// Founds the hub in an empty world, with the collections that every hub begins with.
pub(crate) async fn begin(
    world: &World,
    centre: Registration,
    first: FirstOfficer,
) -> Result<(String, kaname_world::directory::Enrolment), Fault> {
    let (_, account, enrolment) = world.found(centre, first).await?;
    let caller = Caller::system("init");
    for definition in [library(), intake()] {
        world.open_collection(&caller, definition).await?;
    }
    Ok((account.state.login.to_string(), enrolment))
}

fn library() -> Definition {
    Definition {
        alias: "library".to_owned(),
        title: Text::new("ライブラリ", "Library"),
        description: Text::new(
            "提供の承認を経た情報。見える範囲は閲覧者ごとに異なる。",
            "Released items, each shown to whom it may be shown.",
        ),
        kind: CollectionKind::Library,
        default_tlp: Some(Tlp::Amber),
        default_pap: None,
        read: Access::Everyone,
        write: Access::Nobody,
        taxii: Default::default(),
    }
}

fn intake() -> Definition {
    Definition {
        alias: "intake".to_owned(),
        title: Text::new("受付", "Intake"),
        description: Text::new(
            "ここに投稿したものは報告として受け付けられる。",
            "What is posted here becomes a report.",
        ),
        kind: CollectionKind::Intake,
        default_tlp: None,
        default_pap: None,
        read: Access::Nobody,
        write: Access::Members,
        taxii: Default::default(),
    }
}

/// Makes a folder for this user only.
pub(crate) fn folder(path: &Path) -> Result<(), Fault> {
    let unmade = |error: std::io::Error| Fault::file(path, "made", &error);
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(unmade)
}
