//! Cyber-observable objects (§6).

use super::Form::{
    Binary, Bool, Dict, Enum, Hashes, Hex, Int, Part, Ref, Text, Time, Vocab, Written,
};
use super::vocabulary as v;
use super::{Entry, Prop, Shape, Writing, opt, opt_list, ordered, part, req, req_list};
use crate::id::Class::Sco;

const MAX: i64 = i64::MAX;
const ACCOUNT: Prop = opt("creator_user_ref", Ref(&["user-account"]));
const ENDS: super::Targets = &["ipv4-addr", "ipv6-addr", "mac-addr", "domain-name"];
const CTIME: Prop = opt("ctime", Time);
const MTIME: Prop = opt("mtime", Time);
const ATIME: Prop = opt("atime", Time);
const VALUE: &[&str] = &["value"];

const CERTIFICATE: &[Prop] = &[
    opt("is_self_signed", Bool),
    opt("hashes", Hashes),
    opt("version", Text),
    opt("serial_number", Text),
    opt("signature_algorithm", Text),
    opt("issuer", Text),
    opt("validity_not_before", Time),
    opt("validity_not_after", Time),
    opt("subject", Text),
    opt("subject_public_key_algorithm", Text),
    opt("subject_public_key_modulus", Text),
    opt("subject_public_key_exponent", Int(i64::MIN, MAX)),
    opt("x509_v3_extensions", Part(&part::X509_V3_EXTENSIONS)),
];

const RESOLVES: Prop = opt_list("resolves_to_refs", Ref(&["mac-addr"]));
const BELONGS: Prop = opt_list("belongs_to_refs", Ref(&["autonomous-system"]));

