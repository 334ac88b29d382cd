//! A backup under load, and its way back; backups that are not what they were.

use super::{authorized, does_not_serve, done, ready, refused, text};
use doorward_client::{Error, Invitation, Session};
use doorward_core::{Code, SignKey};
use doorward_tests::{Connection, Daemon, Guest, Oops};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// Everyone the server knows.
async fn people(session: &Session) -> Result<BTreeSet<SignKey>, Oops> {
    let (mut people, mut after) = (BTreeSet::new(), None);
    loop {
        let page = session.accounts(after.as_ref(), None).await?;
        for account in page.items {
            people.insert(account.key.read().map_err(|code| code.name())?);
        }
        after = page.next;
        if after.is_none() {
            return Ok(people);
        }
    }
}

/// What a stranger with this link is told when he redeems it.
async fn told(daemon: &Daemon, link: &str) -> Result<Code, Oops> {
    match daemon.join(link, "Mallory").await {
        Ok(_) => Ok(Code::Allowed),
        Err(error) => match error.downcast::<Error>().map(|error| *error) {
            Ok(Error::Refused(refusal)) => Ok(refusal.code),
            Ok(other) => Err(other.into()),
            Err(other) => Err(other),
        },
    }
}

fn link(invitation: &Invitation) -> Result<String, Oops> {
    Ok(invitation.link().ok_or("no link")?)
}

/// Some who redeem, one after the other, until told to stop. Each gives the keys that were let in.
fn crowd(
    daemon: &Daemon,
    session: &Session,
    invitation: &Invitation,
    claims: &[u8],
    stop: &Arc<AtomicBool>,
) -> Vec<JoinHandle<Vec<SignKey>>> {
    let some = (0..4).map(|_| {
        let (client, invitation, claims) = (session.client().clone(), invitation.clone(), claims.to_vec());
        let (address, stop) = (daemon.address, Arc::clone(stop));
        std::thread::spawn(move || {
            let mut connection = Connection::open(address).expect("connects");
            let mut in_by_now = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let guest = Guest::new().expect("keys");
                let request = guest.redeem_request(&client, &invitation, &claims).expect("a request");
                let answer = connection.send(&request).expect("an answer");
                assert_eq!(answer.status, 200, "nobody is held up: {}", answer.json());
                in_by_now.push(guest.key());
            }
            in_by_now
        })
    });
    some.collect()
}

