//! `/metrics`, read as strictly as `promtool check metrics` does, and held to what was done.

use doorward_core::Code;
use doorward_tests::{Connection, Daemon, Oops, Settings};
use std::collections::{BTreeMap, BTreeSet};

/// Labels in their order, and the value.
type Sample = (Vec<(String, String)>, f64);

#[derive(Debug, Default)]
struct Family {
    kind: String,
    /// By the whole name of the sample: a histogram has three.
    samples: BTreeMap<String, Vec<Sample>>,
}

/// Reads the text exposition format 0.0.4, and refuses whatever is not quite it.
fn read(text: &str) -> Result<BTreeMap<String, Family>, Oops> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    assert!(text.ends_with('\n'), "the last line ends");
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').ok_or("a family without help")?;
            assert!(help.ends_with('.') && help.len() > 5, "{line}");
            assert!(families.insert(name.to_owned(), Family::default()).is_none(), "{name} comes twice");
            current = name.to_owned();
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').ok_or("a family without a type")?;
            assert_eq!(name, current, "help and type stand together");
            families.get_mut(name).ok_or("no help")?.kind = kind.to_owned();
        } else {
            let (name, sample) = sample(line).ok_or_else(|| format!("unreadable: {line}"))?;
            let family = families.get_mut(&current).ok_or("a sample before its family")?;
            let rest = name.strip_prefix(&current).ok_or_else(|| format!("{name} among {current}"))?;
            let suffixes: &[&str] = if family.kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
            assert!(suffixes.contains(&rest), "{line}");
            let samples = family.samples.entry(name).or_default();
            assert!(samples.iter().all(|(labels, _)| *labels != sample.0), "{line} comes twice");
            samples.push(sample);
        }
    }
    Ok(families)
}

fn sample(line: &str) -> Option<(String, Sample)> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = match series.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}')?),
        None => (series, ""),
    };
    let label = |label: &str| {
        let (name, value) = label.split_once('=')?;
        Some((name.to_owned(), value.strip_prefix('"')?.strip_suffix('"')?.to_owned()))
    };
    let labels = labels.split_terminator(',').map(label).collect::<Option<Vec<_>>>()?;
    Some((name.to_owned(), (labels, value.parse().ok()?)))
}

/// What Prometheus asks of names, kinds and histograms.
fn is_well_formed(families: &BTreeMap<String, Family>) {
    for (name, Family { kind, samples }) in families {
        assert!(name.starts_with("doorward_") || name.starts_with("process_"), "{name}");
        assert!(name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_'), "{name}");
        assert_eq!(name.ends_with("_total"), kind == "counter", "{name} is a {kind}");
        for unit in ["_ms", "_millis", "_micros", "_minutes", "_kb", "_kilobytes"] {
            assert!(!name.contains(unit), "{name}: base units");
        }
        match kind.as_str() {
            "counter" | "gauge" => assert!(samples.values().flatten().all(|(_, value)| *value >= 0.0), "{name}"),
            "histogram" => is_cumulated(name, samples),
            other => panic!("{name} is a {other}"),
        }
    }
}

fn is_cumulated(name: &str, samples: &BTreeMap<String, Vec<Sample>>) {
    let buckets = &samples[&format!("{name}_bucket")];
    let bound =
        |(labels, _): &Sample| labels.iter().find(|(label, _)| label == "le").map(|(_, bound)| bound.parse().unwrap_or(f64::NAN));
    let bounds: Vec<f64> = buckets.iter().filter_map(bound).collect();
    assert_eq!(bounds.len(), buckets.len(), "{name}: every bucket has its end");
    assert!(bounds.is_sorted() && bounds.last() == Some(&f64::INFINITY), "{name}: {bounds:?}");
    assert!(buckets.is_sorted_by_key(|(_, count)| *count), "{name}: {buckets:?}");
    assert_eq!(buckets.last().map(|last| last.1), Some(samples[&format!("{name}_count")][0].1), "{name}");
    assert!(samples.contains_key(&format!("{name}_sum")), "{name}");
}

struct Seen(BTreeMap<String, Family>);

impl Seen {
    /// The values of all series with these labels, together.
    fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has =
            |found: &[(String, String)]| labels.iter().all(|(name, value)| found.iter().any(|(n, v)| n == name && v == value));
        let family = self.0.values().find_map(|family| family.samples.get(name));
        family.into_iter().flatten().filter(|(found, _)| has(found)).map(|(_, value)| value).sum()
    }
}

