//! Inputs to begin with: small ones of each format, whole and odd.

pub(crate) const TEXT: &[&[u8]] = &[
    "攻撃元は203.0.113[.]77で、hxxps[:]//evil[.]example/a?b=1 と日本語.jp、taro＠evil．example から届いた。".as_bytes(),
    b"198.51.100.7 mail.own.example http://evil.example/?u=a@own.example 2001:db8::1/48 fe80::1%eth0",
    b"CVE-2026-12345 AS64496 d41d8cd98f00b204e9800998ecf8427e version 1.2.3.4 evil.example/bad.example",
    "ｅｖｉｌ［．］ｅｘａｍｐｌｅ、evil。example。com ev\u{200b}il.exam\u{ad}ple xn--wgv71a119e.jp".as_bytes(),
];

pub(crate) const BYTES: &[&[u8]] = &[
    "攻撃元は203.0.113.77でした".as_bytes(),
    b"\x8d\x55\x8c\x82\x8c\xb3\x82\xcd203.0.113.77",
    b"\x1b$B967b85$O\x1b(B203.0.113.77",
    b"\xb9\xb6\xb7\xe2\xb8\xb5\xa4\xcf203.0.113.77",
    b"\xff\xfe2\x000\x003\x00.\x000\x00",
    b"\xef\xbb\xbfvalue,comment\r\n",
];

pub(crate) const JSON: &[&[u8]] = &[
    br#"{"title":"t","technique":"x","victim":"v","occurred":"2026-05-01T10:20:00+09:00","values":[{"value":"evil[.]example","kind":"domain","comment":"c","first_seen":"2026-05-01"},"203.0.113.7"],"attachments":[{"name":"a","media_type":"text/plain","base64":"aGVsbG8="}]}"#,
    br#"{"title":"t","stix":{"type":"bundle","objects":[{"type":"domain-name","id":"domain-name--00000000-0000-4000-8000-000000000003","value":"evil.example"}]}}"#,
    br#"[1,2.5e3,-0,"\u0061\ud83d\ude00",{"a":null,"b":[true,false]},9007199254740993]"#,
];

pub(crate) const STIX: &[&[u8]] = &[
    br#"{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000002","created":"2026-05-01T00:00:00Z","modified":"2026-05-01T00:00:00Z","name":"C2","pattern":"[ipv4-addr:value = '203.0.113.77'] OR [file:hashes.'SHA-256' = 'e3b0']","pattern_type":"stix","valid_from":"2026-05-01T00:00:00Z"},{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--00000000-0000-4000-8000-000000000003","value":"198.51.100.9"}]}"#,
    r#"{"type":"report","spec_version":"2.1","id":"report--00000000-0000-4000-8000-000000000004","created":"2026-05-01T00:00:00.123Z","modified":"2026-05-01T00:00:00.123Z","name":"要電力株式会社 http://portal.own.example/ 203.0.113.9","description":"b3duLmV4YW1wbGU= %6fwn.example own\u002eexample","published":"2026-05-01T00:00:00Z","object_refs":["indicator--00000000-0000-4000-8000-000000000002"],"object_marking_refs":["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"]}"#.as_bytes(),
    br#"{"more":false,"objects":[{"type":"file","spec_version":"2.1","id":"file--00000000-0000-5000-8000-000000000005","hashes":{"MD5":"d41d8cd98f00b204e9800998ecf8427e"},"name":"a.exe"}]}"#,
];

