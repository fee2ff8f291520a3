//! OpenIOC: one indicator with a pattern for each document.

use kaname_stix::author::{Indicator, indicator};
use kaname_stix::pattern::{parse_pattern, quote};
use roxmltree::{Document, Node, ParsingOptions};

use super::{Author, ForeignError, LeftOut, Made, Times, reference};
use crate::json::JsonLimits;

/// Brackets within each other.
const MAX_DEPTH: usize = 30;
/// Most elements of a document.
const MAX_NODES: u32 = 500_000;

/// Terms of OpenIOC, and the property of STIX that means the same.
const TERMS: [(&str, &str); 22] = [
    ("FileItem/Md5sum", "file:hashes.MD5"),
    ("FileItem/Sha1sum", "file:hashes.'SHA-1'"),
    ("FileItem/Sha256sum", "file:hashes.'SHA-256'"),
    ("FileItem/FileName", "file:name"),
    ("FileItem/FullPath", "file:name"),
    ("FileItem/FilePath", "file:parent_directory_ref.path"),
    ("FileItem/SizeInBytes", "file:size"),
    ("DnsEntryItem/Host", "domain-name:value"),
    ("DnsEntryItem/RecordName", "domain-name:value"),
    ("Network/DNS", "domain-name:value"),
    ("Network/URI", "url:value"),
    ("UrlHistoryItem/URL", "url:value"),
    ("UrlHistoryItem/HostName", "domain-name:value"),
    ("PortItem/remoteIP", "network-traffic:dst_ref.value"),
    (
        "RouteEntryItem/Destination",
        "network-traffic:dst_ref.value",
    ),
    ("PortItem/remotePort", "network-traffic:dst_port"),
    ("RegistryItem/Path", "windows-registry-key:key"),
    ("RegistryItem/KeyPath", "windows-registry-key:key"),
    ("ProcessItem/HandleList/Handle/Name", "mutex:name"),
    ("ProcessItem/name", "process:command_line"),
    (
        "ServiceItem/name",
        "process:extensions.'windows-service-ext'.service_name",
    ),
    ("Email/From", "email-message:from_ref.value"),
];

struct Reading {
    left_out: Vec<LeftOut>,
}

