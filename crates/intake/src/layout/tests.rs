//! Layouts as they are, and as they must not be.

use super::{Layout, LayoutFault, LayoutKind, LayoutLimits, read_layout};

const LIMITS: LayoutLimits = LayoutLimits {
    object_bytes: 2_000,
    objects: 100,
    collections: 4,
    roots: 3,
    status_bytes: 4_000,
    now_us: 1_800_000_000_000_000,
};

type Objects = Vec<(usize, i64, String)>;

fn read(text: &str) -> Result<(Layout, Objects), LayoutFault> {
    let mut objects = Vec::new();
    let layout = read_layout(text.as_bytes(), &LIMITS, &mut |object| {
        if object.raw.contains("bad") {
            return Err("it is bad".to_owned());
        }
        objects.push((
            object.collection,
            object.date_added_us,
            object.raw.to_owned(),
        ));
        Ok(())
    })?;
    Ok((layout, objects))
}

fn faulty(text: &str) -> (String, String) {
    let fault = read(text).map(|_| ()).unwrap_err();
    (fault.pointer, fault.rule)
}

const ID: &str = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";

fn with_collection(members: &str) -> String {
    format!(
        r#"{{"discovery":{{"title":"t"}},"roots":[{{"path":"a","title":"A","max_content_length":9,
        "collections":[{{"id":"{ID}","title":"c","can_read":true,"can_write":false{members}}}]}}]}}"#
    )
}

#[test]
fn a_layout_is_read_in_any_order_of_its_members() {
    let text = format!(
        r#"{{"roots":[{{"collections":[
            {{"objects":[{{"object":{{ "a" : 1 }},"date_added":"2020-01-01T00:00:00.000001Z"}}],
              "can_write":true,"can_read":false,"title":"c","id":"{ID}","kind":"peer"}},
            {{"id":"{ID}","title":"d","can_read":false,"can_write":true,"kind":"intake"}}],
          "statuses":[{{"id":"{ID}","status":"pending","total_count":1,"success_count":0,
            "failure_count":0,"pending_count":1}}],
          "max_content_length":12,"title":"A","path":"/a/"}},
          {{"path":"b","title":"B","max_content_length":1,"collections":[
            {{"id":"{ID}","title":"e","can_read":true,"can_write":true,"objects":[
              {{"date_added":"2020-01-01T00:00:00Z","object":[]}}]}}]}}],
          "discovery":{{"title":"t","api_roots":["a","https://x.example/b/"]}}}}"#
    );
    let (layout, objects) = read(&text).unwrap();
    let expected = [
        (0, 1_577_836_800_000_001, r#"{ "a" : 1 }"#.to_owned()),
        (2, 1_577_836_800_000_000, "[]".to_owned()),
    ];
    assert_eq!(objects, expected);
    assert_eq!(layout.discovery.api_roots.unwrap().len(), 2);
    let [a, b] = &layout.roots[..] else {
        panic!("{} roots", layout.roots.len())
    };
    assert_eq!(
        (a.path.as_str(), a.max_content_length, a.statuses.len()),
        ("/a/", 12, 1)
    );
    assert_eq!(a.collections[1].kind, LayoutKind::Intake);
    assert_eq!(a.collections[0].omitted, Vec::<String>::new());
    assert_eq!(b.collections[0].omitted, ["kind"]);
    assert_eq!(b.omitted, ["statuses"]);
}