pub(crate) const MISP: &[&[u8]] = &[
    br#"{"Event":{"uuid":"0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01","info":"i","date":"2026-05-01","timestamp":"1777600000","published":true,"distribution":"4","Orgc":{"name":"o","uuid":"11111111-2222-4333-8444-555555555501"},"Tag":[{"name":"tlp:amber"}],"Galaxy":[{"type":"malpedia","GalaxyCluster":[{"value":"x"}]}],"Attribute":[{"uuid":"0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d02","type":"ip-dst","value":"203.0.113.77","to_ids":true,"Sighting":[{"type":"0","date_sighting":"1777600000"}]},{"type":"filename|md5","value":"a|d41d8cd98f00b204e9800998ecf8427e","timestamp":0,"deleted":"1"}],"Object":[{"name":"file","uuid":"0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d03","ObjectReference":[{"referenced_uuid":"0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d02","relationship_type":"drops"}],"Attribute":[{"type":"md5","object_relation":"md5","value":"d41d8cd98f00b204e9800998ecf8427e"}]}],"EventReport":[{"name":"n","content":"c"}]}}"#,
];

pub(crate) const FEED: &[&[u8]] = &[
    br#"{"0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01":{"info":"i","timestamp":"1777600000","Orgc":{"name":"o"}}}"#,
    b"d41d8cd98f00b204e9800998ecf8427e,0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01\n",
];

pub(crate) const ASK: &[&[u8]] = &[
    br#"{"returnFormat":"json","value":["a%","!b"],"type":{"OR":["ip-dst"],"NOT":["domain"]},"timestamp":["7d",1777600000],"from":"2026-05-01","to_ids":[0,1],"deleted":[0,1],"limit":"5","page":2}"#,
    br#"{"type":"report","spec_version":"2.1","id":"report--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01","created":"2026-05-01T00:00:00.000Z","modified":"2026-05-01T00:00:00.000Z","name":"n","published":"2026-05-01T00:00:00.000Z","object_refs":["indicator--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d02"],"description":"d"}"#,
    br#"{"type":"indicator","spec_version":"2.1","id":"indicator--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d02","created":"2026-05-01T00:00:00.000Z","modified":"2026-05-01T00:00:00.000Z","pattern":"[ipv4-addr:value = '203.0.113.77']","pattern_type":"stix","valid_from":"2026-05-01T00:00:00.000Z"}"#,
];

pub(crate) const PATTERN: &[&[u8]] = &[
    b"[ipv4-addr:value = '203.0.113.77'] OR [domain-name:value IN ('a.example', 'b\\'.example')]",
    b"[file:hashes.'SHA-256' = 'e3b0' AND file:name != 'x'] FOLLOWEDBY [url:value LIKE '%x%'] WITHIN 5 SECONDS",
    b"[network-traffic:dst_ref.value = 'evil.example' AND network-traffic:dst_port = 443]",
];

pub(crate) const FOREIGN: &[&[u8]] = &[
    br#"{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2026-12345","state":"REJECTED","datePublished":"2026-05-01T10:00:00"},"containers":{"cna":{"title":"t","affected":[{"vendor":"v","product":"p","versions":[{"version":"1","lessThan":"2","status":"affected"}]}],"metrics":[{"cvssV3_1":{"baseScore":9.8,"vectorString":"CVSS:3.1/AV:N"}}],"references":[{"url":"https://a.example/"}]}}}"#,
    br#"{"id":"GHSA-x","modified":"2026-05-02T00:00:00Z","aliases":["CVE-2026-1111"],"affected":[{"package":{"ecosystem":"npm","name":"n"},"ranges":[{"events":[{"introduced":"0"},{"fixed":"1"}]}]}]}"#,
    br#"{"document":{"csaf_version":"2.0","title":"t","publisher":{"name":"n"},"distribution":{"tlp":{"label":"AMBER"}},"tracking":{"id":"i","current_release_date":"2026-05-03T00:00:00Z"}},"product_tree":{"branches":[{"product":{"product_id":"P","name":"N"}}]},"vulnerabilities":[{"cve":"CVE-2026-1111","product_status":{"fixed":["P"]},"remediations":[{"details":"d"}]}]}"#,
    br#"<ioc id="i" last-modified="2026-05-02T20:00:05"><short_description>s</short_description><definition><Indicator operator="OR"><IndicatorItem id="1" condition="contains"><Context search="Network/DNS"/><Content>evil.example</Content></IndicatorItem><Indicator operator="AND"><IndicatorItem condition="is"><Context search="FileItem/SizeInBytes"/><Content>5</Content></IndicatorItem></Indicator></Indicator></definition></ioc>"#,
    br#"<rss version="2.0"><channel><title>N</title><link>https://n.example</link><item><title>t</title><guid>g</guid><link>https://n.example/1</link><pubDate>Fri, 01 May 2026 00:00:00 GMT</pubDate><description>&lt;p&gt;203[.]0[.]113[.]77 CVE-2026-1111&lt;/p&gt;</description></item></channel></rss>"#,
    br#"<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>N</title><id>f</id><updated>2026-05-02T00:00:00Z</updated><entry><title type="html">t &amp;amp; u</title><id>e</id><updated>2026-05-02T00:00:00Z</updated><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>hxxp://evil[.]example/a</p></div></content></entry></feed>"#,
    br#"<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>N</title></channel><item rdf:about="https://n.example/1"><title>t</title><link>https://n.example/1</link><dc:date>2026-05-01</dc:date></item></rdf:RDF>"#,
    br#"{"version":"https://jsonfeed.org/version/1.1","title":"N","items":[{"id":"1","title":"t","content_html":"<b>198.51.100.4</b>","date_published":"2026-05-01T00:00:00Z"}]}"#,
];

