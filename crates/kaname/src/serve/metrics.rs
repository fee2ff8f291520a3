//! Numbers about the running program, in Prometheus' text form (version 0.0.4). No label carries a
//! party, handle, provider, item or path: only methods, classes of status and bounds of time.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use jiff::Timestamp;
use kaname_sharing::turn::Turns;

/// Upper bounds of the time buckets, in milliseconds.
const BOUNDS_MS: [u64; 8] = [1, 5, 20, 50, 100, 500, 2_000, 10_000];

/// Counters since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Answers by class of status, 1xx to 5xx.
    answers: [AtomicU64; 5],
    /// Answers that took no longer than each bound, not cumulated; the last is beyond all.
    times: [AtomicU64; BOUNDS_MS.len() + 1],
    time_us: AtomicU64,
    /// Connections open now.
    pub(crate) open: AtomicU64,
    /// Connections accepted.
    pub(crate) accepted: AtomicU64,
    /// Connections given up before a request was read: handshake or header too slow or wrong.
    pub(crate) given_up: AtomicU64,
    /// Connections turned away because their address had too many.
    pub(crate) turned_away: AtomicU64,
}

/// What is read at the moment of asking; `None` what could not be read, which is then left out.
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    /// Events in the ledger.
    pub(crate) events: Option<u64>,
    /// Policy epoch.
    pub(crate) epoch: Option<u64>,
    /// Jobs that will not be tried again, at most 1,000.
    pub(crate) dead_jobs: Option<u64>,
    /// Position of the newest notice.
    pub(crate) notices: Option<u64>,
    /// Other TAXII servers.
    pub(crate) peers: Option<TurnGauges>,
    /// What others publish.
    pub(crate) sources: Option<TurnGauges>,
}

/// How those are that have turns, all together: which one it is stands on their page.
#[derive(Debug, Default)]
pub(crate) struct TurnGauges {
    /// How many are in each state, by its word.
    pub(crate) states: BTreeMap<&'static str, u64>,
    /// The longest lag of one that was not stopped, in seconds.
    pub(crate) longest_lag_s: u64,
}

impl TurnGauges {
    /// Of these.
    pub(crate) fn of<'t>(all: impl IntoIterator<Item = &'t Turns>, now: Timestamp) -> Self {
        let mut gauges = Self::default();
        for turns in all {
            *gauges.states.entry(turns.state()).or_default() += 1;
            if turns.stopped.is_none() {
                let lag_s = turns.lag_s(now).unsigned_abs();
                gauges.longest_lag_s = gauges.longest_lag_s.max(lag_s);
            }
        }
        gauges
    }

    fn by_state(&self) -> Vec<(String, String)> {
        let line =
            |(state, count): (&&str, &u64)| (format!("{{state=\"{state}\"}}"), count.to_string());
        self.states.iter().map(line).collect()
    }
}

