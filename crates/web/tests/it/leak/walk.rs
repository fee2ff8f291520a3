//! Walks over the surfaces, each compared with what the oracle says.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::json;

use super::{
    scene::{Out, Scene, Signs},
    surfaces::{Asked, Filled, Surface},
};
use crate::{
    browser::{Browser, between},
    house::{Answer, Door},
};

/// Files an item can be had as.
const FILES: [&str; 4] = ["values.csv", "values.jsonl", "values.txt", "bundle.json"];
/// Longest row of pages; beyond, a list does not end.
const PAGES: usize = 100_000;

/// Places of items.
type Places = BTreeSet<usize>;

pub(super) struct Looking<'s> {
    pub(super) scene: &'s Scene,
    pub(super) door: &'s Door,
    pub(super) signs: Signs,
    pub(super) surfaces: Vec<Surface>,
    pub(super) asked: Asked,
}

/// Which items are asked for by name.
#[derive(Clone, Copy)]
pub(super) struct Named {
    /// How many seen ones, and how many hidden ones.
    pub(super) each: usize,
    /// Where to begin, so that readers ask for different ones.
    pub(super) first: usize,
}

/// How a missing and a superfluous item are told.
fn same(what: &str, told: &Places, expected: &Places) {
    let leaks: Vec<_> = told.difference(expected).take(5).collect();
    assert!(leaks.is_empty(), "{what} leaks the items {leaks:?}");
    let missing: Vec<_> = expected.difference(told).take(5).collect();
    assert!(missing.is_empty(), "{what} lacks the items {missing:?}");
}

fn within(what: &str, told: &Places, expected: &Places) {
    let leaks: Vec<_> = told.difference(expected).take(5).collect();
    assert!(leaks.is_empty(), "{what} leaks the items {leaks:?}");
}

