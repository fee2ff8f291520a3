//! Pages filled with something of everything, for tests and for looking at.

use std::{path::PathBuf, sync::Arc};

use askama::Template;
use axum::http::{Request, request::Parts};
use jiff::Timestamp;
use kaname_kernel::{FixedClock, Pap, Role, SeededRng, Tlp};

use super::{
    CsrfKey, Flash, Frame, Page, Section, Settings, Visitor, WhoAmI,
    part::{
        Check, Checklist, Choice, Copied, Difference, Draft, Empty, Field, Fresh, Funnel, Notice,
        Pager, Piece, Row, Severity, Stage, Step, Steps, Tab, Tabs, Tone, Verb,
    },
};
use crate::text::{Count, Lang};

pub(crate) fn now() -> Timestamp {
    "2026-11-22T20:42:00Z".parse().unwrap()
}

pub(crate) fn settings() -> Settings {
    Settings {
        hub: [
            "国家サイバー統括室（架空）".into(),
            "National Cyber Office (fictional)".into(),
        ],
        csrf: CsrfKey::new([7; 32]),
        secure: false,
        exercise: None,
        demo: None,
        clock: Arc::new(FixedClock::at(now())),
        rng: Arc::new(SeededRng::new(1)),
    }
}

/// A signed-in officer with every section in sight.
pub(crate) fn officer(lang: Lang) -> Visitor {
    Visitor {
        who: Some(WhoAmI {
            name: if lang == Lang::Ja {
                "分析担当"
            } else {
                "Analyst"
            }
            .into(),
            party: if lang == Lang::Ja {
                "国家サイバー統括室（架空）"
            } else {
                "National Cyber Office"
            }
            .into(),
            on_behalf: None,
            roles: Role::ALL.to_vec(),
            waiting: vec![
                (Section::Triage, Count::from(12)),
                (Section::Desk, Count::from(3)),
            ],
        }),
        binding: Some("session".into()),
        lang: Some(lang),
        ..Visitor::default()
    }
}

fn request(path: &str) -> Parts {
    Request::get(path).body(()).unwrap().into_parts().0
}

/// The frame of a request of that visitor.
pub(crate) fn frame(settings: Settings, visitor: Visitor, path: &str) -> Frame {
    Frame::of(Arc::new(settings), visitor, &request(path))
}

/// A page of an officer. Other rooms' samples start from it: `frame::sample::page(lang, …)`.
pub(crate) fn page(lang: Lang, section: Section, title: &str) -> Page {
    frame(settings(), officer(lang), section.path()).page(section, title)
}

