//! What several people do to a network at the same moment ends as if one had come after the other.

use super::{change, code_of, left_of, network, open_network, roster, tidied};
use crate::{HERE, admin, comes_in, open_place};
use doorward_core::Code;
use doorward_core::record::JoinRule;
use doorward_core::role::Role;
use doorward_tests::Oops;

#[tokio::test(flavor = "multi_thread")]
async fn the_last_place_is_taken_once() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let crew = open_network(&owner, "crew").await?;
    owner.update_space(&crew, change(|it| it.max_members = Some(2))).await?;
    let (cyd, dee) = (comes_in(owner.client(), "Cyd").await?, comes_in(owner.client(), "Dee").await?);
    for round in 0..40 {
        let (one, other) = tokio::join!(cyd.enter(&crew), dee.enter(&crew));
        let mut codes = [code_of(one), code_of(other)];
        let inside = if codes[0] == Code::Allowed { &cyd } else { &dee };
        codes.sort();
        assert_eq!(codes, [Code::Allowed, Code::SpaceFull], "round {round}");
        assert_eq!(roster(&owner, &crew).await?.len(), 2, "round {round}");
        assert_eq!(owner.space(&crew).await?.members, Some(2), "round {round}: the counter agrees");
        inside.leave(&crew).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_deleted_once_and_nobody_is_left_in_it() -> Result<(), Oops> {
    let (daemon, owner) = open_place().await?;
    let (bob, cyd) = (admin(&owner, "Bob").await?, comes_in(owner.client(), "Cyd").await?);
    for round in 0..20 {
        let crew = open_network(&owner, "crew").await?;
        let (one, other, entered) = tokio::join!(owner.delete_space(&crew), bob.delete_space(&crew), cyd.enter(&crew));
        let mut codes = [code_of(one), code_of(other)];
        codes.sort();
        assert_eq!(codes, [Code::Allowed, Code::NotFound], "round {round}");
        assert!(matches!(code_of(entered), Code::Allowed | Code::NotFound), "round {round}");
        assert_eq!(code_of(cyd.space(&crew).await), Code::NotFound, "round {round}");
        if round % 10 == 9 {
            tidied(&daemon).await?;
            assert_eq!(left_of(&daemon, &crew)?, Vec::<String>::new(), "round {round}");
        }
    }
    // Owned spaces were counted down with each.
    owner.transfer(HERE, &bob.sign_key()).await?;
    bob.delete(&owner.sign_key()).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_name_is_given_once() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let bob = admin(&owner, "Bob").await?;
    for round in 0..20 {
        let name = format!("crew-{round}");
        let make = |who| network(who, &name, JoinRule::Open, true);
        let (one, other) = tokio::join!(make(&owner), make(&bob));
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "round {round}");
    }
    Ok(())
}

/// Its owner hands it to somebody while an admin of the server shows that one the door.
#[tokio::test(flavor = "multi_thread")]
async fn it_always_has_one_owner_who_is_in_it() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let (bob, cyd, dee) =
        (admin(&owner, "Bob").await?, comes_in(owner.client(), "Cyd").await?, comes_in(owner.client(), "Dee").await?);
    let crew = open_network(&owner, "crew").await?;
    cyd.enter(&crew).await?;
    dee.enter(&crew).await?;
    owner.transfer(&crew, &cyd.sign_key()).await?;
    let mut seen = [0; 2];
    for round in 0..100 {
        let key = dee.sign_key();
        let late = tokio::time::Duration::from_millis(3);
        let transfer = async {
            if round % 4 == 0 {
                tokio::time::sleep(late).await;
            }
            cyd.transfer(&crew, &key).await
        };
        let kick = async {
            if round % 4 == 1 {
                tokio::time::sleep(late).await;
            }
            bob.kick(&crew, &key).await
        };
        let (transferred, kicked) = tokio::join!(transfer, kick);
        let now = roster(&bob, &crew).await?;
        let owners: Vec<_> = now.iter().filter(|(_, role)| *role == Role::Owner).map(|(key, _)| *key).collect();
        match (code_of(transferred), code_of(kicked)) {
            (Code::Allowed, Code::IsOwner) => {
                assert_eq!(owners, [key], "round {round}");
                dee.transfer(&crew, &cyd.sign_key()).await?;
                cyd.set_role(&crew, &key, Role::Member).await?;
                seen[0] += 1;
            }
            (Code::NotAMember, Code::Allowed) => {
                assert_eq!(owners, [cyd.sign_key()], "round {round}");
                dee.enter(&crew).await?;
                seen[1] += 1;
            }
            other => panic!("round {round}: {other:?}"),
        }
        assert_eq!(bob.space(&crew).await?.members, Some(3), "round {round}");
    }
    assert!(seen.iter().all(|times| *times > 0), "both orders occurred: {seen:?}");
    Ok(())
}
