//! What somebody wrote in the Markdown of ATT&CK, to be read as a text.

/// What somebody wrote, without the signs of Markdown for links and without citations, as ATT&CK has them:
/// `[APT28](https://…)` is read as its text, `(Citation: …)` left out, since the references stand below.
pub(super) fn plain(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '(']) {
        let (before, from) = rest.split_at(at);
        said.push_str(before);
        let (sign, after) = match link(from).or_else(|| citation(from)) {
            Some(found) => found,
            None => from.split_at(1),
        };
        said.push_str(sign);
        rest = after;
    }
    said.push_str(rest);
    said
}

/// The text of a link at the beginning, and what follows it.
fn link(from: &str) -> Option<(&str, &str)> {
    let (text, after) = from.strip_prefix('[')?.split_once("](")?;
    let (address, after) = after.split_once(')')?;
    let leads = address.starts_with("https://") || address.starts_with("http://");
    let is_one = !text.contains(['[', ']', '\n']) && !address.contains([' ', '\n', '(']);
    (leads && is_one).then_some((text, after))
}

/// Nothing for a citation at the beginning, and what follows it.
fn citation(from: &str) -> Option<(&str, &str)> {
    let (name, after) = from.strip_prefix("(Citation: ")?.split_once(')')?;
    (!name.contains(['(', '\n'])).then_some(("", after))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn links_are_read_as_their_text_and_citations_left_out() {
        for (text, said) in [
            (
                "[APT28](https://attack.mitre.org/groups/G0007) used it.(Citation: A 2020)(Citation: B)",
                "APT28 used it.",
            ),
            (
                "an [index] (see below) [x](y)",
                "an [index] (see below) [x](y)",
            ),
            (
                "[a](javascript:b) (Citation: open",
                "[a](javascript:b) (Citation: open",
            ),
            ("見る [[a](https://b)](", "見る [a]("),
        ] {
            assert_eq!(plain(text), said);
        }
    }
}