/// Where samples are written as files to look at, when the environment names a folder.
#[expect(
    clippy::disallowed_methods,
    reason = "pages are kept where a person asks for them"
)]
pub(crate) fn keep(name: &str, html: &str) {
    let Some(folder) = std::env::var_os("KANAME_SAMPLES").map(PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(&folder).unwrap();
    let here = "/assets/";
    std::fs::write(
        folder.join(format!("{name}.html")),
        html.replace(here, "assets/"),
    )
    .unwrap();
}

#[derive(Template)]
#[template(path = "frame_sample.html")]
pub(super) struct Everything {
    page: Page,
    steps: Steps,
    rows: Vec<Row>,
    pager: Pager,
    tabs: Tabs,
    difference: Difference,
    hash: Copied,
    copied: Copied,
    fields: Vec<Field>,
    draft: Draft,
    refused: Verb,
    notices: Vec<Notice>,
    checks: Checklist,
    funnel: Funnel,
    fresh: Fresh,
    empty: Empty,
    levels: Vec<Severity>,
}

fn steps(page: &Page) -> Steps {
    let labels = [
        "提出",
        "分析",
        "派生",
        "提供者の同意",
        "提供の承認",
        "提供",
        "受領・回答",
    ];
    let steps = labels.map(|label| Step {
        label: label.into(),
        note: (label == "提供者の同意").then(|| "残り 3時間".into()),
    });
    page.steps(&steps, 3)
}

fn rows(page: &Page) -> Vec<Row> {
    let after = |minutes: i64| now() + jiff::SignedDuration::from_mins(minutes);
    let refused = page.refused(
        "承認できません",
        "あなたが作成したため、ほかの職員だけが承認できます",
    );
    vec![
        Row::new(
            page.due(after(-5), "受領確認の期限"),
            "/triage/1",
            "第一報：変電所監視端末の停止（電力）",
        )
        .about("経済産業省 担当窓口が受領未確認")
        .about("次は副担当へ自動連絡")
        .severity(Severity {
            level: 3,
            label: "L3 暫定".into(),
        })
        .verb(page.link("/triage/1", "電話で確認する").main()),
        Row::new(
            page.due(after(12), "15分以内に受領確認"),
            "/triage/2",
            "漏えい等の速報：海浜銀行",
        )
        .about("様式の 2 項目が未記入")
        .tag(page.tag("法定 3–5 日"))
        .verb(page.link("/triage/2", "様式を仕上げる")),
        Row::new(
            page.due(after(180), "提供者の回答期限"),
            "/desk/3",
            "提供の同意待ち：VPN 装置への侵入手口",
        )
        .about("提供者は封印済み")
        .tlp(page.tlp(Tlp::AmberStrict))
        .verb(page.post("/desk/3/remind", "もう一度尋ねる")),
        Row::new(
            page.not_due("承認は別の担当"),
            "/desk/4",
            "共有：<script>alert(1)</script>（指標 38）",
        )
        .about("あなたが作成")
        .tlp(page.tlp(Tlp::Green))
        .verb(refused),
        Row::new(
            page.came(after(-21), "受付 R-2611-0416"),
            "/triage/5",
            "水道事業者：遠隔監視の認証失敗が急増",
        )
        .tlp(page.tlp(Tlp::Amber)),
    ]
}

fn fields(page: &Page) -> Vec<Field> {
    let choices = || {
        vec![
            Choice::new("amber", "TLP:AMBER").hint("名指しされた組織と、その傘下の会員"),
            Choice::new("green", "TLP:GREEN"),
        ]
    };
    vec![
        page.line("text", "title", "件名")
            .value("VPN 装置への侵入")
            .hint("一行で。組織名は書かない。"),
        page.lines(4, "body", "本文")
            .error(Some("空です。何が起きたかを書いてください。".into())),
        page.select("pap", "PAP", choices())
            .value("green")
            .optional(),
        page.radio("tlp", "共有の範囲", choices())
            .value("amber")
            .error(Some("選んでください。".into())),
        page.boxes("outlets", "出し先", choices()).value("green"),
        page.file("attachment", "添付").optional(),
        page.line("text", "code", "認証アプリの番号")
            .autocomplete("one-time-code")
            .longest(6),
    ]
}

fn checks(page: &Page) -> Checklist {
    let check = |label: &str, found: &str, fine, href: Option<&str>| Check {
        label: label.into(),
        found: found.into(),
        fine,
        href: href.map(Into::into),
    };
    page.checklist(&[
        check("組織名・略称・製品名", "3 件を除去", Some(true), None),
        check(
            "地名「小樽」が画像 1 にあります",
            "見る",
            Some(false),
            Some("/desk/3#image"),
        ),
        check("人名・電話・口座", "", None, None),
    ])
}

fn notices() -> Vec<Notice> {
    let notice = |tone, title: &str, text: &str| Notice {
        tone,
        title: title.into(),
        text: text.into(),
    };
    vec![
        notice(Tone::Plain, "下書き", "05:40 に保存しました。"),
        notice(
            Tone::Done,
            "同意済み",
            "この 4,812 バイトそのものに同意がありました。",
        ),
        notice(Tone::Care, "二つの担当が要ります", ""),
        notice(
            Tone::Wrong,
            "誤検知の報告 3 件",
            "遮断用の出力を止めています。",
        ),
    ]
}

/// A page with every part in it.
pub(super) fn everything(mut page: Page) -> Everything {
    page.flash = Some(Flash::done("受け付けました。受付番号 R-2611-0417"));
    let page = page.live_from("/live?of=triage");
    let stage = |label: &str, number| Stage {
        label: label.into(),
        number,
    };
    let tab = |label: &str, count, here| Tab {
        label: label.into(),
        href: "?tab=x".into(),
        count: Some(Count::capped(count, 10_000)),
        here,
    };
    let pieces = [
        Piece::New("2026年11月中旬".into()),
        Piece::Same("、".into()),
        Piece::Gone("みなと電力株式会社".into()),
        Piece::Same("の SSL-VPN 装置に ".into()),
        Piece::Mark("203.0.113.77".into()),
        Piece::Same(" から認証回避の要求があった。".into()),
    ];
    Everything {
        steps: steps(&page),
        rows: rows(&page),
        pager: page.pager(
            50,
            Count::capped(20_000, 10_000),
            None,
            Some("?page=2".into()),
        ),
        tabs: Tabs {
            name: "状態".into(),
            tabs: vec![tab("すべて", 12_000, true), tab("未着手", 7, false)],
        },
        difference: page.difference(&pieces),
        hash: page.copied("9b4107ce5d6c7f1a9b4107ce5d6c7f1a9b4107ce5d6c7f1a9b4107ce5d6c5a20"),
        copied: page.copied("S-2611-0093"),
        fields: fields(&page),
        draft: Draft {
            to: "/drafts/report".into(),
            said: "下書きはまだありません".into(),
        },
        refused: page.refused("提供できません", "提供者がまだ同意していません"),
        notices: notices(),
        checks: checks(&page),
        funnel: page.funnel(
            "今期の流れ",
            &[
                stage("収集", 355),
                stage("提供可能", 148),
                stage("提供", 111),
                stage("受領", 104),
            ],
        ),
        fresh: Fresh::new(page.text, 3, "/triage"),
        empty: Empty {
            title: "待っているものはありません".into(),
            text: "新しい報告が届くと、ここに期限の近い順に並びます。".into(),
            next: Some(page.link("/library", "ライブラリを見る")),
        },
        levels: (0..=4)
            .map(|level| Severity {
                level,
                label: format!("L{level}"),
            })
            .collect(),
        page,
    }
}