fn look(daemon: &Daemon) -> Result<Seen, Oops> {
    let answer = Connection::open(daemon.address)?.call("GET", "/metrics", None)?;
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let families = read(&String::from_utf8(answer.body)?)?;
    is_well_formed(&families);
    Ok(Seen(families))
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_tell_what_was_done() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let several = Daemon::invite(&owner, 3).await?;
    let single = Daemon::invite(&owner, 1).await?;
    let guest = daemon.join(&single.link().ok_or("no link")?, "Bea").await?;
    assert!(daemon.join(&single.link().ok_or("no link")?, "Cyd").await.is_err(), "used up");
    let other = daemon.join(&several.link().ok_or("no link")?, "Dan").await?;
    owner.revoke(&guest.sign_key()).await?;
    owner.delete(&other.sign_key()).await?;
    Connection::open(daemon.address)?.call("GET", "/i/AQAsecret", None)?;

    let seen = look(&daemon)?;
    for (name, labels, wanted) in [
        ("doorward_decisions_total", &[("verb", "mint-invite"), ("code", "allowed")][..], 2.0),
        ("doorward_decisions_total", &[("verb", "redeem"), ("code", "allowed")], 3.0),
        ("doorward_decisions_total", &[("verb", "preview"), ("code", "used-up")], 1.0),
        ("doorward_decisions_total", &[("verb", "revoke")], 1.0),
        ("doorward_http_requests_total", &[("method", "POST"), ("route", "/v1/invites/{id}/redeem"), ("status", "200")], 3.0),
        ("doorward_http_requests_total", &[("route", "/i/{*rest}")], 1.0),
        // The owner and the revoked guest; whoever was deleted is gone.
        ("doorward_members", &[], 2.0),
        // The one with uses left.
        ("doorward_open_invites", &[], 1.0),
        ("doorward_commit_queue", &[], 0.0),
    ] {
        assert_eq!(seen.sum(name, labels), wanted, "{name} {labels:?}");
    }
    assert!(seen.sum("doorward_policy_fuel_total", &[]) > 1_000.0);
    assert!(seen.sum("doorward_commit_seconds_count", &[]) >= 5.0 && seen.sum("doorward_commit_decisions_sum", &[]) >= 5.0);
    assert!(seen.sum("doorward_http_request_seconds_count", &[]) >= 10.0);
    let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    let labelled = seen.0["doorward_decisions_total"].samples.values().flatten().flat_map(|(labels, _)| labels);
    assert!(labelled.filter(|(name, _)| name == "code").all(|(_, code)| codes.contains(code.as_str())));

    // What the operating system says of it from outside.
    let resident = daemon.resident()? as f64;
    let said = seen.sum("process_resident_memory_bytes", &[]);
    assert!(said > resident * 0.7 && said < resident * 1.3, "{said} against {resident}");
    assert!((seen.sum("process_open_fds", &[]) - daemon.open_files()? as f64).abs() < 20.0);
    let age = doorward_tests::now() as f64 - seen.sum("process_start_time_seconds", &[]);
    assert!((-2.0..120.0).contains(&age), "{age}");

    daemon.terminate()?;
    daemon.restart()?;
    let again = look(&daemon)?;
    assert_eq!(
        (again.sum("doorward_members", &[]), again.sum("doorward_open_invites", &[])),
        (2.0, 1.0),
        "these are the store's"
    );
    assert_eq!(again.sum("doorward_decisions_total", &[("verb", "redeem")]), 0.0, "these are the process's");
    Ok(())
}

/// Every family must be found before anything happened, so that a rule about it works from the first day.
#[test]
fn every_family_is_there_from_the_start() -> Result<(), Oops> {
    let daemon = Daemon::start_with(Settings::default())?;
    let names: Vec<String> = look(&daemon)?.0.into_keys().collect();
    for name in [
        "doorward_build_info",
        "doorward_commit_decisions",
        "doorward_commit_queue",
        "doorward_commit_seconds",
        "doorward_decisions_total",
        "doorward_http_request_seconds",
        "doorward_http_requests_total",
        "doorward_members",
        "doorward_open_invites",
        "doorward_policy_failures_total",
        "doorward_policy_fuel_total",
        "process_cpu_seconds_total",
        "process_open_fds",
        "process_resident_memory_bytes",
        "process_start_time_seconds",
    ] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    Ok(())
}
