//! What was typed stays: when the language or the theme is switched, and when the server does not take a
//! form. One way for every form of the house. What was typed is kept, the browser goes on to the page, and
//! the page's forms are filled in again on its way out. Secrets and files are never kept.
//!
//! The pages are our own templates', which escape `<`, `>` and quotes in every value: a tag ends at its `>`, and
//! an attribute at its quote. That is all that is read of them. A streaming rewriter would have to go
//! over a page twice, since whether a form is the one meant shows only behind its hidden fields.

use serde::{Deserialize, Serialize};

/// Fields that are never kept, whatever form they stand in: secrets, and what the page gives itself.
const NEVER: [&str; 8] = [
    "_csrf", "password", "current", "repeated", "secret", "ticket", "once", "hash",
];
/// What a form carries unseen of the thing it is about: it tells forms apart, and nobody typed it.
const UNSEEN: &str = "version";
/// Forms of these rooms ask for one-time codes under a name that elsewhere means the code of an
/// organisation.
const WITH_CODES: [&str; 2] = ["/sign-in", "/account/"];
/// Types of fields that are not filled in again.
const NOT_FILLED: [&str; 5] = ["hidden", "password", "file", "submit", "button"];
/// Most forms of a page.
const MOST: usize = 50;

/// What was typed into the forms of one page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Typed {
    /// Path of the page, without what follows `?`.
    page: String,
    forms: Vec<Filled>,
}

/// One form: where it posts to, and its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Filled {
    to: String,
    fields: Vec<(String, String)>,
}

impl Typed {
    /// For the page at an address, with nothing typed yet.
    pub(crate) fn on(address: &str) -> Self {
        let end = address.find(['?', '#']).unwrap_or(address.len());
        Self {
            page: address.get(..end).unwrap_or_default().to_owned(),
            forms: Vec::new(),
        }
    }

    /// With a form that posts to `to`.
    #[must_use]
    pub(crate) fn with(mut self, to: &str, mut fields: Vec<(String, String)>) -> Self {
        let asks_code = WITH_CODES.iter().any(|room| to.starts_with(room));
        let is_secret = |name: &str| NEVER.contains(&name) || (asks_code && name == "code");
        fields.retain(|(name, _)| !is_secret(name));
        let mut seen = fields.iter().filter(|(name, _)| name != UNSEEN);
        let typed = seen.any(|(_, value)| !value.is_empty());
        if self.forms.len() < MOST && typed {
            self.forms.push(Filled {
                to: before_fragment(to).to_owned(),
                fields,
            });
        }
        self
    }

    /// With a form as the script of the pages writes it: its address, a line end, its fields url-encoded.
    #[must_use]
    pub(crate) fn with_written(self, written: &str) -> Self {
        let (to, fields) = written.split_once('\n').unwrap_or((written, ""));
        let pairs = url::form_urlencoded::parse(fields.as_bytes());
        // Browsers send each line end as two signs.
        self.with(to.trim_end(), pairs.into_owned().collect())
    }

    /// Path of its page.
    pub(crate) fn page(&self) -> &str {
        &self.page
    }

    /// Whether there is nothing to keep.
    pub(crate) fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    /// Whether it was typed on the page of that path.
    pub(crate) fn belongs_to(&self, path: &str) -> bool {
        self.page == path
    }

    /// The page with its forms filled in; `None` when it has none of them.
    pub(crate) fn fill(&self, page: &str) -> Option<String> {
        let mut filled = String::with_capacity(page.len() + 1024);
        let mut rest = page;
        let mut left: Vec<&Filled> = self.forms.iter().collect();
        while let Some(start) = rest.find("<form ") {
            let (before, from) = rest.split_at(start);
            let end = from.find("</form>").unwrap_or(from.len());
            let (form, after) = from.split_at(end);
            match left.iter().position(|typed| typed.is_of(form)) {
                Some(place) => {
                    filled.push_str(&opened(before));
                    // So that the script brings it along again: what stands in it is still not sent.
                    let form = form.replacen("<form ", "<form data-typed ", 1);
                    filled.push_str(&left.remove(place).fill(&form));
                }
                None => {
                    filled.push_str(before);
                    filled.push_str(form);
                }
            }
            rest = after;
        }
        filled.push_str(rest);
        (left.len() < self.forms.len()).then_some(filled)
    }
}

/// What stands before a form, with the disclosure it stands in open.
fn opened(before: &str) -> String {
    match before.rfind("<details>") {
        Some(at) if !before[at..].contains("</details>") => {
            let (head, tail) = before.split_at(at);
            format!("{head}<details open>{}", &tail["<details>".len()..])
        }
        _ => before.to_owned(),
    }
}

