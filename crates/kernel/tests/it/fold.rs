//! Words for search: Japanese of any length is found, folded forms are equal.

use kaname_kernel::fold::{fold, index_text, tokens};
use proptest::prelude::*;

#[test]
fn japanese_is_cut_into_bigrams_and_two_characters_are_found() {
    assert_eq!(tokens("電力会社"), ["電力", "力会", "会社"]);
    assert_eq!(tokens("水"), ["水"]);
    assert!(tokens("北海道の電力会社です").contains(&"電力".to_owned()));
}

#[test]
fn full_width_and_case_are_folded() {
    assert_eq!(fold("ＣＶＥ－２０２６"), fold("cve-2026"));
    assert_eq!(index_text("VPN装置 203.0.113.77"), "vpn 装置 203 0 113 77");
}

proptest! {
    #[test]
    fn any_text_gives_tokens_without_blanks(text in ".{0,300}") {
        for token in tokens(&text) {
            prop_assert!(!token.is_empty());
            prop_assert!(!token.contains(char::is_whitespace));
        }
    }
}
