//! What is found in Japanese text and in names of other scripts.

use kaname_intake::{Kind, Note};

use crate::extract::{finds, has_note, read};

#[test]
fn japanese_without_blanks() {
    finds(
        "攻撃元はevil[.]example.comでした",
        &[(Kind::Domain, "evil.example.com")],
    );
    finds(
        "「evil.example.com」と『bad.example.org』",
        &[
            (Kind::Domain, "evil.example.com"),
            (Kind::Domain, "bad.example.org"),
        ],
    );
    finds(
        "evil.example.comとbad.example.orgへ",
        &[
            (Kind::Domain, "evil.example.com"),
            (Kind::Domain, "bad.example.org"),
        ],
    );
    finds(
        "evil.example.com。bad.example.org。",
        &[
            (Kind::Domain, "evil.example.com"),
            (Kind::Domain, "bad.example.org"),
        ],
    );
    finds(
        "通信した．evil.example.comも",
        &[(Kind::Domain, "evil.example.com")],
    );
    finds(
        "hxxp://evil[.]example/pathにアクセス",
        &[(Kind::Url, "http://evil.example/path")],
    );
    finds(
        "hxxp://evil.example.comにアクセス",
        &[(Kind::Url, "http://evil.example.com/")],
    );
    finds(
        "（hxxp://evil.example/a）、",
        &[(Kind::Url, "http://evil.example/a")],
    );
    finds(
        "hxxp://198.51.100.7にアクセス",
        &[(Kind::Url, "http://198.51.100.7/")],
    );
    finds("今日は.そして。次に．終わり", &[]);
}

#[test]
fn international_names() {
    finds("日本語.jp", &[(Kind::Domain, "xn--wgv71a119e.jp")]);
    finds("「日本語[.]jp」", &[(Kind::Domain, "xn--wgv71a119e.jp")]);
    finds("XN--WGV71A119E.jp", &[(Kind::Domain, "xn--wgv71a119e.jp")]);
    finds("例え.テスト", &[(Kind::Domain, "xn--r8jz45g.xn--zckzah")]);
    finds(
        "日本語ドメイン.jp",
        &[(Kind::Domain, "xn--eckwd4c7c5976acvb2w6i.jp")],
    );
    finds(
        "日本語.example.jp を",
        &[(Kind::Domain, "xn--wgv71a119e.example.jp")],
    );
    finds("日本語．ｊｐ", &[(Kind::Domain, "xn--wgv71a119e.jp")]);
    finds(
        "hxxps://日本語[.]jp/a",
        &[(Kind::Url, "https://xn--wgv71a119e.jp/a")],
    );
    finds(
        "hxxps://日本語[.]jpにアクセス",
        &[(Kind::Url, "https://xn--wgv71a119e.jp/")],
    );
    let shown = &read("日本語[.]jp").findings[0];
    assert_eq!(shown.unicode.as_deref(), Some("日本語.jp"));
    assert_eq!(shown.as_written, "日本語[.]jp");
    finds(
        "攻撃元は日本語.jpでした",
        &[(Kind::Domain, "xn--wgv71a119e.jp")],
    );
    has_note("攻撃元は日本語.jpでした", Note::Doubtful, true);
    has_note("日本語.jp", Note::Doubtful, false);
}

#[test]
fn values_within_sentences() {
    let v4 = [(Kind::Ipv4, "203.0.113.77")];
    for text in [
        "203.0.113.77から不審な通信",
        "「203.0.113.77から」",
        "攻撃元IPアドレス：203.0.113.77、宛先は不明",
        "２０３．０．１１３．７７からの通信",
        "203[.]0[.]113[.]77（ロシア）",
        "通信先が203.0.113.77であった。",
        "IP:203.0.113.77→社内",
        "・203.0.113.77",
        "①203.0.113.77",
        "203．0．113．77へ",
        "（203.0.113.77）",
        "203.0.113.77，",
        "203.0.113.77宛",
        "203(dot)0(dot)113(dot)77",
        "203.0.113[.]77/",
    ] {
        finds(text, &v4);
    }
    finds(
        "ブロック対象は203.0.113.0/24です",
        &[(Kind::Ipv4Cidr, "203.0.113.0/24")],
    );
    finds(
        "203.0.113.0／24を遮断",
        &[(Kind::Ipv4Cidr, "203.0.113.0/24")],
    );
    finds("2001:db8::77から", &[(Kind::Ipv6, "2001:db8::77")]);
    finds("「2001:db8::/32」", &[(Kind::Ipv6Cidr, "2001:db8::/32")]);
    finds(
        "メールはtaro＠evil．exampleから届いた",
        &[(Kind::Email, "taro@evil.example")],
    );
    finds(
        "ｈｘｘｐｓ：／／ｅｖｉｌ［．］ｅｘａｍｐｌｅ／ａへ誘導",
        &[(Kind::Url, "https://evil.example/a")],
    );
    finds(
        "hxxps[:]//evil[.]example[/]login.php、",
        &[(Kind::Url, "https://evil.example/login.php")],
    );
    finds(
        "リンク（hxxp://evil[.]example/a?id=1）をクリック",
        &[(Kind::Url, "http://evil.example/a?id=1")],
    );
    finds(
        "脆弱性（CVE-2026-12345）を悪用",
        &[(Kind::Cve, "CVE-2026-12345")],
    );
    finds(
        "ＣＶＥ－２０２６－１２３４５",
        &[(Kind::Cve, "CVE-2026-12345")],
    );
    finds(
        "AS64496のevil.exampleを確認",
        &[(Kind::Asn, "AS64496"), (Kind::Domain, "evil.example")],
    );
    finds(
        "ハッシュ値:D41D8CD98F00B204E9800998ECF8427Eのファイル",
        &[(Kind::Md5, "d41d8cd98f00b204e9800998ecf8427e")],
    );
    finds(
        "xn--wgv71a119e.jpと日本語.jpは同じ",
        &[(Kind::Domain, "xn--wgv71a119e.jp")],
    );
    has_note("第3.1.4.2節を参照", Note::LooksLikeVersion, true);
}