impl Filled {
    /// Whether a form of the page is this one: it posts to the same place, and what it carries unseen is
    /// the same.
    fn is_of(&self, form: &str) -> bool {
        let Some((head, inner)) = form.split_once('>') else {
            return false;
        };
        let posts = attribute(head, "method") == Some("post");
        let here =
            attribute(head, "action").map(before_fragment) == Some(escaped(&self.to).as_str());
        posts && here && tags(inner).all(|tag| self.carries(tag))
    }

    fn carries(&self, tag: &str) -> bool {
        if attribute(tag, "type") != Some("hidden") {
            return true;
        }
        let name = attribute(tag, "name").unwrap_or_default();
        let value = attribute(tag, "value").unwrap_or_default();
        NEVER.contains(&name)
            || self.values(name).next().is_none()
            || self.values(name).any(|typed| escaped(typed) == value)
    }

    fn values<'t>(&'t self, name: &'t str) -> impl Iterator<Item = &'t str> {
        let of_name = self.fields.iter().filter(move |(of, _)| of == name);
        of_name.map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str, raw: &str) -> bool {
        self.values(name).any(|value| escaped(value) == raw)
    }

    /// The form's markup with what was typed.
    fn fill(&self, form: &str) -> String {
        let mut filled = String::with_capacity(form.len() + 256);
        let mut rest = form;
        // Of several fields of one name, each takes the next value.
        let mut taken: Vec<&str> = Vec::new();
        let mut select = "";
        while let Some(start) = rest.find('<') {
            let (before, from) = rest.split_at(start);
            let end = from.find('>').map_or(from.len(), |end| end + 1);
            let (tag, after) = from.split_at(end);
            filled.push_str(before);
            rest = after;
            let name = attribute(tag, "name").unwrap_or_default();
            let mut next = || {
                let nth = taken.iter().filter(|one| **one == name).count();
                taken.push(name);
                self.values(name).nth(nth)
            };
            if tag.starts_with("<input") {
                filled.push_str(&self.input(tag, name, &mut next));
            } else if tag.starts_with("<textarea") {
                filled.push_str(tag);
                if let Some(typed) = next() {
                    let end = rest.find("</textarea>").unwrap_or(rest.len());
                    rest = &rest[end..];
                    filled.push('\n');
                    filled.push_str(&escaped(typed));
                }
            } else if tag.starts_with("<select") {
                select = name;
                filled.push_str(tag);
            } else if tag.starts_with("<option") && self.values(select).next().is_some() {
                let value = attribute(tag, "value").unwrap_or_default();
                filled.push_str(&marked(tag, "selected", self.has(select, value)));
            } else {
                filled.push_str(tag);
            }
        }
        filled.push_str(rest);
        filled
    }

    fn input<'t>(
        &'t self,
        tag: &str,
        name: &str,
        next: impl FnOnce() -> Option<&'t str>,
    ) -> String {
        let kind = attribute(tag, "type").unwrap_or("text");
        let one_time = attribute(tag, "autocomplete") == Some("one-time-code");
        if one_time || NOT_FILLED.contains(&kind) || NEVER.contains(&name) {
            return tag.to_owned();
        }
        if matches!(kind, "radio" | "checkbox") {
            let value = attribute(tag, "value").unwrap_or_default();
            return marked(tag, "checked", self.has(name, value));
        }
        match next() {
            Some(typed) => with_value(tag, typed),
            None => tag.to_owned(),
        }
    }
}

/// An address without its fragment. The `#` of an escaped sign begins none.
fn before_fragment(address: &str) -> &str {
    let mut signs = address.match_indices('#');
    let begins = |at: usize| {
        !address
            .get(..at)
            .is_some_and(|before| before.ends_with('&'))
    };
    let end = signs.find(|(at, _)| begins(*at));
    end.and_then(|(at, _)| address.get(..at)).unwrap_or(address)
}

/// The tags of some markup, each up to its `>`; our templates write no `>` within one.
fn tags(markup: &str) -> impl Iterator<Item = &str> {
    let pieces = markup.split('<').skip(1);
    pieces.map(|piece| piece.split('>').next().unwrap_or_default())
}

/// An attribute's value as it stands in the markup.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let start = format!(" {name}=\"");
    let (_, rest) = tag.split_once(&start)?;
    rest.split('"').next()
}

