//! `severity rate | explain | replay | check`: without any store and any configuration.

mod sectors;

use std::{io::Write as _, path::Path, sync::Arc};

use kaname_severity::{Case, Ends, Flaw, Lang, Level, Moved, Policy, Rating, Signature, Signer};
use serde_json::json;

use crate::{
    bounded,
    cli::{LangArg, PolicyArgs, SeverityCommand, SignedArgs},
    fault::{Exit, Fault},
    say::{Say, data, print, table},
};

/// Most bytes of a file.
const MOST_BYTES: u64 = 16 << 20;

pub(super) fn run(command: &SeverityCommand, say: Say) -> Result<(), Fault> {
    match command {
        SeverityCommand::Rate { files, policy } => rate(files, &chosen(policy)?, say),
        SeverityCommand::Explain {
            file,
            case,
            lang,
            svg,
            policy,
        } => {
            let cases = cases(file, &chosen(policy)?)?;
            let cases = only(cases, case.as_deref(), file)?;
            explain(&cases, *lang, svg.as_deref(), say)
        }
        SeverityCommand::Replay {
            draft,
            files,
            policy,
        } => {
            let draft = read_policy(draft, None)?;
            replay(files, &chosen(policy)?, &draft, say)
        }
        SeverityCommand::Check { files, signed } => check(files, signed, say),
    }
}

fn rate(files: &[std::path::PathBuf], policy: &Arc<Policy>, say: Say) -> Result<(), Fault> {
    let (mut refused, mut absent) = (0, 0);
    let mut rows = Vec::new();
    for file in files {
        let cases = match cases(file, policy) {
            Ok(cases) => cases,
            Err(fault) => {
                refused += 1;
                absent += usize::from(fault.exit == Exit::NotFound);
                tell(&fault, say);
                continue;
            }
        };
        let mut lines = String::new();
        for case in &cases {
            let rating = case.rate();
            if say.is_json() {
                lines.push_str(&rating.json());
                lines.push('\n');
            } else {
                rows.push(row(&rating));
            }
        }
        if !lines.is_empty() {
            data(&lines)?;
        }
    }
    if !rows.is_empty() {
        print(&table(
            ["CASE", "LEVEL", "RATED", "SET BY", "UNKNOWN"],
            &rows,
        ))?;
    }
    if refused > 0 {
        let files = files.len();
        // Where nothing is wrong but that files are not there, it says so.
        let exit = match absent == refused {
            true => Exit::NotFound,
            false => Exit::Usage,
        };
        return Err(Fault::new(
            exit,
            format!("{refused} of {files} files refused"),
        ));
    }
    Ok(())
}

fn row(rating: &Rating<'_>) -> [String; 5] {
    let set_by: Vec<_> = rating.binding.iter().map(|it| it.indicator).collect();
    let rated = if rating.rated { "yes" } else { "no (shadow)" };
    [
        rating.case().id.clone(),
        interval(rating.level),
        rated.to_owned(),
        set_by.join(", "),
        rating.unknown().join(", "),
    ]
}

fn interval(level: Ends<Level>) -> String {
    if level.low == level.high {
        level.high.to_string()
    } else {
        format!("{}-{}", level.low, level.high)
    }
}

fn explain(cases: &[Case], lang: LangArg, svg: Option<&Path>, say: Say) -> Result<(), Fault> {
    let lang = match lang {
        LangArg::Ja => Lang::Ja,
        LangArg::En => Lang::En,
    };
    if let Some(path) = svg {
        let [case] = cases else {
            return Err(Fault::usage("a picture shows one case")
                .at("--svg")
                .hint("choose it by --case ID"));
        };
        let picture = case.rate().svg(lang);
        std::fs::write(path, picture).map_err(|error| Fault::file(path, "written", &error))?;
        let written = path.display().to_string();
        return say.result(&json!({ "case": case.id, "svg": written }), || {
            written.clone()
        });
    }
    let mut text = String::new();
    for case in cases {
        let rating = case.rate();
        if say.is_json() {
            text.push_str(&rating.json());
            text.push('\n');
            continue;
        }
        for sentence in rating.summary(lang) {
            text.push_str(&sentence);
            text.push('\n');
        }
        for (number, sentence) in (1..).zip(rating.sentences(lang)) {
            text.push_str(&format!("  {number}. {sentence}\n"));
        }
        text.push('\n');
    }
    print(text.strip_suffix('\n').unwrap_or(&text))
}

fn only(cases: Vec<Case>, id: Option<&str>, file: &Path) -> Result<Vec<Case>, Fault> {
    let Some(id) = id else {
        return Ok(cases);
    };
    let found: Vec<_> = cases.into_iter().filter(|case| case.id == id).collect();
    if found.is_empty() {
        let what = format!("there is no case `{id}`");
        return Err(Fault::not_found(what).at(file.display().to_string()));
    }
    Ok(found)
}

