//! What most subcommands begin with: the keys, the server, and an account there.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Read};
use std::path::PathBuf;

use doorward_client::{Client, Error, Invitation, KeyRing, NetworkError, Session, Sharing};
use doorward_core::text::{Kind, screen};
use doorward_core::view::{AccountView, Cursor, MemberList, MemberView, Spelt};
use doorward_core::{InviteId, SignKey};
use zeroize::Zeroizing;

use super::error::NEXT;
use super::failure::explain;
use super::output::person;
use super::{CliError, Global};
use crate::ambient::environment;

/// Where a daemon on this machine listens unless it is told otherwise.
const LOCAL_SERVER: &str = "http://127.0.0.1:8460";
/// No link and no key file is longer, in bytes.
const LONGEST: u64 = 16_384;

impl Global {
    /// The server to talk to.
    pub(super) fn server_url(&self) -> &str {
        self.server.as_deref().filter(|url| !url.is_empty()).unwrap_or(LOCAL_SERVER)
    }

    /// Whether somebody said which server it is.
    pub(super) fn names_server(&self) -> bool {
        self.server.as_deref().is_some_and(|url| !url.is_empty())
    }

    /// The directory of keys.
    pub(super) fn ring(&self) -> Result<KeyRing, CliError> {
        if let Some(dir) = self.keys.as_deref().filter(|dir| !dir.as_os_str().is_empty()) {
            return Ok(KeyRing::at(dir));
        }
        let data = environment::foreign("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let home = || environment::foreign("HOME").map(|home| PathBuf::from(home).join(".local/share"));
        let data = data.or_else(home).ok_or_else(|| CliError::Usage("where are your keys? Say so with --keys DIR".into()))?;
        Ok(KeyRing::at(data.join("doorward/keys")))
    }

    /// Meets the server.
    pub(super) async fn connect(&self) -> Result<Client, CliError> {
        self.connect_to(self.server_url()).await
    }

    /// Meets the server at this URL.
    pub(super) async fn connect_to(&self, url: &str) -> Result<Client, CliError> {
        match Client::connect(url).await {
            Ok(client) => Ok(client),
            Err(Error::Network(NetworkError::Connect(reason))) => Err(CliError::Fault(self.nobody_there(url, &reason))),
            Err(Error::BadAnswer(reason)) => {
                Err(CliError::Fault(format!("{url} does not answer like a Doorward server: {reason}")))
            }
            Err(error) => Err(explain(error)),
        }
    }

    fn nobody_there(&self, url: &str, reason: &str) -> String {
        let mut text = format!("no server at {url} ({reason})");
        let known: Vec<String> = self
            .ring()
            .ok()
            .and_then(|ring| ring.list().ok())
            .unwrap_or_default()
            .into_iter()
            .map(|i| i.public_url)
            .filter(|u| u != url)
            .collect();
        if !self.names_server() && !known.is_empty() {
            text += &format!("{NEXT}You have keys for {}: name it with --server URL or DOORWARD_SERVER.", known.join(", "));
        } else {
            text += NEXT;
            text += "Is it running? Start one on this machine with: doorward serve";
        }
        text
    }

    /// Meets the server and signs as the account whose keys are here.
    pub(super) async fn session(&self) -> Result<Session, CliError> {
        let client = self.connect().await?;
        let ring = self.ring()?;
        let identity = ring.find(client.server_key()).map_err(|error| CliError::Fault(error.to_string()))?;
        let Some(identity) = identity else {
            let (name, url) = (super::output::clean(&client.well_known().name), client.public_url());
            return Err(CliError::Fault(format!(
                "you have no keys for {name} at {url}{NEXT}Come in by an invite: doorward redeem LINK --handle NAME{NEXT}Or bring your keys from elsewhere: doorward key import FILE"
            )));
        };
        client.sign_in(identity, Sharing::Refused).map_err(explain)
    }
}

/// Reads an invite that was given on the command line; `-` reads it from standard input.
pub(super) fn invitation(text: &str) -> Result<Invitation, CliError> {
    let text = if text == "-" { line_from_stdin("Paste the link and press Enter:")? } else { Zeroizing::new(text.to_owned()) };
    Invitation::read(text.trim()).map_err(|code| explain(Error::Local(code)))
}

/// One line from a person at a terminal, or all of standard input otherwise.
pub(super) fn line_from_stdin(question: &str) -> Result<Zeroizing<String>, CliError> {
    if !io::stdin().is_terminal() {
        return all_from_stdin(question);
    }
    super::output::note(question);
    let mut text = empty();
    io::stdin().lock().take(LONGEST).read_line(&mut text).map_err(unreadable)?;
    Ok(text)
}

/// All of standard input; a person at a terminal is told to end it.
pub(super) fn all_from_stdin(question: &str) -> Result<Zeroizing<String>, CliError> {
    if io::stdin().is_terminal() {
        super::output::note(question);
    }
    let mut text = empty();
    io::stdin().lock().take(LONGEST).read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

/// As large as it may get, so that no copy of a secret is left behind by growing.
fn empty() -> Zeroizing<String> {
    Zeroizing::new(String::with_capacity(LONGEST as usize))
}

fn unreadable(error: io::Error) -> CliError {
    CliError::Fault(format!("cannot read standard input: {error}"))
}

/// Reads an invite id.
pub(super) fn invite_id(text: &str) -> Result<InviteId, String> {
    InviteId::from_hex(text)
        .ok_or_else(|| "an invite id has 32 hexadecimal characters; see them with: doorward invite list".into())
}

/// What everybody is called whose key is here. Who is gone, or may not be seen, has no name.
pub(super) async fn names(session: &Session, keys: impl Iterator<Item = &Spelt<SignKey>>) -> BTreeMap<SignKey, String> {
    let mut names = BTreeMap::new();
    for key in keys.filter_map(|key| key.read().ok()) {
        if let (false, Ok(account)) = (names.contains_key(&key), session.account(&key).await) {
            names.insert(key, person(&account.handle, &account.fingerprint));
        }
    }
    names
}

/// Every key of a list, page after page.
pub(super) async fn all_keys(
    mut page: impl AsyncFnMut(Option<&Spelt<Cursor>>) -> Result<MemberList, Error>,
) -> Result<Vec<MemberView>, CliError> {
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let page = page(after.as_ref()).await.map_err(explain)?;
        items.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(items);
        }
    }
}

