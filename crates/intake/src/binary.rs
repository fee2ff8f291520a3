//! Files that are no text, known by how they begin.

/// Beginnings of files, and the media type of what begins so.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"%PDF-", "application/pdf"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "application/x-ole-storage",
    ),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap"),
    (b"\xa1\xb2\xc3\xd4", "application/vnd.tcpdump.pcap"),
    (b"\x4d\x3c\xb2\xa1", "application/vnd.tcpdump.pcap"),
    (b"\x0a\x0d\x0d\x0a", "application/x-pcapng"),
];

/// The media type of a file that is no text, by its first bytes; `None` for text and for what is
/// not known. Office documents of today are archives and are told as such.
#[must_use]
pub fn binary_type(bytes: &[u8]) -> Option<&'static str> {
    let (_, name) = BEGINNINGS
        .iter()
        .find(|(start, _)| bytes.starts_with(start))?;
    // `MZ` alone may begin a sentence; a program has zeros soon after.
    let is_short = *name == "application/vnd.microsoft.portable-executable";
    let has_zero = bytes.iter().take(64).any(|byte| *byte == 0);
    (!is_short || has_zero).then_some(*name)
}