impl Looking<'_> {
    async fn page(&self, browser: &Browser<'_>, path: &str) -> Answer {
        self.asked.note(&self.surfaces, path);
        browser.get(path).await
    }

    async fn machine(&self, path: &str, key: &str) -> Answer {
        self.asked.note(&self.surfaces, path);
        if path.starts_with("/taxii2/") {
            self.door.taxii(path, key).await
        } else {
            self.door.get(path, key).await
        }
    }

    async fn read(&self, path: &str, key: &str) -> String {
        let answer = self.machine(path, key).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.text
    }

    fn told(&self, text: &str) -> Places {
        self.signs.told(text)
    }

    fn collection(&self, end: &str) -> String {
        let library = self.scene.nation.library.id;
        format!("/taxii2/api/collections/{library}/{end}")
    }

    /// A list of TAXII to its end.
    async fn taxii_list(&self, list: &str, filter: &str, key: &str) -> Places {
        let mut told = Places::new();
        let mut next = String::new();
        for _ in 0..PAGES {
            let path = self.collection(&format!("{list}/?limit=1000{filter}{next}"));
            let text = self.read(&path, key).await;
            told.extend(self.told(&text));
            if !text.contains("\"next\":\"") {
                return told;
            }
            next = format!("&next={}", between(&text, "\"next\":\"", "\""));
        }
        panic!("{list} does not end");
    }

    /// A list of pages to its end, with the last count said on it.
    async fn pages(&self, browser: &Browser<'_>, path: &str) -> Places {
        let mut told = Places::new();
        let mut at = path.to_owned();
        for _ in 0..PAGES {
            let answer = self.page(browser, &at).await;
            assert_eq!(answer.status, StatusCode::OK, "{at}: {}", answer.text);
            let (_, main) = answer.text.split_once("<main").unwrap();
            told.extend(self.told(main));
            let Some((_, next)) = main.split_once("rel=\"next\" href=\"") else {
                return told;
            };
            let (next, _) = next.split_once('"').unwrap();
            at = next.replace("&amp;", "&").replace("&#38;", "&");
        }
        panic!("{path} does not end");
    }

    /// The API's list to its end, and the count it says.
    async fn api_list(&self, filter: &str, key: &str) -> (Places, usize) {
        let mut told = Places::new();
        let mut at = format!("/api/v1/items?limit=200{filter}");
        for _ in 0..PAGES {
            let text = self.read(&at, key).await;
            let page: serde_json::Value = serde_json::from_str(&text).unwrap();
            told.extend(self.told(&page["items"].to_string()));
            match page["next"].as_str() {
                Some(next) => at = next.to_owned(),
                None => {
                    let total = page["total"].as_u64().unwrap();
                    return (told, usize::try_from(total).unwrap());
                }
            }
        }
        panic!("the API's list does not end");
    }

    /// What a machine gets whole: TAXII objects, feeds in these forms, the API's list.
    pub(super) async fn lists_of_machine(&self, key: &str, sees: &Places, forms: &[&str]) {
        same("objects", &self.taxii_list("objects", "", key).await, sees);
        for end in forms {
            let path = format!("/feeds/library.{end}");
            let text = self.read(&path, key).await;
            same(&path, &self.told(&text), sees);
        }
        let (listed, total) = self.api_list("", key).await;
        same("the API's list", &listed, sees);
        assert_eq!(
            total,
            sees.len().min(super::COUNTED_EXACTLY),
            "the API's count"
        );
    }

    /// First pages, as everyone opens them.
    pub(super) async fn first_pages(&self, browser: &Browser<'_>, sees: &Places) {
        for path in ["/", "/library", "/library/objects", "/public"] {
            let answer = self.page(browser, path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
            within(path, &self.told(&answer.text), sees);
        }
    }

    /// Every address without a placeholder, whatever it answers.
    pub(super) async fn plain_addresses(
        &self,
        browser: &Browser<'_>,
        key: &str,
        (person, machine): (&Places, &Places),
    ) {
        for one in self.surfaces.iter().filter(|one| one.filled.is_none()) {
            let page = self.page(browser, &one.plain).await;
            within(one.path, &self.told(&page.text), person);
            let answer = self.machine(&one.plain, key).await;
            within(one.path, &self.told(&answer.text), machine);
        }
    }

    /// The library's pages to their ends: all, by marking, by word, by kind, and what is counted there.
    pub(super) async fn whole_library(&self, browser: &Browser<'_>, sees: &Places) {
        same("/library", &self.pages(browser, "/library").await, sees);
        let mut by_marking = Places::new();
        for tlp in ["clear", "green", "amber", "amber+strict", "red"] {
            let path = format!("/library?tlp={}", tlp.replace('+', "%2B"));
            let listed = self.pages(browser, &path).await;
            within(&path, &listed, sees);
            assert!(listed.is_disjoint(&by_marking), "{path}");
            let counted = self.page(browser, &path).await.text;
            let tabs = counted.split_once("<nav class=\"tabs\"").unwrap().1;
            let count = between(tabs, "<span class=\"count\">", "</span>");
            let count = count.replace([',', '+'], "");
            let most = listed.len().min(super::COUNTED_EXACTLY);
            assert_eq!(count, most.to_string(), "{path}");
            by_marking.extend(listed);
        }
        same("/library by marking", &by_marking, sees);
        // What pages know of an item by its number alone is in none of its kinds.
        let on_pages = &self.scene.on_pages(sees);
        let of_kind = self.pages(browser, "/library?kind=indicator").await;
        same("/library?kind", &of_kind, on_pages);
        let none = Places::new();
        for state in ["withdrawn", "superseded", "expired"] {
            let path = format!("/library?state={state}");
            same(&path, &self.pages(browser, &path).await, &none);
        }
        let objects = self.pages(browser, "/library/objects").await;
        same("/library/objects", &objects, on_pages);
        let objects = self.pages(browser, "/library/objects?type=indicator").await;
        same("/library/objects?type", &objects, on_pages);
    }

    /// Filters of TAXII and of the API, which must cut the same set and nothing else.
    pub(super) async fn filters_of_machine(&self, key: &str, sees: &Places) {
        same(
            "manifest",
            &self.taxii_list("manifest", "", key).await,
            sees,
        );
        for filter in [
            "&match[type]=indicator",
            "&match[spec_version]=2.1",
            "&match[version]=all",
            "&match[version]=first,last",
            "&added_after=2020-01-01T00:00:00Z",
        ] {
            for list in ["objects", "manifest"] {
                let told = self.taxii_list(list, filter, key).await;
                same(&format!("{list}{filter}"), &told, sees);
            }
        }
        // Seen and hidden ones asked for together.
        for some in self.scene.out.chunks(40).step_by(5) {
            let ids: Vec<&str> = some
                .iter()
                .map(|one| one.objects.last().unwrap().as_str())
                .collect();
            let filter = format!("&match[id]={}", ids.join(","));
            let there = some
                .iter()
                .map(|one| self.place(one))
                .filter(|one| sees.contains(one));
            let told = self.taxii_list("objects", &filter, key).await;
            within("match[id]", &told, sees);
            same("match[id]", &told, &there.collect());
        }
        let (mut all, mut counted) = (Places::new(), 0);
        for tlp in ["clear", "green", "amber", "amber%2Bstrict", "red"] {
            let (told, total) = self.api_list(&format!("&tlp={tlp}"), key).await;
            counted += total;
            all.extend(told);
        }
        same("the API by marking", &all, sees);
        assert_eq!(
            counted,
            sees.len().min(super::COUNTED_EXACTLY),
            "counted by marking"
        );
    }

    /// A search or index of MISP, whole.
    async fn misp(&self, what: &str, asked: serde_json::Value, key: &str) -> Places {
        let request = axum::http::Request::post(format!("/misp/{what}"))
            .header("authorization", key)
            .body(asked.to_string().into())
            .unwrap();
        let answer = self.door.send(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{what} {asked}");
        self.told(&answer.text)
    }

    /// What MISP's searches give, in each form and by each word that hidden items have too.
    pub(super) async fn misp_of_machine(&self, key: &str, sees: &Places) {
        let shared = format!(
            "shared-{}.example",
            sees.first().unwrap_or(&0) / super::scene::RELATED
        );
        let beside = self.scene.related(*sees.first().unwrap_or(&0));
        let beside: Places = beside.filter(|place| sees.contains(place)).collect();
        for (what, asked, expected) in [
            ("events/index", json!({}), sees),
            ("events/index", json!({ "sort": "info" }), sees),
            ("events/index", json!({ "attribute": shared }), &beside),
            ("events/restSearch", json!({}), sees),
            (
                "events/restSearch",
                json!({ "returnFormat": "stix2" }),
                sees,
            ),
            (
                "events/restSearch",
                json!({ "value": shared, "metadata": 1 }),
                &beside,
            ),
            ("events/restSearch", json!({ "quickFilter": "目印" }), sees),
            ("attributes/restSearch", json!({ "type": "ip-dst" }), sees),
            ("attributes/restSearch", json!({ "value": shared }), &beside),
            (
                "attributes/restSearch",
                json!({ "returnFormat": "csv", "includeContext": 1 }),
                sees,
            ),
        ] {
            let told = self.misp(what, asked.clone(), key).await;
            same(&format!("{what} {asked}"), &told, expected);
        }
        let none = Places::new();
        for what in ["attributes/restSearch", "objects/restSearch"] {
            let asked = json!({ "returnFormat": "json", "value": "nothing of the kind" });
            same(what, &self.misp(what, asked, key).await, &none);
        }
        within(
            "objects",
            &self.misp("objects/restSearch", json!({}), key).await,
            sees,
        );
    }

    fn place(&self, one: &Out) -> usize {
        one.number.rsplit('-').next().unwrap().parse().unwrap()
    }

    /// Seen and hidden items to be asked for by name.
    fn sample(&self, sees: &Places, named: Named) -> [Vec<usize>; 2] {
        let hidden = (0..self.scene.out.len()).filter(|place| !sees.contains(place));
        let spread = |all: Vec<usize>| {
            let step = (all.len() / named.each).max(1);
            let from = all.into_iter().skip(named.first % step);
            from.step_by(step).take(named.each).collect()
        };
        [
            spread(sees.iter().copied().collect()),
            spread(hidden.collect()),
        ]
    }

    /// What may be answered to whoever asks for a hidden thing by its name, the last but one part of the
    /// address or the last: what a missing one is answered, with the name they asked by and nothing more.
    fn unknown(
        &self,
        (path, hidden): (&str, &Answer),
        (nothing, missing): (&str, &Answer),
        sees: &Places,
    ) {
        assert_eq!(hidden.status, missing.status, "{path}");
        assert_ne!(hidden.status, StatusCode::OK, "{path}: {}", hidden.text);
        // The name they asked by is repeated.
        let without = |text: &str, asked: &str| {
            let names = asked.split('/').filter(|part| part.contains('-'));
            names.fold(text.to_owned(), |text, name| text.replace(name, ""))
        };
        let said = without(&hidden.text, path);
        let blank = without(&missing.text, nothing);
        assert!(
            said.len() == blank.len(),
            "{path} is answered otherwise than what is missing:\n{said}\n{blank}"
        );
        within(path, &self.told(&said), sees);
    }

    /// Every address with an item's number or an object's id in it, as a person asks.
    pub(super) async fn named_by_person(&self, browser: &Browser<'_>, sees: &Places, named: Named) {
        let items = self.sample(sees, named);
        // Of what is for machines alone no object is there.
        let objects = self.sample(&self.scene.on_pages(sees), named);
        for one in &self.surfaces {
            let by_number = one.filled == Some(Filled::Number);
            if !by_number && one.filled != Some(Filled::Object) {
                continue;
            }
            // Receipts are proved so many times an hour for an address, and all ask from one.
            if one.path.contains("/receipts/") && named.each == 1 {
                continue;
            }
            let [seen, hidden] = if by_number { &items } else { &objects };
            let fill = |path: &str, name: &str, file: &str| {
                let path = path.replace("{number}", name).replace("{id}", name);
                path.replace("{file}", file)
            };
            let files: &[&str] = if one.path.contains("{file}") {
                &FILES
            } else {
                &[""]
            };
            for file in files {
                let of = |place: usize| {
                    let out = &self.scene.out[place];
                    let name = if by_number {
                        &out.number
                    } else {
                        out.objects.last().unwrap()
                    };
                    fill(one.path, name, file)
                };
                let nothing = if by_number {
                    "S-2611-ZZZZZZ"
                } else {
                    "indicator--00000000-0000-4000-8000-000000000000"
                };
                let nothing = fill(one.path, nothing, file);
                let missing = self.page(browser, &nothing).await;
                for place in hidden {
                    let path = of(*place);
                    let answer = self.page(browser, &path).await;
                    self.unknown((&path, &answer), (&nothing, &missing), sees);
                }
                for place in seen {
                    let path = of(*place);
                    let answer = self.page(browser, &path).await;
                    within(&path, &self.told(&answer.text), sees);
                    if !file.is_empty() && !self.scene.on_pages(sees).contains(place) {
                        // A page gives nothing out that is for machines alone.
                        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
                    } else if path.starts_with("/library/") {
                        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
                        assert!(self.told(&answer.text).contains(place), "{path}");
                    }
                }
            }
        }
        let [seen, hidden] = items;
        let on_pages = self.scene.on_pages(sees);
        for place in &seen {
            let path = format!("/library/{}", self.scene.out[*place].number);
            let told = self.told(&self.page(browser, &path).await.text);
            let related = self.scene.related(*place).filter(|one| {
                let both = on_pages.contains(place) && on_pages.contains(one);
                both || one == place
            });
            same(
                &format!("{path} and what is related"),
                &told,
                &related.collect(),
            );
        }
        for place in seen.iter().chain(&hidden) {
            let word = &self.scene.out[*place].mark;
            let asked: String = url::form_urlencoded::byte_serialize(word.as_bytes()).collect();
            for list in ["/library", "/library/objects", "/search"] {
                let answer = self.page(browser, &format!("{list}?q={asked}")).await;
                let repeated = answer.text.replace(&format!("value=\"{word}\""), "");
                let repeated = repeated.replace(&format!("検索：{word}"), "");
                let told = self.told(&repeated);
                within(list, &told, sees);
                assert_eq!(
                    told.contains(place),
                    on_pages.contains(place),
                    "{list}?q={word}"
                );
            }
        }
    }

    /// The same as a machine asks: items by number, objects by id, versions.
    pub(super) async fn named_by_machine(&self, key: &str, sees: &Places, named: Named) {
        let [seen, hidden] = self.sample(sees, named);
        let library = self.scene.nation.library.id.to_string();
        for one in &self.surfaces {
            if one.filled == Some(Filled::Collection) && one.path.ends_with("{collection}/") {
                let text = self
                    .read(&one.plain.replace("{collection}", &library), key)
                    .await;
                within(one.path, &self.told(&text), &Places::new());
            }
            let api = one.filled == Some(Filled::Number) && one.path.starts_with("/api/v1/items/");
            let misp = matches!(one.filled, Some(Filled::MispEvent | Filled::MispPart));
            if one.filled != Some(Filled::ObjectIn) && !api && !misp {
                continue;
            }
            let fill = |name: &str| {
                let path = one.plain.replace("{collection}", &library);
                let path = path.replace("{event}", name).replace("{attribute}", name);
                path.replace("{object}", name).replace("{number}", name)
            };
            let of = |place: usize| {
                let out = &self.scene.out[place];
                let object = match one.filled {
                    Some(Filled::MispPart) => out.objects.first().unwrap(),
                    _ => out.objects.last().unwrap(),
                };
                fill(match (api, misp) {
                    (true, _) => &out.number,
                    (_, true) => object.split_once("--").unwrap().1,
                    _ => object,
                })
            };
            let nothing = match (api, misp) {
                (true, _) => "S-2611-ZZZZZZ",
                (_, true) => "00000000-0000-4000-8000-000000000000",
                _ => "indicator--00000000-0000-4000-8000-000000000000",
            };
            let nothing = fill(nothing);
            let missing = self.machine(&nothing, key).await;
            for place in &hidden {
                let answer = self.machine(&of(*place), key).await;
                self.unknown((&of(*place), &answer), (&nothing, &missing), sees);
                assert_eq!(answer.status, StatusCode::NOT_FOUND);
            }
            for place in &seen {
                // An item's indicator is an attribute, and no object.
                if one.path.starts_with("/misp/objects/") {
                    let answer = self.machine(&of(*place), key).await;
                    self.unknown((&of(*place), &answer), (&nothing, &missing), sees);
                    continue;
                }
                let text = self.read(&of(*place), key).await;
                within(one.path, &self.told(&text), sees);
            }
        }
    }

    /// What a machine finds by the mark of a seen and of a hidden item.
    pub(super) async fn searched_by_machine(&self, key: &str, sees: &Places, named: Named) {
        let [seen, hidden] = self.sample(sees, named);
        for place in seen.iter().chain(&hidden) {
            let word = &self.scene.out[*place].mark;
            let asked: String = url::form_urlencoded::byte_serialize(word.as_bytes()).collect();
            let text = self.read(&format!("/api/v1/search?q={asked}"), key).await;
            let found: serde_json::Value = serde_json::from_str(&text).unwrap();
            for kind in ["items", "objects"] {
                let rows = found[kind]["rows"].to_string();
                within(kind, &self.told(&rows), sees);
            }
        }
    }

    /// What is open to everyone, to its end.
    pub(super) async fn public(&self, nobody: &Browser<'_>, open: &Places) {
        same("/public", &self.pages(nobody, "/public").await, open);
        let newest = self.page(nobody, "/public.atom").await;
        within("/public.atom", &self.told(&newest.text), open);
        let named = Named { each: 4, first: 0 };
        let [seen, hidden] = self.sample(&self.scene.on_pages(open), named);
        for place in seen {
            let path = format!("/public/{}", self.scene.out[place].number);
            assert_eq!(
                self.page(nobody, &path).await.status,
                StatusCode::OK,
                "{path}"
            );
        }
        let nothing = "/public/S-2611-ZZZZZZ";
        let missing = self.page(nobody, nothing).await;
        for place in hidden {
            let path = format!("/public/{}", self.scene.out[place].number);
            let answer = self.page(nobody, &path).await;
            self.unknown((&path, &answer), (nothing, &missing), open);
        }
    }
}
