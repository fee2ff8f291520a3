//! Printing: text for people, JSON for programs, progress for whoever watches a terminal.

use std::{
    borrow::Cow,
    io::{BufWriter, IsTerminal, StdoutLock, Write},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::fault::Fault;

/// Where and in which form results are printed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Say {
    json: bool,
}

impl Say {
    /// JSON, or text.
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether results are JSON.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Prints a result: the value as one JSON document, or the text.
    pub(crate) fn result<T: Serialize>(
        self,
        value: &T,
        text: impl FnOnce() -> String,
    ) -> Result<(), Fault> {
        if !self.json {
            return print(&text());
        }
        let out = serde_json::to_string_pretty(value)
            .map_err(|error| Fault::failed("the result cannot be written").because(&error))?;
        data(&out)
    }

    /// Prints a remark for people; nothing with `--json`.
    pub(crate) fn note(self, text: &str) {
        if !self.json {
            let _ = writeln!(std::io::stderr(), "{}", visible(text));
        }
    }

    /// A bar over `total` steps, drawn on a terminal only.
    pub(crate) fn progress(self, what: &'static str, total: u64) -> ProgressBar {
        let watched = !self.json && std::io::stderr().is_terminal();
        let target = if watched {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let form = "{msg} {bar:32} {human_pos}/{human_len} {per_sec} {eta}";
        if let Ok(style) = ProgressStyle::with_template(form) {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar
    }
}

/// Text in which nothing commands a terminal or turns the direction of reading: control characters but
/// for line ends and tabs, and the marks of bidirectional text, stand there as `\u{1b}`. Names, ids and
/// messages may come from a file that somebody else made.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let acts = |c: char| match c {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => c.is_control(),
    };
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if acts(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Writes text for people to standard output.
pub(crate) fn print(text: &str) -> Result<(), Fault> {
    write(&visible(text))
}

/// Writes data for programs to standard output, byte for byte.
pub(crate) fn data(text: &str) -> Result<(), Fault> {
    write(text)
}

/// Data that is no result in JSON, such as a bundle: byte for byte, but on a terminal as text.
pub(crate) fn document(text: &str) -> Result<(), Fault> {
    let mut out = Document::open();
    out.write(text)?;
    out.end()
}

/// Data or a document that is written in pieces, of which none is kept.
pub(crate) struct Document {
    out: BufWriter<StdoutLock<'static>>,
    /// Whether it is shown to people.
    is_shown: bool,
    /// Whether the last piece ended a line.
    ends_line: bool,
    /// Whether the reader has gone away.
    is_alone: bool,
}

impl Document {
    /// That of a document: on a terminal as text.
    pub(crate) fn open() -> Self {
        Self {
            is_shown: std::io::stdout().is_terminal(),
            ..Self::of_data()
        }
    }

    /// That of data: byte for byte.
    pub(crate) fn of_data() -> Self {
        Self {
            out: BufWriter::new(std::io::stdout().lock()),
            is_shown: false,
            ends_line: false,
            is_alone: false,
        }
    }

    /// Writes a piece.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), Fault> {
        if text.is_empty() || self.is_alone {
            return Ok(());
        }
        let piece = match self.is_shown {
            true => visible(text),
            false => Cow::Borrowed(text),
        };
        self.ends_line = piece.ends_with('\n');
        let written = self.out.write_all(piece.as_bytes());
        self.done(written)
    }

    /// Ends it, with a line end.
    pub(crate) fn end(mut self) -> Result<(), Fault> {
        if !self.ends_line {
            self.write("\n")?;
        }
        let written = self.out.flush();
        self.done(written)
    }

    /// A reader that has gone away (`| head`) ends the program in peace.
    fn done(&mut self, written: std::io::Result<()>) -> Result<(), Fault> {
        match written {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                self.is_alone = true;
                Ok(())
            }
            Err(error) => Err(Fault::failed("the result cannot be printed").because(&error)),
            Ok(()) => Ok(()),
        }
    }
}

fn write(text: &str) -> Result<(), Fault> {
    let mut out = Document::of_data();
    out.write(text)?;
    out.end()
}

/// A word as JSON has it.
pub(crate) fn word<T: serde::Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// Rows under headings, columns as wide as their widest cell. East Asian letters take two places.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = head.map(width);
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let line = |cells: [&str; N]| {
        let mut line = String::new();
        for (index, (cell, widest)) in cells.into_iter().zip(widths).enumerate() {
            line.push_str(cell);
            if index + 1 < N {
                let gap = widest.saturating_sub(width(cell)) + 2;
                line.extend(std::iter::repeat_n(' ', gap));
            }
        }
        line.truncate(line.trim_end().len());
        line
    };
    let mut lines = vec![line(head)];
    lines.extend(
        rows.iter()
            .map(|row| line(row.each_ref().map(String::as_str))),
    );
    lines.join("\n")
}

fn width(text: &str) -> usize {
    let wide = |c: char| matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3fffd}');
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_commands_a_terminal_is_shown() {
        let plain = "a line\n\tand 値 é 🙂";
        assert_eq!(visible(plain), plain);
        let hostile = "\u{1b}]52;c;eA==\u{7}\u{7f}\u{9b}2J\r\u{202e}\u{2066}";
        let shown = r"\u{1b}]52;c;eA==\u{7}\u{7f}\u{9b}2J\u{d}\u{202e}\u{2066}";
        assert_eq!(visible(hostile), shown);
    }
}
