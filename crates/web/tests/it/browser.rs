//! A person at a browser without script: cookies, forms with their tokens, redirects.

use std::{collections::BTreeMap, sync::Mutex};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use kaname_testkit::{Nation, Person};

use crate::house::{Answer, Door};

/// A browser with one person's session.
pub(crate) struct Browser<'d> {
    door: &'d Door,
    cookies: Mutex<BTreeMap<String, String>>,
    lang: &'static str,
}

/// A part of a multipart form.
#[derive(Clone)]
pub(crate) enum Part<'a> {
    Field(&'a str, &'a str),
    File(&'a str, &'a str, &'a [u8]),
}

impl<'d> Browser<'d> {
    /// Signed in with a second factor.
    pub(crate) async fn of(door: &'d Door, nation: &Nation, person: &Person) -> Self {
        Self::shown(door, nation, person, true).await
    }

    /// Signed in with a password alone.
    pub(crate) async fn by_password(door: &'d Door, nation: &Nation, person: &Person) -> Self {
        Self::shown(door, nation, person, false).await
    }

    async fn shown(door: &'d Door, nation: &Nation, person: &Person, second: bool) -> Self {
        let world = &nation.world;
        let signed = world
            .start_session(person.account, second, "test")
            .await
            .unwrap();
        let cookies = BTreeMap::from([("kaname-session".to_owned(), signed.token)]);
        Self {
            door,
            cookies: Mutex::new(cookies),
            lang: "ja",
        }
    }

    /// Nobody.
    pub(crate) fn nobody(door: &'d Door) -> Self {
        Self {
            door,
            cookies: Mutex::default(),
            lang: "ja",
        }
    }

    /// In English.
    pub(crate) fn english(mut self) -> Self {
        self.lang = "en";
        self
    }

    /// Another session takes the place of the one it held.
    pub(crate) async fn signs_in(&self, nation: &Nation, person: &Person) {
        let world = &nation.world;
        let signed = world.start_session(person.account, true, "test").await;
        let token = signed.unwrap().token;
        let mut cookies = self.cookies.lock().unwrap();
        cookies.insert("kaname-session".to_owned(), token);
    }

    fn request(&self, builder: axum::http::request::Builder) -> axum::http::request::Builder {
        let cookies = self.cookies.lock().unwrap();
        let mut pairs: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.push(format!("kaname-lang={}", self.lang));
        builder
            .header(header::COOKIE, pairs.join("; "))
            .header(header::ACCEPT, "text/html")
            .header(header::HOST, "hub.test")
            .header("sec-fetch-site", "same-origin")
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.door.send(request).await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies
                .lock()
                .unwrap()
                .insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let path = path.split('#').next().unwrap();
        self.send(
            self.request(Request::get(path))
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    /// Gives it a cookie.
    pub(crate) fn holds(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        cookies.insert(name.to_owned(), value.to_owned());
    }

    /// The value of a cookie it holds.
    pub(crate) fn cookie(&self, name: &str) -> String {
        self.cookies
            .lock()
            .unwrap()
            .get(name)
            .cloned()
            .unwrap_or_default()
    }

    /// What this person's script asks of the API: with the session, its token and, where there is one, a JSON body.
    pub(crate) async fn ask(&self, method: &Method, target: &str, body: Option<&str>) -> Answer {
        self.ask_once(method, target, body, None).await
    }

    /// The same under a key against doing it twice.
    pub(crate) async fn ask_once(
        &self,
        method: &Method,
        target: &str,
        body: Option<&str>,
        once: Option<&str>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(target).header(
            header::COOKIE,
            format!("kaname-session={}", self.cookie("kaname-session")),
        );
        if *method != Method::GET {
            request = request.header("x-csrf-token", self.csrf().await);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(once) = once {
            request = request.header("idempotency-key", once);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_owned()));
        self.door.send(request.body(body).unwrap()).await
    }

    /// The token that goes with the session.
    pub(crate) async fn csrf(&self) -> String {
        let session = Box::pin(self.ask(&Method::GET, "/api/v1/session", None)).await;
        session.json()["csrf_token"].as_str().unwrap().to_owned()
    }

    /// A stream of events, read as it comes.
    pub(crate) async fn stream(&self, path: &str) -> axum::body::BodyDataStream {
        let request = self
            .request(Request::get(path))
            .body(Body::empty())
            .unwrap();
        self.door.stream(request).await
    }

    /// The page, which must be there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.text
    }

    /// The token of the forms that it is given now.
    pub(crate) async fn token(&self) -> String {
        let first = self.get("/").await;
        let page = match first.status {
            // Who has to change the password first gets no other page.
            StatusCode::SEE_OTHER => self.page("/account/password").await,
            _ => first.text,
        };
        between(&page, "name=\"_csrf\" value=\"", "\"").to_owned()
    }

    /// Posts a form; gives where it leads, and what the next page says.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token().await;
        self.post_with(&token, path, fields).await
    }

    /// The same with the token of a page that was got before.
    pub(crate) async fn post_with(
        &self,
        token: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("_csrf", token);
        form.extend_pairs(fields);
        let kind = "application/x-www-form-urlencoded";
        let request = self
            .request(Request::post(path))
            .header(header::CONTENT_TYPE, kind);
        self.send(request.body(Body::from(form.finish())).unwrap())
            .await
    }

    /// Posts a form with files.
    pub(crate) async fn upload(&self, path: &str, parts: &[Part<'_>]) -> Answer {
        const EDGE: &str = "edge-of-a-part";
        let token = self.token().await;
        let mut body = Vec::new();
        let mut put = |head: String, bytes: &[u8]| {
            body.extend_from_slice(format!("--{EDGE}\r\n{head}\r\n\r\n").as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        };
        put(
            "Content-Disposition: form-data; name=\"_csrf\"".to_owned(),
            token.as_bytes(),
        );
        for part in parts {
            match part {
                Part::Field(name, value) => put(
                    format!("Content-Disposition: form-data; name=\"{name}\""),
                    value.as_bytes(),
                ),
                Part::File(name, file, bytes) => put(
                    format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{file}\""),
                    bytes,
                ),
            }
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        let request = self
            .request(Request::post(path))
            .header(header::CONTENT_TYPE, kind);
        self.send(request.body(Body::from(body)).unwrap()).await
    }
}

/// Where a redirect leads.
pub(crate) fn leads_to(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.header("location").to_owned()
}

/// What stands between two marks.
pub(crate) fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text
        .split_once(from)
        .unwrap_or_else(|| panic!("no {from} in:\n{text}"));
    rest.split_once(to).unwrap().0
}
