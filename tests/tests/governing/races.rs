//! What several people do at the same moment ends as if one had come after the other.

use crate::{HERE, admin, code_of, comes_in, keys, members, open_place, owners, people};
use doorward_client::{Invitation, MintOptions, Session, Until};
use doorward_core::Code;
use doorward_core::role::Role;
use doorward_core::view::UpdateSpaceBody;
use doorward_tests::Oops;
use std::time::Duration;

const ROUNDS: usize = 200;

/// What comes a moment later, in some rounds: so that both orders occur, whatever the machine is like.
async fn after<T>(is_later: bool, what: impl Future<Output = T>) -> T {
    if is_later {
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    what.await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_place_is_never_handed_to_somebody_who_was_just_shown_the_door() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let (admin, heir) = (admin(&owner, "Bob").await?, comes_in(owner.client(), "Cyd").await?);
    let (key, former) = (heir.sign_key(), owner.sign_key());
    let mut seen = [0; 2];
    for round in 0..ROUNDS {
        let (transferred, kicked) =
            tokio::join!(after(round % 4 == 0, owner.transfer(HERE, &key)), after(round % 4 == 1, admin.kick(HERE, &key)),);
        let ended = (code_of(transferred), code_of(kicked));
        let now = people(&admin).await?;
        let named = admin.space(HERE).await?.owner.map(|key| key.read());
        match ended {
            (Code::Allowed, Code::RankTooLow) => {
                assert_eq!(owners(&now), [key], "round {round}");
                heir.transfer(HERE, &former).await?;
                owner.set_role(HERE, &key, Role::Member).await?;
                seen[0] += 1;
            }
            (Code::NotAMember, Code::Allowed) => {
                assert_eq!(owners(&now), [former], "round {round}");
                heir.join(HERE, "Cyd").await?;
                seen[1] += 1;
            }
            other => panic!("round {round}: {other:?}"),
        }
        assert_eq!(named, Some(Ok(owners(&now)[0])), "round {round}: the place names whoever is its owner");
        assert_eq!(admin.space(HERE).await?.members, Some(3), "round {round}");
    }
    assert!(seen.iter().all(|times| *times > 0), "both orders occurred: {seen:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_place_is_taken_once() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    owner.update_space(HERE, UpdateSpaceBody { max_members: Some(2), ..UpdateSpaceBody::default() }).await?;
    for round in 0..40 {
        let crowd = (0..4).map(|_| keys(owner.client(), "Guest")).collect::<Result<Vec<_>, _>>()?;
        let coming = crowd.iter().cloned().map(|guest| tokio::spawn(async move { code_of(guest.join(HERE, "Guest").await) }));
        let mut codes = Vec::new();
        for guest in coming.collect::<Vec<_>>() {
            codes.push(guest.await?);
        }
        let inside: Vec<&Session> =
            crowd.iter().zip(&codes).filter(|(_, code)| **code == Code::Allowed).map(|(one, _)| one).collect();
        assert_eq!(inside.len(), 1, "round {round}: {codes:?}");
        assert!(codes.iter().all(|code| matches!(code, Code::Allowed | Code::SpaceFull)), "round {round}: {codes:?}");
        assert_eq!(members(&people(&owner).await?), 2, "round {round}");
        inside[0].leave(HERE).await?;
    }
    assert_eq!(people(&owner).await?.len(), 41, "whoever found no room left nothing behind");
    Ok(())
}

/// Makes invites until it is refused; gives those that were made, and how it ended.
async fn write_until_refused(person: Session) -> (Vec<Invitation>, Code) {
    let mut made = Vec::new();
    loop {
        match person.mint(&MintOptions::default()).await {
            Ok(minted) => made.push(minted.invitation),
            refused => return (made, code_of(refused)),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_banned_while_he_writes_leaves_nothing_that_works() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    for round in 0..10 {
        let person = admin(&owner, "Bob").await?;
        let key = person.sign_key();
        let writers: Vec<_> = (0..4).map(|_| tokio::spawn(write_until_refused(person.clone()))).collect();
        tokio::time::sleep(Duration::from_millis(20)).await;
        owner.ban(HERE, &key, "", Until::Never).await?;
        // Begun after the ban was answered: there is no moment in which it still works.
        assert_eq!(code_of(person.mint(&MintOptions::default()).await), Code::Banned, "round {round}");
        let mut made = Vec::new();
        for writer in writers {
            let (invites, code) = writer.await?;
            assert_eq!(code, Code::Banned, "round {round}");
            made.extend(invites);
        }
        assert!(!made.is_empty(), "round {round}: he did write");
        for invite in &made {
            let preview = owner.client().preview(invite, None).await;
            assert_eq!(code_of(preview), Code::IssuerLostAuthority, "round {round}");
        }
        assert_eq!(members(&people(&owner).await?), 1, "round {round}");
    }
    Ok(())
}