/// Two fuzzy hashes.
pub(crate) const FUZZY_HASH: &[&[u8]] = &[
    b"384:gW1KbrfQ42RA4HKo7k4sHUtIJyVsDGA7xnZFRgrWO8QDhq5afVtTf3S:c/0RAvBHUGJsZUnZFOrWO80VnvS\n384:gW1KbrfQ42RA4HKo7k4sHUtIJyVsDGL7xnZFRgrWO8QDhq5afVtTf3S:c/0RAvBHUGJsZhnZFOrWO80VnvS",
    b"3:AAAB:C\n3:AAAAB:C",
    b"T1FD0302DF72632BDE5324EB4C8EF475F704E9BA25232894E57B4E19DA182273C0E51705\nfe03f2df72632bde5324eb4c8ef475f708e9ba25232894e57b4e19da1822b3c0a51705",
];

/// What a CSAF provider says of itself, and its lists.
pub(crate) const PROVIDER: &[&[u8]] = &[
    br#"{"canonical_url":"https://v.example/.well-known/csaf/provider-metadata.json","metadata_version":"2.0","publisher":{"name":"n"},"distributions":[{"directory_url":"https://v.example/csaf/"},{"rolie":{"feeds":[{"tlp_label":"AMBER","url":"https://v.example/a.json"}]}}]}"#,
    br#"{"feed":{"id":"f","entry":[{"id":"e","updated":"2026-05-01T00:00:00Z","link":[{"rel":"self","href":"https://v.example/a.json"},{"rel":"hash","href":"https://v.example/a.json.sha512"}]}]}}"#,
    b"\"2026/a.json\",\"2026-05-01T00:00:00Z\"\n2026/b.json,2026-05-01\n\"a\"\"b\",x\n",
    b"2026/a.json\n../b.json\n",
    b"d41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e  a.json\n",
];

/// A pattern, a line end, and a list of what was observed.
pub(crate) const MATCH: &[&[u8]] = &[
    b"[ipv4-addr:value ISSUBSET '203.0.113.0/24'] REPEATS 2 TIMES WITHIN 60 SECONDS\n[{\"type\":\"observed-data\",\"first_observed\":\"2026-01-01T00:00:00Z\",\"last_observed\":\"2026-01-01T00:00:09Z\",\"number_observed\":2,\"objects\":{\"0\":{\"type\":\"ipv4-addr\",\"value\":\"203.0.113.7\"}}}]",
    b"[network-traffic:dst_ref.value = 'a'] FOLLOWEDBY [file:x_hex MATCHES '^a'] OR [file:size > 1.5]\n[{\"type\":\"observed-data\",\"first_observed\":\"2026-01-01T00:00:00Z\",\"last_observed\":\"2026-01-01T00:00:00Z\",\"number_observed\":1,\"object_refs\":[\"n\",\"f\"]},{\"type\":\"network-traffic\",\"id\":\"n\",\"dst_ref\":\"d\"},{\"type\":\"domain-name\",\"id\":\"d\",\"value\":\"a\"},{\"type\":\"file\",\"id\":\"f\",\"size\":2,\"x_hex\":\"61\"}]",
];

