//! Objects inside objects.

use super::Form::{Float, FullText, Hashes, Hex, Int, Ref, Text, Time, Written};
use super::vocabulary as v;
use super::{Form, Shape, Writing, opt, req, req_list};

const MAX: i64 = i64::MAX;
const MIN: i64 = i64::MIN;

/// §2.5; CVE and CAPEC have their own writing of ids.
pub(crate) const EXTERNAL_REFERENCE: Shape = Shape::part(
    "external-reference",
    "2.5",
    &[
        req("source_name", Text),
        opt("description", Text),
        opt("url", Written(Writing::Uri)),
        opt("hashes", Hashes),
        opt("external_id", Text),
    ],
)
.any_of(&["description", "url", "external_id"]);

/// §2.11.
pub(crate) const KILL_CHAIN_PHASE: Shape = Shape::part(
    "kill-chain-phase",
    "2.11",
    &[req("kill_chain_name", Text), req("phase_name", Text)],
);

/// §7.2.3; that its selectors select something is looked at beside it.
pub(crate) const GRANULAR_MARKING: Shape = Shape::part(
    "granular-marking",
    "7.2.3",
    &[
        opt("marking_ref", Ref(&["marking-definition"])),
        opt("lang", Written(Writing::Language)),
        req_list("selectors", FullText),
    ],
)
.any_of(&["marking_ref", "lang"])
.exclusive(&["marking_ref", "lang"]);

/// §6.6.2.
pub(crate) const MIME_PART: Shape = Shape::part(
    "mime-part-type",
    "6.6.2",
    &[
        opt("body", Text),
        opt("body_raw_ref", Ref(&["artifact", "file"])),
        opt("content_type", Text),
        opt("content_disposition", Text),
    ],
)
.any_of(&["body", "body_raw_ref"])
.exclusive(&["body", "body_raw_ref"]);

/// §6.17.2.
pub(crate) const REGISTRY_VALUE: Shape = Shape::part(
    "windows-registry-value-type",
    "6.17.2",
    &[
        opt("name", Text),
        opt("data", Text),
        opt("data_type", Form::Enum(v::REGISTRY_DATATYPE)),
    ],
)
.any_at_all();

/// §6.18.2.
pub(crate) const X509_V3_EXTENSIONS: Shape = Shape::part(
    "x509-v3-extensions-type",
    "6.18.2",
    &[
        opt("basic_constraints", Text),
        opt("name_constraints", Text),
        opt("policy_constraints", Text),
        opt("key_usage", Text),
        opt("extended_key_usage", Text),
        opt("subject_key_identifier", Text),
        opt("authority_key_identifier", Text),
        opt("subject_alternative_name", Text),
        opt("issuer_alternative_name", Text),
        opt("subject_directory_attributes", Text),
        opt("crl_distribution_points", Text),
        opt("inhibit_any_policy", Text),
        opt("private_key_usage_period_not_before", Time),
        opt("private_key_usage_period_not_after", Time),
        opt("certificate_policies", Text),
        opt("policy_mappings", Text),
    ],
)
.any_at_all();

/// §6.7.3.
pub(super) const ALTERNATE_DATA_STREAM: Shape = Shape::part(
    "alternate-data-stream-type",
    "6.7.3",
    &[
        req("name", Text),
        opt("hashes", Hashes),
        opt("size", Int(0, MAX)),
    ],
);

/// §6.7.6.
pub(super) const PE_SECTION: Shape = Shape::part(
    "windows-pe-section-type",
    "6.7.6",
    &[
        req("name", Text),
        opt("size", Int(0, MAX)),
        opt("entropy", Float(f64::MIN, f64::MAX)),
        opt("hashes", Hashes),
    ],
);

/// §6.7.6.
pub(super) const PE_OPTIONAL_HEADER: Shape = Shape::part(
    "windows-pe-optional-header-type",
    "6.7.6",
    &[
        opt("magic_hex", Hex),
        opt("major_linker_version", Int(MIN, MAX)),
        opt("minor_linker_version", Int(MIN, MAX)),
        opt("size_of_code", Int(0, MAX)),
        opt("size_of_initialized_data", Int(0, MAX)),
        opt("size_of_uninitialized_data", Int(0, MAX)),
        opt("address_of_entry_point", Int(MIN, MAX)),
        opt("base_of_code", Int(MIN, MAX)),
        opt("base_of_data", Int(MIN, MAX)),
        opt("image_base", Int(MIN, MAX)),
        opt("section_alignment", Int(MIN, MAX)),
        opt("file_alignment", Int(MIN, MAX)),
        opt("major_os_version", Int(MIN, MAX)),
        opt("minor_os_version", Int(MIN, MAX)),
        opt("major_image_version", Int(MIN, MAX)),
        opt("minor_image_version", Int(MIN, MAX)),
        opt("major_subsystem_version", Int(MIN, MAX)),
        opt("minor_subsystem_version", Int(MIN, MAX)),
        opt("win32_version_value_hex", Hex),
        opt("size_of_image", Int(0, MAX)),
        opt("size_of_headers", Int(0, MAX)),
        opt("checksum_hex", Hex),
        opt("subsystem_hex", Hex),
        opt("dll_characteristics_hex", Hex),
        opt("size_of_stack_reserve", Int(0, MAX)),
        opt("size_of_stack_commit", Int(0, MAX)),
        opt("size_of_heap_reserve", Int(0, MAX)),
        opt("size_of_heap_commit", Int(0, MAX)),
        opt("loader_flags_hex", Hex),
        opt("number_of_rva_and_sizes", Int(MIN, MAX)),
        opt("hashes", Hashes),
    ],
)
.any_at_all();

/// What an `extension-definition--…` holds in `extensions` (§7.3).
pub(crate) const DEFINED_EXTENSION: Shape = Shape::part(
    "extension",
    "7.3",
    &[req("extension_type", Form::Enum(v::EXTENSION_TYPE))],
);