impl Metrics {
    /// Counts an answer.
    pub(crate) fn answered(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).clamp(1, 5) - 1;
        if let Some(counter) = self.answers.get(class) {
            counter.fetch_add(1, Relaxed);
        }
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let bucket = BOUNDS_MS.iter().position(|bound| ms < *bound);
        if let Some(counter) = self.times.get(bucket.unwrap_or(BOUNDS_MS.len())) {
            counter.fetch_add(1, Relaxed);
        }
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.time_us.fetch_add(us, Relaxed);
    }

    /// The text for Prometheus.
    pub(crate) fn text(&self, gauges: &Gauges) -> String {
        let mut out = String::with_capacity(2_048);
        let mut family = |name: &str, kind: &str, help: &str, lines: &[(String, String)]| {
            if lines.is_empty() {
                return;
            }
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, value) in lines {
                let _ = writeln!(out, "{name}{labels} {value}");
            }
        };
        let one = |value: u64| vec![(String::new(), value.to_string())];
        let read = |value: Option<u64>| value.map(one).unwrap_or_default();
        let answers: Vec<_> = self
            .answers
            .iter()
            .zip(1..)
            .map(|(count, class)| {
                (
                    format!("{{status=\"{class}xx\"}}"),
                    count.load(Relaxed).to_string(),
                )
            })
            .collect();
        family(
            "kaname_http_answers_total",
            "counter",
            "Answers by class of status.",
            &answers,
        );
        let open = one(self.open.load(Relaxed));
        family(
            "kaname_connections_open",
            "gauge",
            "Connections open now.",
            &open,
        );
        let accepted = one(self.accepted.load(Relaxed));
        family(
            "kaname_connections_total",
            "counter",
            "Connections accepted.",
            &accepted,
        );
        let given_up = one(self.given_up.load(Relaxed));
        family(
            "kaname_connections_given_up_total",
            "counter",
            "Connections ended for being slow or broken before a request.",
            &given_up,
        );
        let turned_away = one(self.turned_away.load(Relaxed));
        family(
            "kaname_connections_turned_away_total",
            "counter",
            "Connections turned away because their address had too many open.",
            &turned_away,
        );
        family(
            "kaname_ledger_events",
            "gauge",
            "Events in the ledger.",
            &read(gauges.events),
        );
        family(
            "kaname_policy_epoch",
            "gauge",
            "Policy epoch.",
            &read(gauges.epoch),
        );
        family(
            "kaname_jobs_dead",
            "gauge",
            "Jobs that will not be tried again (at most 1,000 are counted).",
            &read(gauges.dead_jobs),
        );
        family(
            "kaname_notices_position",
            "gauge",
            "Position of the newest notice.",
            &read(gauges.notices),
        );
        for (gauges, states, lag) in [
            (
                &gauges.peers,
                ("kaname_taxii_peers", "Other TAXII servers by state."),
                (
                    "kaname_taxii_peer_lag_seconds",
                    "Longest time since one of them that is not stopped was read, or sent to, to the end.",
                ),
            ),
            (
                &gauges.sources,
                ("kaname_sources", "Sources by state."),
                (
                    "kaname_source_lag_seconds",
                    "Longest time since one of them that is not stopped, and is read by itself, was read to the end.",
                ),
            ),
        ] {
            let Some(gauges) = gauges else { continue };
            family(states.0, "gauge", states.1, &gauges.by_state());
            let longest = match gauges.states.is_empty() {
                true => Vec::new(),
                false => one(gauges.longest_lag_s),
            };
            family(lag.0, "gauge", lag.1, &longest);
        }
        family(
            "kaname_memory_resident_bytes",
            "gauge",
            "Resident memory.",
            &one(resident()),
        );
        let version = format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
        family(
            "kaname_build_info",
            "gauge",
            "Version of the program.",
            &[(version, "1".to_owned())],
        );
        self.histogram(&mut out);
        out
    }

    fn histogram(&self, out: &mut String) {
        const NAME: &str = "kaname_http_answer_seconds";
        let _ = writeln!(
            out,
            "# HELP {NAME} Time to answer.\n# TYPE {NAME} histogram"
        );
        let mut count = 0;
        for (bound, bucket) in BOUNDS_MS.iter().zip(&self.times) {
            count += bucket.load(Relaxed);
            let seconds = Duration::from_millis(*bound).as_secs_f64();
            let _ = writeln!(out, "{NAME}_bucket{{le=\"{seconds}\"}} {count}");
        }
        count += self.times.last().map_or(0, |beyond| beyond.load(Relaxed));
        let sum = Duration::from_micros(self.time_us.load(Relaxed)).as_secs_f64();
        let _ = writeln!(
            out,
            "{NAME}_bucket{{le=\"+Inf\"}} {count}\n{NAME}_sum {sum}\n{NAME}_count {count}"
        );
    }
}

/// Resident memory of this process, in bytes; 0 where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| {
        line.trim()
            .trim_end_matches("kB")
            .trim()
            .parse::<u64>()
            .ok()
    });
    kib.unwrap_or(0) * 1_024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_that_could_not_be_read_is_left_out() {
        let gauges = Gauges {
            events: Some(6),
            ..Gauges::default()
        };
        let text = Metrics::default().text(&gauges);
        assert!(text.contains("kaname_ledger_events 6\n"), "{text}");
        for name in [
            "kaname_policy_epoch",
            "kaname_jobs_dead",
            "kaname_notices_position",
        ] {
            assert!(!text.contains(name), "{text}");
        }
    }
}
