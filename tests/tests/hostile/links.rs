//! Links as the world hands them on: explained or repaired on the spot, asked about only when there is something to ask,
//! and written down nowhere. What the page makes of them is shown by the browser tests.

use crate::{door, set_up_loud, words};
use doorward_tests::{Connection, Daemon, Oops, Tape};
use std::path::Path;
use std::process::Output;

/// A daemon that tells everything, and a recorder in front of it.
struct Place {
    daemon: Daemon,
    tape: Tape,
    keys: tempfile::TempDir,
    /// A good link that leads through the recorder.
    link: String,
}

impl Place {
    async fn new() -> Result<Self, Oops> {
        let (daemon, session, _key) = set_up_loud().await?;
        let tape = Tape::start(daemon.address)?;
        let link = Daemon::invite(&session, 3).await?.link().ok_or("no link")?;
        let link = link.replace(&daemon.public_url, &format!("http://{}", tape.address));
        Ok(Self { daemon, tape, keys: tempfile::tempdir()?, link })
    }

    fn look(&self, link: &str) -> Result<Output, Oops> {
        door(self.keys.path(), &["preview", link])
    }

    fn body(&self) -> &str {
        self.link.split_once('#').map_or("", |(_, body)| body)
    }
}

fn is_damaged(said: &Output) -> bool {
    said.status.code() == Some(2) && words(said).contains("damaged")
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_links_are_told_without_a_request() -> Result<(), Oops> {
    let place = Place::new().await?;
    let start = place.link.len() - place.body().len();
    for length in start..place.link.len() {
        let said = place.look(&place.link[..length])?;
        assert!(is_damaged(&said), "cut to {length}: {}", words(&said));
    }
    for at in start..place.link.len() {
        let mut link = place.link.clone().into_bytes();
        link[at] = if link[at] == b'x' { b'y' } else { b'x' };
        let said = place.look(&String::from_utf8(link)?)?;
        assert!(is_damaged(&said), "character {at}: {}", words(&said));
    }
    let zeros = "0".repeat(100_000);
    for link in [
        format!("{}{zeros}", place.link),
        format!("http://{}/i#{zeros}", place.tape.address),
        place.link.to_lowercase(),
        format!("{}A", place.link),
        place.link.replace('#', "#A"),
    ] {
        let said = place.look(&link)?;
        assert!(is_damaged(&said), "{} bytes: {}", link.len(), words(&said));
        assert!(!words(&said).contains(&place.body()[8..48]), "the answer does not repeat the link");
    }
    assert!(place.tape.sent().is_empty(), "nobody was asked");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_repaired_where_they_can_be() -> Result<(), Oops> {
    let place = Place::new().await?;
    let (link, server) = (place.link.clone(), format!("http://{}", place.tape.address));
    let middle = link.len() - 30;
    for whole in [
        link.replace('#', "%23"),
        format!("  {link}  "),
        format!("<{link}>."),
        format!("Come in: {link}\n"),
        format!("{}\n {}", &link[..middle], &link[middle..]),
        format!("{}%23{}", &link[..link.len() - place.body().len() - 1], place.body()),
    ] {
        let said = place.look(&whole)?;
        assert!(said.status.success(), "{}: {}", whole.escape_debug(), words(&said));
        assert!(!words(&said).contains("Warning"), "{}", words(&said));
    }
    for bare in [place.body().to_owned(), format!("doorward:{}", place.body())] {
        let said = door(place.keys.path(), &["preview", "--server", &server, &bare])?;
        assert!(said.status.success(), "{bare}: {}", words(&said));
    }
    for exposed in [link.replace('#', "/"), link.replace('#', "?x="), link.replace("/i#", "/i/?")] {
        let said = place.look(&exposed)?;
        assert!(said.status.success() && words(&said).contains("Warning"), "{exposed}: {}", words(&said));
    }
    is_nowhere(&place)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_for_another_server_is_not_shown_to_this_one() -> Result<(), Oops> {
    let place = Place::new().await?;
    let (elsewhere, session, _key) = set_up_loud().await?;
    let foreign = Daemon::invite(&session, 1).await?;
    let link = foreign.link().ok_or("no link")?.replace(&elsewhere.public_url, &format!("http://{}", place.tape.address));
    for args in [&["preview", link.as_str()][..], &["redeem", link.as_str(), "--handle", "Eve"]] {
        let said = door(place.keys.path(), args)?;
        assert_eq!(said.status.code(), Some(2), "{}", words(&said));
        assert!(words(&said).contains("other-server") || words(&said).contains("another server"), "{}", words(&said));
    }
    let asked: Vec<String> = place.tape.sent().into_iter().map(|sent| sent.line).collect();
    assert!(!asked.is_empty() && asked.iter().all(|line| line.starts_with("GET /.well-known/doorward ")), "{asked:?}");
    assert_eq!(session.show_invite(foreign.id(), None, None).await?.invite.uses, 0);
    Ok(())
}

/// A scanner shows the secret to the server, in every way a server can be shown something.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_a_request_is_written_down_nowhere() -> Result<(), Oops> {
    let place = Place::new().await?;
    let body = place.body();
    let mut line = Connection::open(place.daemon.address)?;
    for path in [
        "/i/",
        "/i%23",
        "/i/%23",
        "/i/i%23",
        "/i?",
        "/i?x=",
        "/i/x/",
        "/i#",
        "//i/",
        "/",
        "/assets/",
        "/admin/",
        "/admin?",
        "/problems/",
    ] {
        let answer = line.call("GET", &format!("{path}{body}"), None)?;
        assert!(!contains(&answer.body, &body[8..48]), "{path} does not answer with it");
        for (name, value) in &answer.headers {
            assert!(!value.contains(&body[8..48]), "{path} does not answer with it, in {name} either");
        }
        let is_page = path.starts_with("/i");
        assert!(!is_page || answer.status == 200, "{path}: the page explains it: {}", answer.status);
        assert_eq!(line.head(&format!("{path}{body}"))?.status, answer.status, "{path}");
    }
    for (name, value) in
        [("referer", &place.link), ("cookie", &format!("link={body}")), ("authorization", &format!("Bearer {body}"))]
    {
        let request = doorward_tests::request("GET", "/i", &[(name, value)], None);
        assert_eq!(line.send(&request)?.status, 200, "{name}");
    }
    for target in [format!("/i/{body}{}", "0".repeat(100_000)), format!("/v1/invites/{body}")] {
        let answer = Connection::open(place.daemon.address)?.call("GET", &target, None);
        // A target this long need not be read to its end.
        assert!(answer.map_or(true, |answer| (400..500).contains(&answer.status)), "{} bytes", target.len());
    }
    is_nowhere(&place)
}

fn contains(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

/// No file that the daemon writes has a piece of the link.
fn is_nowhere(place: &Place) -> Result<(), Oops> {
    let piece = &place.body()[8..48];
    let log = place.daemon.log();
    assert!(log.contains("TRACE") && (log.contains("/i/{*rest}") || log.contains("/preview")), "the log tells of requests");
    assert!(!log.contains(piece), "the log has it");
    for file in files(&place.daemon.data())? {
        assert!(!contains(&std::fs::read(&file)?, piece), "{} has it", file.display());
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>, Oops> {
    let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    Ok(entries.into_iter().filter(|path| path.is_file()).collect())
}