pub(super) fn read(bytes: &[u8], limits: &JsonLimits) -> Result<Made, ForeignError> {
    let lacks = |path, reason| ForeignError::Lacks { path, reason };
    if bytes.len() > limits.max_bytes {
        return Err(lacks("ioc", "is longer than allowed"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| lacks("ioc", "is not UTF-8"))?;
    let options = ParsingOptions {
        // Entities are how XML is made to grow without end.
        allow_dtd: false,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text.trim_start_matches('\u{feff}'), options)?;
    let root = document.root_element();
    if !matches!(root.tag_name().name(), "ioc" | "OpenIOC") {
        return Err(ForeignError::Unknown);
    }
    let id = root
        .attribute("id")
        .ok_or_else(|| lacks("ioc/@id", "is not there"))?;
    let meta = child(root, "metadata").unwrap_or(root);
    let of = |name| {
        child(meta, name)
            .and_then(|node| node.text())
            .map(str::trim)
            .filter(|text| !text.is_empty())
    };
    let times = Times::new(
        of("authored_date").or_else(|| root.attribute("published-date")),
        root.attribute("last-modified"),
        "ioc/@last-modified",
    )?;
    let criteria = child(root, "definition").or_else(|| child(root, "criteria"));
    let mut reading = Reading {
        left_out: Vec::new(),
    };
    let top = criteria.and_then(|node| child(node, "Indicator"));
    let pattern = top.and_then(|top| reading.indicator(top, 0));
    let pattern = pattern.ok_or_else(|| lacks("definition", "holds nothing that STIX can say"))?;
    if parse_pattern(&pattern).is_err() {
        return Err(lacks("definition", "is too large for a pattern"));
    }
    let author = Author::new(of("authored_by").unwrap_or("OpenIOC"))?;
    let links = child(meta, "links").or_else(|| child(root, "links"));
    let links = links.into_iter().flat_map(|links| links.children());
    let external: Vec<_> = links
        .filter_map(|link| {
            reference(
                link.attribute("rel").unwrap_or("link"),
                link.text().or(link.attribute("href"))?,
            )
        })
        .collect();
    let base = author.base(id, times, &external);
    let made = indicator(
        &base,
        &Indicator {
            name: of("short_description").or(Some(id)),
            description: of("description"),
            indicator_types: &[],
            pattern: &pattern,
            valid_from: times.created,
            valid_until: None,
        },
    )?;
    Ok(Made {
        objects: vec![author.identity.clone(), made],
        left_out: reading.left_out,
    })
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children()
        .find(|child| child.tag_name().name() == name)
}

impl Reading {
    fn leave_out(&mut self, node: Node<'_, '_>, reason: String) {
        let path = node.attribute("id").unwrap_or_default().to_owned();
        self.left_out.push(LeftOut { path, reason });
    }

    /// The pattern of a group. What is left out of an `AND` would widen it: then the whole group goes.
    fn indicator(&mut self, group: Node<'_, '_>, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            self.leave_out(group, "more than 30 groups within each other".to_owned());
            return None;
        }
        let all = group
            .attribute("operator")
            .is_some_and(|operator| operator.eq_ignore_ascii_case("AND"));
        let mut parts = Vec::new();
        let mut whole = true;
        for node in group.children().filter(Node::is_element) {
            let part = match node.tag_name().name() {
                "IndicatorItem" => self.item(node),
                "Indicator" => self.indicator(node, depth + 1),
                _ => continue,
            };
            whole &= part.is_some();
            parts.extend(part);
        }
        if parts.is_empty() {
            return None;
        }
        if all && !whole {
            self.leave_out(
                group,
                "a part of this AND cannot be said, so none of it is".to_owned(),
            );
            return None;
        }
        let pattern = parts.join(if all { " AND " } else { " OR " });
        Some(if parts.len() > 1 {
            format!("({pattern})")
        } else {
            pattern
        })
    }

    fn item(&mut self, item: Node<'_, '_>) -> Option<String> {
        let search = child(item, "Context")
            .and_then(|context| context.attribute("search"))
            .unwrap_or_default();
        let content = child(item, "Content")
            .and_then(|content| content.text())
            .unwrap_or_default()
            .trim();
        let Some((_, path)) = TERMS.iter().find(|(term, _)| *term == search) else {
            self.leave_out(item, format!("STIX has no property for `{search}`"));
            return None;
        };
        if content.is_empty() {
            self.leave_out(item, "without a value".to_owned());
            return None;
        }
        let negated = item
            .attribute("negate")
            .is_some_and(|negate| negate == "true");
        let (condition, turned) = match item.attribute("condition").unwrap_or("is") {
            "isnot" => ("is", true),
            "containsnot" => ("contains", true),
            other => (other, false),
        };
        let not = if negated != turned { "NOT " } else { "" };
        let test = match condition {
            "is" if path.ends_with("port") || path.ends_with("size") => {
                match content.parse::<i64>() {
                    Ok(number) => format!("{not}= {number}"),
                    Err(_) => {
                        self.leave_out(item, "not a number".to_owned());
                        return None;
                    }
                }
            }
            "is" => format!("{not}= {}", quote(content)),
            "contains" => format!("{not}LIKE {}", quote(&format!("%{}%", wildcards(content)))),
            "starts-with" => format!("{not}LIKE {}", quote(&format!("{}%", wildcards(content)))),
            "ends-with" => format!("{not}LIKE {}", quote(&format!("%{}", wildcards(content)))),
            "matches" => format!("{not}MATCHES {}", quote(content)),
            other => {
                self.leave_out(item, format!("STIX cannot say `{other}` of it"));
                return None;
            }
        };
        Some(format!("[{path} {test}]"))
    }
}

/// LIKE has no sign that makes `%` and `_` plain: `_`, any one character, stands for both.
fn wildcards(text: &str) -> String {
    text.replace('%', "_")
}
