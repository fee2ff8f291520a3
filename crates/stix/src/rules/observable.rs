//! Cyber-observable objects (§6).

use super::Form::{Binary, Bool, Dict, Enum, Hashes, Hex, Int, Object, Ref, Text, Time, Vocab};
use super::vocabulary as v;
use super::{Prop, TypeRule, opt, opt_list, ordered, req, req_list};
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
    opt("x509_v3_extensions", Object),
];

const ADDRESS: &[Prop] = &[
    req("value", Text),
    opt_list("resolves_to_refs", Ref(&["mac-addr"])),
    opt_list("belongs_to_refs", Ref(&["autonomous-system"])),
];

pub(super) const RULES: &[TypeRule] = &[
    TypeRule::new(
        "artifact",
        Sco,
        &[
            opt("mime_type", Text),
            opt("payload_bin", Binary),
            opt("url", Text),
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
    TypeRule::new(
        "autonomous-system",
        Sco,
        &[
            req("number", Int(0, 4_294_967_295)),
            opt("name", Text),
            opt("rir", Text),
        ],
    )
    .id_from(&["number"]),
    TypeRule::new(
        "directory",
        Sco,
        &[
            req("path", Text),
            opt("path_enc", Text),
            CTIME,
            MTIME,
            ATIME,
            opt_list("contains_refs", Ref(&["file", "directory"])),
        ],
    )
    .id_from(&["path"]),
    TypeRule::new(
        "domain-name",
        Sco,
        &[
            req("value", Text),
            opt_list(
                "resolves_to_refs",
                Ref(&["ipv4-addr", "ipv6-addr", "domain-name"]),
            ),
        ],
    )
    .id_from(VALUE),
    TypeRule::new(
        "email-addr",
        Sco,
        &[
            req("value", Text),
            opt("display_name", Text),
            opt("belongs_to_ref", Ref(&["user-account"])),
        ],
    )
    .id_from(VALUE),
    TypeRule::new(
        "email-message",
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
            opt("additional_header_fields", Dict),
            opt("body", Text),
            opt_list("body_multipart", Object),
            opt("raw_email_ref", Ref(&["artifact"])),
        ],
    )
    .id_from(&["from_ref", "subject", "body"])
    .exclusive(&["body", "body_multipart"]),
    TypeRule::new(
        "file",
        Sco,
        &[
            opt("hashes", Hashes),
            opt("size", Int(0, MAX)),
            opt("name", Text),
            opt("name_enc", Text),
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
    TypeRule::new("ipv4-addr", Sco, ADDRESS).id_from(VALUE),
    TypeRule::new("ipv6-addr", Sco, ADDRESS).id_from(VALUE),
    TypeRule::new("mac-addr", Sco, &[req("value", Text)]).id_from(VALUE),
    TypeRule::new("mutex", Sco, &[req("name", Text)]).id_from(&["name"]),
    TypeRule::new(
        "network-traffic",
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
            opt("ipfix", Dict),
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
    TypeRule::new(
        "process",
        Sco,
        &[
            opt("is_hidden", Bool),
            opt("pid", Int(i64::MIN, MAX)),
            opt("created_time", Time),
            opt("cwd", Text),
            opt("command_line", Text),
            opt("environment_variables", Dict),
            opt_list("opened_connection_refs", Ref(&["network-traffic"])),
            ACCOUNT,
            opt("image_ref", Ref(&["file"])),
            opt("parent_ref", Ref(&["process"])),
            opt_list("child_refs", Ref(&["process"])),
        ],
    )
    .any_of(&[
        "is_hidden",
        "pid",
        "created_time",
        "cwd",
        "command_line",
        "environment_variables",
        "opened_connection_refs",
        "creator_user_ref",
        "image_ref",
        "parent_ref",
        "child_refs",
        "extensions",
    ]),
    TypeRule::new(
        "software",
        Sco,
        &[
            req("name", Text),
            opt("cpe", Text),
            opt("swid", Text),
            opt_list("languages", Text),
            opt("vendor", Text),
            opt("version", Text),
        ],
    )
    .id_from(&["name", "cpe", "swid", "vendor", "version"]),
    TypeRule::new("url", Sco, &[req("value", Text)]).id_from(VALUE),
    TypeRule::new(
        "user-account",
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
    .any_of(&[
        "user_id",
        "credential",
        "account_login",
        "account_type",
        "display_name",
        "is_service_account",
        "is_privileged",
        "can_escalate_privs",
        "is_disabled",
        "account_created",
        "account_expires",
        "credential_last_changed",
        "account_first_login",
        "account_last_login",
        "extensions",
    ]),
    TypeRule::new(
        "windows-registry-key",
        Sco,
        &[
            opt("key", Text),
            opt_list("values", Object),
            opt("modified_time", Time),
            ACCOUNT,
            opt("number_of_subkeys", Int(0, MAX)),
        ],
    )
    .id_from(&["key", "values"])
    .any_of(&[
        "key",
        "values",
        "modified_time",
        "creator_user_ref",
        "number_of_subkeys",
    ]),
    TypeRule::new("x509-certificate", Sco, CERTIFICATE)
        .id_from(&["hashes", "serial_number"])
        .any_of(&[
            "is_self_signed",
            "hashes",
            "version",
            "serial_number",
            "signature_algorithm",
            "issuer",
            "validity_not_before",
            "validity_not_after",
            "subject",
            "subject_public_key_algorithm",
            "subject_public_key_modulus",
            "subject_public_key_exponent",
            "x509_v3_extensions",
        ])
        .order(&[ordered("validity_not_before", "validity_not_after", false)]),
];
