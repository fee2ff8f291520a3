//! Markup to inert text, with the addresses it links to. One linear pass; nothing is rendered.

/// Elements whose content no reader sees.
const HIDDEN: &[&str] = &[
    "script", "style", "template", "noscript", "head", "title", "svg", "object", "iframe",
];

/// Elements that begin a new line.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "blockquote",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "dt",
    "dd",
];

/// Attributes that hold an address.
const ADDRESSES: &[&str] = &[
    "href",
    "src",
    "action",
    "formaction",
    "background",
    "data",
    "poster",
    "cite",
    "longdesc",
];

/// Entities that occur in names, addresses and ordinary text.
const ENTITIES: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("period", '.'),
    ("sol", '/'),
    ("colon", ':'),
    ("commat", '@'),
    ("num", '#'),
    ("equals", '='),
    ("quest", '?'),
    ("lowbar", '_'),
    ("hyphen", '-'),
    ("yen", '¥'),
    ("copy", '©'),
    ("reg", '®'),
];

/// Longest tag that is read; what is longer is passed over like one, in bytes.
const LONGEST_TAG: usize = 64 << 10;

/// What a piece of markup says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plain {
    /// The text that a reader would see.
    pub(crate) text: String,
    /// Addresses in attributes, in their order.
    pub(crate) links: Vec<String>,
    /// There were more addresses than the bound.
    pub(crate) truncated: bool,
}

/// Reads markup as text.
pub(crate) fn plain(html: &str, max_links: usize) -> Plain {
    let mut out = Plain::default();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        push_text(&mut out.text, &rest[..open]);
        rest = &rest[open..];
        rest = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.find("-->").map_or("", |end| &comment[end + 3..])
        } else if is_tag(rest) {
            tag(rest, &mut out, max_links)
        } else {
            out.text.push('<');
            &rest[1..]
        };
    }
    push_text(&mut out.text, rest);
    out.text = tidy(&out.text);
    out
}

fn is_tag(text: &str) -> bool {
    let next = text.as_bytes().get(1);
    next.is_some_and(|sign| sign.is_ascii_alphabetic() || matches!(sign, b'/' | b'!' | b'?'))
}

/// Reads one tag and returns what follows it, or what follows the element when it is hidden.
fn tag<'a>(text: &'a str, out: &mut Plain, max_links: usize) -> &'a str {
    let end = tag_end(text);
    let inside = text[1..end].trim_end_matches(['>', '/']);
    let after = &text[end..];
    let name_end = inside
        .find(|sign: char| sign.is_whitespace() || (sign == '/' && !inside.starts_with('/')))
        .unwrap_or(inside.len());
    let closes = inside.starts_with('/');
    let name = inside[..name_end]
        .trim_start_matches('/')
        .to_ascii_lowercase();
    if BLOCKS.contains(&name.as_str()) {
        out.text.push('\n');
    } else if matches!(name.as_str(), "td" | "th" | "img") {
        out.text.push(' ');
    }
    if !closes {
        attributes(&inside[name_end..], &name, out, max_links);
    }
    if closes || !HIDDEN.contains(&name.as_str()) {
        return after;
    }
    if matches!(name.as_str(), "script" | "style" | "title" | "iframe") {
        return after_closing(after, &name);
    }
    // Other hidden elements may hold links; those are read, their text is not.
    let (hidden, rest) = split_closing(after, &name);
    let mut nested = Plain::default();
    links_only(
        hidden,
        &mut nested,
        max_links.saturating_sub(out.links.len()),
    );
    out.links.append(&mut nested.links);
    out.truncated |= nested.truncated;
    rest
}

fn links_only(html: &str, out: &mut Plain, max_links: usize) {
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        rest = &rest[open..];
        if is_tag(rest) && !rest.starts_with("</") && !rest.starts_with("<!") {
            let end = tag_end(rest);
            let inside = rest[1..end].trim_end_matches(['>', '/']);
            let name_end = inside.find(char::is_whitespace).unwrap_or(inside.len());
            attributes(&inside[name_end..], "", out, max_links);
            rest = &rest[end..];
        } else {
            rest = &rest[1..];
        }
    }
}

/// One past the `>` of a tag; quotation marks hide others.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (index, byte) in text.bytes().enumerate().take(LONGEST_TAG) {
        match (quote, byte) {
            (None, b'>') => return index + 1,
            (None, b'"' | b'\'') if text[..index].ends_with('=') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    let near = &text[..text.floor_char_boundary(LONGEST_TAG)];
    near.find('>').map_or(near.len(), |index| index + 1)
}

fn after_closing<'a>(text: &'a str, name: &str) -> &'a str {
    split_closing(text, name).1
}

/// The content of an element up to its closing tag, and what follows that tag.
fn split_closing<'a>(text: &'a str, name: &str) -> (&'a str, &'a str) {
    for (index, _) in text.match_indices("</") {
        let rest = &text[index + 2..];
        let named = rest
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name));
        let follows = rest.as_bytes().get(name.len());
        if named && !follows.is_some_and(u8::is_ascii_alphanumeric) {
            let end = rest.find('>').map_or(rest.len(), |end| end + 1);
            return (&text[..index], &rest[end..]);
        }
    }
    // Never closed: a browser would take the rest as its content, and so is it taken here.
    (text, "")
}

fn attributes(text: &str, name: &str, out: &mut Plain, max_links: usize) {
    let mut rest = text;
    while let Some(equals) = rest.find('=') {
        let before = rest[..equals].trim_end();
        let start = before.rfind(|sign: char| sign.is_whitespace() || sign == '/' || sign == '"');
        let attribute = before[start.map_or(0, |index| index + 1)..].to_ascii_lowercase();
        let after = rest[equals + 1..].trim_start();
        let (value, next) = attribute_value(after);
        rest = next;
        let is_refresh = name == "meta" && attribute == "content";
        if !ADDRESSES.contains(&attribute.as_str()) && !is_refresh {
            continue;
        }
        let mut address = String::new();
        push_text(&mut address, value.trim());
        if is_refresh {
            let lower = address.to_ascii_lowercase();
            let Some(at) = lower.find("url=") else {
                continue;
            };
            address = address[at + 4..].trim_matches(['\'', '"', ' ']).to_owned();
        }
        let inert = address.starts_with('#')
            || address
                .get(..5)
                .is_some_and(|a| a.eq_ignore_ascii_case("data:"));
        if address.is_empty() || inert {
            continue;
        }
        if out.links.len() >= max_links {
            out.truncated = true;
            return;
        }
        out.links.push(address);
    }
}

fn attribute_value(text: &str) -> (&str, &str) {
    let quote = text
        .chars()
        .next()
        .filter(|sign| matches!(sign, '"' | '\''));
    match quote {
        Some(quote) => {
            let inside = &text[1..];
            let end = inside.find(quote).unwrap_or(inside.len());
            (&inside[..end], inside.get(end + 1..).unwrap_or_default())
        }
        None => {
            let end = text.find(char::is_whitespace).unwrap_or(text.len());
            (&text[..end], &text[end..])
        }
    }
}

/// Adds text with its entities resolved.
fn push_text(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = rest.bytes().take(12).position(|byte| byte == b';');
        let sign = length.and_then(|length| entity(&rest[1..length]).zip(Some(length)));
        match sign {
            Some((sign, length)) => {
                out.push(sign);
                rest = &rest[length + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|sign| !sign.is_control() || *sign == '\n');
    }
    ENTITIES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, sign)| *sign)
}

/// Runs of blanks become one, runs of empty lines become one line.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out.trim().to_owned()
}