/// I2: what was spent before the backup stays spent, and what was open in it is void, spent since or not.
#[tokio::test(flavor = "multi_thread")]
async fn i2_a_backup_under_load_comes_back_and_lets_nobody_in_twice() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let (spent, open) = (Daemon::invite(&owner, 1).await?, Daemon::invite(&owner, 1).await?);
    let many = Daemon::invite(&owner, 0).await?;
    let bea = daemon.join(&link(&spent)?, "Bea").await?.sign_key();
    let claims = owner.client().preview(&many, None).await?.invite.claims;
    let stop = Arc::new(AtomicBool::new(false));
    let crowd = crowd(&daemon, &owner, &many, &claims, &stop);
    let before = loop {
        let here = people(&owner).await?;
        if here.len() > 100 {
            break here;
        }
    };
    let file = daemon.data().with_file_name("door.backup");
    let said: serde_json::Value = serde_json::from_str(&done(&daemon, &["backup", text(&file), "--json"])?)?;
    assert!(said["records"].as_u64() > Some(before.len() as u64 * 4) && said["signed_at"].is_string(), "{said}");
    stop.store(true, Ordering::Relaxed);
    let mut everyone = BTreeSet::from([owner.sign_key(), bea]);
    for one in crowd {
        everyone.extend(one.join().map_err(|_| "a guest panicked")?);
    }
    // After the backup: the last use of `open`, and a receipt whose number must never stand for anything else.
    let client = daemon.client().await?;
    let (dan, preview) = (client.new_identity("Dan")?, client.preview(&open, None).await?);
    let sequence = client.redeem(&open, &preview.invite, "Dan", &dan.keys).await?.receipt.receipt().sequence;

    assert!(refused(&daemon, &["restore", text(&file), "--yes"])?.contains("another doorward"), "not while it serves");
    assert!(done(&daemon, &["restore", text(&file), "--check"])?.starts_with("Whole"), "which may be checked meanwhile");
    assert_eq!(daemon.terminate()?.code(), Some(0));
    assert!(refused(&daemon, &["restore", text(&file)])?.contains("--yes"), "nobody could be asked");
    let restored: serde_json::Value = serde_json::from_str(&done(&daemon, &["restore", text(&file), "--yes", "--json"])?)?;
    assert_eq!(restored["restore_epoch"], 1);
    assert!(std::path::Path::new(restored["kept"].as_str().ok_or("nothing kept")?).exists());

    daemon.restart()?;
    assert_eq!(ready(&daemon)?, (503, "restore-unreviewed".into()));
    assert_eq!(authorized(&daemon, &bea)?, (false, "restore-unreviewed".into()));
    assert!(daemon.log().contains("a restore waits to be accepted"), "{}", daemon.log());
    let here = people(&owner).await?;
    assert!(here.is_superset(&before), "everyone who was in when it began");
    assert!(here.is_subset(&everyone), "nobody else");
    assert!(!here.contains(&dan.keys.sign_key()), "whoever came later is unknown");
    assert_eq!(told(&daemon, &link(&open)?).await?, Code::IssuerLostAuthority);

    daemon.terminate()?;
    assert!(done(&daemon, &["restore", "--accept"])?.starts_with("Accepted"));
    assert!(done(&daemon, &["restore", "--accept"])?.starts_with("No restore waits"), "once is enough");
    daemon.restart()?;
    assert_eq!(ready(&daemon)?, (200, "ok".into()));
    assert_eq!(authorized(&daemon, &bea)?, (true, "allowed".into()));
    for void in [&open, &many] {
        assert_eq!(told(&daemon, &link(void)?).await?, Code::IssuerLostAuthority, "minted before");
    }
    assert_eq!(told(&daemon, &link(&spent)?).await?, Code::UsedUp);
    let fresh = Daemon::invite(&owner, 1).await?;
    let (eve, preview) = (client.new_identity("Eve")?, client.preview(&fresh, None).await?);
    let next = client.redeem(&fresh, &preview.invite, "Eve", &eve.keys).await?.receipt.receipt().sequence;
    assert!(next > sequence, "{next} after {sequence}: no number stands for two decisions");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_not_what_it_was_changes_nothing() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    daemon.owner().await?;
    let file = daemon.data().with_file_name("door.backup");
    done(&daemon, &["backup", text(&file)])?;
    assert!(refused(&daemon, &["backup", text(&file)])?.contains("is there already"));
    done(&daemon, &["backup", text(&file), "--force"])?;
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file)?.permissions()) & 0o777;
    assert_eq!(mode, 0o600);
    daemon.terminate()?;
    let database = daemon.data().join("doorward.db");
    let present = std::fs::read(&database)?;
    let whole = std::fs::read(&file)?;
    let other = Daemon::start()?;
    other.owner().await?;
    let theirs = file.with_file_name("theirs.backup");
    done(&other, &["backup", text(&theirs)])?;

    let length = whole.len();
    let mut damaged: Vec<(Vec<u8>, &str)> =
        [0, 18, 19, 200, length / 2, length - 64, length - 1].map(|cut| (whole[..cut].to_vec(), "")).into();
    for at in [20, 300, length / 3, length - 100, length - 10] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        damaged.push((bytes, "damaged"));
    }
    damaged.push(([whole.as_slice(), b"\n"].concat(), "follows its end"));
    damaged.push((std::fs::read(&theirs)?, "a backup of the server"));
    damaged.push((b"something else".to_vec(), "neither a backup nor a database"));
    for (bytes, says) in damaged {
        std::fs::write(&file, &bytes)?;
        for adopt in [false, true] {
            let mut arguments = vec!["restore", text(&file), "--yes"];
            arguments.extend(adopt.then_some("--adopt"));
            let said = refused(&daemon, &arguments)?;
            assert!(said.contains(says), "{} bytes: {said}", bytes.len());
        }
        assert!(std::fs::read(&database)? == present, "{says}: the present state was touched");
    }
    daemon.restart()?;
    assert_eq!(ready(&daemon)?, (200, "ok".into()));
    Ok(())
}

/// The reason to have backups: what is there cannot be opened any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_is_refused_and_replaced() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let file = daemon.data().with_file_name("door.backup");
    done(&daemon, &["backup", text(&file)])?;
    daemon.terminate()?;
    let database = daemon.data().join("doorward.db");
    let mut bytes = std::fs::read(&database)?;
    bytes[4_096..].fill(0xa5);
    std::fs::write(&database, &bytes)?;
    let said = does_not_serve(&daemon)?;
    assert!(said.contains("doorward.db") && said.contains("damaged"), "{said}");
    assert!(refused(&daemon, &["backup", text(&file), "--force"])?.contains("damaged"), "and the good one stays");
    let kept = done(&daemon, &["restore", text(&file), "--yes", "--json"])?;
    let kept: serde_json::Value = serde_json::from_str(&kept)?;
    assert!(std::fs::read(kept["kept"].as_str().ok_or("not kept")?)? == bytes, "for whoever wants to look into it");
    daemon.restart()?;
    assert_eq!(owner.accounts(None, None).await?.items.len(), 1);
    Ok(())
}
