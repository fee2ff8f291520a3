//! The fixed marking definitions of the Traffic Light Protocol.
//!
//! TLP 2.0 objects are those that OASIS publishes as STIX common objects; the
//! TLP 1 ids stand in STIX 2.1 §7.2.1.4.

use uuid::Uuid;

use crate::id::ObjectId;

/// A TLP 2.0 label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TlpMark {
    /// TLP:CLEAR.
    Clear,
    /// TLP:GREEN.
    Green,
    /// TLP:AMBER.
    Amber,
    /// TLP:AMBER+STRICT.
    AmberStrict,
    /// TLP:RED.
    Red,
}

impl TlpMark {
    /// All labels, the widest first.
    pub const ALL: [Self; 5] = [
        Self::Clear,
        Self::Green,
        Self::Amber,
        Self::AmberStrict,
        Self::Red,
    ];
}

const CLEAR: Uuid = Uuid::from_u128(0x9486_8c89_83c2_464b_929b_a1a8_aa3c_8487);
const GREEN: Uuid = Uuid::from_u128(0xbab4_a63c_aed9_4cf5_a766_dfca_5aba_c2bb);
const AMBER: Uuid = Uuid::from_u128(0x55d9_20b0_5e8b_4f79_9ee9_91f8_68d9_b421);
const AMBER_STRICT: Uuid = Uuid::from_u128(0x939a_9414_2ddd_4d32_a0cd_375e_a402_b003);
const RED: Uuid = Uuid::from_u128(0xe828_b379_4e03_4974_9ac4_e53a_884c_97c1);

const WHITE_1: Uuid = Uuid::from_u128(0x613f_2e26_407d_48c7_9eca_b8e9_1df9_9dc9);
const GREEN_1: Uuid = Uuid::from_u128(0x3409_8fce_860f_48ae_8e50_ebd3_cc5e_41da);
const AMBER_1: Uuid = Uuid::from_u128(0xf88d_31f6_486f_44da_b317_0133_3bde_0b82);
const RED_1: Uuid = Uuid::from_u128(0x5e57_c739_391a_4eb3_b6be_7d15_ca92_d5ed);

/// The label that a fixed marking definition stands for, of TLP 2.0 or TLP 1
/// (WHITE reads as CLEAR, AMBER as AMBER). `None` for any other marking.
#[must_use]
pub fn tlp_of(marking: &ObjectId) -> Option<TlpMark> {
    if marking.type_name() != "marking-definition" {
        return None;
    }
    match marking.uuid() {
        CLEAR | WHITE_1 => Some(TlpMark::Clear),
        GREEN | GREEN_1 => Some(TlpMark::Green),
        AMBER | AMBER_1 => Some(TlpMark::Amber),
        AMBER_STRICT => Some(TlpMark::AmberStrict),
        RED | RED_1 => Some(TlpMark::Red),
        _ => None,
    }
}

/// The word of TLP 1 that a fixed marking definition says in `definition.tlp`
/// (§7.2.1.4).
pub(crate) fn tlp1_label(marking: &ObjectId) -> Option<&'static str> {
    match marking.uuid() {
        WHITE_1 => Some("white"),
        GREEN_1 => Some("green"),
        AMBER_1 => Some("amber"),
        RED_1 => Some("red"),
        _ => None,
    }
}

/// The word that a fixed marking definition of TLP 2.0 says in its extension.
pub(crate) fn tlp2_label(marking: &ObjectId) -> Option<&'static str> {
    match marking.uuid() {
        CLEAR => Some("clear"),
        GREEN => Some("green"),
        AMBER => Some("amber"),
        AMBER_STRICT => Some("amber+strict"),
        RED => Some("red"),
        _ => None,
    }
}

/// Whether the name is that of the extension with a label of TLP 2.0.
pub(crate) fn is_tlp_2(extension: &str) -> bool {
    extension == "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
}

/// The id of a label's TLP 2.0 marking definition.
#[must_use]
pub fn tlp_marking_id(mark: TlpMark) -> ObjectId {
    let uuid = match mark {
        TlpMark::Clear => CLEAR,
        TlpMark::Green => GREEN,
        TlpMark::Amber => AMBER,
        TlpMark::AmberStrict => AMBER_STRICT,
        TlpMark::Red => RED,
    };
    ObjectId::of("marking-definition", uuid)
}

/// The id of a label's TLP 1 marking definition, for peers that know no other.
/// `None` for AMBER+STRICT, which TLP 1 can't say.
#[must_use]
pub fn tlp1_marking_id(mark: TlpMark) -> Option<ObjectId> {
    let uuid = match mark {
        TlpMark::Clear => WHITE_1,
        TlpMark::Green => GREEN_1,
        TlpMark::Amber => AMBER_1,
        TlpMark::Red => RED_1,
        TlpMark::AmberStrict => return None,
    };
    Some(ObjectId::of("marking-definition", uuid))
}

macro_rules! tlp_object {
    ($id:literal, $name:literal, $value:literal) => {
        concat!(
            r#"{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--"#,
            $id,
            r#"","created":"2022-10-01T00:00:00.000Z","name":"TLP:"#,
            $name,
            r#"","extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":"#,
            r#"{"extension_type":"property-extension","tlp_2_0":""#,
            $value,
            r#""}}}"#
        )
    };
}

/// The TLP 2.0 marking definition of a label as a JSON object.
#[must_use]
pub fn tlp_object(mark: TlpMark) -> &'static str {
    match mark {
        TlpMark::Clear => tlp_object!("94868c89-83c2-464b-929b-a1a8aa3c8487", "CLEAR", "clear"),
        TlpMark::Green => tlp_object!("bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "GREEN", "green"),
        TlpMark::Amber => tlp_object!("55d920b0-5e8b-4f79-9ee9-91f868d9b421", "AMBER", "amber"),
        TlpMark::AmberStrict => {
            tlp_object!(
                "939a9414-2ddd-4d32-a0cd-375ea402b003",
                "AMBER+STRICT",
                "amber+strict"
            )
        }
        TlpMark::Red => tlp_object!("e828b379-4e03-4974-9ac4-e53a884c97c1", "RED", "red"),
    }
}
