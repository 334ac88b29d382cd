//! What happens, as it happens: Server-Sent Events (WHATWG HTML 9.2) over one signed request.

use crate::error::Error;
use crate::session::Session;
use crate::transport::NetworkError;
use doorward_core::Code;
use doorward_core::view::{EndedItem, EventItem, WatchingItem};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// A server says something at least every 15 seconds; one that is silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(45);
/// The most bytes one event may have. Ours have some 500.
const MOST: usize = 64 << 10;

/// Something a server tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Everything up to this sequence number was told: from here one may go on later.
    Upto(u64),
    /// Something happened.
    Happened(Box<EventItem>),
    /// Nothing more is told, for this reason.
    Ended(Code),
}

/// A stream of events. It ends with [`Told::Ended`], or with an error where the connection breaks.
#[derive(Debug)]
pub struct Events {
    body: Incoming,
    read: Vec<u8>,
    after: Option<u64>,
}

impl Session {
    /// Watches what happens, from after this sequence number on, or from now.
    pub async fn events(&self, after: Option<u64>) -> Result<Events, Error> {
        let query = after.map(|after| format!("?after={after}")).unwrap_or_default();
        Ok(Events { body: self.open(&format!("/v1/events{query}")).await?, read: Vec::new(), after })
    }
}

impl Events {
    /// From where a later stream goes on: everything of the decisions up to this one was told.
    pub fn after(&self) -> Option<u64> {
        self.after
    }

    /// The next of them; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Told>, Error> {
        loop {
            while let Some(block) = take_block(&mut self.read) {
                self.after = field(&block, "id").and_then(|id| id.parse().ok()).or(self.after);
                if let Some(told) = told(&block)? {
                    return Ok(Some(told));
                }
            }
            if self.read.len() > MOST {
                return Err(NetworkError::TooLarge.into());
            }
            let frame = tokio::time::timeout(SILENCE, self.body.frame()).await.map_err(|_| NetworkError::Timeout(SILENCE))?;
            match frame {
                None => return Ok(None),
                Some(Err(error)) => return Err(NetworkError::Broken(error.to_string()).into()),
                Some(Ok(frame)) => self.read.extend(frame.into_data().unwrap_or_default()),
            }
        }
    }
}

/// Takes what stands before the next empty line.
fn take_block(read: &mut Vec<u8>) -> Option<String> {
    let end = read.windows(2).position(|two| two == b"\n\n")?;
    let block = read.drain(..end + 2).collect();
    // What is not UTF-8 is no event of ours.
    Some(String::from_utf8(block).unwrap_or_default())
}

/// A field of a block.
fn field<'b>(block: &'b str, name: &str) -> Option<&'b str> {
    block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim_start)
}

/// What a block says; nothing if it is a remark, or an event this release does not know.
fn told(block: &str) -> Result<Option<Told>, Error> {
    let (Some(name), Some(data)) = (field(block, "event"), field(block, "data")) else { return Ok(None) };
    Ok(match name {
        "watching" => Some(Told::Upto(read::<WatchingItem>(data)?.after)),
        "ended" => {
            let code = read::<EndedItem>(data)?.code.read();
            Some(Told::Ended(code.map_err(|_| Error::BadAnswer("it ended for a reason this release does not know"))?))
        }
        _ => {
            let item: EventItem = read(data)?;
            item.kind.read().is_ok().then(|| Told::Happened(Box::new(item)))
        }
    })
}

fn read<T: DeserializeOwned>(data: &str) -> Result<T, Error> {
    serde_json::from_str(data).map_err(|_| Error::BadAnswer("an event is not of the expected shape"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_taken_as_they_come() {
        let mut read = b": a remark\n\nevent: watching\ndata: {\"after\":7}\nid: 7\n\nevent: mem".to_vec();
        assert_eq!(told(&take_block(&mut read).unwrap()).unwrap(), None);
        assert_eq!(told(&take_block(&mut read).unwrap()).unwrap(), Some(Told::Upto(7)));
        assert_eq!((take_block(&mut read), read.as_slice()), (None, &b"event: mem"[..]));
    }

    #[test]
    fn what_is_told_is_read_and_doubt_is_an_error() {
        let ended = told("event: ended\ndata: {\"code\":\"account-revoked\"}\n").unwrap();
        assert_eq!(ended, Some(Told::Ended(Code::AccountRevoked)));
        let item = |kind: &str| {
            let space = "0".repeat(32);
            format!(
                "event: {kind}\ndata: {{\"sequence\":3,\"at\":\"2026-11-20T04:00:00Z\",\"kind\":\"{kind}\",\"space\":\"{space}\"}}\n"
            )
        };
        assert!(matches!(told(&item("member-joined")).unwrap(), Some(Told::Happened(item)) if item.sequence == 3));
        assert_eq!(told(&item("of-a-later-release")).unwrap(), None);
        assert!(told("event: ended\ndata: {\"code\":\"soon\"}\n").is_err());
        assert!(told("event: member-joined\ndata: {}\n").is_err());
    }
}
