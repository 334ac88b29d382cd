//! `GET /metrics`: Prometheus text (exposition format 0.0.4).

use std::fmt::{Display, Write as _};

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use doorward_shell::{Census, Histogram, Stats};

use super::counts::{BUCKETS_MS, Inner};
use super::door::Door;
use super::operation::{Facts, Given, Gives};
use crate::ambient::process::{Usage, usage};

/// A page of figures.
pub(crate) struct Exposition(String);

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

impl IntoResponse for Exposition {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, TEXT)], self.0).into_response()
    }
}

impl Gives for Exposition {
    fn tell(facts: &mut Facts) {
        facts.answers.push(Given::text(TEXT, "Metric families."));
    }
}

/// What this process has done.
pub(crate) async fn show(State(door): State<Door>) -> Exposition {
    let mut page = Page::default();
    let version = [("version", env!("CARGO_PKG_VERSION").to_owned()), ("policy", hex::encode(door.shell.policy_digest()))];
    page.family("doorward_build_info", "gauge", "The version of the program and the policy build in force.");
    page.sample("doorward_build_info", &version, 1);
    decisions(&mut page, &door.shell.stats());
    policy(&mut page, &door.shell.stats());
    requests(&mut page, &door.counts.read());
    page.family("doorward_watchers", "gauge", "Event streams that are open.");
    page.sample("doorward_watchers", &[], door.watching.count());
    // What is not known now is left out: a gap says so, a zero would not.
    if let Ok(census) = door.shell.census().await {
        people(&mut page, census);
    }
    if let Some(usage) = usage() {
        process(&mut page, usage);
    }
    Exposition(page.text)
}

fn people(page: &mut Page, census: Census) {
    let Census { members, open_invites, jobs } = census;
    for (name, help, value) in [
        ("doorward_members", "Members of the server, revoked ones included, as of at most 5 seconds ago.", members),
        (
            "doorward_open_invites",
            "Invites neither cancelled nor used up, as of at most 5 seconds ago; expired ones count until they are tidied away.",
            open_invites,
        ),
        (
            "doorward_unfinished_jobs",
            "Jobs that decisions left to housekeeping, such as clearing a deleted network, as of at most 5 seconds ago.",
            jobs,
        ),
    ] {
        page.family(name, "gauge", help);
        page.sample(name, &[], value);
    }
}

/// Under the names that Prometheus's own client libraries use.
fn process(page: &mut Page, usage: Usage) {
    let Usage { cpu_seconds, started, resident, virtual_memory, open_files, most_files } = usage;
    for (name, kind, help, value) in [
        (
            "process_cpu_seconds_total",
            "counter",
            "Processor time spent, by the process and by the kernel for it.",
            Some(cpu_seconds),
        ),
        ("process_start_time_seconds", "gauge", "When the process started, in seconds since 1970.", Some(started)),
        ("process_resident_memory_bytes", "gauge", "Memory held.", Some(resident as f64)),
        ("process_virtual_memory_bytes", "gauge", "Memory that has addresses.", Some(virtual_memory as f64)),
        ("process_open_fds", "gauge", "Open files and connections.", Some(open_files as f64)),
        ("process_max_fds", "gauge", "Files and connections that may be open.", most_files.map(|most| most as f64)),
    ] {
        if let Some(value) = value {
            page.family(name, kind, help);
            page.sample(name, &[], value);
        }
    }
}

fn decisions(page: &mut Page, stats: &Stats) {
    page.family("doorward_decisions_total", "counter", "Answers by verb and code.");
    for answers in &stats.decisions {
        let labels = [("verb", answers.verb.to_owned()), ("code", answers.code.name().to_owned())];
        page.sample("doorward_decisions_total", &labels, answers.count);
    }
    for (name, kind, help, value) in [
        ("doorward_commit_queue", "gauge", "Writes that wait for the committer.", stats.queue),
        ("doorward_commits_total", "counter", "Batches committed.", stats.commits),
        ("doorward_recorded_total", "counter", "Decisions recorded.", stats.recorded),
        ("doorward_decided_again_total", "counter", "Decisions taken again because a fact of theirs had moved.", stats.again),
        ("doorward_conflicts_total", "counter", "Batches that met a conflict.", stats.conflicts),
        ("doorward_store_unavailable_total", "counter", "Batches the store definitely did not take.", stats.unavailable),
        ("doorward_unrecorded_refusals_total", "counter", "Refused writes that left no record.", stats.unrecorded),
        ("doorward_undecidable_total", "counter", "Questions that found no decision.", stats.undecidable),
        ("doorward_history_sequence", "gauge", "Sequence number of the last decision record.", stats.history),
        ("doorward_checkpoint_sequence", "gauge", "Sequence number of the last signed checkpoint.", stats.checkpoint),
    ] {
        page.family(name, kind, help);
        page.sample(name, &[], value);
    }
    page.histogram("doorward_commit_decisions", "Decisions a batch held.", &stats.batch_sizes, 1.0);
    page.histogram("doorward_commit_seconds", "How long commits took, their sync included.", &stats.commit_micros, 1e6);
}

