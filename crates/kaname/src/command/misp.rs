//! `misp convert`: MISP events to STIX bundles and back, without any store.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use kaname_misp::{Done, Finding, Limits, MispError, Severity, events, to_misp, to_stix};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    bounded,
    cli::{ConvertArgs, ConvertTo, MispCommand},
    fault::Fault,
    part,
    say::{Say, document},
};

/// Most findings that are named for a file.
const MOST_NAMED: usize = 20;

/// What became of a file.
#[derive(Default)]
struct Converted {
    written: Vec<PathBuf>,
    attributes: usize,
    objects: usize,
    findings: Vec<Finding>,
}

pub(super) fn run(command: &MispCommand, say: Say) -> Result<(), Fault> {
    let MispCommand::Convert(args) = command;
    match &args.out {
        Some(folder) => {
            fs::create_dir_all(folder).map_err(|error| Fault::file(folder, "made", &error))?;
        }
        None if say.is_json() => {
            return Err(Fault::usage("--json tells what was written")
                .hint("give --out DIR for the results"));
        }
        None => {}
    }
    let bar = say.progress("converting", args.files.len() as u64);
    let mut names = HashSet::new();
    let mut results = Vec::new();
    let mut total = Converted::default();
    for path in &args.files {
        let done = file(path, args, &mut names)?;
        bar.inc(1);
        let errors = errors(&done.findings).count();
        let named: Vec<Value> = done.findings.iter().take(MOST_NAMED).map(told).collect();
        results.push(json!({
            "file": path,
            "written": done.written,
            "attributes": done.attributes,
            "objects": done.objects,
            "left_out": errors,
            "findings": named,
        }));
        for finding in done.findings.iter().take(MOST_NAMED) {
            say.note(&format!("{}: {}", path.display(), line(finding)));
        }
        total.attributes += done.attributes;
        total.findings.extend(done.findings);
    }
    bar.finish_and_clear();
    if args.out.is_none() {
        return Ok(());
    }
    let left_out = errors(&total.findings).count();
    say.result(&json!({ "files": results }), || {
        format!(
            "{} attributes converted, {left_out} parts left out",
            total.attributes
        )
    })
}

fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    let error = |finding: &&Finding| finding.severity == Severity::Error;
    findings.iter().filter(error)
}

fn line(finding: &Finding) -> String {
    format!(
        "{} ({}): {}",
        finding.pointer, finding.rule, finding.message
    )
}

fn told(finding: &Finding) -> Value {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    json!({
        "severity": severity,
        "pointer": finding.pointer,
        "rule": finding.rule,
        "message": finding.message,
    })
}

fn file(path: &Path, args: &ConvertArgs, names: &mut HashSet<PathBuf>) -> Result<Converted, Fault> {
    let limits = Limits::default();
    let bytes = bounded::file(path, limits.bytes as u64, "split the file")?;
    let mut done = Converted::default();
    // A document that is refused leaves nothing behind: the sound parts are written at its end.
    let mut ready: Vec<(String, Vec<u8>)> = Vec::new();
    match args.to.unwrap_or_else(|| other(&bytes)) {
        ConvertTo::Misp => {
            let mut out = Vec::new();
            let one = to_misp(&bytes, &limits, &mut out).map_err(|error| unread(path, &error))?;
            add(&mut done, one);
            ready.push((format!("{}.misp.json", stem(path)), out));
        }
        ConvertTo::Stix => {
            for event in events(&bytes, &limits).map_err(|error| unread(path, &error))? {
                let event = match event {
                    Ok(event) => event,
                    Err(error) if args.skip_bad => {
                        done.findings.push(rejected(&error));
                        continue;
                    }
                    Err(error) => return Err(unread(path, &error)),
                };
                let mut out = Vec::new();
                let one = to_stix(&event, &mut out);
                add(&mut done, one);
                let name = format!("{}.{}.stix.json", stem(path), event.uuid());
                if args.skip_bad {
                    write(&name, &out, args, names, &mut done)?;
                } else {
                    ready.push((name, out));
                }
            }
        }
    }
    if !args.skip_bad && errors(&done.findings).next().is_some() {
        return Err(refusal(path, &done.findings));
    }
    for (name, out) in ready {
        write(&name, &out, args, names, &mut done)?;
    }
    Ok(done)
}

fn write(
    name: &str,
    out: &[u8],
    args: &ConvertArgs,
    names: &mut HashSet<PathBuf>,
    done: &mut Converted,
) -> Result<(), Fault> {
    let Some(folder) = &args.out else {
        return document(&String::from_utf8_lossy(out));
    };
    let path = folder.join(name);
    if !names.insert(path.clone()) {
        return Err(Fault::usage("two results would have one name")
            .at(path.display().to_string())
            .hint("convert them into different folders"));
    }
    part::write(&path, out).map_err(|error| Fault::file(&path, "written", &error))?;
    done.written.push(path);
    Ok(())
}

fn add(done: &mut Converted, one: Done) {
    done.attributes += one.attributes;
    done.objects += one.objects;
    done.findings.extend(one.findings);
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

/// The form that a document has not.
fn other(bytes: &[u8]) -> ConvertTo {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(rename = "type")]
        kind: Option<String>,
    }
    match serde_json::from_slice::<Kind>(bytes) {
        Ok(Kind { kind: Some(kind) }) if kind == "bundle" => ConvertTo::Misp,
        _ => ConvertTo::Stix,
    }
}

fn unread(path: &Path, error: &MispError) -> Fault {
    Fault::failed("the file cannot be converted")
        .at(path.display().to_string())
        .because(error)
        .hint("MISP events in the core format or a STIX 2.1 bundle are expected, as JSON")
}

fn rejected(error: &MispError) -> Finding {
    let pointer = match error {
        MispError::Form { pointer, .. } => pointer.clone(),
        _ => String::new(),
    };
    Finding {
        severity: Severity::Error,
        pointer,
        rule: "event",
        message: error.to_string(),
    }
}

fn refusal(path: &Path, findings: &[Finding]) -> Fault {
    let count = errors(findings).count();
    let what = format!("{count} parts are unsound; nothing of this file was converted");
    let mut fault = Fault::failed(what).at(path.display().to_string());
    fault.causes.extend(errors(findings).take(3).map(line));
    fault.hint("--skip-bad converts the others")
}
