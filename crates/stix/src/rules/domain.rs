//! Domain (§4), relationship (§5) and meta objects (§7).

use super::Form::{
    Bool, Enum, Float, FullText, Int, Object, Part, Ref, Text, Time, Vocab, Written,
};
use super::vocabulary as v;
use super::{Order, Prop, Shape, Writing, opt, opt_list, ordered, part, req, req_list};
use crate::id::Class::{Meta, Sdo, Sro};

const ANY_OBJECT: super::Targets = &["SDO", "SCO", "SRO"];
const LARGE: i64 = 999_999_999;
const SEEN: &[Order] = &[ordered("first_seen", "last_seen", false)];

const KILL_CHAIN: Prop = opt_list("kill_chain_phases", Part(&part::KILL_CHAIN_PHASE));
const DESCRIPTION: Prop = opt("description", Text);
const ALIASES: Prop = opt_list("aliases", Text);
const FIRST_SEEN: Prop = opt("first_seen", Time);
const LAST_SEEN: Prop = opt("last_seen", Time);
const NAME: Prop = req("name", Text);

pub(super) const RULES: &[Shape] = &[
    Shape::of_type(
        "attack-pattern",
        "4.1",
        Sdo,
        &[NAME, DESCRIPTION, ALIASES, KILL_CHAIN],
    ),
    Shape::of_type(
        "campaign",
        "4.2",
        Sdo,
        &[
            NAME,
            DESCRIPTION,
            ALIASES,
            FIRST_SEEN,
            LAST_SEEN,
            opt("objective", Text),
        ],
    )
    .order(SEEN),
    Shape::of_type("course-of-action", "4.3", Sdo, &[NAME, DESCRIPTION]),
    Shape::of_type(
        "grouping",
        "4.4",
        Sdo,
        &[
            opt("name", Text),
            DESCRIPTION,
            req("context", Vocab(v::GROUPING_CONTEXT)),
            req_list("object_refs", Ref(ANY_OBJECT)),
        ],
    ),
    Shape::of_type(
        "identity",
        "4.5",
        Sdo,
        &[
            NAME,
            DESCRIPTION,
            opt_list("roles", Text),
            opt("identity_class", Vocab(v::IDENTITY_CLASS)),
            opt_list("sectors", Vocab(v::INDUSTRY_SECTOR)),
            opt("contact_information", Text),
        ],
    ),
    Shape::of_type("incident", "4.6", Sdo, &[NAME, DESCRIPTION, KILL_CHAIN]),
    Shape::of_type(
        "indicator",
        "4.7",
        Sdo,
        &[
            opt("name", Text),
            DESCRIPTION,
            opt_list("indicator_types", Vocab(v::INDICATOR_TYPE)),
            req("pattern", FullText),
            req("pattern_type", Vocab(v::PATTERN_TYPE)),
            opt("pattern_version", Text),
            req("valid_from", Time),
            opt("valid_until", Time),
            KILL_CHAIN,
        ],
    )
    .order(&[ordered("valid_from", "valid_until", true)]),
    Shape::of_type(
        "infrastructure",
        "4.8",
        Sdo,
        &[
            NAME,
            DESCRIPTION,
            opt_list("infrastructure_types", Vocab(v::INFRASTRUCTURE_TYPE)),
            ALIASES,
            KILL_CHAIN,
            FIRST_SEEN,
            LAST_SEEN,
        ],
    )
    .order(SEEN),
    Shape::of_type(
        "intrusion-set",
        "4.9",
        Sdo,
        &[
            NAME,
            DESCRIPTION,
            ALIASES,
            FIRST_SEEN,
            LAST_SEEN,
            opt_list("goals", Text),
            opt("resource_level", Vocab(v::RESOURCE_LEVEL)),
            opt("primary_motivation", Vocab(v::MOTIVATION)),
            opt_list("secondary_motivations", Vocab(v::MOTIVATION)),
        ],
    )
    .order(SEEN),
    Shape::of_type(
        "location",
        "4.10",
        Sdo,
        &[
            opt("name", Text),
            DESCRIPTION,
            opt("latitude", Float(-90.0, 90.0)),
            opt("longitude", Float(-180.0, 180.0)),
            opt("precision", Float(f64::MIN, f64::MAX)),
            opt("region", Vocab(v::REGION)),
            opt("country", Text),
            opt("administrative_area", Text),
            opt("city", Text),
            opt("street_address", Text),
            opt("postal_code", Text),
        ],
    )
    .any_of(&["region", "country", "latitude"])
    .needs(&[
        ("latitude", "longitude"),
        ("longitude", "latitude"),
        ("precision", "latitude"),
    ]),
    Shape::of_type(
        "malware",
        "4.11",
        Sdo,
        &[
            opt("name", Text),
            DESCRIPTION,
            opt_list("malware_types", Vocab(v::MALWARE_TYPE)),
            req("is_family", Bool),
            ALIASES,
            KILL_CHAIN,
            FIRST_SEEN,
            LAST_SEEN,
            opt_list("operating_system_refs", Ref(&["software"])),
            opt_list("architecture_execution_envs", Vocab(v::PROCESSOR)),
            opt_list(
                "implementation_languages",
                Vocab(v::IMPLEMENTATION_LANGUAGE),
            ),
            opt_list("capabilities", Vocab(v::MALWARE_CAPABILITY)),
            opt_list("sample_refs", Ref(&["artifact", "file"])),
        ],
    )
    .order(SEEN),
    Shape::of_type(
        "malware-analysis",
        "4.12",
        Sdo,
        &[
            req("product", Text),
            opt("version", Text),
            opt("host_vm_ref", Ref(&["software"])),
            opt("operating_system_ref", Ref(&["software"])),
            opt_list("installed_software_refs", Ref(&["software"])),
            opt("configuration_version", Text),
            opt_list("modules", Text),
            opt("analysis_engine_version", Text),
            opt("analysis_definition_version", Text),
            opt("submitted", Time),
            opt("analysis_started", Time),
            opt("analysis_ended", Time),
            opt("result_name", Text),
            opt("result", Vocab(v::MALWARE_RESULT)),
            opt_list("analysis_sco_refs", Ref(&["SCO"])),
            opt("sample_ref", Ref(&["artifact", "file", "network-traffic"])),
        ],
    )
    .any_of(&["result", "analysis_sco_refs"])
    .order(&[ordered("analysis_started", "analysis_ended", false)]),
    Shape::of_type(
        "note",
        "4.13",
        Sdo,
        &[
            opt("abstract", Text),
            req("content", Text),
            opt_list("authors", Text),
            req_list("object_refs", Ref(ANY_OBJECT)),
        ],
    ),
    Shape::of_type(
        "observed-data",
        "4.14",
        Sdo,
        &[
            req("first_observed", Time),
            req("last_observed", Time),
            req("number_observed", Int(1, LARGE)),
            opt("objects", Object),
            opt_list("object_refs", Ref(&["SCO", "SRO"])),
        ],
    )
    .any_of(&["objects", "object_refs"])
    .exclusive(&["objects", "object_refs"])
    .order(&[ordered("first_observed", "last_observed", false)]),
    Shape::of_type(
        "opinion",
        "4.15",
        Sdo,
        &[
            opt("explanation", Text),
            opt_list("authors", Text),
            req("opinion", Enum(v::OPINION)),
            req_list("object_refs", Ref(ANY_OBJECT)),
        ],
    ),
    Shape::of_type(
        "report",
        "4.16",
        Sdo,
        &[
            NAME,
            DESCRIPTION,
            opt_list("report_types", Vocab(v::REPORT_TYPE)),
            req("published", Time),
            req_list("object_refs", Ref(ANY_OBJECT)),
        ],
    ),
    Shape::of_type(
        "threat-actor",
        "4.17",
        Sdo,
        &[
            NAME,
            DESCRIPTION,
            opt_list("threat_actor_types", Vocab(v::THREAT_ACTOR_TYPE)),
            ALIASES,
            FIRST_SEEN,
            LAST_SEEN,
            opt_list("roles", Vocab(v::THREAT_ACTOR_ROLE)),
            opt_list("goals", Text),
            opt("sophistication", Vocab(v::SOPHISTICATION)),
            opt("resource_level", Vocab(v::RESOURCE_LEVEL)),
            opt("primary_motivation", Vocab(v::MOTIVATION)),
            opt_list("secondary_motivations", Vocab(v::MOTIVATION)),
            opt_list("personal_motivations", Vocab(v::MOTIVATION)),
        ],
    )
    .order(SEEN),
    Shape::of_type(
        "tool",
        "4.18",
        Sdo,
        &[
            NAME,
            DESCRIPTION,
            opt_list("tool_types", Vocab(v::TOOL_TYPE)),
            ALIASES,
            KILL_CHAIN,
            opt("tool_version", Text),
        ],
    ),
    Shape::of_type("vulnerability", "4.19", Sdo, &[NAME, DESCRIPTION]),
    Shape::of_type(
        "relationship",
        "5.1",
        Sro,
        &[
            req("relationship_type", Written(Writing::RelationshipType)),
            DESCRIPTION,
            req("source_ref", Ref(&["SDO", "SCO"])),
            req("target_ref", Ref(&["SDO", "SCO"])),
            opt("start_time", Time),
            opt("stop_time", Time),
        ],
    )
    .order(&[ordered("start_time", "stop_time", true)]),
    Shape::of_type(
        "sighting",
        "5.2",
        Sro,
        &[
            DESCRIPTION,
            FIRST_SEEN,
            LAST_SEEN,
            opt("count", Int(0, LARGE)),
            req("sighting_of_ref", Ref(&["SDO"])),
            opt_list("observed_data_refs", Ref(&["observed-data"])),
            opt_list("where_sighted_refs", Ref(&["identity", "location"])),
            opt("summary", Bool),
        ],
    )
    .order(SEEN),
    Shape::of_type(
        "marking-definition",
        "7.2.1",
        Meta,
        &[
            opt("name", Text),
            opt("definition_type", Text),
            opt("definition", Object),
        ],
    )
    .any_of(&["definition_type", "extensions"])
    .needs(&[
        ("definition_type", "definition"),
        ("definition", "definition_type"),
    ]),
    Shape::of_type(
        "language-content",
        "7.1",
        Meta,
        &[
            req("object_ref", Ref(&[])),
            opt("object_modified", Time),
            req("contents", Object),
        ],
    ),
    Shape::of_type(
        "extension-definition",
        "7.3",
        Meta,
        &[
            NAME,
            DESCRIPTION,
            req("schema", Text),
            req("version", Text),
            req_list("extension_types", Enum(v::EXTENSION_TYPE)),
            opt_list("extension_properties", Written(Writing::PropertyName)),
        ],
    ),
];
