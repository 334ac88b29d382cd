//! A redeem on a disk that fails, with the real policy and the real store: at every write, every sync and every read of
//! it in turn. Whoever was told *yes* is in, whoever was told `unavailable` is not, and after a restart everyone can
//! find out, once.

#[path = "../../sqlite/tests/disk/mod.rs"]
#[allow(dead_code, reason = "the store's own tests use the rest")]
mod disk;
mod kit;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use disk::{Disk, Fault};
use doorward_core::record::{InviteRecord, Stored, keys};
use doorward_core::wire::{Asker, Command};
use doorward_core::{Code, InviteId};
use doorward_shell::{Answered, Shell};
use doorward_sqlite::{Options, Sqlite};
use doorward_store::Store;
use kit::{House, Person, Sent, audit, redeem, settle, start};

/// A server with an owner and a single-use invite, as a file, and the redeem of it.
struct Scene {
    file: Vec<u8>,
    house: House,
    invite: InviteId,
    guest: Sent,
    late: Sent,
}

fn open(path: &Path) -> Arc<Sqlite> {
    Arc::new(Sqlite::open(path, &Options::new(1_700_000_000, "test")).expect("the store opens"))
}

async fn scene() -> Scene {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let store = open(&path);
    let shell = start(store.clone());
    let house = settle(&shell).await;
    let held = house.mint(&shell, 1).await;
    let sent = |name| redeem(shell.server_key(), &held, &Person::new(name));
    let (guest, late) = (sent("guest"), sent("late"));
    shell.stop().await;
    store.checkpoint().expect("the WAL is folded");
    drop((shell, store));
    Scene { file: fs::read(path).expect("the file"), house, invite: held.id, guest, late }
}

fn uses(store: &dyn Store, invite: InviteId) -> u32 {
    let record = store.snapshot().expect("works").load(&[&keys::invite(&invite)]).expect("works").remove(0);
    InviteRecord::from_stored(&record.value.expect("there")).expect("an invite").uses
}

/// One redeem on a disk whose fault is armed once everything is open. Whether it struck.
async fn redeem_on(disk: &Disk, scene: &Scene, arm: impl Fn(&Disk), what: &str) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    fs::write(&path, &scene.file).expect("the file");
    let store = open(&path);
    let shell = start(store.clone());
    arm(disk);
    let first = scene.guest.to(&shell).await;
    let is_hit = disk.struck() > 0;
    disk.heals();
    assert_eq!(first.receipt.is_some(), first.code == Code::Allowed, "{what}: {first:?}");
    // What a restart after a crash at this moment finds.
    let copy = folder.path().join("copy.db");
    for suffix in ["", "-wal"] {
        fs::copy(folder.path().join(format!("store.db{suffix}")), folder.path().join(format!("copy.db{suffix}")))
            .expect("a copy");
    }
    let restarted = open(&copy);
    restarted.verify().expect("a whole store");
    let kept = uses(&*restarted, scene.invite);
    match first.code {
        Code::Allowed => assert_eq!(kept, 1, "{what}: a yes that was lost"),
        Code::Unavailable => {
            assert_eq!(kept, 0, "{what}: it was called undone");
            goes_on(&shell, scene, what).await;
        }
        Code::OutcomeUnknown => has_stopped(&shell, scene, what).await,
        other => panic!("{what}: {other}"),
    }
    assert!(is_hit || first.code == Code::Allowed, "{what}: refused for nothing: {first:?}");
    settled(restarted, scene, &first, what).await;
    is_hit
}

/// Nothing was done, and the same shell does it when the disk is well again.
async fn goes_on(shell: &Shell, scene: &Scene, what: &str) {
    assert_eq!(scene.guest.to(shell).await.code, Code::Allowed, "{what}: the disk is well again");
    assert_eq!(scene.late.to(shell).await.code, Code::UsedUp, "{what}");
}

/// Nothing is decided any more, and the process is told to end.
async fn has_stopped(shell: &Shell, scene: &Scene, what: &str) {
    tokio::time::timeout(Duration::from_secs(5), shell.failed()).await.unwrap_or_else(|_| panic!("{what}: it does not say so"));
    assert_eq!(scene.guest.to(shell).await.code, Code::OutcomeUnknown, "{what}");
    let question = Command::IsAuthorized(scene.house.owner.key);
    assert_eq!(shell.ask(Asker::Service, question, vec![]).await.code, Code::Unavailable, "{what}");
}

/// After a restart the redeem is done once, whoever repeats it, and nobody else comes in.
async fn settled(store: Arc<Sqlite>, scene: &Scene, first: &Answered, what: &str) {
    let shell = start(store.clone());
    let again = scene.guest.to(&shell).await;
    assert_eq!(again.code, Code::Allowed, "{what}: repeating is safe");
    if first.code == Code::Allowed {
        assert_eq!(again, *first, "{what}: the same answer");
    }
    assert_eq!(scene.guest.to(&shell).await, again, "{what}");
    assert_eq!(scene.late.to(&shell).await.code, Code::UsedUp, "{what}: a second admission");
    assert_eq!(uses(&*store, scene.invite), 1, "{what}");
    audit::replay(&audit::history(&*store));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redeem_at_every_fault_of_the_disk() {
    let disk = Disk::take();
    let scene = scene().await;
    type Arm = fn(&Disk, i64);
    let faults: [(&str, Arm, u32); 4] = [
        ("full at write", |disk, k| disk.wal_fails(k, Fault::Full), 10),
        ("broken at write", |disk, k| disk.wal_fails(k, Fault::Broken), 10),
        ("broken at sync", |disk, k| disk.wal_sync_fails(k), 1),
        ("broken at read", |disk, k| disk.reads_fail(k), 5),
    ];
    for passes in [true, false] {
        for (name, fault, least) in faults {
            let arm = |k| {
                move |disk: &Disk| {
                    disk.faults_pass(passes);
                    fault(disk, k);
                }
            };
            let mut struck = 0;
            while redeem_on(&disk, &scene, arm(struck), &format!("{name} {struck}, passes: {passes}")).await {
                struck += 1;
            }
            eprintln!("{name}, passes: {passes}: {struck} places");
            assert!(struck >= i64::from(least), "{name}: only {struck} places were tried");
        }
    }
}
