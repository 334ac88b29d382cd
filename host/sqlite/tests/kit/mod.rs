//! What several test files here need.

#![allow(dead_code, unreachable_pub, reason = "every test file is a crate and uses a part of this")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use doorward_sqlite::{Options, Sqlite};
use doorward_store::{Batch, Commit, Record, Store, Write};

/// A directory that goes with the test.
pub struct Dir(PathBuf);

impl Dir {
    pub fn new() -> Dir {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("doorward-test-{}-{next}", process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).expect("a directory for the test");
        Dir(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn options() -> Options {
    Options::new(1_700_000_000, "1.2.3")
}

pub fn open(path: &Path) -> Sqlite {
    Sqlite::open(path, &options()).expect("the store opens")
}

pub fn put(store: &dyn Store, key: &str, value: &[u8]) -> Commit {
    store.commit(&Batch { writes: vec![Write::put(key, value)], guards: vec![] })
}

pub fn must_put(store: &dyn Store, key: &str, value: &[u8]) -> u64 {
    match put(store, key, value) {
        Commit::Committed { last } => last,
        other => panic!("expected a commit, got {other:?}"),
    }
}

pub fn get(store: &dyn Store, key: &str) -> Record {
    let mut snapshot = store.snapshot().expect("a snapshot");
    snapshot.load(&[key]).expect("a record").remove(0)
}
