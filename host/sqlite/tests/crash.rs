//! kill -9 in the middle of things: what was acknowledged is there, whole.
//!
//! This shows that an answer comes after the write, not that it comes after the sync: the kernel
//! outlives the process. The sync is what `faults.rs` counts.

#![allow(clippy::disallowed_methods, reason = "a process learns from its parent where to write")]

mod kit;

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use doorward_store::{Batch, Commit, PageQuery, Record, Store, Write};
use kit::{Dir, get, open};

const DIR: &str = "DOORWARD_CRASH_DIR";

/// Runs a test of this file marked `ignored` as a process of its own.
fn spawn(child: &str, dir: &Dir) -> Child {
    Command::new(env::current_exe().expect("this test"))
        .args(["--ignored", "--exact", child])
        .env(DIR, dir.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child")
}

/// Waits until the child has acknowledged `more`, kills it, and returns how many it had by then.
fn kill_after(mut child: Child, acks: &Path, more: u64) -> u64 {
    let count = || fs::metadata(acks).map_or(0, |m| m.len() / 8);
    let goal = count() + more;
    while count() < goal {
        assert!(child.try_wait().expect("the child").is_none(), "the child ended by itself");
        thread::sleep(Duration::from_micros(200));
    }
    child.kill().expect("the child is killed");
    child.wait().expect("the child is gone");
    count()
}

fn acknowledge(acks: &mut File, n: u64) {
    acks.write_all(&n.to_be_bytes()).expect("the file of acknowledgements");
}

fn acks(dir: &Path) -> File {
    let path = dir.join("acks");
    OpenOptions::new().create(true).append(true).open(path).expect("the file of acknowledgements")
}

fn number(record: &Record) -> u64 {
    let bytes = record.value.as_deref().map(|v| <[u8; 8]>::try_from(&v[..8]).expect("8 bytes"));
    bytes.map_or(0, u64::from_be_bytes)
}

fn write(n: u64) -> Batch {
    // Large enough that the WAL is folded every few hundred commits.
    let mut value = n.to_be_bytes().to_vec();
    value.resize(8 + (n as usize * 7_919) % 60_000, 3);
    let writes = vec![
        Write::put("hot", n.to_be_bytes()),
        Write::put(format!("d.{n:08}"), value.clone()),
        Write::delete(format!("e.{:08}", n.saturating_sub(1))),
        Write::put(format!("e.{n:08}"), value),
    ];
    Batch { writes, guards: vec![] }
}

#[test]
#[ignore = "the process that is killed in the test below"]
fn child_that_commits() {
    let dir = env::var_os(DIR).expect("the parent names the directory");
    let dir = Path::new(&dir);
    let store = open(&dir.join("store.db"));
    let mut acks = acks(dir);
    let mut n = number(&get(&store, "hot"));
    loop {
        n += 1;
        match store.commit(&write(n)) {
            Commit::Committed { last } => assert_eq!(last, n * 4),
            other => panic!("{other:?}"),
        }
        acknowledge(&mut acks, n);
    }
}

/// Held by whoever has a store open here: a process that another test starts would have the lock of it as well, for the
/// moment between its fork and its exec.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let _alone = ALONE.lock();
    let dir = Dir::new();
    let path = dir.path("acks");
    for round in 0..12u64 {
        let acknowledged = kill_after(spawn("child_that_commits", &dir), &path, 1 + round * 23 % 97);
        let store = open(&dir.path("store.db"));
        store.verify().expect("a whole store");
        let reached = number(&get(&store, "hot"));
        // One commit may have been made without its acknowledgement, and is then acknowledged here.
        assert!((acknowledged..=acknowledged + 1).contains(&reached), "{reached} {acknowledged}");
        let mut snapshot = store.snapshot().expect("a snapshot");
        assert_eq!(snapshot.as_of(), reached * 4);
        for n in 1..=reached {
            let Batch { writes, guards: _ } = write(n);
            let found = snapshot.load(&[&writes[1].key, &writes[3].key]).expect("two records");
            assert_eq!(found[0].revision, n * 4 - 2);
            assert_eq!(found[0].value, writes[1].value);
            assert_eq!(found[1].value.is_some(), n == reached, "a write of half a commit");
        }
        if reached > acknowledged {
            acknowledge(&mut acks(&dir.path("")), reached);
        }
    }
}

fn state(n: u64) -> impl Iterator<Item = Record> {
    (0..600).map(move |i| {
        let mut value = n.to_be_bytes().to_vec();
        value.resize(40_000, 5);
        Record::present(format!("k.{i:04}"), i + 1, value)
    })
}

#[test]
#[ignore = "the process that is killed in the test below"]
fn child_that_replaces() {
    let dir = env::var_os(DIR).expect("the parent names the directory");
    let dir = Path::new(&dir);
    let store = open(&dir.join("store.db"));
    let mut acks = acks(dir);
    for n in number(&get(&store, "k.0000")) + 1.. {
        // Acknowledged at the start of each part of the import too, so that kills fall inside it.
        let mut records = state(n).inspect(|record| {
            if record.revision % 100 == 7 {
                acknowledge(&mut acks, n);
            }
        });
        store.replace(&mut records.by_ref().map(Ok)).expect("the state is replaced");
    }
}

#[test]
fn a_replace_cut_short_by_kill_9_leaves_the_old_state() {
    let _alone = ALONE.lock();
    let dir = Dir::new();
    let path = dir.path("acks");
    for round in 0..8u64 {
        kill_after(spawn("child_that_replaces", &dir), &path, 8 + round * 5);
        let begun = fs::read(&path).expect("the file");
        let begun = begun.last_chunk::<8>().map_or(0, |last| u64::from_be_bytes(*last));
        let store = open(&dir.path("store.db"));
        store.verify().expect("a whole store");
        let mut snapshot = store.snapshot().expect("a snapshot");
        let page = snapshot.page(&PageQuery::below("", 1_000)).expect("a page");
        let is = number(&page.records[0]);
        assert!(is == begun || is + 1 == begun, "{is} of {begun}");
        let expected: Vec<_> = state(is).map(|r| (r.key, r.value)).collect();
        let found: Vec<_> = page.records.into_iter().map(|r| (r.key, r.value)).collect();
        assert!(found == expected, "a mixture of two states");
    }
}