fn policy(page: &mut Page, stats: &Stats) {
    let engine = &stats.engine;
    for (name, kind, help, value) in [
        ("doorward_policy_fresh_total", "counter", "Policy steps in fresh instances.", engine.fresh),
        ("doorward_policy_reused_total", "counter", "Policy steps in reused instances.", engine.reused),
        ("doorward_policy_fuel_total", "counter", "Fuel all policy steps took.", engine.fuel),
        (
            "doorward_policy_fuel_max",
            "gauge",
            "Fuel the costliest policy step took since the policy was loaded.",
            engine.fuel_most,
        ),
    ] {
        page.family(name, kind, help);
        page.sample(name, &[], value);
    }
    page.family("doorward_policy_failures_total", "counter", "Policy steps without an answer, by reason.");
    for (reason, count) in engine.failures {
        page.sample("doorward_policy_failures_total", &[("reason", reason.name().to_owned())], count);
    }
}

fn requests(page: &mut Page, served: &Inner) {
    page.family("doorward_http_requests_total", "counter", "HTTP requests by method, route and status.");
    let by_route = served.requests.iter().flat_map(|(route, counters)| counters.iter().map(move |counter| (route, counter)));
    for (route, ((method, status), count)) in by_route {
        let labels = [("method", (*method).to_owned()), ("route", route.clone()), ("status", status.to_string())];
        page.sample("doorward_http_requests_total", &labels, count);
    }
    let name = "doorward_http_request_seconds";
    page.family(name, "histogram", "How long HTTP requests took.");
    for (most, count) in BUCKETS_MS.iter().zip(served.within) {
        page.sample("doorward_http_request_seconds_bucket", &[("le", (*most as f64 / 1e3).to_string())], count);
    }
    page.sample("doorward_http_request_seconds_bucket", &[("le", "+Inf".to_owned())], served.total);
    page.sample("doorward_http_request_seconds_sum", &[], served.spent.as_secs_f64());
    page.sample("doorward_http_request_seconds_count", &[], served.total);
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One line. Label values are our own names, never a caller's, so nothing in them needs escaping.
    fn sample(&mut self, name: &str, labels: &[(&str, String)], value: impl Display) {
        let labels = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect::<Vec<_>>().join(",");
        let _ = if labels.is_empty() {
            writeln!(self.text, "{name} {value}")
        } else {
            writeln!(self.text, "{name}{{{labels}}} {value}")
        };
    }

    fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram, unit: f64) {
        self.family(name, "histogram", help);
        let Histogram { bounds, counts, sum } = histogram;
        let mut total = 0;
        for (class, count) in counts.iter().enumerate() {
            total += count;
            let le = bounds.get(class).map_or("+Inf".to_owned(), |bound| (*bound as f64 / unit).to_string());
            self.sample(&format!("{name}_bucket"), &[("le", le)], total);
        }
        self.sample(&format!("{name}_sum"), &[], *sum as f64 / unit);
        self.sample(&format!("{name}_count"), &[], total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_cumulated() {
        let mut page = Page::default();
        page.histogram("x", "help", &Histogram { bounds: &[1, 2_500], counts: vec![2, 3, 4], sum: 20 }, 1e3);
        let lines: Vec<&str> = page.text.lines().skip(2).collect();
        assert_eq!(
            lines,
            ["x_bucket{le=\"0.001\"} 2", "x_bucket{le=\"2.5\"} 5", "x_bucket{le=\"+Inf\"} 9", "x_sum 0.02", "x_count 9",]
        );
    }
}
