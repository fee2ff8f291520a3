//! Domain (§4), relationship (§5) and meta objects (§7).

use super::Form::{
    Any, Bool, Dict, Enum, Float, FullText, Int, KillChain, Object, Ref, Text, Time, Vocab,
};
use super::vocabulary as v;
use super::{Order, Prop, TypeRule, opt, opt_list, ordered, req, req_list};
use crate::id::Class::{Meta, Sdo, Sro};

const ANY_OBJECT: super::Targets = &["SDO", "SCO", "SRO"];
const LARGE: i64 = 999_999_999;
const SEEN: &[Order] = &[ordered("first_seen", "last_seen", false)];

const KILL_CHAIN: Prop = opt_list("kill_chain_phases", KillChain);
const DESCRIPTION: Prop = opt("description", Text);
const ALIASES: Prop = opt_list("aliases", Text);
const FIRST_SEEN: Prop = opt("first_seen", Time);
const LAST_SEEN: Prop = opt("last_seen", Time);
const NAME: Prop = req("name", Text);

pub(super) const RULES: &[TypeRule] = &[
    TypeRule::new(
        "attack-pattern",
        Sdo,
        &[NAME, DESCRIPTION, ALIASES, KILL_CHAIN],
    ),
    TypeRule::new(
        "campaign",
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
    TypeRule::new("course-of-action", Sdo, &[NAME, DESCRIPTION]),
    TypeRule::new(
        "grouping",
        Sdo,
        &[
            opt("name", Text),
            DESCRIPTION,
            req("context", Vocab(v::GROUPING_CONTEXT)),
            req_list("object_refs", Ref(ANY_OBJECT)),
        ],
    ),
    TypeRule::new(
        "identity",
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
    TypeRule::new("incident", Sdo, &[NAME, DESCRIPTION, KILL_CHAIN]),
    TypeRule::new(
        "indicator",
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
    TypeRule::new(
        "infrastructure",
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
    TypeRule::new(
        "intrusion-set",
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
    TypeRule::new(
        "location",
        Sdo,
        &[
            opt("name", Text),
            DESCRIPTION,
            opt("latitude", Float(-90.0, 90.0)),
            opt("longitude", Float(-180.0, 180.0)),
            opt("precision", Float(0.0, f64::MAX)),
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
    TypeRule::new(
        "malware",
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
            opt_list("implementation_languages", Text),
            opt_list("capabilities", Text),
            opt_list("sample_refs", Ref(&["artifact", "file"])),
        ],
    )
    .order(SEEN),
    TypeRule::new(
        "malware-analysis",
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
            opt("sample_ref", Ref(&["SCO"])),
        ],
    )
    .any_of(&["result", "analysis_sco_refs"])
    .order(&[ordered("analysis_started", "analysis_ended", false)]),
    TypeRule::new(
        "note",
        Sdo,
        &[
            opt("abstract", Text),
            req("content", Text),
            opt_list("authors", Text),
            req_list("object_refs", Ref(ANY_OBJECT)),
        ],
    ),
    TypeRule::new(
        "observed-data",
        Sdo,
        &[
            req("first_observed", Time),
            req("last_observed", Time),
            req("number_observed", Int(1, LARGE)),
            opt("objects", Dict),
            opt_list("object_refs", Ref(&["SCO", "SRO"])),
        ],
    )
    .any_of(&["objects", "object_refs"])
    .exclusive(&["objects", "object_refs"])
    .order(&[ordered("first_observed", "last_observed", false)]),
    TypeRule::new(
        "opinion",
        Sdo,
        &[
            opt("explanation", Text),
            opt_list("authors", Text),
            req("opinion", Enum(v::OPINION)),
            req_list("object_refs", Ref(ANY_OBJECT)),
        ],
    ),
    TypeRule::new(
        "report",
        Sdo,
        &[
            NAME,
            DESCRIPTION,
            opt_list("report_types", Vocab(v::REPORT_TYPE)),
            req("published", Time),
            req_list("object_refs", Ref(ANY_OBJECT)),
        ],
    ),
    TypeRule::new(
        "threat-actor",
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
    TypeRule::new(
        "tool",
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
    TypeRule::new("vulnerability", Sdo, &[NAME, DESCRIPTION]),
    TypeRule::new(
        "relationship",
        Sro,
        &[
            req("relationship_type", FullText),
            DESCRIPTION,
            req("source_ref", Ref(&["SDO", "SCO"])),
            req("target_ref", Ref(&["SDO", "SCO"])),
            opt("start_time", Time),
            opt("stop_time", Time),
        ],
    )
    .order(&[ordered("start_time", "stop_time", true)]),
    TypeRule::new(
        "sighting",
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
    TypeRule::new(
        "marking-definition",
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
    TypeRule::new(
        "language-content",
        Meta,
        &[
            req("object_ref", Ref(&[])),
            opt("object_modified", Time),
            req("contents", Dict),
        ],
    ),
    TypeRule::new(
        "extension-definition",
        Meta,
        &[
            NAME,
            DESCRIPTION,
            req("schema", Text),
            req("version", Text),
            req_list("extension_types", Enum(v::EXTENSION_TYPE)),
            opt_list("extension_properties", Any),
        ],
    ),
];
