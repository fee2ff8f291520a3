//! The predefined extensions of observables (§6).

use super::Form::{Bool, Dict, Hashes, Hex, Int, Object, Ref, Text, Time, Vocab};
use super::part::{ALTERNATE_DATA_STREAM, PE_OPTIONAL_HEADER, PE_SECTION};
use super::vocabulary as v;
use super::{Entry, Form, Shape, opt, opt_list, req, req_list};

const MAX: i64 = i64::MAX;
const MIN: i64 = i64::MIN;

/// The table of a predefined extension and the type of object it belongs to.
pub(crate) fn predefined(name: &str) -> Option<(&'static str, &'static Shape)> {
    PREDEFINED
        .iter()
        .find(|(_, shape)| shape.name == name)
        .map(|(owner, shape)| (*owner, shape))
}

/// The predefined extensions, with the type each belongs to.
const PREDEFINED: &[(&str, Shape)] = &[
    (
        "file",
        Shape::part(
            "archive-ext",
            "6.7.2",
            &[
                req_list("contains_refs", Ref(&["file", "directory"])),
                opt("comment", Text),
            ],
        ),
    ),
    (
        "file",
        Shape::part(
            "ntfs-ext",
            "6.7.3",
            &[
                opt("sid", Text),
                opt_list("alternate_data_streams", Form::Part(&ALTERNATE_DATA_STREAM)),
            ],
        )
        .any_at_all(),
    ),
    (
        "file",
        Shape::part(
            "pdf-ext",
            "6.7.4",
            &[
                opt("version", Text),
                opt("is_optimized", Bool),
                opt("document_info_dict", Dict(Entry::Text)),
                opt("pdfid0", Text),
                opt("pdfid1", Text),
            ],
        )
        .any_at_all(),
    ),
    (
        "file",
        Shape::part(
            "raster-image-ext",
            "6.7.5",
            &[
                opt("image_height", Int(MIN, MAX)),
                opt("image_width", Int(MIN, MAX)),
                opt("bits_per_pixel", Int(MIN, MAX)),
                opt("exif_tags", Dict(Entry::TextOrInt)),
            ],
        )
        .any_at_all(),
    ),
    (
        "file",
        Shape::part(
            "windows-pebinary-ext",
            "6.7.6",
            &[
                req("pe_type", Vocab(v::PE_BINARY)),
                opt("imphash", Text),
                opt("machine_hex", Hex),
                opt("number_of_sections", Int(0, MAX)),
                opt("time_date_stamp", Time),
                opt("pointer_to_symbol_table_hex", Hex),
                opt("number_of_symbols", Int(0, MAX)),
                opt("size_of_optional_header", Int(0, MAX)),
                opt("characteristics_hex", Hex),
                opt("file_header_hashes", Hashes),
                opt("optional_header", Form::Part(&PE_OPTIONAL_HEADER)),
                opt_list("sections", Form::Part(&PE_SECTION)),
            ],
        )
        .any_of(&[
            "imphash",
            "machine_hex",
            "number_of_sections",
            "time_date_stamp",
            "pointer_to_symbol_table_hex",
            "number_of_symbols",
            "size_of_optional_header",
            "characteristics_hex",
            "file_header_hashes",
            "optional_header",
            "sections",
        ]),
    ),
    (
        "network-traffic",
        Shape::part(
            "http-request-ext",
            "6.12.2",
            &[
                req("request_method", Text),
                req("request_value", Text),
                opt("request_version", Text),
                opt("request_header", Dict(Entry::TextList)),
                opt("message_body_length", Int(MIN, MAX)),
                opt("message_body_data_ref", Ref(&["artifact"])),
            ],
        ),
    ),
    (
        "network-traffic",
        Shape::part(
            "icmp-ext",
            "6.12.3",
            &[req("icmp_type_hex", Hex), req("icmp_code_hex", Hex)],
        ),
    ),
    (
        "network-traffic",
        Shape::part(
            "socket-ext",
            "6.12.4",
            &[
                req("address_family", Form::Enum(v::SOCKET_FAMILY)),
                opt("is_blocking", Bool),
                opt("is_listening", Bool),
                opt("options", Dict(Entry::Int)),
                opt("socket_type", Form::Enum(v::SOCKET_TYPE)),
                opt("socket_descriptor", Int(0, MAX)),
                opt("socket_handle", Int(MIN, MAX)),
            ],
        ),
    ),
    (
        "network-traffic",
        Shape::part(
            "tcp-ext",
            "6.12.5",
            &[opt("src_flags_hex", Hex), opt("dst_flags_hex", Hex)],
        )
        .any_at_all(),
    ),
    (
        "process",
        Shape::part(
            "windows-process-ext",
            "6.13.2",
            &[
                opt("aslr_enabled", Bool),
                opt("dep_enabled", Bool),
                opt("priority", Text),
                opt("owner_sid", Text),
                opt("window_title", Text),
                opt("startup_info", Object),
                opt("integrity_level", Form::Enum(v::INTEGRITY_LEVEL)),
            ],
        )
        .any_at_all(),
    ),
    (
        "process",
        Shape::part(
            "windows-service-ext",
            "6.13.3",
            &[
                opt("service_name", Text),
                opt_list("descriptions", Text),
                opt("display_name", Text),
                opt("group_name", Text),
                opt("start_type", Form::Enum(v::SERVICE_START)),
                opt_list("service_dll_refs", Ref(&["file"])),
                opt("service_type", Form::Enum(v::SERVICE_TYPE)),
                opt("service_status", Form::Enum(v::SERVICE_STATUS)),
            ],
        )
        .any_at_all(),
    ),
    (
        "user-account",
        Shape::part(
            "unix-account-ext",
            "6.16.2",
            &[
                opt("gid", Int(MIN, MAX)),
                opt_list("groups", Text),
                opt("home_dir", Text),
                opt("shell", Text),
            ],
        )
        .any_at_all(),
    ),
];
