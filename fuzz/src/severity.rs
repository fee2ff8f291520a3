//! Policy and case files of the severity rating.

use kaname_severity::{Lang, Policy, Signature, Signer, cases, triage::TriagePolicy};

/// What is read as a policy rates what was read as a case.
pub(crate) fn policy(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = (
        Signature::read(&text),
        Signer::read(&text),
        TriagePolicy::read(&text),
    );
    match Policy::read(&text, &[], &[]) {
        Ok(policy) => assert_eq!(policy.sha256.len(), 64),
        Err(flaw) => assert!(flaw.line <= text.lines().count() + 1, "{flaw}"),
    }
}

/// A case is refused with a line, or rated: its trace leads to its level, and both ends lie in order.
pub(crate) fn case(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let policy = Policy::builtin().expect("the shipped policy is sound");
    let read = match cases(&text, &policy) {
        Ok(read) => read,
        Err(flaw) => {
            assert!(flaw.line <= text.lines().count() + 1, "{flaw}");
            return;
        }
    };
    for case in &read {
        let rating = case.rate();
        assert!(rating.level.low <= rating.level.high && rating.level.high <= 4);
        assert_eq!(rating.replayed(), rating.level);
        assert!(!rating.json().contains('\n'));
        assert!(rating.svg(Lang::Ja).ends_with("</svg>\n"));
        assert_eq!(rating.sentences(Lang::En).len(), 9);
    }
}
