//! The operator gives the ownership to new keys.

use super::{authorized, done, refused};
use doorward_core::role::Role;
use doorward_tests::{Daemon, Oops};

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_moves_the_ownership_to_new_keys() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    let recover = ["owner", "recover", "--yes", "--public-url", &daemon.public_url.clone()];
    assert!(refused(&daemon, &recover)?.contains("another doorward"), "not while it serves");
    daemon.terminate()?;
    assert!(refused(&daemon, &recover)?.contains("doorward init"), "there is nothing to recover");
    // The next start makes a new link; this one is void then.
    std::fs::remove_file(daemon.data().join("owner-link.txt"))?;
    daemon.restart()?;
    let owner = daemon.owner().await?;
    daemon.terminate()?;
    assert!(refused(&daemon, &recover[..2])?.contains("--yes"), "nobody could be asked");

    let file = done(&daemon, &recover)?;
    assert_eq!(file.trim(), daemon.data().join("owner-link.txt").display().to_string());
    let first = daemon.owner_link()?;
    done(&daemon, &recover)?;
    assert_ne!(daemon.owner_link()?, first, "each new one voids the former");
    daemon.restart()?;
    assert_eq!(authorized(&daemon, &owner.sign_key())?, (false, "account-revoked".into()));
    assert!(daemon.join(&first, "Mallory").await.is_err());
    let again = daemon.owner().await?;
    assert_eq!(again.whoami().await?.role.map(|role| role.read()), Some(Ok(Role::Owner)));
    assert!(!authorized(&daemon, &owner.sign_key())?.0, "the old key stays out");
    assert!(owner.whoami().await.is_err());
    Daemon::invite(&again, 1).await?;
    Ok(())
}
