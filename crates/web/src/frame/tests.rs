use askama::Template as _;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
    routing,
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::{Frame, Host, Posted, Section, Settings, Visitor, around::ErrorPage, sample, show};
use crate::{
    error::{Failure, Fault, Problem, Reason},
    route::{Access, Audit, BodySize, Endpoint, faults, frame_endpoints, router},
    text::Lang,
};

/// A program around the frame: knows a session by its cookie, and refuses `Key` and `Either`.
#[derive(Clone)]
struct Program {
    settings: Settings,
}

impl Host for Program {
    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn limits(&self) -> kaname_world::Limits {
        kaname_world::Limits {
            max_draft_bytes: 2048,
            ..kaname_world::Limits::default()
        }
    }

    async fn visitor(&self, request: &Parts) -> Result<Visitor, Failure> {
        let cookies = request
            .headers
            .get(header::COOKIE)
            .and_then(|value| value.to_str().ok());
        let signed_in = cookies.is_some_and(|cookies| cookies.contains("session=1"));
        Ok(if signed_in {
            sample::officer(Lang::En)
        } else {
            Visitor::default()
        })
    }

    async fn keep_typed(&self, _: &str, _: &str) -> Result<(), Failure> {
        Ok(())
    }

    async fn take_typed(&self, _: &str) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    fn seal_typed(&self, _: &str, typed: &str) -> String {
        hex::encode(typed)
    }

    fn open_typed(&self, _: &str, carried: &str) -> Option<String> {
        String::from_utf8(hex::decode(carried).ok()?).ok()
    }

    async fn admit(
        &self,
        visitor: &Visitor,
        access: &Access,
        _: &mut Parts,
    ) -> Result<(), Failure> {
        match access {
            Access::Public(_) => Ok(()),
            Access::SignedIn(_) if visitor.who.is_some() => Ok(()),
            _ => Err(Failure::SignIn),
        }
    }
}

fn table() -> Vec<Endpoint<Program>> {
    let open = || Access::Public("a page of this test");
    let none = || Audit::None("a page of this test");
    let mut table = frame_endpoints();
    table.extend([
        Endpoint::new(
            Method::GET,
            "/open",
            "open.read",
            open(),
            none(),
            routing::get(page),
        ),
        Endpoint::new(
            Method::POST,
            "/open",
            "open.write",
            open(),
            none(),
            routing::post(written),
        ),
        Endpoint::new(
            Method::GET,
            "/own",
            "own.read",
            Access::SignedIn(&[kaname_policy::Action::SessionOwn]),
            none(),
            routing::get(page),
        ),
        Endpoint::new(
            Method::GET,
            "/broken",
            "broken.read",
            open(),
            none(),
            routing::get(broken),
        ),
        Endpoint::new(
            Method::GET,
            "/panic",
            "panic.read",
            open(),
            none(),
            routing::get(panicking),
        ),
        Endpoint::new(
            Method::POST,
            "/small",
            "small.write",
            open(),
            none(),
            routing::post(written),
        )
        .with_body(BodySize::Draft),
    ]);
    table
}

async fn page(frame: Frame) -> Result<Response, Failure> {
    let page = frame.page(Section::Now, "A page");
    show(&sample::everything(page))
}

async fn written(Posted(form): Posted<Vec<(String, String)>>) -> Response {
    form.len().to_string().into_response()
}

async fn panicking(frame: Frame) -> Result<Response, Failure> {
    assert!(frame.now() != sample::now(), "a bug");
    frame.go("/")
}

async fn broken() -> Result<Response, Failure> {
    Err(Failure::internal("the disk is on fire"))
}

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    body: String,
}

async fn ask(request: Request<Body>) -> Answer {
    let router = router(
        &Program {
            settings: sample::settings(),
        },
        table(),
    );
    let state = Program {
        settings: sample::settings(),
    };
    let response = router.with_state(state).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(bytes.to_vec()).unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

fn get(path: &str) -> axum::http::request::Builder {
    Request::get(path)
        .header(header::ACCEPT, "text/html")
        .header(header::ACCEPT_LANGUAGE, "en")
}

fn post(path: &str, token: &str) -> Request<Body> {
    Request::post(path)
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, "session=1")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("_csrf={token}&a=1&a=2")))
        .unwrap()
}

