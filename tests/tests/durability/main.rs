//! What was acknowledged is there after a power cut; what was asked twice is done once (I2, I8, I11).

#![allow(clippy::disallowed_methods, reason = "a test reads its environment")]

mod kills;

use doorward_client::Invitation;
use doorward_tests::{Answer, Connection, Daemon, Guest, Oops};

async fn set_up(daemon: &Daemon) -> Result<(doorward_client::Session, Invitation, Vec<u8>), Oops> {
    let owner = daemon.owner().await?;
    let invitation = Daemon::invite(&owner, 0).await?;
    let claims = owner.client().preview(&invitation, None).await?.invite.claims;
    Ok((owner, invitation, claims))
}

fn send(daemon: &Daemon, request: &[u8]) -> Result<Answer, Oops> {
    Connection::open(daemon.address)?.send(request)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_redeem_gets_the_same_receipt_even_after_a_power_cut() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    let (owner, invitation, claims) = set_up(&daemon).await?;
    let mut guest = Guest::new()?;
    let request = guest.redeem_request(owner.client(), &invitation, &claims)?;
    let first = send(&daemon, &request)?;
    assert_eq!(first.status, 200, "{}", first.json());
    assert_eq!(send(&daemon, &request)?.json(), first.json(), "the same request, at once");
    daemon.kill()?;
    daemon.restart()?;
    assert_eq!(send(&daemon, &request)?.json(), first.json(), "the same request, after the cut");

    let again = send(&daemon, &guest.again()?.redeem_request(owner.client(), &invitation, &claims)?)?;
    assert_eq!((again.status, again.code()), (200, "used-by-you".into()), "another request of the same person");
    for part in ["receipt", "signature"] {
        assert_eq!(again.json()[part], first.json()[part]);
    }
    assert_eq!(owner.accounts(None, None).await?.items.len(), 2);
    assert_eq!(owner.show_invite(invitation.id(), None, None).await?.invite.uses, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_when_asked_and_only_one_has_the_folder() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    let data = daemon.data();
    let second = std::process::Command::new(doorward_tests::program()?)
        .args(["serve", "--listen", "127.0.0.1:0", "--public-url", "http://127.0.0.1:1", "--data"])
        .arg(&data)
        .output()?;
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another doorward"), "{}", String::from_utf8_lossy(&second.stderr));
    assert_eq!(daemon.terminate()?.code(), Some(0), "{}", daemon.log());
    Ok(())
}
