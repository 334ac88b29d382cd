//! Programs that follow every link they see: an invite that was fetched a thousand times is as good as new.

use crate::{preview_request, set_up};
use doorward_tests::{Connection, Daemon, Guest, Oops, now, request};

const TIMES: usize = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_fetches_leave_the_invite_as_it_was() -> Result<(), Oops> {
    let (daemon, session, _key) = set_up().await?;
    let invitation = Daemon::invite(&session, 1).await?;
    let (link, client) = (invitation.link().ok_or("no link")?, session.client());
    let body = link.split_once('#').ok_or("no fragment")?.1;
    let before = session.show_invite(invitation.id(), None, None).await?;
    let mut line = Connection::open(daemon.address)?;
    for path in ["/i".to_owned(), format!("/i/{body}"), format!("/i%23{body}"), format!("/i?x={body}")] {
        let bot = request("GET", &path, &[("user-agent", "linkpreview/1.0"), ("purpose", "prefetch")], None);
        for _ in 0..TIMES {
            let page = line.send(&bot)?;
            assert_eq!(page.status, 200, "{path}");
            assert_eq!(line.head(&path)?.status, 200, "HEAD {path}");
        }
        let page = line.send(&bot)?;
        assert!(!String::from_utf8_lossy(&page.body).contains(&body[8..48]), "the page is inert: nothing of the link is in it");
    }
    // A bot that runs scripts gets as far as the preview. It presses no button.
    let preview = preview_request(&invitation.key(), client.server_key(), now(), &[])?;
    for _ in 0..TIMES {
        assert_eq!(line.send(&preview)?.status, 200);
    }
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let path = format!("/v1/invites/{}/redeem", invitation.id());
        let answer = if method == "HEAD" { line.head(&path)? } else { line.call(method, &path, None)? };
        assert!(answer.status == 405 || answer.status == 401, "{method}: {}", answer.status);
    }
    let after = session.show_invite(invitation.id(), None, None).await?;
    assert_eq!(after, before, "nothing about it has changed");
    assert_eq!(client.preview(&invitation, None).await?.uses, 0);
    let claims = client.preview(&invitation, None).await?.invite.claims;
    let joined = line.send(&Guest::new()?.redeem_request(client, &invitation, &claims)?)?;
    assert_eq!((joined.status, joined.code()), (200, "allowed".into()), "and it lets its guest in");
    Ok(())
}