fn token() -> String {
    sample::settings().csrf.token("session")
}

#[test]
fn the_table_of_the_frame_has_no_faults() {
    assert_eq!(faults(&table()), Vec::<String>::new());
}

#[test]
fn a_table_with_gaps_is_found_out() {
    let unclear = Endpoint::<Program>::new(
        Method::POST,
        "/x",
        "x",
        Access::SignedIn(&[]),
        Audit::None(""),
        routing::post(written),
    );
    let said = faults(&[unclear.clone(), unclear]).join("\n");
    for gap in [
        "no action is named",
        "no event and no reason",
        "noun.verb",
        "address is taken",
    ] {
        assert!(said.contains(gap), "{gap} in {said}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_protecting_headers() {
    for path in ["/open", "/nowhere", "/broken", "/panic"] {
        let answer = ask(get(path).body(Body::empty()).unwrap()).await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(answer.headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(answer.headers["cross-origin-opener-policy"], "same-origin");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    }
}

#[tokio::test]
async fn pages_have_no_inline_script_or_style_and_show_markup_as_text() {
    let answer = ask(get("/open")
        .header(header::COOKIE, "session=1")
        .body(Body::empty())
        .unwrap())
    .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!answer.body.contains("style=\""));
    assert!(!answer.body.contains(" onclick"));
    assert!(!answer.body.contains("<script>"));
    assert!(answer.body.contains("&#60;script&#62;alert(1)"));
}

#[tokio::test]
async fn failures_are_pages_for_people_and_problems_for_programs() {
    let page = ask(get("/nowhere").body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("There is no such page"));
    let program = Request::get("/nowhere?x=1")
        .header(header::ACCEPT_LANGUAGE, "en")
        .body(Body::empty());
    let problem = ask(program.unwrap()).await;
    assert_eq!(
        problem.headers[header::CONTENT_TYPE],
        "application/problem+json"
    );
    let problem: serde_json::Value = serde_json::from_str(&problem.body).unwrap();
    assert_eq!(problem["status"], 404);
    assert_eq!(problem["code"], "not_found");
    assert_eq!(problem["instance"], "/nowhere");
}

#[tokio::test]
async fn a_fault_of_the_program_tells_a_number_and_not_its_cause() {
    let answer = ask(get("/broken").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.body.contains("fire"));
    assert!(answer.body.contains("data-copy=\""));
}

#[tokio::test]
async fn someone_not_signed_in_is_led_to_the_door_and_back() {
    let answer = ask(get("/own?tab=keys&x=%26").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        answer.headers[header::LOCATION],
        "/sign-in?next=%2Fown%3Ftab%3Dkeys%26x%3D%2526"
    );
    let program = ask(Request::get("/own").body(Body::empty()).unwrap()).await;
    assert_eq!(program.status, StatusCode::UNAUTHORIZED);
    assert!(program.headers.contains_key(header::WWW_AUTHENTICATE));
}

#[tokio::test]
async fn a_wrong_method_is_told_so() {
    let answer = ask(Request::put("/own").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_form_needs_its_token() {
    assert_eq!(ask(post("/open", &token())).await.body, "3");
    for wrong in [
        String::new(),
        "00".repeat(32),
        sample::settings().csrf.token("other"),
    ] {
        let answer = ask(post("/open", &wrong)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    let mut elsewhere = post("/open", &token());
    elsewhere
        .headers_mut()
        .insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(ask(elsewhere).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn before_signing_in_a_form_is_bound_to_the_browser() {
    let first = ask(get("/open").body(Body::empty()).unwrap()).await;
    let cookie = first.headers[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    let visit = cookie.split(';').next().unwrap();
    let token = first.body.split("name=\"_csrf\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap();
    let mut own = post("/open", token);
    own.headers_mut()
        .insert(header::COOKIE, visit.parse().unwrap());
    assert_eq!(ask(own).await.status, StatusCode::OK);
    let mut other = post("/open", token);
    other.headers_mut().insert(
        header::COOKIE,
        "kaname-visit=0123456789abcdef0123456789abcdef"
            .parse()
            .unwrap(),
    );
    assert_eq!(ask(other).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn too_large_says_the_limit_declared_or_not() {
    let big = "a".repeat(4096);
    let token = token();
    let declared = Request::post("/small").header(header::CONTENT_LENGTH, 4096);
    let chunks = vec![
        Ok::<_, std::io::Error>(format!("_csrf={token}&")),
        Ok(big.clone()),
    ];
    let streamed = Body::from_stream(futures_util::stream::iter(chunks));
    for request in [
        declared.body(Body::from(big)).unwrap(),
        Request::post("/small")
            .header(header::COOKIE, "session=1")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(streamed)
            .unwrap(),
    ] {
        let answer = ask(request).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["limit"], 2048);
    }
}

#[tokio::test]
async fn another_media_type_is_told_what_is_read() {
    let mut request = post("/open", &token());
    request
        .headers_mut()
        .insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    let answer = ask(request).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(answer.body.contains("application/x-www-form-urlencoded"));
}

#[tokio::test]
async fn language_and_theme_are_kept_by_the_server() {
    let mut request = post("/preferences", "");
    let body = format!("_csrf={}&lang=en&theme=dark&back=/library", token());
    *request.body_mut() = Body::from(body);
    let answer = ask(request).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.headers[header::LOCATION], "/library");
    let set: Vec<_> = answer.headers.get_all(header::SET_COOKIE).iter().collect();
    assert!(set[0].to_str().unwrap().starts_with("kaname-lang=en;"));
    let chosen = "session=1; kaname-lang=ja; kaname-theme=dark";
    let page = ask(get("/open")
        .header(header::COOKIE, chosen)
        .body(Body::empty())
        .unwrap())
    .await;
    assert!(page.body.contains("<html lang=\"ja\" data-theme=\"dark\">"));
}

#[test]
fn every_part_renders_in_both_languages() {
    for lang in Lang::ALL {
        let page = sample::page(lang, Section::Desk, "VPN 装置への侵入手口");
        let html = sample::everything(page).render().unwrap();
        sample::keep(&format!("everything-{}", lang.tag()), &html);
        assert!(!html.contains("[common-"));
    }
}

#[test]
fn the_frame_of_an_error_is_as_before() {
    for lang in Lang::ALL {
        let frame = sample::frame(sample::settings(), sample::officer(lang), "/intake?x=1");
        let why = Reason::new("refused-empty").with("field", "title");
        let fault = Fault {
            at: "/objects/3/pattern".into(),
            why,
        };
        let failure = Failure::Invalid(vec![fault]);
        let problem = Problem::new(
            &failure,
            frame.text(),
            "/intake",
            None,
            Some("0a1b2c3d".into()),
        );
        let page = frame.page(Section::Elsewhere, problem.title.clone());
        let html = ErrorPage { page, problem }.render().unwrap();
        sample::keep(&format!("error-{}", lang.tag()), &html);
        let steady = html
            .lines()
            .filter(|line| !line.contains("/assets/"))
            .collect::<Vec<_>>()
            .join("\n");
        insta::assert_snapshot!(format!("error_{}", lang.tag()), steady);
    }
}

#[test]
fn the_public_and_exercises_have_their_own_frame() {
    let mut settings = sample::settings();
    settings.exercise = Some("分野横断的演習 2026".into());
    let frame = sample::frame(settings, sample::officer(Lang::Ja), "/");
    let html = sample::everything(frame.page(Section::Now, "いま"))
        .render()
        .unwrap();
    sample::keep("exercise-ja", &html);
    assert!(html.contains("<title>【訓練 EXERCISE】 いま — 要</title>"));
    assert!(html.contains("class=\"exercise\""));

    let public = sample::frame(sample::settings(), Visitor::default(), "/sign-in");
    let html = sample::everything(public.page(Section::Elsewhere, "サインイン"))
        .render()
        .unwrap();
    sample::keep("nobody-ja", &html);
    assert!(!html.contains("<nav class=\"side\""));
    assert!(!html.contains("role=\"search\""));
}
