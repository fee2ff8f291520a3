//! Sigma rules (Sigma specification 2): the YAML is read into a tree, its shape is checked, and it is written anew.

use std::fmt::Write as _;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::{NoRule, bounded, no};

/// Most scalars, lists and maps of one text.
const MAX_NODES: usize = 5_000;
/// Deepest nesting.
const MAX_DEPTH: usize = 16;

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    /// What is written without quotes and is a number, a truth or nothing.
    Plain(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigmaRule {
    members: Vec<(String, Node)>,
}

/// Reads the rule of a text: one document.
///
/// # Errors
/// When it is no YAML without references and tags, or no Sigma rule.
pub fn read(text: &str) -> Result<SigmaRule, NoRule> {
    let members = match tree(bounded(text)?)? {
        Node::Map(members) => members,
        _ => return no("a rule has members"),
    };
    let of = |name: &str| {
        members
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, node)| node)
    };
    if of("action").is_some() || of("correlation").is_some() || of("filter").is_some() {
        return no("it is about other rules");
    }
    match of("title") {
        Some(Node::Text(title)) if !title.trim().is_empty() => {}
        _ => return no("it has no title"),
    }
    match of("logsource") {
        Some(Node::Map(source)) => {
            let known =
                |key: &str| matches!(key, "category" | "product" | "service" | "definition");
            let named = source.iter().any(|(key, node)| {
                matches!(key.as_str(), "category" | "product" | "service")
                    && matches!(node, Node::Text(_))
            });
            if !named || !source.iter().all(|(key, _)| known(key)) {
                return no("logsource names a category, a product or a service");
            }
        }
        _ => return no("it has no logsource"),
    }
    match of("detection") {
        Some(Node::Map(detection)) => check_detection(detection)?,
        _ => return no("it has no detection"),
    }
    Ok(SigmaRule { members })
}

/// Every search a map, a list or a text, and a condition that names them.
fn check_detection(detection: &[(String, Node)]) -> Result<(), NoRule> {
    let mut searches = Vec::new();
    let mut conditions = Vec::new();
    for (name, node) in detection {
        match (name.as_str(), node) {
            ("condition", Node::Text(text)) => conditions.push(text.as_str()),
            ("condition", Node::List(list)) => {
                for one in list {
                    let Node::Text(text) = one else {
                        return no("a condition is a text");
                    };
                    conditions.push(text);
                }
            }
            ("condition", _) => return no("a condition is a text"),
            ("timeframe", _) => {
                return no("what counts events is no condition of one rule any more");
            }
            (_, Node::Plain(_)) => return no(format!("{name} searches for nothing")),
            (_, Node::Map(fields)) if fields.is_empty() => {
                return no(format!("{name} searches for nothing"));
            }
            (_, Node::List(values)) if values.is_empty() => {
                return no(format!("{name} searches for nothing"));
            }
            _ => searches.push(name.as_str()),
        }
    }
    if conditions.is_empty() {
        return no("there is no condition");
    }
    conditions
        .iter()
        .try_for_each(|one| check_condition(one, &searches))
}

fn check_condition(condition: &str, searches: &[&str]) -> Result<(), NoRule> {
    let spaced = condition.replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    // Whether something that holds or not is expected next.
    let (mut wanted, mut depth, mut at) = (true, 0_usize, 0_usize);
    while let Some(word) = words.get(at) {
        at += 1;
        match *word {
            "(" if wanted => depth += 1,
            ")" if !wanted && depth > 0 => depth -= 1,
            "not" if wanted => {}
            "and" | "or" if !wanted => wanted = true,
            "1" | "all" | "any" if wanted && words.get(at) == Some(&"of") => {
                let Some(what) = words.get(at + 1) else {
                    return no("of what is not said");
                };
                let any = match what.split_once('*') {
                    Some((start, end)) => searches
                        .iter()
                        .any(|one| one.starts_with(start) && one.ends_with(end)),
                    None => *what == "them" || searches.contains(what),
                };
                if !any || searches.is_empty() {
                    return no(format!("{what} names no search"));
                }
                at += 2;
                wanted = false;
            }
            name if wanted && searches.contains(&name) => wanted = false,
            other => return no(format!("{other} stands where it cannot be read")),
        }
    }
    match wanted || depth > 0 {
        true => no("the condition ends in the middle"),
        false => Ok(()),
    }
}

