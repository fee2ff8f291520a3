//! What a key's value may be, and how that is said.

/// What a key's value may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Any text of one line.
    Text,
    /// A path of a file or folder; relative ones start where the configuration file lies.
    Path,
    /// `true` or `false`.
    Bool,
    /// A whole number between both bounds.
    Number(u64, u64),
    /// Bytes between both bounds: a number, or one with `KiB`, `MiB` or `GiB`.
    Bytes(u64, u64),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Address and port to listen on, such as `127.0.0.1:8440`.
    Address,
    /// An address of one of these schemes.
    Url(&'static [&'static str]),
}

impl Kind {
    /// What is allowed, in words.
    pub(crate) fn allowed(self) -> String {
        match self {
            Self::Text => "text on one line".to_owned(),
            Self::Path => "a path".to_owned(),
            Self::Bool => "true or false".to_owned(),
            Self::Number(least, most) => format!("a whole number from {least} to {most}"),
            Self::Bytes(least, most) => {
                format!("bytes from {least} to {most}, such as 4096, \"64 KiB\" or \"32 MiB\"")
            }
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Address => {
                "an IP address and port, such as 127.0.0.1:8440 or [::1]:8440".to_owned()
            }
            Self::Url(schemes) => {
                let forms: Vec<_> = schemes
                    .iter()
                    .map(|scheme| format!("{scheme}://…"))
                    .collect();
                format!("an address {}", forms.join(" or "))
            }
        }
    }
}
