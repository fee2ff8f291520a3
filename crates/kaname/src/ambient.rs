//! The environment, read once: the one place of this program that does.

/// Environment variables that begin with `KANAME_`, sorted by name.
pub(crate) fn variables() -> Vec<(String, String)> {
    let all = std::env::vars_os();
    let mut own: Vec<(String, String)> = all
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("KANAME_"))
        .collect();
    own.sort();
    own
}

/// Random bytes fit for keys.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let rng: &dyn kaname_kernel::Rng = &kaname_world::ambient::SystemRng;
    rng.bytes()
}

/// The folder for what programs keep between runs: `$XDG_CACHE_HOME`, else `~/.cache`.
#[expect(
    clippy::disallowed_methods,
    reason = "the program's one look at its environment"
)]
pub(crate) fn cache() -> Option<std::path::PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty());
    let home = std::env::var_os("HOME").filter(|value| !value.is_empty());
    named
        .map(std::path::PathBuf::from)
        .or_else(|| home.map(|home| std::path::Path::new(&home).join(".cache")))
}

/// What this program is called towards the database: its kind, its machine, its process.
pub(crate) fn own_name(stays: bool) -> String {
    let kind = if stays {
        "kaname server or worker"
    } else {
        "kaname command"
    };
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let named = |c: &char| c.is_ascii_alphanumeric() || *c == '-' || *c == '.';
    // PostgreSQL keeps 63 letters of it.
    let machine: String = machine.trim().chars().filter(named).take(20).collect();
    format!("{kind}, process {} on {machine}", std::process::id())
}