pub(super) const RULES: &[Shape] = &[
    Shape::of_type(
        "artifact",
        "6.1",
        Sco,
        &[
            opt("mime_type", Written(Writing::Media)),
            opt("payload_bin", Binary),
            opt("url", Written(Writing::Uri)),
            opt("hashes", Hashes),
            opt("encryption_algorithm", Enum(v::ENCRYPTION)),
            opt("decryption_key", Text),
        ],
    )
    .id_from(&["hashes", "payload_bin"])
    .any_of(&["payload_bin", "url"])
    .exclusive(&["payload_bin", "url"])
    .needs(&[
        ("url", "hashes"),
        ("decryption_key", "encryption_algorithm"),
    ]),
    Shape::of_type(
        "autonomous-system",
        "6.2",
        Sco,
        &[
            req("number", Int(0, 4_294_967_295)),
            opt("name", Text),
            opt("rir", Text),
        ],
    )
    .id_from(&["number"]),
    Shape::of_type(
        "directory",
        "6.3",
        Sco,
        &[
            req("path", Text),
            opt("path_enc", Written(Writing::Charset)),
            CTIME,
            MTIME,
            ATIME,
            opt_list("contains_refs", Ref(&["file", "directory"])),
        ],
    )
    .id_from(&["path"]),
    Shape::of_type(
        "domain-name",
        "6.4",
        Sco,
        &[
            req("value", Written(Writing::Domain)),
            opt_list(
                "resolves_to_refs",
                Ref(&["ipv4-addr", "ipv6-addr", "domain-name"]),
            ),
        ],
    )
    .id_from(VALUE),
    Shape::of_type(
        "email-addr",
        "6.5",
        Sco,
        &[
            req("value", Written(Writing::Mail)),
            opt("display_name", Text),
            opt("belongs_to_ref", Ref(&["user-account"])),
        ],
    )
    .id_from(VALUE),
    Shape::of_type(
        "email-message",
        "6.6",
        Sco,
        &[
            req("is_multipart", Bool),
            opt("date", Time),
            opt("content_type", Text),
            opt("from_ref", Ref(&["email-addr"])),
            opt("sender_ref", Ref(&["email-addr"])),
            opt_list("to_refs", Ref(&["email-addr"])),
            opt_list("cc_refs", Ref(&["email-addr"])),
            opt_list("bcc_refs", Ref(&["email-addr"])),
            opt("message_id", Text),
            opt("subject", Text),
            opt_list("received_lines", Text),
            opt("additional_header_fields", Dict(Entry::TextOrList)),
            opt("body", Text),
            opt_list("body_multipart", Part(&part::MIME_PART)),
            opt("raw_email_ref", Ref(&["artifact"])),
        ],
    )
    .id_from(&["from_ref", "subject", "body"])
    .exclusive(&["body", "body_multipart"]),
    Shape::of_type(
        "file",
        "6.7",
        Sco,
        &[
            opt("hashes", Hashes),
            opt("size", Int(0, MAX)),
            opt("name", Text),
            opt("name_enc", Written(Writing::Charset)),
            opt("magic_number_hex", Hex),
            opt("mime_type", Text),
            CTIME,
            MTIME,
            ATIME,
            opt("parent_directory_ref", Ref(&["directory"])),
            opt_list("contains_refs", Ref(&["SCO"])),
            opt("content_ref", Ref(&["artifact"])),
        ],
    )
    .id_from(&["hashes", "name", "parent_directory_ref", "extensions"])
    .any_of(&["hashes", "name"]),
    Shape::of_type(
        "ipv4-addr",
        "6.8",
        Sco,
        &[req("value", Written(Writing::Ipv4)), RESOLVES, BELONGS],
    )
    .id_from(VALUE),
    Shape::of_type(
        "ipv6-addr",
        "6.9",
        Sco,
        &[req("value", Written(Writing::Ipv6)), RESOLVES, BELONGS],
    )
    .id_from(VALUE),
    Shape::of_type(
        "mac-addr",
        "6.10",
        Sco,
        &[req("value", Written(Writing::Mac))],
    )
    .id_from(VALUE),
    Shape::of_type("mutex", "6.11", Sco, &[req("name", Text)]).id_from(&["name"]),
    Shape::of_type(
        "network-traffic",
        "6.12",
        Sco,
        &[
            opt("start", Time),
            opt("end", Time),
            opt("is_active", Bool),
            opt("src_ref", Ref(ENDS)),
            opt("dst_ref", Ref(ENDS)),
            opt("src_port", Int(0, 65_535)),
            opt("dst_port", Int(0, 65_535)),
            req_list("protocols", Text),
            opt("src_byte_count", Int(0, MAX)),
            opt("dst_byte_count", Int(0, MAX)),
            opt("src_packets", Int(0, MAX)),
            opt("dst_packets", Int(0, MAX)),
            opt("ipfix", Dict(Entry::TextOrInt)),
            opt("src_payload_ref", Ref(&["artifact"])),
            opt("dst_payload_ref", Ref(&["artifact"])),
            opt_list("encapsulates_refs", Ref(&["network-traffic"])),
            opt("encapsulated_by_ref", Ref(&["network-traffic"])),
        ],
    )
    .id_from(&[
        "start",
        "end",
        "src_ref",
        "dst_ref",
        "src_port",
        "dst_port",
        "protocols",
        "extensions",
    ])
    .any_of(&["src_ref", "dst_ref"])
    .order(&[ordered("start", "end", false)]),
    Shape::of_type(
        "process",
        "6.13",
        Sco,
        &[
            opt("is_hidden", Bool),
            opt("pid", Int(i64::MIN, MAX)),
            opt("created_time", Time),
            opt("cwd", Text),
            opt("command_line", Text),
            opt("environment_variables", Dict(Entry::Any)),
            opt_list("opened_connection_refs", Ref(&["network-traffic"])),
            ACCOUNT,
            opt("image_ref", Ref(&["file"])),
            opt("parent_ref", Ref(&["process"])),
            opt_list("child_refs", Ref(&["process"])),
        ],
    )
    .any_at_all(),
    Shape::of_type(
        "software",
        "6.14",
        Sco,
        &[
            req("name", Text),
            opt("cpe", Written(Writing::Cpe)),
            opt("swid", Text),
            opt_list("languages", Written(Writing::Language)),
            opt("vendor", Text),
            opt("version", Text),
        ],
    )
    .id_from(&["name", "cpe", "swid", "vendor", "version"]),
    Shape::of_type("url", "6.15", Sco, &[req("value", Written(Writing::Uri))]).id_from(VALUE),
    Shape::of_type(
        "user-account",
        "6.16",
        Sco,
        &[
            opt("user_id", Text),
            opt("credential", Text),
            opt("account_login", Text),
            opt("account_type", Vocab(v::ACCOUNT_TYPE)),
            opt("display_name", Text),
            opt("is_service_account", Bool),
            opt("is_privileged", Bool),
            opt("can_escalate_privs", Bool),
            opt("is_disabled", Bool),
            opt("account_created", Time),
            opt("account_expires", Time),
            opt("credential_last_changed", Time),
            opt("account_first_login", Time),
            opt("account_last_login", Time),
        ],
    )
    .id_from(&["account_type", "user_id", "account_login"])
    .any_at_all(),
    Shape::of_type(
        "windows-registry-key",
        "6.17",
        Sco,
        &[
            opt("key", Text),
            opt_list("values", Part(&part::REGISTRY_VALUE)),
            opt("modified_time", Time),
            ACCOUNT,
            opt("number_of_subkeys", Int(0, MAX)),
        ],
    )
    .id_from(&["key", "values"])
    .any_at_all(),
    Shape::of_type("x509-certificate", "6.18", Sco, CERTIFICATE)
        .id_from(&["hashes", "serial_number"])
        .any_at_all()
        .order(&[ordered("validity_not_before", "validity_not_after", false)]),
];