fn tree(text: &str) -> Result<Node, NoRule> {
    let mut open: Vec<(Node, Option<String>)> = Vec::new();
    let mut root = None;
    let mut nodes = 0;
    for event in Parser::new_from_str(text) {
        let event = match event {
            Ok((event, _)) => event,
            Err(error) => return no(format!("no YAML: {error}")),
        };
        nodes += 1;
        if nodes > MAX_NODES || open.len() > MAX_DEPTH {
            return no("too much in one rule");
        }
        let done = match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => None,
            Event::DocumentStart(_) if root.is_some() => return no("more than one document"),
            Event::DocumentStart(_) => None,
            Event::Alias(_) => return no("a reference within the document"),
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => return no("a tag of YAML"),
            Event::Scalar(text, style, _, None) => Some(scalar(&text, style)?),
            Event::SequenceStart(..) => {
                open.push((Node::List(Vec::new()), None));
                None
            }
            Event::MappingStart(..) => {
                open.push((Node::Map(Vec::new()), None));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|(node, _)| node),
        };
        let Some(node) = done else {
            continue;
        };
        match open.last_mut() {
            None => root = Some(node),
            Some((Node::List(list), _)) => list.push(node),
            Some((Node::Map(members), key)) => match (key.take(), node) {
                (None, Node::Text(text) | Node::Plain(text)) => {
                    if members.iter().any(|(name, _)| *name == text) {
                        return no(format!("{text} is said twice"));
                    }
                    *key = Some(text);
                }
                (None, _) => return no("a member without a name"),
                (Some(name), node) => members.push((name, node)),
            },
            Some(_) => return no("a scalar holds something"),
        }
    }
    root.ok_or(NoRule("there is nothing".to_owned()))
}

fn scalar(text: &str, style: ScalarStyle) -> Result<Node, NoRule> {
    if text
        .chars()
        .any(|sign| sign.is_control() && !matches!(sign, '\n' | '\t' | '\r'))
    {
        return no("a control character");
    }
    let is_plain = style == ScalarStyle::Plain
        && (matches!(text, "true" | "false" | "null" | "")
            || text
                .parse::<i64>()
                .is_ok_and(|number| number.to_string() == text));
    Ok(match is_plain {
        true => Node::Plain(if text.is_empty() { "null" } else { text }.to_owned()),
        false => Node::Text(text.to_owned()),
    })
}

impl SigmaRule {
    /// Its own id.
    pub fn id(&self) -> Option<&str> {
        let id = self.members.iter().find(|(key, _)| key == "id");
        match id {
            Some((_, Node::Text(id))) => Some(id),
            _ => None,
        }
    }

    /// The document under an id, with a tag more.
    pub fn write(&self, id: &str, tag: Option<&str>) -> String {
        let mut members = self.members.clone();
        members.retain(|(key, _)| key != "id");
        let at = members.iter().position(|(key, _)| key == "title");
        members.insert(
            at.map_or(0, |at| at + 1),
            ("id".to_owned(), Node::Text(id.to_owned())),
        );
        if let Some(tag) = tag.map(|tag| Node::Text(tag.to_owned())) {
            match members.iter_mut().find(|(key, _)| key == "tags") {
                Some((_, Node::List(tags))) if !tags.contains(&tag) => tags.push(tag),
                Some(_) => {}
                None => members.push(("tags".to_owned(), Node::List(vec![tag]))),
            }
        }
        let mut out = String::from("---\n");
        write_map(&members, 0, &mut out);
        out
    }
}

/// What needs no quotes as the name of a member.
fn key(name: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '|' | '.');
    let begins = name.starts_with(|sign: char| sign.is_ascii_alphabetic());
    let word = matches!(
        name.to_lowercase().as_str(),
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    match begins && !word && name.chars().all(plain) {
        true => name.to_owned(),
        false => serde_json::Value::from(name).to_string(),
    }
}

fn write_map(members: &[(String, Node)], depth: usize, out: &mut String) {
    for (name, node) in members {
        let _ = write!(out, "{:1$}{2}:", "", depth * 2, key(name));
        write_node(node, depth + 1, out);
    }
}

fn write_node(node: &Node, depth: usize, out: &mut String) {
    match node {
        Node::Plain(text) => {
            let _ = writeln!(out, " {text}");
        }
        // A string of JSON is one of YAML.
        Node::Text(text) => {
            let _ = writeln!(out, " {}", serde_json::Value::from(text.as_str()));
        }
        Node::List(list) if list.is_empty() => out.push_str(" []\n"),
        Node::Map(members) if members.is_empty() => out.push_str(" {}\n"),
        Node::Map(members) => {
            out.push('\n');
            write_map(members, depth, out);
        }
        Node::List(list) => {
            out.push('\n');
            for one in list {
                let _ = write!(out, "{:1$}-", "", depth * 2);
                write_node(one, depth + 1, out);
            }
        }
    }
}
