//! The dialect of MITRE ATT&CK: custom types, properties and relationships that
//! its bundles use (ATT&CK specification 3.3).

use super::Form::{Bool, Object, Ref, Text};
use super::{Prop, opt, opt_list};

/// Its types.
pub(crate) const TYPES: &[&str] = &[
    "x-mitre-analytic",
    "x-mitre-asset",
    "x-mitre-collection",
    "x-mitre-data-component",
    "x-mitre-data-source",
    "x-mitre-detection-strategy",
    "x-mitre-matrix",
    "x-mitre-tactic",
];

/// Its properties on any object. Its lists may be empty.
pub(crate) const PROPS: &[Prop] = &[
    opt("x_mitre_attack_spec_version", Text),
    opt("x_mitre_modified_by_ref", Ref(&["identity"])),
    opt("x_mitre_deprecated", Bool),
    opt_list("x_mitre_domains", Text),
    opt("x_mitre_version", Text),
    opt_list("x_mitre_platforms", Text),
    opt("x_mitre_detection", Text),
    opt("x_mitre_is_subtechnique", Bool),
    opt_list("x_mitre_contributors", Text),
    opt_list("x_mitre_aliases", Text),
    opt_list("x_mitre_log_source_references", Object),
    opt_list("x_mitre_mutable_elements", Object),
    opt_list("x_mitre_log_sources", Object),
    opt("x_mitre_data_source_ref", Ref(&["x-mitre-data-source"])),
    opt_list("x_mitre_collection_layers", Text),
    opt_list("x_mitre_analytic_refs", Ref(&["x-mitre-analytic"])),
    opt("x_mitre_shortname", Text),
    opt("x_mitre_first_seen_citation", Text),
    opt("x_mitre_last_seen_citation", Text),
    opt("x_mitre_remote_support", Bool),
    opt_list("x_mitre_impact_type", Text),
    opt_list("x_mitre_data_sources", Text),
    opt_list("x_mitre_defense_bypassed", Text),
    opt_list("x_mitre_effective_permissions", Text),
    opt_list("x_mitre_permissions_required", Text),
    opt_list("x_mitre_system_requirements", Text),
    opt("x_mitre_network_requirements", Bool),
    opt_list("x_mitre_tactic_type", Text),
    opt_list("x_mitre_sectors", Text),
    opt_list("x_mitre_related_assets", Object),
    opt_list("x_mitre_contents", Object),
    opt("x_mitre_old_attack_id", Text),
];

/// Its relationships between types of the standard.
pub(crate) const RELATIONSHIPS: &[(&str, &str, &str)] =
    &[("attack-pattern", "subtechnique-of", "attack-pattern")];

/// How it says what replaces a revoked object, between two of one type.
pub(crate) const REVOKED_BY: &str = "revoked-by";