/// An account as people name it: by its key, by the first 8 characters or more of it, or by a handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// The whole key.
    Key(SignKey),
    /// The beginning of the key, lower case.
    Beginning(String),
    /// What it calls itself. Good enough to look, and never to change anything: anybody can call themselves anything.
    Handle(String),
}

/// As many namesakes as anybody wants to choose from.
const NAMESAKES: usize = 5;

impl std::str::FromStr for Who {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(key) = SignKey::from_hex(text) {
            return Ok(Who::Key(key));
        }
        let digits: String = text.chars().filter(|c| *c != '-').collect::<String>().to_ascii_lowercase();
        if (8..64).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_hexdigit()) {
            return Ok(Who::Beginning(digits));
        }
        screen(Kind::Handle, text).map(|()| Who::Handle(text.into())).map_err(|_| {
            "name an account by its key (64 hexadecimal characters) or by its fingerprint (ab12-cd34); see them with: doorward account list".into()
        })
    }
}

impl Who {
    /// The one account that is meant, to look at it. More than one is nobody.
    pub(super) async fn find(&self, session: &Session) -> Result<SignKey, CliError> {
        if let Who::Key(key) = self {
            return Ok(*key);
        }
        let found = self.matching(session).await?;
        match (found.as_slice(), self) {
            ([one], _) => one.key.read().map_err(|code| explain(Error::Local(code))),
            ([], Who::Handle(name)) => {
                Err(CliError::Usage(format!("nobody you may see is called {}{SEE_THEM}", super::output::clean(name))))
            }
            ([], _) => Err(CliError::Usage(format!("no account's key begins like that{SEE_THEM}"))),
            (many, _) => Err(CliError::Usage(format!("more than one is meant: {}{NEXT}Give the whole key.", people(many)))),
        }
    }

    /// The one account that is meant, to change it: a handle says who it might be, and no more.
    pub(super) async fn find_to_change(&self, session: &Session) -> Result<SignKey, CliError> {
        let Who::Handle(name) = self else { return self.find(session).await };
        let next = match self.matching(session).await?.as_slice() {
            [] => SEE_THEM.to_owned(),
            found => format!("{NEXT}Name the fingerprint of the one you mean: {}", people(found)),
        };
        Err(CliError::Usage(format!(
            "\"{}\" is a handle, and anybody can call themselves anything{next}",
            super::output::clean(name)
        )))
    }

    /// The one key of a list that is meant, to take it off: nobody needs to have an account for it.
    pub(super) fn find_on(&self, list: &[MemberView], see: &str) -> Result<SignKey, CliError> {
        let beginning = match self {
            Who::Key(key) => return Ok(*key),
            Who::Beginning(beginning) => beginning,
            Who::Handle(_) => {
                return Err(CliError::Usage(format!("name it by its key or fingerprint{NEXT}See them with: {see}")));
            }
        };
        let found: Vec<_> = list.iter().filter(|item| item.key.as_str().starts_with(beginning.as_str())).collect();
        match found.as_slice() {
            [one] => one.key.read().map_err(|code| explain(Error::Local(code))),
            [] => Err(CliError::Usage(format!("no key there begins like that{NEXT}See them with: {see}"))),
            _ => Err(CliError::Usage(format!("more than one is meant{NEXT}Give the whole key."))),
        }
    }

    async fn matching(&self, session: &Session) -> Result<Vec<AccountView>, CliError> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = session.accounts(after.as_ref(), Some(1_000)).await.map_err(explain)?;
            found.extend(page.items.into_iter().filter(|item| self.is(item)));
            after = page.next;
            if after.is_none() || found.len() >= NAMESAKES {
                return Ok(found);
            }
        }
    }

    fn is(&self, item: &AccountView) -> bool {
        match self {
            Who::Key(key) => item.key.read() == Ok(*key),
            Who::Beginning(beginning) => item.key.as_str().starts_with(beginning.as_str()),
            Who::Handle(handle) => item.handle == *handle,
        }
    }
}

const SEE_THEM: &str = "\n  → See them with: doorward account list";

fn people(found: &[AccountView]) -> String {
    let some: Vec<String> = found.iter().take(NAMESAKES).map(|item| person(&item.handle, &item.fingerprint)).collect();
    some.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_as_people_name_them() {
        let key = SignKey([0xab; 32]);
        assert_eq!(key.to_hex().to_uppercase().parse(), Ok(Who::Key(key)));
        assert_eq!("AB12-cd34".parse(), Ok(Who::Beginning("ab12cd34".into())));
        for handle in ["Ada", "ab12-cd3", "zz12-cd34", "Žofie 🚪"] {
            assert_eq!(handle.parse(), Ok(Who::Handle(handle.into())));
        }
        for bad in ["", " Ada", "A\nda", &"a".repeat(65)] {
            assert!(bad.parse::<Who>().is_err(), "{bad}");
        }
    }
}
