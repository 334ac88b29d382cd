//! I2, from outside: one single-use invite and 2,000 people at once.

use doorward_tests::{Connection, Daemon, Guest, Oops};
use std::collections::BTreeMap;

const PEOPLE: usize = 2_000;
/// Connections at a time; each sends its share one after the other.
const CONNECTIONS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_redeem_one_single_use_invite() -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let invitation = Daemon::invite(&owner, 1).await?;
    let claims = owner.client().preview(&invitation, None).await?.invite.claims;
    let requests =
        (0..PEOPLE).map(|_| Guest::new()?.redeem_request(owner.client(), &invitation, &claims)).collect::<Result<Vec<_>, _>>()?;

    let answers: Vec<(u16, String)> = std::thread::scope(|scope| {
        let shares: Vec<_> =
            requests.chunks(PEOPLE / CONNECTIONS).map(|share| scope.spawn(move || storm(daemon.address, share))).collect();
        shares.into_iter().map(|share| share.join().map_err(|_| "a client panicked")?).collect::<Result<Vec<_>, Oops>>()
    })?
    .concat();

    let mut counts: BTreeMap<(u16, String), usize> = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer).or_default() += 1;
    }
    let expected = BTreeMap::from([((200, "allowed".to_owned()), 1), ((410, "used-up".to_owned()), PEOPLE - 1)]);
    assert_eq!(counts, expected, "one receipt, and every other answer exact");
    let people = owner.accounts(None, None).await?.items;
    assert_eq!(people.len(), 2, "the owner and one guest");
    Ok(())
}

fn storm(address: std::net::SocketAddr, share: &[Vec<u8>]) -> Result<Vec<(u16, String)>, Oops> {
    let mut connection = Connection::open(address)?;
    share.iter().map(|request| connection.send(request).map(|answer| (answer.status, answer.code()))).collect()
}
