//! The operator gives the ownership to new keys.

use super::{authorized, done, refused};
use doorward_core::record::JoinRule;
use doorward_core::role::Role;
use doorward_core::view::CreateSpaceBody;
use doorward_core::wire::SpaceFilter;
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

/// What the owner had is the new owner's: places in networks, and the networks themselves.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_moves_networks_to_the_new_keys() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let member = daemon.join(&Daemon::invite(&owner, 1).await?.link().ok_or("no link")?, "Cyd").await?;
    let network = |name: &str| CreateSpaceBody {
        name: name.into(),
        description: String::new(),
        join_rule: JoinRule::Open.into(),
        max_members: 0,
        listed: true,
    };
    let (mut own, mut handed) = (Vec::new(), Vec::new());
    for number in 0..20 {
        let id = owner.create_space(network(&format!("crew-{number}"))).await?.space.read().map_err(|code| code.name())?;
        member.enter(&id).await?;
        if number % 4 == 0 {
            owner.transfer(&id, &member.sign_key()).await?;
            handed.push(id);
        } else {
            own.push(id);
        }
    }
    daemon.terminate()?;
    done(&daemon, &["owner", "recover", "--yes", "--public-url", &daemon.public_url.clone()])?;
    daemon.restart()?;
    let again = daemon.owner().await?;
    let begun = std::time::Instant::now();
    loop {
        let seats = again.spaces(SpaceFilter::Mine, None, None).await?.items;
        if seats.len() == own.len() + handed.len() {
            break;
        }
        assert!(begun.elapsed() < std::time::Duration::from_secs(15), "{} of 20 networks came", seats.len());
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for (ids, whose) in [(&own, &again), (&handed, &member)] {
        for id in ids {
            let space = again.space(id).await?;
            assert_eq!((space.owner.map(|key| key.read()), space.members), (Some(Ok(whose.sign_key())), Some(2)));
            let keys: Vec<_> =
                again.members(id, None, None).await?.items.into_iter().filter_map(|item| item.key.read().ok()).collect();
            assert!(keys.contains(&again.sign_key()) && !keys.contains(&owner.sign_key()), "{keys:?}");
        }
    }
    again.delete_space(&own[0]).await?;
    Ok(())
}