#[test]
fn what_is_not_as_the_form_says_is_told_with_place_and_rule() {
    let in_collection = "/roots/0/collections/0";
    let object = |entry: &str| with_collection(&format!(r#","objects":[{entry}]"#));
    for (text, pointer, rule) in [
        ("[]", "", "an object or a list"),
        ("{", "", "not JSON"),
        (r#"{"roots":[]}"#, "", "`discovery` is missing"),
        (
            r#"{"discovery":{},"roots":[]}"#,
            "/discovery",
            "`title` is missing",
        ),
        (r#"{"discovery":{"title":1}}"#, "/discovery/title", "a text"),
        (
            r#"{"discovery":{"title":"a","title":"b"}}"#,
            "/discovery/title",
            "only once",
        ),
        (
            r#"{"discovery":{"title":"a","x/y":"b"}}"#,
            "/discovery/x~1y",
            "no such member",
        ),
        (
            r#"{"discovery":{"title":"a"},"roots":[{"path":"a"}]}"#,
            "/roots/0",
            "`title` is missing",
        ),
        (
            &with_collection(r#","kind":"feed""#),
            "/roots/0/collections/0/kind",
            "`peer`",
        ),
        (
            &with_collection(r#","can_read":true"#),
            "/roots/0/collections/0/can_read",
            "only once",
        ),
        (
            &with_collection(r#","kind":"intake""#),
            "/roots/0/collections/0/can_read",
            "nobody reads",
        ),
        (
            &object(r#"{"date_added":"2020-01-01T00:00:00Z"}"#),
            "/roots/0/collections/0/objects/0",
            "missing field `object`",
        ),
        (
            &object(r#"{"date_added":"2020-01-01","object":{}}"#),
            "/roots/0/collections/0/objects/0/date_added",
            "UTC",
        ),
        (
            &object(r#"{"date_added":"2020-01-01T00:00:00.1234567Z","object":{}}"#),
            "/roots/0/collections/0/objects/0/date_added",
            "microsecond",
        ),
        (
            &object(r#"{"date_added":"2120-01-01T00:00:00Z","object":{}}"#),
            "/roots/0/collections/0/objects/0/date_added",
            "future",
        ),
        (
            &object(r#"{"date_added":"2020-01-01T00:00:00Z","object":"bad"}"#),
            "/roots/0/collections/0/objects/0/object",
            "it is bad",
        ),
        (
            &object(r#"{"date_added":"2020-01-01T00:00:00Z","object":{}},7"#),
            "/roots/0/collections/0/objects/1",
            "is expected",
        ),
    ] {
        let (at, why) = faulty(text);
        assert_eq!(at, pointer, "{text}");
        assert!(why.contains(rule), "{text}: {why}");
    }
    let library = with_collection(
        r#","kind":"library","objects":[{"date_added":"2020-01-01T00:00:00Z","object":{}}]"#,
    );
    let (at, why) = faulty(&library);
    assert_eq!(at, format!("{in_collection}/objects"));
    assert!(why.contains("without release"), "{why}");
    let status = r#"{"discovery":{"title":"t"},"roots":[{"statuses":[{"id":"x"}]}]}"#;
    assert_eq!(faulty(status).0, "/roots/0/statuses/0/id");
}

#[test]
fn what_never_ends_is_refused_at_the_bound() {
    let head = with_collection("");
    let head = head.strip_suffix("}]}]}").unwrap();
    let start =
        format!(r#"{head},"objects":[{{"date_added":"2020-01-01T00:00:00Z","object":{{"a":""#);
    let endless = std::io::Read::chain(start.as_bytes(), std::io::repeat(b'x'));
    let fault = read_layout(endless, &LIMITS, &mut |_| Ok(())).unwrap_err();
    assert_eq!(fault.pointer, "/roots/0/collections/0/objects/0");
    assert!(fault.rule.contains("at most"), "{}", fault.rule);
    let entry = r#"{"date_added":"2020-01-01T00:00:00Z","object":{}},"#;
    let many = format!(r#"{head},"objects":[{}"#, entry.repeat(101));
    assert_eq!(faulty(&many).0, "/roots/0/collections/0/objects/100");
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(3_000));
    let text = with_collection(&format!(
        r#","objects":[{{"date_added":"2020-01-01T00:00:00Z","object":{long}}}]"#
    ));
    assert!(faulty(&text).1.contains("over 2000"));
    let deep = format!("{head},\"objects\":{}", "[".repeat(10_000));
    assert!(read(&deep).is_err());
    let root = r#"{"path":"a","title":"A","max_content_length":9}"#;
    let roots = [root; 4].join(",");
    let text = format!(r#"{{"discovery":{{"title":"t"}},"roots":[{roots}]}}"#);
    assert_eq!(faulty(&text).0, "/roots/3");
}