/// The tag with a bare attribute, or without it.
fn marked(tag: &str, attribute: &str, on: bool) -> String {
    let attribute_there = format!(" {attribute}");
    // Between quotes stands a value, which may say the same word.
    let parts = tag.split('"').enumerate();
    let parts = parts.map(|(nth, part)| match nth % 2 {
        0 => part.replace(&attribute_there, ""),
        _ => part.to_owned(),
    });
    let bare = parts.collect::<Vec<_>>().join("\"");
    match bare.strip_suffix('>') {
        Some(open) if on => format!("{open} {attribute}>"),
        _ => bare,
    }
}

fn with_value(tag: &str, typed: &str) -> String {
    let value = format!(" value=\"{}\"", escaped(typed));
    if let Some((before, rest)) = tag.split_once(" value=\"")
        && let Some((_, after)) = rest.split_once('"')
    {
        return format!("{before}{value}{after}");
    }
    match tag.strip_suffix('>') {
        Some(open) => format!("{open}{value}>"),
        None => tag.to_owned(),
    }
}

/// As the templates escape.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&#38;"),
            '<' => safe.push_str("&#60;"),
            '>' => safe.push_str("&#62;"),
            '"' => safe.push_str("&#34;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<main><form class=\"form\" method=\"post\" action=\"/a\">\
        <input type=\"hidden\" name=\"_csrf\" value=\"t\">\
        <input type=\"text\" id=\"x\" name=\"x\" value=\"\" required>\
        <input type=\"password\" name=\"password\" value=\"\">\
        <input type=\"checkbox\" name=\"c\" value=\"1\" checked><input type=\"checkbox\" name=\"c\" value=\"2\">\
        <select name=\"s\"><option value=\"\" selected>-</option><option value=\"b\">b</option></select>\
        </form><details><summary>more</summary><form class=\"form\" method=\"post\" action=\"/b\">\
        <input type=\"hidden\" name=\"seq\" value=\"7\">\
        <textarea id=\"y\" name=\"y\" rows=\"3\">\nold</textarea></form></details></main>";

    fn typed() -> Typed {
        let a = [("x", "<b>\"'&"), ("c", "2"), ("s", "b"), ("password", "p")];
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Typed::on("/page?q=1#e")
            .with("/a", a.map(own).to_vec())
            .with_written("/b\r\nseq=7&y=%3C%2Ftextarea%3E%0Anew")
    }

    #[test]
    fn every_kind_of_field_is_filled_in_and_nothing_breaks_out() {
        let filled = typed().fill(PAGE).unwrap();
        for there in [
            "name=\"x\" value=\"&#60;b&#62;&#34;&#39;&#38;\" required>",
            "<input type=\"password\" name=\"password\" value=\"\">",
            "value=\"1\"><input type=\"checkbox\" name=\"c\" value=\"2\" checked>",
            "<option value=\"\">-</option><option value=\"b\" selected>",
            "<details open><summary>",
            "<form data-typed class=\"form\" method=\"post\" action=\"/b\">",
            "rows=\"3\">\n&#60;/textarea&#62;\nnew</textarea>",
        ] {
            assert!(filled.contains(there), "{there}\n{filled}");
        }
        assert!(typed().belongs_to("/page") && !typed().belongs_to("/other"));
    }

    #[test]
    fn another_form_and_secrets_are_left_alone() {
        let other = Typed::on("/page").with_written("/b\nseq=8&y=new");
        assert_eq!(other.fill(PAGE), None);
        let elsewhere = Typed::on("/page").with_written("/c\ny=new");
        assert_eq!(elsewhere.fill(PAGE), None);
        let secrets = Typed::on("/page").with_written("/sign-in\npassword=p&code=123456&_csrf=t");
        assert!(secrets.is_empty());
        let unseen = Typed::on("/page").with_written("/items/S-1/release\nversion=3&_csrf=t");
        assert!(unseen.is_empty(), "nobody typed it");
        let said = "<input type=\"checkbox\" value=\"not checked yet\" checked>";
        assert_eq!(
            marked(said, "checked", false),
            said.replace("\" checked>", "\">")
        );
        let code = "<form method=\"post\" action=\"/a\">\
            <input type=\"text\" name=\"code\" value=\"\" autocomplete=\"one-time-code\"></form>";
        let one_time = Typed::on("/page").with_written("/a\ncode=123456");
        assert!(!one_time.fill(code).unwrap_or_default().contains("123456"));
        let kept = serde_json::to_string(&typed()).unwrap();
        assert!(!kept.contains("\"p\""), "{kept}");
    }
}
