//! Markings and their words.

use kaname_kernel::{Pap, Role, Tlp};

#[test]
fn labels_read_back() {
    for tlp in Tlp::ALL {
        assert_eq!(tlp.to_string().parse(), Ok(tlp));
    }
    for pap in Pap::ALL {
        assert_eq!(pap.to_string().parse(), Ok(pap));
    }
    for role in Role::ALL {
        assert_eq!(role.as_str().parse(), Ok(role));
    }
}

#[test]
fn tlp_one_is_mapped() {
    assert_eq!("TLP:WHITE".parse(), Ok(Tlp::Clear));
    assert_eq!("tlp:amber".parse(), Ok(Tlp::Amber));
    assert!("PURPLE".parse::<Tlp>().is_err());
}

#[test]
fn pap_amber_and_red_forbid_blocking() {
    let blocking: Vec<bool> = Pap::ALL.iter().map(|pap| pap.permits_blocking()).collect();
    assert_eq!(blocking, [true, true, false, false]);
}