pub(crate) const TABLE: &[&[u8]] = &[
    "指標,種別,備考,検知日\r\n203.0.113[.]77,IPアドレス,\"C2、\r\n\"\"二\"\"\",2026年5月1日\r\nmail.own.example,domain,,\r\n".as_bytes(),
    b"value\ttype\tfirst_seen\n=HYPERLINK(\"http://evil.example/\")\turl\t2026-05-01 10:20\n-1\tx\ty\n",
    b"sep=;\nip;comment\n203.0.113.7 203.0.113.8;\"open\n198.51.100.9;x\n",
];

pub(crate) const MAIL: &[&[u8]] = &[
    b"Received: from mx.evil.example ([203.0.113.77]) by mail.own.example; Fri, 1 May 2026 10:20:00 +0900\r\nFrom: =?ISO-2022-JP?B?GyRCOjRGIxsoQg==?= <a@evil.example>\r\nReply-To: b@bad.example\r\nSubject: =?UTF-8?Q?=E8=AB=8B?=\r\nDate: Fri, 1 May 2026 10:20:00 +0900\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<a href='http://link&#46;example/'>x</a><script>1</script>\r\n--b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBA==\r\n--b--\r\n",
    b"From: a@own.example\r\nContent-Type: multipart/digest; boundary=\"c d\"\r\n\r\n--c d\r\n\r\nSubject: inner\r\n\r\nhttp://evil.example/\r\n--c d\r\nContent-Type: message/rfc822\r\n\r\nSubject: two\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E8=AB=8B=\r\n=ZZ\r\n",
    b"Subject: \x1b$B967b\x1b(B\r\n\r\n\x1b$B967b85$O\x1b(B203.0.113.77",
];

pub(crate) const NAMES: &[&[u8]] = &[
    b"../../etc/passwd",
    b"CON.txt",
    "請求書\u{202e}fdp.exe".as_bytes(),
    b"C:\\x\\aux. . .",
    b"a b...~.pdf ",
];

pub(crate) const WORDS: &[&[u8]] = &[
    b"evil.example",
    b"203.0.113.0/24",
    b"2001:db8::/32",
    b"hxxp://evil[.]example/",
    b"a@evil.example",
    b"AS64496",
    b"TLP:AMBER+STRICT",
    b"2026-05-01T10:20:30.123+09:00",
    "令和8年5月1日 10時20分".as_bytes(),
    b"domain-name--00000000-0000-4000-8000-000000000003",
    b"indicator--00000000-0000-4000-8000-00000000000a",
];

pub(crate) const CHECKPOINT: &[&[u8]] = &[
    b"kaname.example/log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\xe2\x80\x94 kaname.example/log AAAAAAAA\n",
    b"a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
];

pub(crate) const PROOF: &[&[u8]] = &[&[3; 80], &[0; 48], &[255; 112]];

pub(crate) const OPENPGP: &[&[u8]] = &[
    include_bytes!("../seeds/soc.pgp"),
    include_bytes!("../seeds/revoked.pgp"),
    include_bytes!("../seeds/weak.pgp"),
];

pub(crate) const PASSKEY: &[&[u8]] = &[
    // Flags, counter, AAGUID, a credential id of four bytes, and a key in COSE (Ed25519).
    b"\x45\0\0\0\x01AAAAAAAAAAAAAAAA\0\x04abcd\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
    // An attestation object: fmt, attStmt, authData.
    b"\xa3cfmtdnonegattStmt\xa0hauthDataXAkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\x45\0\0\0\x01",
    // Lengths that promise more than follows, and lists within lists.
    b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x9f\x9f\x9f\x9f\x9f\x9f\x9f\x9f\x9f\x9f\x9f\x9f\x9f\x9f\x9f\x9f",
];

