//! Host names standing alone, in text with and without blanks between the words.

use super::{Hit, Scan, bare, host_hit};
use crate::host::{self, Host};
use crate::indicator::{Kind, Note};

/// Longest name in another script that is considered, in bytes.
const LONGEST_INTERNATIONAL: usize = 600;

/// Hiragana that join words of a sentence, as in `攻撃元は…`.
const PARTICLES: &[char] = &[
    'は', 'が', 'を', 'に', 'で', 'と', 'も', 'へ', 'や', 'の', 'た', 'す',
];

pub(super) fn scan(scan: &mut Scan<'_>) {
    let text = scan.text();
    let mut start = None;
    for (index, sign) in text.char_indices().chain([(text.len(), ' ')]) {
        match (host::is_host_sign(sign), start) {
            (true, None) => start = Some(index),
            (false, Some(first)) => {
                run(scan, first, index);
                start = None;
            }
            _ => {}
        }
    }
}

/// One longest stretch of signs of host names.
fn run(scan: &mut Scan<'_>, start: usize, end: usize) {
    let run = &scan.text()[start..end];
    if !run.contains('.') {
        return;
    }
    if run.is_ascii() {
        latin(scan, start, end);
        return;
    }
    let mut found = false;
    let mut from = None;
    for (index, sign) in run.char_indices().chain([(run.len(), '　')]) {
        match (sign.is_ascii(), from) {
            (true, None) => from = Some(index),
            (false, Some(first)) => {
                if !continues_label(scan, start, start + first) {
                    found |= latin(scan, start + first, start + index);
                }
                from = None;
            }
            _ => {}
        }
    }
    if !found && run.len() <= LONGEST_INTERNATIONAL {
        international(scan, start, end);
    }
}

/// Whether Latin signs at `index` begin with the dot after a label in another script. A
/// full-width stop ends a sentence there: `通信した．evil.example`.
fn continues_label(scan: &Scan<'_>, run_start: usize, index: usize) -> bool {
    let text = scan.text();
    let written = scan.folded.original(index, index + 1);
    let is_plain = written.end - written.start == 1;
    index > run_start
        && text[index..].starts_with('.')
        && (is_plain || scan.folded.is_defanged(index, index + 1))
}

/// Names written in Latin letters only, between `start` and `end`. Says whether there is one.
fn latin(scan: &mut Scan<'_>, start: usize, end: usize) -> bool {
    let mut found = false;
    let mut from = start;
    for part in scan.text()[start..end].split("..") {
        let lead = part.len() - part.trim_start_matches(['.', '-']).len();
        let mut name = part[lead..].trim_end_matches(['.', '-', '_']);
        let mut first = from + lead;
        if scan.text()[first + name.len()..].starts_with('_') {
            first += name.len() - name.trim_start_matches('_').len();
            name = name.trim_start_matches('_');
        }
        from += part.len() + 2;
        found |= latin_name(scan, first, first + name.len());
    }
    found
}

fn latin_name(scan: &mut Scan<'_>, start: usize, end: usize) -> bool {
    let name = &scan.text()[start..end];
    if name.len() > 253 || scan.is_taken(start, end) {
        return false;
    }
    let Some(host) = Host::parse(name) else {
        return false;
    };
    let defanged = scan.folded.is_defanged(start, end);
    let internal = defanged && host.is_internal();
    if !(internal || (host.has_known_tld() && !host.is_registry_suffix())) {
        return false;
    }
    if defanged || looks_like_a_name(scan, start, end, &host) {
        add(scan, start, end, &host, &[]);
        return true;
    }
    false
}

fn add(scan: &mut Scan<'_>, start: usize, end: usize, host: &Host, notes: &[Note]) {
    if let Some(hit) = bare::url_from(scan, start, end) {
        scan.add(hit);
        return;
    }
    let mut hit: Hit = host_hit(start, end, Kind::Domain, host.ascii.clone(), host);
    hit.unicode = host.unicode.clone();
    hit.notes
        .extend(scan.port_at(end).map(|(port, _)| Note::Port(port)));
    hit.notes.extend_from_slice(notes);
    scan.add(hit);
}

/// Whether nothing speaks for a file, a program or the seam of two sentences.
fn looks_like_a_name(scan: &Scan<'_>, start: usize, end: usize, host: &Host) -> bool {
    let text = scan.text();
    let name = &text[start..end];
    // After a name or address that was found, a stroke separates: `evil.example/bad.example`.
    let in_list = text[..start].ends_with('/') && start > 1 && scan.is_taken(start - 2, start - 1);
    let in_path = matches!(scan.before(start), Some('\\' | '/' | '%' | '$' | '@')) && !in_list
        || matches!(scan.after(end), Some('\\' | '@'));
    let is_call = text[end..].starts_with("()");
    let files = host.ends_like_a_file() && !host.ascii.starts_with("www.");
    let tld = name.rsplit('.').next().unwrap_or_default();
    let rest = &name[..name.len() - tld.len()];
    let is_detection = tld.len() <= 3
        && tld.bytes().all(|sign| sign.is_ascii_uppercase())
        && rest.bytes().any(|sign| sign.is_ascii_lowercase());
    let is_seam = tld.starts_with(|sign: char| sign.is_ascii_uppercase())
        && tld[1..].bytes().all(|sign| sign.is_ascii_lowercase());
    let reserved_word = host.tld() == "test" && host.ascii.split('.').count() < 3;
    !(in_path || is_call || files || is_detection || is_seam || reserved_word)
}

/// A name with labels in another script, beginning where the stretch begins.
fn international(scan: &mut Scan<'_>, start: usize, end: usize) {
    let run = scan.text()[start..end].trim_end_matches(['.', '-', '_']);
    let lead = run.len() - run.trim_start_matches(['.', '-', '_']).len();
    let (start, run) = (start + lead, &run[lead..]);
    let Some((length, host)) = international_end(run) else {
        return;
    };
    if scan.is_taken(start, start + length) || host.is_registry_suffix() {
        return;
    }
    let Some(joint) = after_particle(run) else {
        add(scan, start, start + length, &host, &[]);
        return;
    };
    // In the middle of a sentence the name begins after the particle, as far as one can tell.
    let in_sentence = length < run.len();
    let shorter = Host::parse(&run[joint..length]).filter(|_| in_sentence);
    match shorter {
        Some(host) => add(
            scan,
            start + joint,
            start + length,
            &host,
            &[Note::Doubtful],
        ),
        None => add(scan, start, start + length, &host, &[Note::Doubtful]),
    }
}

/// Where a name ends: at a change of script after a known last label, or with the stretch.
fn international_end(run: &str) -> Option<(usize, Host)> {
    let known = |text: &str| {
        Host::parse(text).filter(|host| host.has_known_tld() && !host.ends_like_a_file())
    };
    let last_dot = run.rfind('.')?;
    let change = host::script_changes(&run[last_dot..])
        .next()
        .map(|index| last_dot + index);
    if let Some(end) = change {
        return known(&run[..end]).map(|host| (end, host));
    }
    known(run).map(|host| (run.len(), host))
}

/// Where the first label goes on after its last particle that follows kanji or katakana.
fn after_particle(run: &str) -> Option<usize> {
    let label = run.split('.').next().unwrap_or_default();
    let mut joint = None;
    let mut before_is_word = false;
    for (index, sign) in label.char_indices() {
        let next = index + sign.len_utf8();
        let is_particle = PARTICLES.contains(&sign);
        if is_particle && before_is_word && next < label.len() {
            joint = Some(next);
        }
        before_is_word = !('\u{3041}'..='\u{3096}').contains(&sign);
    }
    joint
}
