//! Rules of Suricata 7 and Snort 3 (Suricata user guide, "Rules Format"; Snort 3 rule writing guide).

use super::{NoRule, bounded, no};

mod known;

/// Most rules of one text.
const MAX_RULES: usize = 50;
/// Longest rule, in bytes: what both engines take.
const MAX_RULE: usize = 8_000;
/// Lists within lists of addresses or ports.
const MAX_DEPTH: usize = 8;

/// Whose rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Suricata 7.
    Suricata,
    /// Snort 3.
    Snort,
}

/// A rule but for its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntrusionRule {
    /// What stands before the options.
    pub head: String,
    /// What it says when it alerts, as it is written between quotes.
    pub msg: String,
    /// Its options but for `msg`, `sid`, `gid` and `rev`, each ended by a semicolon.
    pub options: String,
}

/// Reads the rules of a text, each on a line of its own.
///
/// # Errors
/// When one of them is no rule of that engine, does something else than alert, or reaches outside itself.
pub fn read(text: &str, engine: Engine) -> Result<Vec<IntrusionRule>, NoRule> {
    let mut rules = Vec::new();
    let joined = bounded(text)?.replace("\\\r\n", " ").replace("\\\n", " ");
    for line in joined.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if rules.len() >= MAX_RULES {
            return no(format!("more than {MAX_RULES} rules"));
        }
        rules.push(rule(line, engine)?);
    }
    match rules.is_empty() {
        true => no("there is no rule"),
        false => Ok(rules),
    }
}

fn rule(line: &str, engine: Engine) -> Result<IntrusionRule, NoRule> {
    if line.len() > MAX_RULE {
        return no(format!("a rule is longer than {MAX_RULE} bytes"));
    }
    if !line.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return no("a sign outside of printable ASCII");
    }
    let Some((head, rest)) = line.split_once('(') else {
        return no("there are no options");
    };
    let Some(inner) = rest.strip_suffix(')') else {
        return no("the options are not closed");
    };
    let head = read_head(head, engine)?;
    let mut msg = None;
    let mut options = String::new();
    for option in split_options(inner)? {
        let (name, value) = match option.split_once(':') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (option.trim(), None),
        };
        match name {
            "sid" | "gid" | "rev" => {
                let number = value.is_some_and(|text| text.bytes().all(|b| b.is_ascii_digit()));
                if !number {
                    return no(format!("{name} is no number"));
                }
            }
            "msg" => {
                let quoted = value.and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
                match quoted {
                    Some(text) if msg.is_none() => msg = Some(text.to_owned()),
                    _ => return no("msg is said once, in quotes"),
                }
            }
            _ => {
                check_option(name, value, engine)?;
                options.push_str(name);
                if let Some(value) = value {
                    options.push(':');
                    options.push_str(value);
                }
                options.push_str("; ");
            }
        }
    }
    let Some(msg) = msg else {
        return no("it does not say what it means (msg)");
    };
    Ok(IntrusionRule {
        head,
        msg,
        options: options.trim_end().to_owned(),
    })
}

/// The options between semicolons. In quotes a semicolon is escaped, or the text would end there for one engine and not
/// for the other.
fn split_options(inner: &str) -> Result<Vec<&str>, NoRule> {
    let mut options = Vec::new();
    let (mut start, mut escaped, mut quoted) = (0, false, false);
    for (at, sign) in inner.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ';' if quoted => return no("an unescaped semicolon in quotes"),
            ';' => {
                let option = inner[start..at].trim();
                if option.is_empty() {
                    return no("an empty option");
                }
                options.push(option);
                start = at + 1;
            }
            '(' | ')' if !quoted => {
                // Both stand in values of pcre and content alone, which are quoted.
                return no("a bracket outside of quotes");
            }
            _ => {}
        }
    }
    if quoted || escaped || !inner[start..].trim().is_empty() {
        return no("the last option is not ended");
    }
    Ok(options)
}

fn check_option(name: &str, value: Option<&str>, engine: Engine) -> Result<(), NoRule> {
    if known::REACHING.contains(&name) {
        return no(format!("{name} reaches outside the rule"));
    }
    let known = match engine {
        Engine::Suricata => known::SURICATA,
        Engine::Snort => known::SNORT,
    };
    if !known.contains(&name) {
        return no(format!("{name} is no option that is known here"));
    }
    let Some(value) = value else {
        return Ok(());
    };
    let negated = value.strip_prefix('!').unwrap_or(value).trim_start();
    match name {
        "content" | "uricontent" | "startswith_content" => check_content(negated, engine),
        "pcre" => check_pcre(negated),
        _ => Ok(()),
    }
}

/// The text between the quotes at the start of a value, and what follows them.
fn quoted(value: &str) -> Result<(&str, &str), NoRule> {
    let Some(rest) = value.strip_prefix('"') else {
        return no("a text in quotes is expected");
    };
    let mut escaped = false;
    for (at, sign) in rest.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Ok((&rest[..at], &rest[at + 1..])),
            _ => {}
        }
    }
    no("quotes are not closed")
}

