//! What is kept of an event that was handed in: for whoever may read what its party handed in, and as long as its
//! report stands.

use kaname_directory::KeyScope::{SubmissionsRead, TaxiiPost, TaxiiRead};
use kaname_kernel::MatterId;
use kaname_sharing::number;
use serde_json::json;

use super::{Setting, misp_event, setting, text};

/// Spaces of what is kept of reports, with how much stands in them.
async fn kept(s: &Setting) -> [usize; 3] {
    let mut all = [0; 3];
    let world = &s.nation.world;
    for (count, space) in all
        .iter_mut()
        .zip(["misp-posted", "taxii-status", "kept-of-report"])
    {
        let rows = world.store().kv_list(space, "", world.now()).await;
        *count = rows.unwrap().len();
    }
    all
}

impl Setting {
    /// Hands the event in under a name; the report, and the event's UUID.
    async fn handed_in(&self, key: &str, info: &str) -> (MatterId, String) {
        let mut event = misp_event();
        event["Event"]["info"] = info.into();
        let answer = self.post("events/add", key, &event).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let receipt = answer.header("kaname-receipt").to_owned();
        let report = self.report(&receipt).await;
        (report, text(&event["Event"]["uuid"]))
    }

    async fn report(&self, receipt: &str) -> MatterId {
        let key = number::normalise(receipt);
        let found = self.nation.world.store();
        let found = found.lookup(number::RECEIPT_SPACE, &key).await;
        found.unwrap().unwrap()
    }

    /// An envelope into the intake; its report, and the address of its status.
    async fn enveloped(&self, key: &str, defanged: bool) -> (MatterId, String) {
        let object = format!(
            r#"{{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3","defanged":{defanged}}}"#
        );
        let intake = self.nation.intake.id;
        let path = format!("/taxii2/api/collections/{intake}/objects/");
        let envelope = format!(r#"{{"objects":[{object}]}}"#);
        let answer = self.door.post(&path, key, envelope).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        let status = answer.json();
        let receipt = text(&status["successes"][0]["message"]);
        let report = self.report(receipt.strip_prefix("receipt ").unwrap()).await;
        (
            report,
            format!("/taxii2/api/status/{}/", text(&status["id"])),
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_in_is_read_by_keys_that_read_what_their_party_handed_in() {
    let s = setting().await;
    let provider = &s.nation.provider;
    let posts = s.nation.key(provider, &[TaxiiRead, TaxiiPost]).await;
    let reads = s.nation.key(provider, &[TaxiiRead]).await;
    let follows = s.nation.key(provider, &[TaxiiRead, SubmissionsRead]).await;
    let others = s
        .nation
        .key(&s.nation.member, &[TaxiiRead, SubmissionsRead])
        .await;
    let (_, uuid) = s.handed_in(&posts, "sent").await;
    for (key, status) in [
        (&posts, 404),
        (&reads, 404),
        (&others, 404),
        (&follows, 200),
    ] {
        let seen = s.get(&format!("events/view/{uuid}"), key).await;
        assert_eq!(seen.status, status, "{}", seen.text);
    }
    // Who may not read it adds nothing to it either: that would say what it is.
    let more = json!({ "type": "ip-dst", "value": "203.0.113.99", "to_ids": true });
    let added = s
        .post(&format!("attributes/add/{uuid}"), &posts, &more)
        .await;
    assert_eq!(added.status, 404, "{}", added.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_of_a_report_that_was_redacted_or_taken_back() {
    let s = setting().await;
    let scopes = [TaxiiRead, TaxiiPost, SubmissionsRead];
    let key = s.nation.key(&s.nation.provider, &scopes).await;
    let world = &s.nation.world;
    let admin = s.nation.caller(&s.nation.administrator).await;
    let provider = s.nation.caller(&s.nation.provider).await;
    for redacted in [true, false] {
        let info = format!("redacted {redacted}");
        let (event, uuid) = s.handed_in(&key, &info).await;
        let (envelope, status) = s.enveloped(&key, redacted).await;
        assert_eq!(kept(&s).await, [1, 1, 2]);
        assert_eq!(s.door.taxii(&status, &key).await.status, 200);
        for report in [event, envelope] {
            match redacted {
                true => drop(world.redact(&admin, report, "誤送信").await.unwrap()),
                false => world.withdraw_report(&provider, report).await.unwrap(),
            }
        }
        assert_eq!(kept(&s).await, [0; 3]);
        let view = format!("events/view/{uuid}");
        assert_eq!(s.get(&view, &key).await.status, 404);
        assert_eq!(s.door.taxii(&status, &key).await.status, 404);
        let more = json!({ "type": "ip-dst", "value": "203.0.113.99", "to_ids": true });
        let added = s.post(&format!("attributes/add/{uuid}"), &key, &more).await;
        assert_eq!(added.status, 404, "{}", added.text);
        // The same event again is the same report, and is not kept again.
        let mut again = misp_event();
        again["Event"]["info"] = info.into();
        let again = s.post("events/add", &key, &again).await;
        assert_eq!(again.status, 200, "{}", again.text);
        assert_eq!(kept(&s).await, [0; 3]);
        assert_eq!(s.get(&view, &key).await.status, 404);
    }
}
