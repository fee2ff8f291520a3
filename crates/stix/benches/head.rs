//! How many headers a second are read on one core.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

fn main() {
    divan::main();
}

/// Objects of the sizes and shapes that feeds carry.
fn objects() -> Vec<String> {
    let text = "The actor sent mail with a link to a page that asked for the password. ".repeat(20);
    let mut out = Vec::new();
    for n in 0..1_000_u32 {
        let id = format!("{n:08x}-0000-4000-8000-000000000000");
        out.push(format!(
            r#"{{"type":"attack-pattern","spec_version":"2.1","id":"attack-pattern--{id}","created_by_ref":"identity--{id}","created":"2026-01-31T09:00:00.000Z","modified":"2026-02-01T09:00:00.123456Z","name":"Spearphishing {n}","description":"{text}","kill_chain_phases":[{{"kill_chain_name":"mitre-attack","phase_name":"initial-access"}}],"external_references":[{{"source_name":"mitre-attack","url":"https://example.com/T{n}","external_id":"T{n}"}}],"object_marking_refs":["marking-definition--{id}"],"x_mitre_platforms":["Linux","Windows"]}}"#
        ));
        out.push(format!(
            r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--{id}","created":"2026-01-31T09:00:00Z","modified":"2026-01-31T09:00:00Z","pattern":"[domain-name:value = 'host{n}.example'] OR [ipv4-addr:value = '203.0.113.7']","pattern_type":"stix","valid_from":"2026-01-31T09:00:00Z","labels":["malicious"]}}"#
        ));
        out.push(format!(
            r#"{{"type":"relationship","spec_version":"2.1","id":"relationship--{id}","created":"2026-01-31T09:00:00Z","modified":"2026-01-31T09:00:00Z","relationship_type":"uses","source_ref":"malware--{id}","target_ref":"attack-pattern--{id}"}}"#
        ));
    }
    out
}

#[divan::bench]
fn head(bencher: Bencher<'_, '_>) {
    let objects = objects();
    let bytes: usize = objects.iter().map(String::len).sum();
    bencher
        .counter(ItemsCount::new(objects.len()))
        .counter(BytesCount::new(bytes))
        .bench_local(|| {
            objects
                .iter()
                .filter(|text| kaname_stix::head(text).is_ok())
                .count()
        });
}

#[divan::bench]
fn bundle(bencher: Bencher<'_, '_>) {
    let objects = objects();
    let text = format!(r#"{{"objects":[{}]}}"#, objects.join(","));
    let limits = kaname_stix::Limits::default();
    bencher
        .counter(ItemsCount::new(objects.len()))
        .counter(BytesCount::new(text.len()))
        .bench_local(|| kaname_stix::bundle(text.as_bytes(), &limits).map(|b| b.objects.len()));
}

/// A mebibyte of base64 that says nothing, against some traces.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn find_traces_in_payload(bencher: Bencher<'_, '_>) {
    use kaname_stix::redact::{Trace, TraceKind, find_traces};
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut state = 1_u64;
    let payload: String = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(alphabet[(state >> 58) as usize])
    })
    .take(1 << 20)
    .collect();
    let value = serde_json::json!({ "payload_bin": payload });
    let traces = [
        Trace::new(TraceKind::Name, "東都電力株式会社"),
        Trace::new(TraceKind::Person, "山田 太郎"),
        Trace::new(TraceKind::Domain, "toto-denryoku.example"),
        Trace::new(TraceKind::Address, "203.0.113.0/24"),
        Trace::new(TraceKind::Address, "2001:db8::/32"),
    ];
    bencher
        .counter(BytesCount::new(payload.len()))
        .bench_local(|| find_traces(&value, &traces));
}
