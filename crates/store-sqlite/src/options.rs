//! How the embedded store behaves.

/// Settings of a [`crate::SqliteStore`]; the default fits a centre on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// Connections that read beside the writer, at least 1.
    pub readers: usize,
    /// Writes that may wait before callers are held back.
    pub queue: usize,
    /// Most writes put into one transaction.
    pub batch: usize,
    /// How long to wait for another process that writes, in milliseconds.
    pub busy_timeout_ms: u32,
    /// Page cache of each connection that reads, in KiB.
    pub cache_kib: u32,
    /// Page cache of the one that writes, in KiB: a large import touches many pages at once.
    pub writer_cache_kib: u32,
    /// Largest size of the database in pages of 4 KiB; `None` for no limit of its own.
    pub max_pages: Option<u32>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            readers: 4,
            queue: 1_024,
            batch: 1_024,
            busy_timeout_ms: 10_000,
            cache_kib: 8 * 1_024,
            writer_cache_kib: 32 * 1_024,
            max_pages: None,
        }
    }
}
