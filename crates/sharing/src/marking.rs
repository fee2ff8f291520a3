//! Marking definitions that the hub's objects refer to: TLP 2.0 as OASIS publishes them, PAP as
//! statements of the hub's own with fixed ids.

use std::sync::LazyLock;

use kaname_kernel::{Pap, Tlp};
use kaname_stix::{ObjectId, StixError, TlpMark, tlp_marking_id, tlp_object, tlp_of};
use uuid::Uuid;

use crate::content::tlp_mark;

/// Namespace of the ids of PAP statements.
const NAMESPACE: Uuid = Uuid::from_u128(0x1d6c_8b0e_52a7_4e0b_9a54_7c2f_e1b3_90d6);

/// The id of a PAP statement.
///
/// # Errors
/// Never in practice: the type name is fixed.
pub fn pap_marking_id(pap: Pap) -> Result<ObjectId, StixError> {
    let uuid = Uuid::new_v5(&NAMESPACE, pap.to_string().as_bytes());
    ObjectId::new("marking-definition", uuid)
}

/// The PAP of one of the hub's statements; `None` for any other marking.
pub fn pap_of(marking: &ObjectId) -> Option<Pap> {
    static KNOWN: LazyLock<Vec<(ObjectId, Pap)>> = LazyLock::new(|| {
        let known = Pap::ALL.into_iter();
        known
            .filter_map(|pap| Some((pap_marking_id(pap).ok()?, pap)))
            .collect()
    });
    let known = KNOWN.iter().find(|(id, _)| id == marking);
    known.map(|(_, pap)| *pap)
}

/// The strictest TLP that markings name, of version 1 or 2; `None` when they name none.
pub fn strictest_tlp<'m>(markings: impl IntoIterator<Item = &'m ObjectId>) -> Option<Tlp> {
    let named = markings.into_iter().filter_map(tlp_of);
    named
        .map(|mark| match mark {
            TlpMark::Clear => Tlp::Clear,
            TlpMark::Green => Tlp::Green,
            TlpMark::Amber => Tlp::Amber,
            TlpMark::AmberStrict => Tlp::AmberStrict,
            TlpMark::Red => Tlp::Red,
        })
        .max()
}

/// The strictest PAP that markings name by the hub's statements; `None` when they name none.
pub fn strictest_pap<'m>(markings: impl IntoIterator<Item = &'m ObjectId>) -> Option<Pap> {
    markings.into_iter().filter_map(pap_of).max()
}

/// The PAP statement as a JSON object (STIX 2.1 §7.2.1.3). PAP says what may be done, and restricts no
/// reader.
///
/// # Errors
/// As [`pap_marking_id`].
pub fn pap_object(pap: Pap) -> Result<String, StixError> {
    let id = pap_marking_id(pap)?;
    Ok(format!(
        r#"{{"type":"marking-definition","spec_version":"2.1","id":"{id}","created":"2022-10-01T00:00:00.000Z","name":"{pap}","definition_type":"statement","definition":{{"statement":"{pap}"}}}}"#
    ))
}

/// All marking definitions that a released object may refer to. They go into every library collection
/// once, readable by everyone.
///
/// # Errors
/// As [`pap_marking_id`].
pub fn standing_objects() -> Result<Vec<String>, StixError> {
    let tlp = Tlp::ALL.map(|tlp| tlp_object(tlp_mark(tlp)).to_owned());
    let mut all = Vec::from(tlp);
    for pap in Pap::ALL {
        all.push(pap_object(pap)?);
    }
    Ok(all)
}

/// The markings of an object: TLP, then PAP.
///
/// # Errors
/// As [`pap_marking_id`].
pub fn markings(tlp: Tlp, pap: Pap) -> Result<[ObjectId; 2], StixError> {
    Ok([tlp_marking_id(tlp_mark(tlp)), pap_marking_id(pap)?])
}