fn replay(
    files: &[std::path::PathBuf],
    current: &Arc<Policy>,
    draft: &Arc<Policy>,
    say: Say,
) -> Result<(), Fault> {
    let (mut cases, mut moved): (usize, Vec<Moved>) = (0, Vec::new());
    for file in files {
        let text = read(file)?;
        let replayed =
            kaname_severity::replay(&text, current, draft).map_err(|flaw| refused(file, &flaw))?;
        cases += replayed.cases;
        moved.extend(replayed.moved);
    }
    let under = |policy: &Policy| json!({ "id": policy.id, "version": policy.version, "sha256": policy.sha256 });
    let result = json!({
        "current": under(current),
        "draft": under(draft),
        "cases": cases,
        "moved": moved,
    });
    say.result(&result, || {
        let answer = |answer: kaname_severity::Answer| {
            let shadow = if answer.rated { "" } else { " (shadow)" };
            format!("{}{shadow}", interval(answer.level))
        };
        let rows: Vec<_> = moved
            .iter()
            .map(|moved| [moved.id.clone(), answer(moved.before), answer(moved.after)])
            .collect();
        let table = table(["CASE", "BEFORE", "DRAFT"], &rows);
        format!("{table}\n{} of {cases} cases moved", moved.len())
    })
}

fn check(files: &[std::path::PathBuf], signed: &SignedArgs, say: Say) -> Result<(), Fault> {
    let mut policies: Vec<Arc<Policy>> = Vec::new();
    for file in files {
        let policy = read_policy(file, Some(signed))?;
        if let Some(other) = policies.iter().find(|other| other.overlaps(&policy)) {
            let what = format!(
                "`{}` {} and {} are both in force on some day",
                policy.id, other.version, policy.version
            );
            return Err(Fault::new(Exit::Denied, what)
                .at(file.display().to_string())
                .hint("give the earlier one a `valid_to`"));
        }
        sectors::agree(&policy).map_err(|fault| fault.at(file.display().to_string()))?;
        policies.push(policy);
    }
    let told = |policy: &Arc<Policy>| {
        json!({
            "id": policy.id,
            "version": policy.version,
            "status": policy.status,
            "sha256": policy.sha256,
        })
    };
    let result: Vec<_> = policies.iter().map(told).collect();
    say.result(&json!({ "policies": result }), || {
        let rows: Vec<_> = policies
            .iter()
            .map(|policy| {
                let status = format!("{:?}", policy.status).to_lowercase();
                let short = policy.sha256.clone();
                [policy.id.clone(), policy.version.clone(), status, short]
            })
            .collect();
        table(["POLICY", "VERSION", "STATUS", "SHA-256"], &rows)
    })
}

fn chosen(args: &PolicyArgs) -> Result<Arc<Policy>, Fault> {
    match &args.policy {
        Some(file) => read_policy(file, Some(&args.signed)),
        None => Policy::builtin()
            .map_err(|flaw| Fault::failed("the policy of the program is damaged").because(&flaw)),
    }
}

fn read_policy(file: &Path, signed: Option<&SignedArgs>) -> Result<Arc<Policy>, Fault> {
    let text = read(file)?;
    let (mut signatures, mut signers) = (Vec::new(), Vec::new());
    if let Some(path) = signed.and_then(|signed| signed.signatures.as_deref()) {
        signatures = Signature::read(&read(path)?).map_err(|flaw| refused(path, &flaw))?;
    }
    if let Some(path) = signed.and_then(|signed| signed.signers.as_deref()) {
        signers = Signer::read(&read(path)?).map_err(|flaw| refused(path, &flaw))?;
    }
    Policy::read(&text, &signatures, &signers).map_err(|flaw| refused(file, &flaw))
}

fn cases(file: &Path, policy: &Arc<Policy>) -> Result<Vec<Case>, Fault> {
    kaname_severity::cases(&read(file)?, policy).map_err(|flaw| refused(file, &flaw))
}

fn refused(file: &Path, flaw: &Flaw) -> Fault {
    let what = format!("{}`{}` {}", flaw.place, flaw.field, flaw.reason);
    Fault::new(Exit::Usage, what).at(format!("{}:{}", file.display(), flaw.line))
}

/// A file as text, bounded.
fn read(file: &Path) -> Result<String, Fault> {
    let fault = |error: std::io::Error| Fault::file(file, "read", &error);
    let bytes = bounded::bytes(file, MOST_BYTES).map_err(fault)?;
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| {
        let what = "is not UTF-8, or is longer than 16 MiB";
        Fault::new(Exit::Usage, what).at(file.display().to_string())
    })
}

/// Tells a fault and goes on.
fn tell(fault: &Fault, say: Say) {
    let text = if say.is_json() {
        format!("{}\n", fault.json())
    } else {
        fault.text()
    };
    let _ = std::io::stderr().write_all(text.as_bytes());
}