pub(crate) const TOKEN: &[&[u8]] = &[
    b"eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOiJrYW5hbWUiLCJub25jZSI6Im4iLCJzdWIiOiJzIiwiZXhwIjo2MDAsImlhdCI6MH0.AAAA",
    b"eyJhbGciOiJub25lIn0.e30.",
    br#"{"iss":"https://id.example","aud":["kaname","other"],"azp":"kaname","exp":600,"iat":0,"nbf":0,"nonce":"n","sub":"s","amr":["mfa"]}"#,
    br#"{"keys":[{"kty":"RSA","kid":"r","alg":"RS256","n":"AQAB","e":"AQAB"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}"#,
];

pub(crate) const QUERY: &[&[u8]] = &[
    b"match[type]=malware,indicator&match%5Bid%5D=indicator--1&limit=50&added_after=2026-01-02T03:04:05.000006Z&next=abc",
    b"match[version]=first,last,2026-01-02T03:04:05Z&match[spec_version]=2.1",
    b"next=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&limit=99999999999999999999",
    b"1763900000000000.01938f5e-1b2c-7a3d-8e4f-5a6b7c8d9e0f",
];

/// Policy of the severity rating, and of the triage priority.
pub(crate) const SEVERITY_POLICY: &[&[u8]] = &[
    include_bytes!("../../crates/severity/data/jp-ci-severity-2018.toml"),
    include_bytes!("../../crates/severity/data/triage-nciss-demo.toml"),
];