/// Text with bytes between bars: `"a|0d 0a|b"`.
fn check_content(value: &str, engine: Engine) -> Result<(), NoRule> {
    let (text, after) = quoted(value)?;
    let more = after.trim();
    match engine {
        Engine::Suricata if !more.is_empty() => return no("something follows a content"),
        Engine::Snort => {
            let parts = more.split(',').map(str::trim).skip(1);
            let known = |part: &str| {
                let name = part.split_whitespace().next().unwrap_or_default();
                known::SNORT_CONTENT.contains(&name)
            };
            let begins = more.is_empty() || more.starts_with(',');
            if !begins || !parts.into_iter().all(known) {
                return no("a content has a modifier that is not known");
            }
        }
        Engine::Suricata => {}
    }
    if text.is_empty() {
        return no("an empty content");
    }
    let parts: Vec<&str> = text.split('|').collect();
    if parts.len().is_multiple_of(2) {
        return no("bars of a content are not closed");
    }
    for (at, part) in parts.iter().enumerate() {
        let is_bytes = at % 2 == 1;
        let digits = part.bytes().filter(|byte| *byte != b' ');
        if is_bytes && (!digits.clone().all(|b| b.is_ascii_hexdigit()) || digits.count() % 2 != 0) {
            return no("bytes of a content are no hexadecimal digits");
        }
    }
    Ok(())
}

/// `"/expression/flags"`. Whether the expression itself is sound only the engine knows: brackets are counted.
fn check_pcre(value: &str) -> Result<(), NoRule> {
    let (text, after) = quoted(value)?;
    let Some((expression, flags)) = text
        .strip_prefix('/')
        .and_then(|rest| rest.rsplit_once('/'))
    else {
        return no("an expression stands between slashes");
    };
    if !after.trim().is_empty() || !flags.bytes().all(|flag| flag.is_ascii_alphabetic()) {
        return no("something follows an expression");
    }
    let (mut depth, mut class, mut escaped) = (0_i32, false, false);
    for sign in expression.chars() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '(' if !class => depth += 1,
            ')' if !class => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            break;
        }
    }
    match depth == 0 && !class && !escaped && !expression.is_empty() {
        true => Ok(()),
        false => no("brackets of an expression are not closed"),
    }
}

fn read_head(head: &str, engine: Engine) -> Result<String, NoRule> {
    let words = words_of(head)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((&action, rest)) = words.split_first() else {
        return no("there is no action");
    };
    if action != "alert" {
        return no(format!("it does something else than alert: {action}"));
    }
    let protocols = match engine {
        Engine::Suricata => known::SURICATA_PROTOCOLS,
        Engine::Snort => known::SNORT_PROTOCOLS,
    };
    match rest {
        [protocol] if engine == Engine::Snort && known::SNORT_SERVICES.contains(protocol) => {}
        [protocol, from, from_port, direction, to, to_port] => {
            if !protocols.contains(protocol) {
                return no(format!("{protocol} is no protocol that is known here"));
            }
            if !matches!(*direction, "->" | "<>") {
                return no("the direction is -> or <>");
            }
            for address in [from, to] {
                check_list(address, 0, &is_address)?;
            }
            for port in [from_port, to_port] {
                check_list(port, 0, &is_port)?;
            }
        }
        _ => return no("the head has not the parts of a rule"),
    }
    Ok(words.join(" "))
}

/// Words of a head; a list is one word, without the spaces in it.
fn words_of(head: &str) -> Result<Vec<String>, NoRule> {
    let mut words = vec![String::new()];
    let mut depth = 0_usize;
    for sign in head.trim().chars() {
        match sign {
            '[' => depth += 1,
            ']' => {
                depth = depth
                    .checked_sub(1)
                    .ok_or(NoRule("a list is not opened".to_owned()))?
            }
            _ => {}
        }
        match (sign, words.last_mut()) {
            (' ', _) if depth > 0 => {}
            (' ', Some(last)) if last.is_empty() => {}
            (' ', _) => words.push(String::new()),
            (_, Some(last)) => last.push(sign),
            (_, None) => {}
        }
    }
    match depth {
        0 => Ok(words),
        _ => no("a list is not closed"),
    }
}

/// `any`, one, or a list of them, each perhaps negated.
fn check_list(text: &str, depth: usize, is_one: &dyn Fn(&str) -> bool) -> Result<(), NoRule> {
    if depth > MAX_DEPTH {
        return no("lists within lists");
    }
    let plain = text.strip_prefix('!').unwrap_or(text);
    if let Some(inner) = plain
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        let mut start = 0;
        let mut open = 0_i32;
        for (at, sign) in inner.char_indices().chain([(inner.len(), ',')]) {
            match sign {
                '[' => open += 1,
                ']' => open -= 1,
                ',' if open == 0 => {
                    check_list(&inner[start..at], depth + 1, is_one)?;
                    start = at + 1;
                }
                _ => {}
            }
        }
        return Ok(());
    }
    let fits = match plain.strip_prefix('$') {
        Some(name) => known::VARIABLES.contains(&name),
        None => (plain == "any" && plain == text) || is_one(plain),
    };
    match fits {
        true => Ok(()),
        false => no(format!(
            "{text} is no address, port or variable that is known here"
        )),
    }
}

fn is_address(text: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<std::net::IpAddr>() else {
        return false;
    };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= longest))
}

fn is_port(text: &str) -> bool {
    let number = |text: &str| text.parse::<u16>().is_ok();
    match text.split_once(':') {
        Some((from, to)) => {
            let open = |text: &str| text.is_empty() || number(text);
            open(from) && open(to) && text.len() > 1
        }
        None => number(text),
    }
}
