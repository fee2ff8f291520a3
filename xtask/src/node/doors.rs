//! How long the doors of a full hub take to answer: a member's TAXII client and a member at the pages, over
//! loopback, a connection for each request as a browser without keep-alive makes it.

use std::time::{Duration, Instant};

use super::HINT;
use crate::Failure;
use crate::server::Server;

/// Requests of each kind that are timed.
const ROUNDS: usize = 100;

/// A path of a member's pages and what it is called in the table.
const PAGES: [(&str, &str); 5] = [
    ("/library/objects", "objects, newest first"),
    ("/library/objects?type=indicator", "objects of one type"),
    ("/library/objects?type=malware", "a type nobody has"),
    ("/library", "the library"),
    ("/", "the member's first page"),
];

/// A member as a machine and as a person.
pub(super) struct Member<'a> {
    /// Its API key.
    pub(super) key: &'a str,
    /// Id of the TAXII collection it reads.
    pub(super) collection: &'a str,
    /// How its person signs in.
    pub(super) login: &'a str,
    /// The same.
    pub(super) password: &'a str,
}

/// Times both and prints their rows.
pub(super) fn measure(server: &Server, member: &Member<'_>) -> Result<(), Failure> {
    taxii(server, member)?;
    let cookies = sign_in(server, member)?;
    for (path, what) in PAGES {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let (answer, took) = timed(server, "GET", path, &format!("Cookie: {cookies}\r\n"), "")?;
            if !answer.starts_with("HTTP/1.1 200") {
                let first = answer.lines().next().unwrap_or_default();
                return Err(Failure::new(format!("{path}: {first}"), HINT));
            }
            times.push(took);
        }
        println!("page, {what} ({path}): {}", spread(times));
    }
    Ok(())
}

/// Every page of a thousand objects, from the first to the last.
fn taxii(server: &Server, member: &Member<'_>) -> Result<(), Failure> {
    let head = format!(
        "Accept: application/taxii+json;version=2.1\r\nAuthorization: Bearer {}\r\n",
        member.key
    );
    let objects = format!("/taxii2/api/collections/{}/objects/", member.collection);
    let mut path = format!("{objects}?limit=1000");
    let (mut times, mut seen) = (Vec::new(), 0_usize);
    loop {
        let (answer, took) = timed(server, "GET", &path, &head, "")?;
        times.push(took);
        seen += answer.matches("\"type\":\"indicator\"").count();
        let next = answer
            .split_once("\"next\":\"")
            .and_then(|(_, rest)| rest.split('"').next());
        let Some(next) = next else { break };
        path = format!("{objects}?limit=1000&next={next}");
    }
    let all: Duration = times.iter().sum();
    let rate = seen as f64 / all.as_secs_f64();
    println!("TAXII page of 1,000 objects: {}", spread(times));
    println!("TAXII, all {seen} visible objects: {rate:.0}/s");
    if seen == 0 {
        return Err(Failure::new("the member sees no object", HINT));
    }
    Ok(())
}

/// The cookies of a session, after the password that the shell gave was changed, as the hub wants it.
fn sign_in(server: &Server, member: &Member<'_>) -> Result<String, Failure> {
    let Member {
        login, password, ..
    } = member;
    let form = format!("next=%2F&login={login}&password={password}");
    let session = post(server, "/sign-in", "", &form)?;
    let form = format!("current={password}&password={password}-2&repeated={password}-2");
    let kept = post(server, "/account/password", &session, &form)?;
    Ok(format!("{session}; {kept}"))
}

/// Fills in the form of a page and gives the cookies there are then.
fn post(server: &Server, path: &str, cookies: &str, form: &str) -> Result<String, Failure> {
    let (page, _) = timed(server, "GET", path, &format!("Cookie: {cookies}\r\n"), "")?;
    let token = page
        .split_once("name=\"_csrf\" value=\"")
        .and_then(|(_, rest)| rest.split('"').next())
        .unwrap_or_default();
    let cookies = format!("{cookies}; {}", set_by(&page));
    let head = format!(
        "Cookie: {cookies}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n"
    );
    let form = format!("_csrf={token}&{form}");
    let (answer, _) = timed(server, "POST", path, &head, &form)?;
    if !answer.starts_with("HTTP/1.1 303") {
        let first = answer.lines().next().unwrap_or_default();
        return Err(Failure::new(format!("{path}: {first}"), HINT));
    }
    Ok(format!("{cookies}; {}", set_by(&answer)))
}

/// The cookies that an answer sets, as a browser sends them back.
fn set_by(answer: &str) -> String {
    let lines = answer.lines().take_while(|line| !line.is_empty());
    let set = lines.filter_map(|line| line.strip_prefix("set-cookie: "));
    let pairs: Vec<&str> = set.filter_map(|line| line.split(';').next()).collect();
    pairs.join("; ")
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn timed(
    server: &Server,
    method: &str,
    path: &str,
    head: &str,
    body: &str,
) -> Result<(String, Duration), Failure> {
    let started = Instant::now();
    let answer = server.ask(method, path, head, body);
    let took = started.elapsed();
    let answer = answer.map_err(|error| Failure::new(format!("{path}: {error}"), HINT))?;
    Ok((answer, took))
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |part: usize| {
        let place = (times.len() * part / 100).min(times.len().saturating_sub(1));
        times
            .get(place)
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    format!(
        "p50 {:.1} ms, p95 {:.1} ms ({} requests)",
        at(50),
        at(95),
        times.len()
    )
}