/// Severity cases, one of each form an observation has.
pub(crate) const SEVERITY_CASE: &[&[u8]] = &[br#"schema = "kaname.severity-case/1"
[[case]]
id = "c"
title = { ja = "\u4EF6", en = "case" }
cause = "cyber_attack"
sector = "water"
scope_on = 2024-06-01
zero = ["minor"]
observation = [
  { indicator = "people", unit = "person", low = 5, high = 30_000, operator = "o", service = "s", start = 2024-06-01T00:00:00Z, end = 2024-06-01T03:00:00+09:00, substitution = "none" },
  { indicator = "people", unit = "person", low = 5, operator = "p", service = "s", region = "r", duration_minutes = { low = 5, high = 9000 }, maintenance_level_breached = true },
  { indicator = "deaths", unit = "person", high = 1, site = "x", start = 2024-06-01T00:00:00Z },
  { indicator = "records_exposed", unit = "record", low = 1, high = 2_000 },
  { indicator = "trust_ordinal", unit = "level", low = 1, rationale = "r" },
  { indicator = "operators", unit = "count", low = 3, as_of = 2024-06-01T00:00:00Z },
]
"#];

pub(crate) const WARNINGLIST: &[&[u8]] = &[
    br#"{"name":"Public name servers","description":"d","version":20240615,"type":"cidr","matching_attributes":["ip-src","domain|ip"],"list":["8.8.8.8","192.0.2.0/24","2001:db8::/32"]}"#,
    br#"{"name":"Hosts","type":"hostname","list":[".example.com","a.test"]}"#,
    br#"{"name":"Mail","type":"regex","matching_attributes":["email-src"],"list":["/^(noc|abuse)\@.*\..*$/i"]}"#,
    br#"{"name":"Sandboxes","type":"substring","list":["app.any.run"]}"#,
    br#"{"name":"Empty files","type":"string","list":["d41d8cd98f00b204e9800998ecf8427e"]}"#,
    b"2|apnic|20261130|3|19830613|20261129|+1000\napnic|JP|ipv4|192.0.2.64|96|20110412|assigned\napnic|JP|ipv6|2001:db8::|32|20110412|allocated\n",
];

/// Rules that others wrote; the first byte chooses the language.
pub(crate) const WRITTEN: &[&[u8]] = &[
    b"\x00import \"pe\" rule owl : night { meta: s = 7 strings: $a = \"owl\\x00\" wide xor(1-255) $b = { 4D ?? [2-4] ( 01 | 02 ) 6? } $c = /ow[l1]+\\/x/i condition: uint16(0) == 0x5A4D and any of them and for any i in (0..pe.number_of_sections - 1) : (@a[i] > 10KB) }",
    b"\x00private rule a { condition: filesize < 1MB } rule b { condition: a and not defined 1 }",
    b"\x01title: Owl\nid: 6a1f3a52-6c0d-4c1e-9a53-0d2f4a6b8c10\ntags: [a.b]\nlogsource: {category: dns}\ndetection:\n  a:\n    query|endswith:\n      - '.owl.example'\n      - \"x\\ty\"\n    n: null\n  condition: (a and not 1 of a*) or all of them\n",
    b"\x02alert http $HOME_NET any -> [198.51.100.0/24,!198.51.100.7] [80,8080:] (msg:\"Owl\"; http.uri; content:\"/o|3b 20|\"; nocase; pcre:\"/^o[l(]+(x|y)/R\"; sid:1; rev:3;)",
    b"\x03alert http (msg:\"Owl\"; http_uri; content:\"/owl\", nocase, offset 3; sid:7;)",
];

/// Lists; the first byte chooses the form and what is mapped.
pub(crate) const LISTED: &[&[u8]] = &[
    b"0# a list\n192.0.2.1 ; SBL1\n0.0.0.0 ads.example\nhxxp://evil[.]example/a#b # c2\n0.0.0.0/0\n",
    b"1when,ioc,kind,note\n2026-11-01,evil.example,domain,\"a,b\"\n,,,\n",
    b"2192.0.2.1\tip\tx\n# remark\nevil.example\tdomain\ty\n",
    br#"3{"1":[{"ioc":"192.0.2.1","kind":"ip","seen":"2026-11-01","note":["x"]}],"2":[{"ioc":"deploy.sh","kind":"domain"},{}]}"#,
    br#"4["192.0.2.1","evil.example",7,null,{"ioc":"x"}]"#,
];

pub(crate) const LAYOUT: &[&[u8]] = &[
    br#"{"discovery":{"title":"t","description":"d","contact":"c","default":"/a/","api_roots":["/a/","https://x.example/b/"]},"roots":[{"path":"a","title":"A","description":"","max_content_length":9765,"collections":[{"id":"91a7b528-80eb-42ed-a74d-c6fbd5a26116","alias":"x","title":"c","description":"d","kind":"peer","can_read":true,"can_write":false,"media_types":["application/stix+json;version=2.1"],"objects":[{"date_added":"2016-11-01T03:04:05.000006Z","object":{"type":"malware","id":"malware--fdd60b30-b67c-11e3-b0b9-f01faf20d111"}}]}],"statuses":[{"id":"2d086da7-4bdc-4f91-900e-d77486753710","status":"pending","total_count":4,"success_count":1,"failure_count":1,"pending_count":2,"pendings":["a"]}]}]}"#,
    br#"{"roots":[{"collections":[{"objects":[],"can_read":false,"can_write":true,"kind":"intake","title":"c","id":"91a7b528-80eb-42ed-a74d-c6fbd5a26116"}]}]}"#,
];

/// Searches.
pub(crate) const SEARCH: &[&[u8]] = &[
    "type:malware sector:電力 tlp:<=amber since:30d 192.0.2.0/24 \"潮見 作戦\" -訓練".as_bytes(),
    "種別：マルウェア　pap:green until:2026-11-01 from:hub collection:library".as_bytes(),
    b"id:indicator--1 cve:2026-12345 hxxp://evil[.]example/a value:deploy.sh",
    "「開いた ＠ １９２．０．２．１ tipe:x".as_bytes(),
];
