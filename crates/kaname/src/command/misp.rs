//! `misp convert`: MISP events to STIX bundles and back, without any store.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use kaname_misp::{Conversion, Finding, Form, Limits, Made, Unconverted, errors};
use serde_json::json;

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
        let named: Vec<&Finding> = done.findings.iter().take(MOST_NAMED).collect();
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

fn line(finding: &Finding) -> String {
    format!(
        "{} ({}): {}",
        finding.pointer, finding.rule, finding.message
    )
}

fn file(path: &Path, args: &ConvertArgs, names: &mut HashSet<PathBuf>) -> Result<Converted, Fault> {
    let limits = Limits::default();
    let bytes = bounded::file(path, limits.bytes as u64, "split the file")?;
    let to = match args.to {
        Some(ConvertTo::Misp) => Form::Misp,
        Some(ConvertTo::Stix) => Form::Stix,
        None => Form::other_than(&bytes),
    };
    let conversion = Conversion {
        to,
        skip_bad: args.skip_bad,
        most_bytes: usize::MAX,
    };
    let mut done = Converted::default();
    let mut take = |made: Made| {
        let name = match made.event {
            Some(event) => format!("{}.{event}.stix.json", stem(path)),
            None => format!("{}.misp.json", stem(path)),
        };
        write(&name, &made.text, args, names, &mut done.written)
    };
    let all = conversion
        .run(&bytes, &limits, &mut take)
        .map_err(|error| match error {
            Unconverted::NotTaken(fault) => fault,
            Unconverted::Unsound(findings) => refusal(path, &findings),
            other => unread(path, &other),
        })?;
    done.attributes = all.attributes;
    done.objects = all.objects;
    done.findings = all.findings;
    Ok(done)
}

fn write(
    name: &str,
    out: &[u8],
    args: &ConvertArgs,
    names: &mut HashSet<PathBuf>,
    written: &mut Vec<PathBuf>,
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
    written.push(path);
    Ok(())
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

fn unread(path: &Path, error: &Unconverted<Fault>) -> Fault {
    Fault::failed("the file cannot be converted")
        .at(path.display().to_string())
        .because(error)
        .hint("MISP events in the core format or a STIX 2.1 bundle are expected, as JSON")
}

fn refusal(path: &Path, findings: &[Finding]) -> Fault {
    let count = errors(findings).count();
    let what = format!("{count} parts are unsound; nothing of this file was converted");
    let mut fault = Fault::failed(what).at(path.display().to_string());
    fault.causes.extend(errors(findings).take(3).map(line));
    fault.hint("--skip-bad converts the others")
}
